"""A migration: the SQL that one file runs, each text with the lines of the file that it comes from. Knows no schema."""

import re
from pathlib import Path
from typing import NamedTuple


class Step(NamedTuple):
    """One text of SQL, and the first and last line (from 1) of what makes it."""

    sql: bytes
    first: int
    last: int


class Note(NamedTuple):
    """Something to be told about a line, which is no finding."""

    line: int
    text: str


class Migration(NamedTuple):
    """One file, ready to be judged or with the reason why it cannot be read."""

    file: Path
    steps: tuple[Step, ...] = ()
    ignores: tuple["Ignore", ...] = ()
    unknown: tuple[Note, ...] = ()  # what it does besides, and nobody can tell
    advice: tuple[Note, ...] = ()
    problem: Note | None = None
    pending: bool = True  # it is to come; False: the database may have it already


class Ignore(NamedTuple):
    """`lintel: ignore ADD-01, ADD-20` in a comment."""

    line: int
    rules: tuple[str, ...]


class Unreadable(Exception):
    """A migration that cannot be read; `line` of its file."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


_NUMBERS = re.compile(r"\d+")


def order(file: Path) -> tuple[object, ...]:
    """Sorts files as the tools run them: V2__b before V10__a, 0002 before 0010, repeatable ones last."""
    name = file.name
    version = re.match(r"[VvBb]?(\d+(?:[._]\d+)*)(?=[-_. ]|$)", name)
    numbers = tuple(map(int, _NUMBERS.findall(version[1]))) if version else ()
    # Only Flyway takes several numbers for one version; 2024_01_02_users and 2024_01_03_orders sort alike.
    return re.match(r"R__", name) is not None, not numbers, numbers, name, str(file.parent)
