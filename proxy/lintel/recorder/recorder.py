"""`observe` and its counts: plain dicts and ints on the event loop, bounded, handed to the writer once a second."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from weakref import WeakValueDictionary

from lintel.metrics import RecorderState
from lintel.policy.statement import Statement
from lintel.policy.unplanned import Unplanned
from lintel.recorder.count import Count
from lintel.recorder.gathering import Counts
from lintel.recorder.memories import Memories
from lintel.recorder.query_log import QueryLog
from lintel.recorder.tally import Tally
from lintel.recorder.writer import Writer
from lintel.schema import Schema
from lintel.store import Store

MAX_KEYS = 20_000  # distinct (statement, client, database) between two flushes
CLOSE_SECONDS = 2.0
RETENTION_SECONDS = 90 * 86_400.0


class Recorder:
    """Belongs to one event loop; `start` and `close` are called in it."""

    def __init__(
        self,
        path: Path,
        *,
        interval: float = 1.0,
        tables: tuple[str, ...] = (),
        max_keys: int = MAX_KEYS,
        retention: float = RETENTION_SECONDS,
        query_log: Path | None = None,
    ) -> None:
        """Open the store; raises StoreError, also for a query log that cannot be opened. Later on nothing does."""
        self._interval = interval
        self._max_keys = max_keys
        self._tallies: WeakValueDictionary[tuple[str, str], Tally] = WeakValueDictionary()
        self._counting: set[Tally] = set()  # those with counts since the last flush
        self._pending = 0  # distinct keys in them
        self._dropped: Counter[str] = Counter()  # since the last flush, by database
        self._dropped_before = 0
        self._since = time.time()
        self._plans: dict[str, float] = {}  # in force, by id: since when
        self.log = None if query_log is None else QueryLog(query_log)
        self._writer = Writer(Store(path), tables, interval, retention)
        self.memories = Memories(self._writer.memories, self._writer.memory)
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to flush."""
        self._writer.start()
        if self.log is not None:
            self.log.start()
        self._tick()

    def tally(self, client: str, database: str) -> Tally:
        """Where the statements of this client are counted; shared by its sessions."""
        key = (client, database)
        found = self._tallies.get(key)
        if found is None:
            found = self._tallies[key] = Tally(client, database)
        return found

    def observe(self, statement: Statement, tally: Tally, sqlstate: str | None = None) -> Count | None:
        """Count one completed statement; None: there is no room. The hot path adds to `tally.counts` by itself."""
        count = tally.counts.get(statement)
        if count is None:
            if self._pending >= self._max_keys:
                self._dropped[tally.database] += 1
                return None
            count = tally.counts[statement] = Count()
            self._pending += 1
            self._counting.add(tally)
        count.calls += 1
        if sqlstate is not None:
            tally.failed(statement, sqlstate)
        return count

    def carry(self, plans: Iterable[str]) -> None:
        """These are the plans in force from now on, by id."""
        now = time.time()
        self._plans = {plan: self._plans.get(plan, now) for plan in plans}

    def changed(self, database: str, changes: Iterable[Unplanned]) -> None:
        """The catalog shows changes of target tables that no plan announced."""
        for change in changes:
            self._writer.changes.seen(database, change)

    def catalog(self, database: str, schema: Schema) -> None:
        """Keep this snapshot in the store, for `impact` without a server."""
        self._writer.catalog(database, schema)

    @property
    def state(self) -> RecorderState:
        """For the metrics."""
        writer = self._writer
        return RecorderState(
            pending=self._pending + writer.pending,
            flushes=writer.flushes,
            failures=writer.failures,
            dropped=self._dropped_before + self._dropped.total() + writer.dropped,
            unplanned_run=writer.changes.counts["run"],
            unplanned_refused=writer.changes.counts["refused"],
            unplanned_past=writer.changes.counts["past"],
            other_clients=writer.other_clients,
            unwritten_seconds=writer.unwritten_seconds,
            log_dropped=0 if self.log is None else self.log.dropped,
        )

    def flush(self) -> None:
        """Hand over what was counted, unless the writer still has the last; without counts it is a heartbeat."""
        if not self._writer.busy:
            self._hand_over()

    async def close(self) -> None:
        """Flush and end; bounded, so that a store that cannot be written does not hold up the end."""
        if self._timer is not None:
            self._timer.cancel()
        self._hand_over(closing=True)
        await asyncio.to_thread(self._writer.close, CLOSE_SECONDS)
        if self.log is not None:
            await asyncio.to_thread(self.log.close, CLOSE_SECONDS)

    def _tick(self) -> None:
        self.flush()
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._tick)

    def _hand_over(self, *, closing: bool = False) -> None:
        until = max(self._since, time.time())
        taken = [tally.take() for tally in self._counting]
        self._writer.take(Counts(self._since, until, taken, self._dropped, closing, self._plans))
        self._counting, self._pending = set(), 0
        self._dropped_before += self._dropped.total()
        self._dropped, self._since = Counter(), until
