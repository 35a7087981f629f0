"""What every measurement of growth stands on: a server, a directory, the sizes to try, Lintel as it is asked for."""

import contextlib
import itertools
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import cpu, memory, relays
from bench.client import Client
from bench.relays import Relay
from lintel.demo.postgres import Server

MB = 1 << 20
FLUSH_SECONDS = 1.3  # by then what was recorded is in the store

_PLAN = """\
id = "bench-{table}"
purpose = "The benchmark measures Lintel with a plan on the table"
table = "public.{table}"

[add]
column = "fresh"
type = "int"

[[shield.clients]]
match = {{ application_name = "pgbench" }}
sees = "old"
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """`most`: no size beyond that."""

    server: Server
    directory: Path
    quick: bool
    most: float
    program: Path | None

    def sizes(self, quick: Sequence[int], more: Sequence[int]) -> list[int]:
        """Those of a quick run, in a full one with more."""
        return [size for size in (quick if self.quick else (*quick, *more)) if size <= self.most]

    @contextlib.contextmanager
    def lintel(self, job: relays.Job) -> Iterator[tuple[Relay, Path]]:
        """A fresh one, and its fresh store."""
        store = Path(tempfile.mkdtemp(dir=self.directory)) / "store.db"
        with relays.lintel(self.server, store, self.program, job) as relay:
            yield relay, store

    def plan(self, table: str) -> Path:
        """A file that adds a column to this table of schema public; pgbench's clients see the old one."""
        path = self.directory / f"{table}.toml"
        path.write_text(_PLAN.format(table=table))
        return path


class Meter:
    """One session through a Lintel that is otherwise left alone, and what its statements cost."""

    def __init__(self, relay: Relay) -> None:
        assert relay.pid is not None
        self._pid = relay.pid
        self.client = Client(relay.target)
        time.sleep(FLUSH_SECONDS)  # what is done at the start is not what is done every second
        self._idle = self._spent_while(lambda: time.sleep(FLUSH_SECONDS)) / FLUSH_SECONDS
        self._before = memory.used(relay.pid)

    def cost_us(self, requests: Iterable[bytes], least: int = 1) -> float:
        """CPU microseconds per request; they are repeated until they were as many as `least`."""
        every = list(requests)
        count = max(least, len(every))
        return round(
            self._spent_while(lambda: self._ask(itertools.islice(itertools.cycle(every), count))) / 1000 / count, 1
        )

    def recorded_us(self, requests: Iterable[bytes]) -> float | None:
        """The same of new ones, with what it takes to store them; None if that is lost in what Lintel uses anyway."""
        every, begun = list(requests), time.perf_counter()

        def ask() -> None:
            self._ask(every)
            time.sleep(FLUSH_SECONDS)

        spent = self._spent_while(ask)
        idle = self._idle * (time.perf_counter() - begun)
        return None if spent < 2 * idle else round((spent - idle) / 1000 / len(every), 1)

    def _ask(self, requests: Iterable[bytes]) -> None:
        for request in requests:
            self.client.ask(request)

    def grown_mb(self) -> float:
        """Memory since the beginning."""
        return round((memory.used(self._pid) - self._before) / MB, 2)

    def _spent_while(self, work: Callable[[], None]) -> int:
        before = cpu.spent_ns(self._pid)
        work()
        return cpu.spent_ns(self._pid) - before


@contextlib.contextmanager
def metered(relay: Relay) -> Iterator[Meter]:
    """Until it is left."""
    meter = Meter(relay)
    with meter.client:
        yield meter
