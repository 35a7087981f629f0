"""The store's thread. It writes each batch whole, and a batch that fails again and again until it is in.

Meanwhile the recorder goes on counting, within its bounds. A file that was deleted or replaced is made anew, one that
got corrupt is put aside under another name: both leave a gap in the window, never a wrong number.
"""

import threading
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue

import structlog

from lintel.recorder.changes import Changes
from lintel.recorder.gathering import Counts, Gathering
from lintel.recorder.losses import Losses
from lintel.schema import Schema
from lintel.store import Batch, Corrupt, Store, StoreError

TIDY_SECONDS = 3600.0  # between two looks for what is old
_FIRST_TIDY_SECONDS = 60.0

_log = structlog.get_logger(__name__)


class Writer:
    """`take`, `catalog`, `memory` and `close` are called by the recorder, everything else is the thread's."""

    def __init__(self, store: Store, targets: tuple[str, ...], interval: float, retention: float) -> None:
        self.flushes = 0
        self.failures = 0
        self._path = store.path
        self._window = store.window
        self._store: Store | None = store
        self._interval = interval  # of flushes, and of tries
        self._retention = retention
        self._tidy_at = time.monotonic() + _FIRST_TIDY_SECONDS
        self._number = 0  # of the last batch
        self._losses = Losses()
        self._no_room = 0  # calls of statements that are more than the store keeps
        self._since: float | None = None  # when what is being written was handed over
        self.changes = Changes(interval)
        self._gathering = Gathering(targets, self.changes)
        self._waiting = 0  # batches handed over and not in the store
        self._rows = 0
        self._queue: SimpleQueue[Counts | None] = SimpleQueue()
        self._catalogs: dict[str, Schema] = {}
        self._unsaved: set[str] = set()
        self._memories = store.memories()
        self._unsaved_memories: set[tuple[str, str]] = set()
        self._lock = threading.Lock()  # over the four above
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lintel-store", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def busy(self) -> bool:
        """It has not written yet what it was given."""
        return self._waiting > 0

    @property
    def pending(self) -> int:
        """Rows that it has not written yet."""
        return self._rows if self.busy else 0

    @property
    def dropped(self) -> int:
        """Calls that were handed over and are lost for good."""
        return self._losses.total + self._no_room

    @property
    def unwritten_seconds(self) -> float:
        """How long it has been trying to write what it has."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    @property
    def other_clients(self) -> int:
        """Calls of clients that were too many to be told apart."""
        return self._gathering.other_clients

    def take(self, counts: Counts) -> None:
        """Write these; never waits."""
        with self._lock:
            self._waiting += 1
        self._queue.put(counts)

    def catalog(self, database: str, schema: Schema) -> None:
        """Keep this with the next batch; never waits."""
        with self._lock:
            self._catalogs[database] = schema
            self._unsaved.add(database)

    @property
    def memories(self) -> dict[tuple[str, str], str]:
        """By (database, plan): what the store had of them at the start, and what has come since."""
        with self._lock:
            return dict(self._memories)

    def memory(self, key: tuple[str, str], kept: str) -> None:
        """Likewise: of a (database, plan)."""
        with self._lock:
            self._memories[key] = kept
            self._unsaved_memories.add(key)

    def close(self, seconds: float) -> None:
        """Write what is there, and end within the time given; what is not written by then counts as lost."""
        self._closing.set()
        self._queue.put(None)
        if self._thread.is_alive():
            self._thread.join(seconds)
        if lost := self._losses.abandon(self._left()):
            _log.error("observations lost", store=self._path, calls=lost, problem="not written before the end")

    def _left(self) -> list[Counts]:
        """What the thread has not taken, and now will not."""
        left = []
        with suppress(Empty):
            while True:
                if (counts := self._queue.get_nowait()) is not None:
                    left.append(counts)
        self._queue.put(None)
        return left

    def _run(self) -> None:
        while (counts := self._queue.get()) is not None:
            self._since = time.monotonic()
            self._losses.take(counts)
            self._settle(counts)
            self._since = None
            with self._lock:
                self._waiting -= 1
            del counts
            self._tidy()
        if self._store is not None:
            self._store.close()

    def _settle(self, counts: Counts) -> None:
        """Afterwards each of them is in the store, or given up."""
        problem = "the store cannot be written"
        try:
            for batch in self._gathering.batches(counts):
                if not self._write_until_written(batch):
                    break
        except Exception as bug:
            # A fault of ours must not end the recording of everything that comes after it.
            problem = f"internal error: {type(bug).__name__}"
        if lost := self._losses.give_up():
            _log.error("observations lost", store=self._path, calls=lost, problem=problem)

    def _tidy(self) -> None:
        """One piece at a time, between two flushes."""
        if self._store is None or self._closing.is_set() or time.monotonic() < self._tidy_at:
            return
        try:
            if self._store.tidy(self._retention):
                return
        except StoreError as problem:
            self.failures += 1
            self._drop_store(problem)
        self._tidy_at = time.monotonic() + TIDY_SECONDS

    def _write_until_written(self, batch: Batch) -> bool:
        """False where it was time to end before it was."""
        self._rows = len(batch.observations)
        self._number += 1
        batch.number, batch.interval, batch.dropped = self._number, self._interval, self._losses.untold
        told = False
        while not self._written(batch, quiet=told):
            told = True
            if self._closing.wait(self._interval) and not self._written(batch, quiet=True):
                return False
        self._losses.written(batch)
        if told:
            _log.info("store is written again", store=self._path)
        return True

    def _written(self, batch: Batch, *, quiet: bool) -> bool:
        try:
            self._write(batch)
        except StoreError as problem:
            self.failures += 1
            self._drop_store(problem)
            if not quiet:
                _log.warning("store cannot be written, keeping what is observed", problem=str(problem))
            return False
        self.flushes += 1
        return True

    def _write(self, batch: Batch) -> None:
        if self._store is not None and self._store.gone:
            self._store.close()
            self._store = None
            self._save_everything()
        if self._store is None:
            self._store = Store(self._path, self._window)
        self._save_catalogs(self._store)
        self._save_memories(self._store)
        before = self._store.lost
        self._store.add(batch)
        self._no_room += self._store.lost - before
        self.changes.settle(self._store, closing=batch.closing)

    def _save_catalogs(self, store: Store) -> None:
        with self._lock:
            wanted = {name: self._catalogs[name] for name in self._unsaved}
        for name, schema in wanted.items():
            store.save_catalog(name, schema)
            with self._lock:
                if self._catalogs[name] is schema:
                    self._unsaved.discard(name)

    def _save_memories(self, store: Store) -> None:
        with self._lock:
            wanted = {key: self._memories[key] for key in self._unsaved_memories}
        for key, kept in wanted.items():
            store.save_memory(*key, kept)
            with self._lock:
                if self._memories[key] == kept:
                    self._unsaved_memories.discard(key)

    def _save_everything(self) -> None:
        with self._lock:
            self._unsaved.update(self._catalogs)
            self._unsaved_memories.update(self._memories)

    def _drop_store(self, problem: StoreError) -> None:
        """After a failure it is opened anew; a corrupt one under its own name, the old file beside it."""
        if self._store is not None:
            self._store.close()
            self._store = None
        if isinstance(problem, Corrupt):
            self._put_aside(self._path.with_name(f"{self._path.name}.corrupt-{int(time.time())}"))
            self._save_everything()

    def _put_aside(self, aside: Path) -> None:
        with suppress(OSError):
            self._path.rename(aside)
        for suffix in ("-wal", "-shm"):
            with suppress(OSError):
                self._path.with_name(self._path.name + suffix).rename(aside.with_name(aside.name + suffix))
        _log.error("store was corrupt and has been put aside", store=self._path, aside=aside)
