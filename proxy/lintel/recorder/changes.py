"""Changes of target tables that no plan announced, told in the log and counted. Runs in the store's thread.

What the catalog shows waits for a few flushes: whoever ran it through Lintel, by whichever process, has told by then.
"""

import threading
import time
from collections import Counter
from typing import Literal

import structlog

from lintel.policy.unplanned import Unplanned
from lintel.store import Past, Store, UnplannedKey

PATIENCE = 3  # flushes
MAX_PAST = 1_000

_log = structlog.get_logger(__name__)


class Changes:
    """`seen` is called by the recorder, everything else by the thread."""

    def __init__(self, interval: float) -> None:
        self.counts: Counter[str] = Counter()  # run | refused | past
        self._wait = PATIENCE * interval
        self._past: list[tuple[Past, bool]] = []
        self._lock = threading.Lock()

    def seen(self, database: str, change: Unplanned) -> None:
        """The catalog shows it."""
        with self._lock:
            if len(self._past) < MAX_PAST:
                key = UnplannedKey(database, change.table, change.change)
                self._past.append((Past(key, time.time()), change.warn))

    def tell(self, how: Literal["run", "refused", "past"], key: UnplannedKey, calls: int, *, warn: bool) -> None:
        """Count it and say so."""
        self.counts[how] += calls
        say = _log.warning if warn else _log.info
        say("unplanned change", how=how, database=key.database, table=key.table, change=key.change, client=key.client)

    def settle(self, store: Store, *, closing: bool) -> None:
        """Keep those that have waited and that nobody ran through Lintel. Raises StoreError."""
        before = time.time() - self._wait
        while self._past and (closing or self._past[0][0].seen <= before):
            past, warn = self._past[0]
            if store.add_past(past):
                self.tell("past", past.key, 1, warn=warn)
            with self._lock:
                del self._past[0]
