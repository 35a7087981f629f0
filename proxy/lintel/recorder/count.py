"""What is counted of one statement of one client between two flushes. Compiled with the hot path: see app.presence.

How long a statement took and how many rows it came to is looked at for a sample: the first call since the last flush
and every 16th after it, so that what is rare is always timed and what is frequent costs next to nothing.
"""

from typing import Final

from lintel.store.durations import bucket_of

UNTIMED: Final = 15  # `calls & UNTIMED` ahead of a call that is not in the sample


class Count:
    """Plain integers, one thread writes."""

    __slots__ = ("buckets", "calls", "rows")

    def __init__(self, calls: int = 0) -> None:
        self.calls = calls
        self.rows = 0  # of the sample
        self.buckets: dict[int, int] = {}  # of the sample: durations.bucket_of -> calls

    def timed(self, seconds: float, rows: int) -> None:
        """A call of the sample took so long and came to so many rows."""
        bucket = bucket_of(seconds)
        self.buckets[bucket] = self.buckets.get(bucket, 0) + 1
        self.rows += rows
