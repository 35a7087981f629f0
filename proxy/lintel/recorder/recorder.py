"""`observe` and its counts: plain dicts and ints on the event loop, bounded, handed to the writer once a second."""

import asyncio
import time
from pathlib import Path
from weakref import WeakValueDictionary

from lintel.metrics import RecorderState
from lintel.policy.statement import Statement
from lintel.recorder.gathering import Counts, Key
from lintel.recorder.tally import Tally
from lintel.recorder.writer import Writer
from lintel.schema import Schema
from lintel.store import Store

MAX_KEYS = 20_000  # distinct (statement, client, database) between two flushes
CLOSE_SECONDS = 2.0


class Recorder:
    """Belongs to one event loop; `start` and `close` are called in it."""

    def __init__(
        self, path: Path, *, interval: float = 1.0, tables: tuple[str, ...] = (), max_keys: int = MAX_KEYS
    ) -> None:
        """Open the store; raises StoreError. Later on nothing does."""
        self._interval = interval
        self._max_keys = max_keys
        self._tallies: WeakValueDictionary[tuple[str, str], Tally] = WeakValueDictionary()
        self._counting: set[Tally] = set()  # those with counts since the last flush
        self._pending = 0  # distinct keys in them
        self._errors: dict[tuple[Key, str], int] = {}
        self._dropped = 0  # since the last flush
        self._since = time.time()
        self._writer = Writer(Store(path), tables, interval)
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to flush."""
        self._writer.start()
        self._tick()

    def tally(self, client: str, database: str) -> Tally:
        """Where the statements of this client are counted; shared by its sessions."""
        key = (client, database)
        found = self._tallies.get(key)
        if found is None:
            found = self._tallies[key] = Tally(client, database)
        return found

    def observe(self, statement: Statement, tally: Tally, sqlstate: str | None = None) -> None:
        """Count one completed statement. The hot path adds to `tally.calls` itself where the statement is in it."""
        calls = tally.calls
        if statement in calls:
            calls[statement] += 1
        elif self._pending < self._max_keys:
            calls[statement] = 1
            self._pending += 1
            self._counting.add(tally)
        else:
            self._dropped += 1
            return
        if sqlstate is not None:
            key = (statement, tally.client, tally.database)
            self._errors[key, sqlstate] = self._errors.get((key, sqlstate), 0) + 1

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
            dropped=self._dropped + writer.dropped,
        )

    def flush(self) -> None:
        """Hand over what was counted, unless the writer still has the last; without counts it is a heartbeat."""
        if not self._writer.busy:
            self._hand_over()

    async def close(self) -> None:
        """Flush and end; bounded, so that a store that cannot be written does not hold up the end."""
        if self._timer is not None:
            self._timer.cancel()
        self._hand_over()
        await asyncio.to_thread(self._writer.close, CLOSE_SECONDS)

    def _tick(self) -> None:
        self.flush()
        self._timer = asyncio.get_running_loop().call_later(self._interval, self._tick)

    def _hand_over(self) -> None:
        until = max(self._since, time.time())
        calls: dict[Key, int] = {}
        for tally in self._counting:
            calls.update({(one, tally.client, tally.database): number for one, number in tally.take().items()})
        counts = Counts(self._since, until, calls, self._errors, self._dropped)
        self._counting, self._pending = set(), 0
        self._errors, self._dropped, self._since = {}, 0, until
        self._writer.take(counts)
