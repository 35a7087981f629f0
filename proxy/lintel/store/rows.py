"""What goes into the store and comes out of it: plain immutable rows. Times are seconds since 1970, UTC."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal, NamedTuple

Kind = Literal["read", "write", "star", "whole_row", "positional"]


class Use(NamedTuple):
    """One way in which a statement depends on a table; column None where it is the table as a whole."""

    table: str  # "public.orders", as quote_ident writes it
    column: str | None
    kind: str


@dataclass(frozen=True)
class Recorded:
    """A statement as it is kept: of one shape, in one database, under one search_path."""

    database: str
    search_path: tuple[str, ...]
    sql: str
    verb: str = ""
    opaque: str | None = None
    uses: frozenset[Use] = frozenset()

    @cached_property
    def id(self) -> str:
        """The same in every writer and on every machine."""
        return digest(self.database, *self.search_path, "", self.sql)


@dataclass(slots=True)
class Observation:
    """Calls of one statement by one client since the last flush."""

    statement: Recorded
    client: str
    calls: int = 0
    errors: dict[str, int] = field(default_factory=dict)  # by SQLSTATE
    verdicts: dict[str, int] = field(default_factory=dict)  # allow | rewrite | refuse
    refusal: str | None = None  # the message that was given
    seen: tuple[float, float] | None = None  # first and last; None: when the batch was observed

    @property
    def key(self) -> str:
        """Hash of (database, search_path, shape, client)."""
        return digest(self.statement.id, self.client)


@dataclass(slots=True)
class Batch:
    """What one flush adds, or a slice of it; `since` to `until` is the time in which it was observed."""

    since: float
    until: float
    observations: list[Observation] = field(default_factory=list)
    other: int = 0  # statements that touch no target table: counted only
    dropped: int = 0  # observations lost for good
    last: bool = True  # nothing more was observed until `until`
    watched: bool = True  # everything in this time was seen; False for a log, which may leave out what it likes
    imported: dict[tuple[str, str], str] = field(default_factory=dict)  # (source, key) -> how far an import has got


class UseRow(NamedTuple):
    """One line of a report: a use by a client through a statement."""

    use: Use
    client: str
    statement: str
    database: str
    sql: str
    calls: int
    refused: int
    refusal: str | None
    first_seen: str
    last_seen: str


class WindowRow(NamedTuple):
    """One run of a writer; heartbeat is the end of what it has certainly written."""

    started: str
    heartbeat: str
    opaque: int
    dropped: int


class Window(NamedTuple):
    """What was watched: nothing is known of the gaps, of dropped observations, and little of opaque statements."""

    start: str | None
    end: str | None
    gaps: tuple[tuple[str, str], ...] = ()
    dropped: int = 0
    opaque: int = 0

    @property
    def whole(self) -> bool:
        """True if absence in it is evidence."""
        return self.start is not None and not (self.gaps or self.dropped or self.opaque)


def digest(*parts: str) -> str:
    """16 hex digits of a hash over parts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def utc(moment: float) -> str:
    """2026-11-21T03:48:02.123Z: sorts as text, reads well in the store."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(moment: str) -> float:
    """The opposite of utc."""
    return datetime.fromisoformat(moment).timestamp()
