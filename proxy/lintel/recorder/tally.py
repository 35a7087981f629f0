"""Counting one client's statements in one database.

Sessions of the same client share a Tally, so that what is pending is bounded by what differs, not by who is connected.
"""

from typing import NamedTuple

from lintel.policy.statement import Statement
from lintel.recorder.count import Count

MAX_ERRORS = 1_000  # distinct (statement, SQLSTATE): a function may raise what it likes
OTHER_ERRORS = "other"


class Taken(NamedTuple):
    """What a Tally has counted."""

    client: str
    database: str
    counts: dict[Statement, Count]
    errors: dict[tuple[Statement, str], int]


class Tally:
    """`counts` is for the hot path: what is in it may be added to; anything else goes through Recorder.observe.

    It is the same dict for good, so that who adds to it can keep it at hand.
    """

    __slots__ = ("__weakref__", "_errors", "client", "counts", "database")

    def __init__(self, client: str, database: str) -> None:
        self.client = client
        self.database = database
        self.counts: dict[Statement, Count] = {}  # since the last flush
        self._errors: dict[tuple[Statement, str], int] = {}

    def failed(self, statement: Statement, sqlstate: str) -> None:
        """A call that ended with this."""
        key = (statement, sqlstate)
        if key not in self._errors and len(self._errors) >= MAX_ERRORS:
            key = (statement, OTHER_ERRORS)
        self._errors[key] = self._errors.get(key, 0) + 1

    def take(self) -> Taken:
        """What was counted; from here on it counts anew."""
        taken = Taken(self.client, self.database, self.counts.copy(), self._errors)
        self.counts.clear()
        self._errors = {}
        return taken
