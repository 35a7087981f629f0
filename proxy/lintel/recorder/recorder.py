"""`observe` and its counts: plain dicts and ints on the event loop, bounded, handed to the writer once a second."""

import asyncio
import time
from pathlib import Path

from lintel.metrics import RecorderState
from lintel.policy.statement import Statement
from lintel.recorder.gathering import Counts, Key
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
        self._calls: dict[Key, int] = {}
        self._errors: dict[tuple[Key, str], int] = {}
        self._dropped = 0  # since the last flush
        self._since = time.time()
        self._writer = Writer(Store(path), tables, interval)
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin to flush."""
        self._writer.start()
        self._tick()

    def observe(self, statement: Statement, client: str, database: str, sqlstate: str | None = None) -> None:
        """Count one completed statement; on the hot path."""
        key = (statement, client, database)
        calls = self._calls
        if key in calls:
            calls[key] += 1
        elif len(calls) < self._max_keys:
            calls[key] = 1
        else:
            self._dropped += 1
            return
        if sqlstate is not None:
            self._errors[key, sqlstate] = self._errors.get((key, sqlstate), 0) + 1

    def catalog(self, database: str, schema: Schema) -> None:
        """Keep this snapshot in the store, for `impact` without a server."""
        self._writer.catalog(database, schema)

    @property
    def state(self) -> RecorderState:
        """For the metrics."""
        writer = self._writer
        return RecorderState(
            pending=len(self._calls) + writer.pending,
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
        counts = Counts(self._since, until, self._calls, self._errors, self._dropped)
        self._calls, self._errors, self._dropped, self._since = {}, {}, 0, until
        self._writer.take(counts)
