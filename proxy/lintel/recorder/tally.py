"""Counting one client's statements in one database: a dict look-up and an addition.

Sessions of the same client share a Tally, so that what is pending is bounded by what differs, not by who is connected.
"""

from lintel.policy.statement import Statement


class Tally:
    """`calls` is for the hot path: what is in it may be added to; anything else goes through Recorder.observe."""

    __slots__ = ("__weakref__", "calls", "client", "database")

    def __init__(self, client: str, database: str) -> None:
        self.client = client
        self.database = database
        self.calls: dict[Statement, int] = {}  # since the last flush

    def take(self) -> dict[Statement, int]:
        """What was counted; from here on it counts anew."""
        taken, self.calls = self.calls, {}
        return taken
