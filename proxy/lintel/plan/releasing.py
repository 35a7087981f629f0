"""The release of a plan, as its file says it: `released = true`. A released plan is kept and has no effect."""

import re
from dataclasses import replace

from lintel.config import ConfigError
from lintel.plan.parse import parse

_LINE = "released = true  # every client sees the table as it is\n"
_ID = re.compile(r"^[ \t]*(?:id|\"id\"|'id')[ \t]*=.*\n", re.MULTILINE)


def release(text: str, file: str) -> str:
    """The file's text with the release in it, everything else as it was; ConfigError where that cannot be done."""
    before = parse(text, file)
    found = _ID.search(text)
    for at in (found.end() if found else 0, 0):
        after = text[:at] + _LINE + text[at:]
        try:
            if parse(after, file) == replace(before, released=True):
                return after
        except ConfigError:
            continue
    raise ConfigError(file, "released", "expected a file into which this line fits: released = true")
