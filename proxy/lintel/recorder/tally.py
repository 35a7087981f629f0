"""Counting one client's statements in one database: a dict look-up and an addition.

Sessions of the same client share a Tally, so that what is pending is bounded by what differs, not by who is connected.
How long a statement took and how many rows it came to is looked at for a sample: the first call since the last flush
and every 16th after it, so that what is rare is always timed and what is frequent costs next to nothing.
"""

from typing import NamedTuple

from lintel.policy.statement import Statement
from lintel.store.durations import bucket_of

UNTIMED = 15  # `number & UNTIMED` of a call that is not in the sample
ROWS = -1  # the key of the rows in a Sample
MAX_ERRORS = 1_000  # distinct (statement, SQLSTATE): a function may raise what it likes
OTHER_ERRORS = "other"

Sample = dict[int, int]  # durations.bucket_of -> calls


class Taken(NamedTuple):
    """What a Tally has counted."""

    client: str
    database: str
    calls: dict[Statement, int]
    errors: dict[tuple[Statement, str], int]
    samples: dict[Statement, Sample]


class Tally:
    """`calls` is for the hot path: what is in it may be added to; anything else goes through Recorder.observe.

    It is the same dict for good, so that who adds to it can keep it at hand.
    """

    __slots__ = ("__weakref__", "_errors", "_samples", "calls", "client", "database")

    def __init__(self, client: str, database: str) -> None:
        self.client = client
        self.database = database
        self.calls: dict[Statement, int] = {}  # since the last flush
        self._errors: dict[tuple[Statement, str], int] = {}
        self._samples: dict[Statement, Sample] = {}

    def sample(self, statement: Statement, seconds: float, rows: int) -> None:
        """A call that took so long; of a statement that is in `calls`."""
        found = self._samples.get(statement)
        if found is None:
            found = self._samples[statement] = {ROWS: 0}
        bucket = bucket_of(seconds)
        found[bucket] = found.get(bucket, 0) + 1
        found[ROWS] += rows

    def failed(self, statement: Statement, sqlstate: str) -> None:
        """A call that ended with this."""
        key = (statement, sqlstate)
        if key not in self._errors and len(self._errors) >= MAX_ERRORS:
            key = (statement, OTHER_ERRORS)
        self._errors[key] = self._errors.get(key, 0) + 1

    def take(self) -> Taken:
        """What was counted; from here on it counts anew."""
        taken = Taken(self.client, self.database, self.calls.copy(), self._errors, self._samples)
        self.calls.clear()
        self._errors, self._samples = {}, {}
        return taken
