"""How many distinct statements a flush brings to the store, and how late the event loop is meanwhile."""

import asyncio
import gc
import math
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import uvloop

from bench.growth.curve import Curve, Point
from bench.growth.ground import Ground
from lintel.analysis.facts import Facts
from lintel.policy.statement import Statement
from lintel.recorder import Recorder
from lintel.recorder.gathering import SLICE
from lintel.recorder.recorder import MAX_KEYS
from lintel.store import Batch, Store

_KEYS = (10, 100, 1_000)
_MORE_KEYS = (10_000, MAX_KEYS)
_TICK = 0.002
_IDLE_SECONDS = 1.0
_SLOW_SECONDS = 0.2  # for every slice of a flush


def flushes(ground: Ground) -> Curve:
    """Of a recorder in this process, whose garbage is settled as `lintel serve` has it."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000)
    return Curve(
        "flushes",
        "So many distinct statements counted since the last flush: CPU of the event loop for handing them to the "
        "store's thread, CPU of all for bringing them in, and how late the loop ran its timers at worst: when nothing "
        f"is written, while this is, and while each slice of it waits {_SLOW_SECONDS:g} s for a slow disk. Of a lag "
        "only that counts which the process itself was at work: the rest is other processes' on the same cores.",
        "keys",
        ("hand-over, CPU us", "stored, CPU us/key", "worst lag idle, ms", "flushing, ms", "slow disk, ms"),
        tuple(_with_keys(size) for size in ground.sizes(_KEYS, _MORE_KEYS)),
    )


def _with_keys(size: int) -> Point:
    idle, handed, spent, lag = uvloop.run(_flush(size))
    with _slow_disk():
        *_, slow = uvloop.run(_flush(size))
    return Point(
        size, (round(handed, 1), round(spent / size, 1), *(round(1000 * late, 1) for late in (idle, lag, slow)))
    )


async def _flush(size: int) -> tuple[float, float, float, float]:
    """(worst lag before, microseconds of the hand-over, of all, worst lag until everything is in)."""
    with tempfile.TemporaryDirectory(prefix="lintel-bench-") as name:
        recorder = Recorder(Path(name) / "store.db", interval=3600)
        recorder.start()
        tally, facts = recorder.tally("bench", "bench"), Facts("select", ("public.orders",), ("public.orders.total",))
        for number in range(size):
            recorder.observe(Statement(f"select total from orders_{number}", facts, "allow", {}, ("public",)), tally)
        await _worst_while(lambda: recorder.state.flushes < 1)  # the heartbeat of the start
        began = time.monotonic()
        idle = await _worst_while(lambda: time.monotonic() - began < _IDLE_SECONDS)
        before, begun = time.process_time(), time.thread_time()
        recorder.flush()
        handed = time.thread_time() - begun
        lag = await _worst_while(lambda: recorder.state.flushes < 1 + math.ceil(size / SLICE))
        spent = time.process_time() - before
        await recorder.close()
    return idle, handed * 1e6, spent * 1e6, lag


async def _worst_while(lasts: Callable[[], bool]) -> float:
    """The worst lag of the loop, in seconds."""
    worst = 0.0
    while lasts():
        due, spent = time.monotonic() + _TICK, time.process_time()
        await asyncio.sleep(_TICK)
        worst = max(worst, min(time.monotonic() - due, time.process_time() - spent))
    return worst


@contextmanager
def _slow_disk() -> Iterator[None]:
    add = Store.add

    def slow(store: Store, batch: Batch) -> None:
        time.sleep(_SLOW_SECONDS)
        add(store, batch)

    Store.add = slow  # type: ignore[method-assign]
    try:
        yield
    finally:
        Store.add = add  # type: ignore[method-assign]
