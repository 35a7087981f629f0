"""What goes into the store and comes out of it: plain rows. Times are seconds since 1970 going in, text coming out.

A slot is an hour, `2026-11-21T03`, or a day of which the hours are no longer told apart, `2026-11-21`; both UTC.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Literal, NamedTuple

from lintel.store.durations import quantile

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
    verdicts: dict[str, int] = field(default_factory=dict)  # as policy.Statement has them
    refusal: str | None = None  # the message that was given
    timed: dict[int, int] = field(default_factory=dict)  # durations.bucket_of -> calls; of a sample of the calls
    rows: int = 0  # that the calls of this sample came to
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
    other: dict[str, int] = field(default_factory=dict)  # by database: statements that touch no target table
    dropped: dict[str, int] = field(default_factory=dict)  # by database: observations lost for good
    last: bool = True  # nothing more was observed until `until`
    number: int | None = None  # counts up in a window: one that the store has already is not added again
    interval: float = 1.0  # seconds between two flushes: as much may be lost with a process that is killed
    closing: bool = False  # the writer ends, and nothing is lost with it
    watched: bool = True  # everything in this time was seen; False for a log, which may leave out what it likes
    imported: dict[tuple[str, str], str] = field(default_factory=dict)  # (source, key) -> how far an import has got
    sides: Counter[tuple["SideKey", str]] = field(default_factory=Counter)  # with the verdict -> calls
    unplanned: Counter[tuple["UnplannedKey", bool]] = field(default_factory=Counter)  # with "refused" -> calls
    plans: Mapping[str, float] = field(default_factory=dict)  # in force, by id: since when

    @property
    def calls(self) -> Counter[str]:
        """By database, whether of a target table or not."""
        calls = Counter(self.other)
        for one in self.observations:
            calls[one.statement.database] += one.calls
        return calls


class UnplannedKey(NamedTuple):
    """A change of a target table that no plan announced, by a client."""

    database: str
    table: str  # "public.orders"
    change: str  # "add column priority"; names, never literals
    client: str = ""  # "": it was made past Lintel


class UnplannedRow(NamedTuple):
    """What was seen of one."""

    key: UnplannedKey
    calls: int  # that ran
    refused: int
    first_seen: str
    last_seen: str


class SideKey(NamedTuple):
    """A client of a table under a plan, and for which table its statements were taken to be written."""

    database: str
    client: str
    plan: str
    table: str
    side: str  # old | new | either: they mean the same on both
    known: str  # rule | inferred | default

    @property
    def digest(self) -> str:
        """The same in every writer."""
        return digest(*self)


class SideRow(NamedTuple):
    """What was seen of one. Counts are of the time that was asked for."""

    key: SideKey
    calls: int
    rewritten: int
    refused: int
    would_rewrite: int  # while nothing was enforced
    would_refuse: int
    first_seen: str
    last_seen: str


class UseRow(NamedTuple):
    """One line of a report: a use by a client through a statement. Counts are of the time that was asked for."""

    use: Use
    client: str
    statement: str
    database: str
    sql: str
    calls: int
    refused: int
    refusal: str | None  # what the client was told last
    first_seen: str
    last_seen: str
    failed: int = 0  # with whatever SQLSTATE, refusals included
    verb: str = ""
    would_refuse: int = 0  # while nothing was enforced


class Traffic(NamedTuple):
    """What one client did with one statement in the time that was asked for."""

    statement: str
    client: str
    database: str
    calls: int
    rewritten: int
    refused: int
    errors: Mapping[str, int]  # SQLSTATE -> calls
    timed: Mapping[int, int]  # durations.bucket_of -> calls, of the sample that was timed
    sampled_rows: int  # of that sample
    first_seen: str
    last_seen: str
    would_refuse: int = 0  # while nothing was enforced

    @property
    def rows(self) -> float | None:
        """Rows of a call on average; None where none was timed."""
        timed = sum(self.timed.values())
        return self.sampled_rows / timed if timed else None

    def seconds(self, part: float) -> float | None:
        """A quantile of the time that the server took, right to a fifth; None where no call was timed."""
        return quantile(self.timed, part)


class Slot(NamedTuple):
    """Calls of an hour or a day."""

    slot: str
    statement: str
    client: str
    calls: int
    failed: int


class Activity(NamedTuple):
    """Calls of one client's statements on one table, in an hour or a day."""

    table: str
    client: str
    slot: str
    calls: int


class Run(NamedTuple):
    """One run of a writer; heartbeat is the end of what it has certainly written."""

    started: str
    heartbeat: str
    interval: float = 1.0  # of its flushes, in seconds
    closed: bool = True  # it has ended and written everything


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

    @property
    def seconds(self) -> float:
        """How long it is, without the gaps."""
        if self.start is None or self.end is None:
            return 0.0
        return _between(self.start, self.end) - sum(_between(*gap) for gap in self.gaps)

    def per_day(self, calls: int) -> float | None:
        """Calls per day; None where less than a day was watched, which says little about one."""
        days = self.seconds / 86_400
        return calls / days if days >= 1 else None


def _between(start: str, end: str) -> float:
    return max(0.0, seconds(end) - seconds(start))


def digest(*parts: str) -> str:
    """16 hex digits of a hash over parts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def utc(moment: float) -> str:
    """2026-11-21T03:48:02.123Z: sorts as text, reads well in the store."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def hour(moment: float) -> str:
    """2026-11-21T03: the slot of a moment."""
    return utc(moment)[:13]


def day(moment: float) -> str:
    """2026-11-21: likewise, by the day."""
    return utc(moment)[:10]


def seconds(moment: str) -> float:
    """The opposite of utc."""
    return datetime.fromisoformat(moment).timestamp()
