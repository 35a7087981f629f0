"""The plain integers that the hot path adds to; Prometheus is not known here.

    counters.client_bytes += len(chunk)
    counters.allow += 1

One thread (the event loop's) writes; a scrape on the same loop reads. No locks, no methods on the hot path.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields

VERDICTS = ("allow", "rewrite", "refuse", "opaque", "would_rewrite", "would_refuse")
SIDES = ("client", "server")
READINGS = ("agrees", "disagrees", "unread", "skipped")  # what the referee says; skipped: too many were waiting
MAX_SQLSTATES = 32  # our own refusals use a handful; the bound keeps a scrape small whatever a plan makes up


@dataclass(slots=True, eq=False)
class Counters:
    """Totals since the process started; `sessions` alone goes down again."""

    sessions: int = 0  # open now
    sessions_total: int = 0
    client_bytes: int = 0  # read from clients
    server_bytes: int = 0  # read from servers
    allow: int = 0  # statements, by verdict: a field for each of VERDICTS
    rewrite: int = 0
    refuse: int = 0
    opaque: int = 0
    would_rewrite: int = 0
    would_refuse: int = 0
    refusals: dict[str, int] = field(default_factory=dict)  # by the SQLSTATE that we answered with
    errors_passed: int = 0  # the server's own errors, relayed as they were
    retries: int = 0  # loud texts that failed and were sent again for the schema that is there now
    stalled: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIDES, 0))  # sessions, by who did not read
    loud_refused: int = 0  # loud texts that failed where they could not be sent again
    prevented: int = 0  # probes that showed a table to be other than the loud text behind them needed it
    probes: int = 0  # tables locked and looked at before a loud text, so that it could not fail
    landed: int = 0  # parked values moved into their column, once more where one was parked again
    filled: int = 0  # rows that got the value of their plan's backfill
    readings: dict[str, int] = field(default_factory=lambda: dict.fromkeys(READINGS, 0))  # the referee's
    reprepared: int = 0  # prepared statements parsed again under a fresh server-side name

    def __reduce__(self) -> tuple[Callable[..., "Counters"], tuple[object, ...]]:
        """To be pickled: an object that is compiled is not, by itself."""
        return Counters, tuple(getattr(self, each.name) for each in fields(self))

    def session_opened(self) -> None:
        """A client was accepted."""
        self.sessions += 1
        self.sessions_total += 1

    def session_closed(self) -> None:
        """Its session is over."""
        self.sessions -= 1

    @property
    def statements(self) -> dict[str, int]:
        """By verdict."""
        return {verdict: getattr(self, verdict) for verdict in VERDICTS}

    def completed(self, verdict: str) -> None:
        """Count a statement that is neither allowed nor rewritten."""
        setattr(self, verdict, getattr(self, verdict) + 1)

    def refused(self, sqlstate: str) -> None:
        """Count a refusal that reached a client; beyond the bound all SQLSTATEs share the label `other`."""
        known = sqlstate in self.refusals or len(self.refusals) < MAX_SQLSTATES
        label = sqlstate if known else "other"
        self.refusals[label] = self.refusals.get(label, 0) + 1
