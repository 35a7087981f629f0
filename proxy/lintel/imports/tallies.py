"""From judged statements to rows of the store, with the times at which they were logged."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from lintel.policy import Statement
from lintel.recorder.gathering import is_target, recorded
from lintel.recorder.identity import tagged_name
from lintel.store import Batch, Observation, Recorded
from lintel.store.rows import day

MAX_ROWS = 5_000  # of one batch
MAX_KNOWN = 20_000


class Summary(NamedTuple):
    """What an import has added."""

    calls: int = 0
    statements: int = 0  # shapes that use a table, or that were not understood
    clients: int = 0
    opaque: int = 0  # of the statements: not understood
    unread: int = 0  # entries that are none
    already: bool = False  # there was nothing new


@dataclass
class Tallies:
    """Adds up until the next batch; remembers who and what there was for the summary."""

    calls: int = 0
    unread: int = 0
    _rows: dict[tuple[str, str, str], Observation] = field(default_factory=dict)  # by statement, client, day
    _other: Counter[str] = field(default_factory=Counter)  # by database
    _known: dict[tuple[Statement, str], Recorded | None] = field(default_factory=dict)
    _statements: set[str] = field(default_factory=set)
    _opaque: set[str] = field(default_factory=set)
    _clients: set[str] = field(default_factory=set)

    @property
    def full(self) -> bool:
        """It is time for a batch."""
        return len(self._rows) >= MAX_ROWS

    @property
    def summary(self) -> Summary:
        """Of all that was added, batches included."""
        return Summary(self.calls, len(self._statements), len(self._clients), len(self._opaque), self.unread)

    def add(
        self,
        statement: Statement,
        database: str,
        client: str,
        calls: int,
        seen: tuple[float, float],
        sqlstate: str = "",
    ) -> None:
        """Count runs of a statement; a tag of its own names the client rather than `client`."""
        self.calls += calls
        found = self._recorded(statement, database)
        if found is None:
            self._other[database] += calls
            return
        row = self._row(found, tagged_name(statement.tags) or client, day(seen[1]))
        row.calls += calls
        row.seen = seen if row.seen is None else (min(row.seen[0], seen[0]), max(row.seen[1], seen[1]))
        if sqlstate:
            row.errors[sqlstate] = row.errors.get(sqlstate, 0) + 1

    def batch(self, imported: dict[tuple[str, str], str]) -> Batch:
        """What has come together since the last batch, and how far it goes; claims no window."""
        now = time.time()
        taken = Batch(now, now, list(self._rows.values()), self._other, watched=False, imported=imported)
        self._rows, self._other = {}, Counter()
        return taken

    def _recorded(self, statement: Statement, database: str) -> Recorded | None:
        key = (statement, database)
        if key not in self._known:
            if len(self._known) >= MAX_KNOWN:
                self._known.clear()
            self._known[key] = recorded(statement, database) if is_target(statement.facts, ()) else None
        return self._known[key]

    def _row(self, found: Recorded, client: str, when: str) -> Observation:
        key = (found.id, client, when)
        row = self._rows.get(key)
        if row is None:
            row = self._rows[key] = Observation(found, client)
            self._clients.add(client)
            self._statements.add(found.id)
            if found.opaque is not None:
                self._opaque.add(found.id)
        return row
