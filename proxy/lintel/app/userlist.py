"""Secrets of users out of a file in the form of pgbouncer's userlist.txt.

    "billing" "SCRAM-SHA-256$4096:...$...:..."
    "reports" "a password"                         whatever follows on the line counts for nothing
    ; a comment

A quotation mark within a name or a secret is doubled. Nothing of a line is ever quoted in a message.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from lintel.config import ConfigError
from lintel.wire import secret
from lintel.wire.secret import Held

_KEY = "auth.file"
_LINE = re.compile(r'"((?:[^"]|"")*)"\s+"((?:[^"]|"")*)"(?:\s.*)?')
_FORM = 'expected "user" "secret"'


def read(file: str) -> Mapping[str, Held]:
    """What is held of each user; nothing where no file is named. ConfigError names the line."""
    if not file:
        return {}
    try:
        text = Path(file).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as problem:
        raise ConfigError(file, _KEY, f"cannot be read: {problem.strerror}") from None
    found: dict[str, Held] = {}
    lines: dict[str, int] = {}
    for number, user, held in _lines(file, text):
        if user in lines:
            raise ConfigError(file, _KEY, f"line {number}: expected each user once; this one is on line {lines[user]}")
        lines[user] = number
        if held is not None:
            found[user] = held
    return found


def _lines(file: str, text: str) -> Iterator[tuple[int, str, Held | None]]:
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped and not stripped.startswith(";"):
            try:
                yield number, *_read(stripped)
            except ValueError as problem:
                raise ConfigError(file, _KEY, f"line {number}: {problem}") from None


def _read(line: str) -> tuple[str, Held | None]:
    """An empty secret is none, as it is in the server."""
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(_FORM)
    user, said = (part.replace('""', '"') for part in match.groups())
    return user, secret.read(said) if said else None
