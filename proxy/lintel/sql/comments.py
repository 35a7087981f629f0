"""Tags that drivers and frameworks write into comments: sqlcommenter's key='value', marginalia's key:value.

Only comments that are nothing but tags count, and only real ones: never what looks like one inside a literal.
Values are other people's bytes; whoever shows them escapes them.
"""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote

from lintel.sql.tokens import tokens

SERVICE_TAGS = ("application", "service", "service_name", "service.name", "app")  # never one that differs per request
MAX_TAGS = 32
MAX_VALUE = 200

_QUOTED_PAIR = re.compile(rb"\s*([\w%.\-]{1,100})='((?:[^'\\]|\\.)*+)'\s*", re.DOTALL)
_PLAIN_PAIR = re.compile(rb"\s*([\w.\-]{1,100}):([^,'*]*+)\s*")


def tags(text: bytes) -> dict[str, str]:
    """All tags of a text; where a key comes twice the last comment wins, since it is the one nearest to the driver."""
    if b"/*" not in text:
        return {}
    return tags_in(text, ((start, end) for kind, start, end in tokens(text) if kind == "comment"))


def tags_in(text: bytes, comments: Iterable[tuple[int, int]]) -> dict[str, str]:
    """The same, where it is known already which ranges of bytes are its comments."""
    found: dict[str, str] = {}
    for start, end in comments:
        if text[start : start + 2] == b"/*" and end - start >= len("/**/"):
            body = text[start + 2 : end - 2]
            found |= _pairs(body, _QUOTED_PAIR) or _pairs(body, _PLAIN_PAIR)
    return dict(list(found.items())[:MAX_TAGS]) if len(found) > MAX_TAGS else found


def only(found: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Those of these names: what a service is called, rather than which request this is."""
    return {name: found[name] for name in names if name in found} if found else {}


def _pairs(body: bytes, pair: re.Pattern[bytes]) -> dict[str, str]:
    """The pairs of a comment, or nothing unless it consists of pairs and commas."""
    found: dict[str, str] = {}
    at = 0
    while hit := pair.match(body, at):
        found[_decoded(hit[1])] = _decoded(hit[2].replace(rb"\'", b"'").strip())[:MAX_VALUE]
        at = hit.end()
        if at == len(body):
            return found
        if body[at : at + 1] != b",":
            return {}
        at += 1
    return {}


def _decoded(value: bytes) -> str:
    return unquote(value.decode("utf-8", "replace"), errors="replace")
