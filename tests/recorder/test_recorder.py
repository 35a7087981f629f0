"""The recorder: nothing observed is lost while the store works; what is lost otherwise is counted."""

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest

from lintel.analysis.facts import Facts
from lintel.policy.statement import Statement
from lintel.recorder import Recorder
from lintel.schema import Schema
from lintel.store import Filter, Reader, StoreError

FACTS = Facts("select", ("public.orders",), ("public.orders.total",))


def statement(number: int = 0, **more: object) -> Statement:
    values = {
        "source": f"select total from orders_{number}",
        "facts": FACTS,
        "verdict": "allow",
        "search_path": ("public",),
    }
    return Statement(**(values | more))  # type: ignore[arg-type]


def total(path: Path) -> int:
    if not path.exists():
        return 0
    reader = Reader(path)
    try:
        return sum(caller.calls for _, callers in reader.statements() for caller in callers)
    finally:
        reader.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lintel.db"


def overwrite(path: Path) -> None:
    with sqlite3.connect(path) as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    garbage = path.with_name("garbage")
    garbage.write_bytes(b"garbage " * 1000)
    garbage.rename(path)


async def until_stored(path: Path, calls: int, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            found = total(path)
        except StoreError:
            found = -1
        if found == calls:
            return
        assert time.monotonic() < deadline, f"{found} of {calls} calls in the store after {seconds} s"
        await asyncio.sleep(0.02)


async def test_in_the_store_within_two_seconds(path: Path) -> None:
    recorder = Recorder(path)
    recorder.start()
    one = statement()
    for _ in range(1000):
        recorder.observe(one, recorder.tally("billing", "shop"))
    recorder.observe(one, recorder.tally("billing", "shop"), "23505")
    await until_stored(path, 1001, 2.0)
    assert recorder.state.dropped == 0
    assert recorder.state.flushes >= 1
    await recorder.close()


async def test_close_flushes(path: Path) -> None:
    recorder = Recorder(path, interval=60)
    recorder.start()
    recorder.observe(statement(), recorder.tally("billing", "shop"))
    recorder.observe(statement(tags={"application": "tagged"}), recorder.tally("billing", "shop"))
    await recorder.close()
    assert {row.client for row in Reader(path).uses(Filter())} == {"billing", "tagged"}


@pytest.mark.check(24)
async def test_observe_never_waits_for_a_locked_store(path: Path) -> None:
    recorder = Recorder(path, interval=0.05)
    recorder.start()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    one = statement()
    took = []
    for _ in range(30):
        began = time.perf_counter()
        recorder.observe(one, recorder.tally("billing", "shop"))
        took.append(time.perf_counter() - began)
        await asyncio.sleep(0.03)
    assert sorted(took)[-4] < 0.05  # a busy machine may take the processor away now and then
    assert recorder.state.failures >= 1
    other.execute("ROLLBACK")
    other.close()
    await until_stored(path, 30)
    assert recorder.state.dropped == 0
    await recorder.close()


@pytest.mark.check(24)
async def test_memory_is_bounded_and_drops_are_counted(path: Path) -> None:
    recorder = Recorder(path, interval=60, max_keys=10)
    recorder.start()
    for number in range(25):
        recorder.observe(statement(number), recorder.tally("billing", "shop"))
    assert recorder.state.dropped == 15
    await recorder.close()
    assert recorder.state.dropped == 15
    assert Reader(path).window().dropped == 15
    assert total(path) == 10


@pytest.mark.check(24)
async def test_a_deleted_store_is_made_anew(path: Path) -> None:
    recorder = Recorder(path, interval=0.05)
    recorder.start()
    recorder.catalog("shop", Schema({}))
    recorder.observe(statement(), recorder.tally("billing", "shop"))
    await until_stored(path, 1)
    for file in path.parent.iterdir():
        file.unlink()
    recorder.observe(statement(), recorder.tally("billing", "shop"))
    await until_stored(path, 1)
    assert Reader(path).catalog("shop") is not None
    await recorder.close()


@pytest.mark.check(24)
async def test_a_corrupt_store_is_put_aside(path: Path) -> None:
    recorder = Recorder(path, interval=0.05)
    recorder.start()
    recorder.observe(statement(), recorder.tally("billing", "shop"))
    await until_stored(path, 1)
    overwrite(path)
    await asyncio.sleep(0.1)
    recorder.observe(statement(), recorder.tally("billing", "shop"))
    await until_stored(path, 1)
    assert list(path.parent.glob("*.corrupt-*"))
    await recorder.close()


@pytest.mark.check(24)
async def test_a_store_that_stays_unwritable_does_not_hold_up_the_end(path: Path) -> None:
    recorder = Recorder(path, interval=0.05)
    recorder.start()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    recorder.observe(statement(), recorder.tally("billing", "shop"))
    await asyncio.sleep(0.1)
    began = time.monotonic()
    await recorder.close()
    assert time.monotonic() - began < 4
    assert recorder.state.dropped == 1, "given up by the thread or, where that had no time for it, left behind"
    other.close()


async def test_an_idle_recorder_shows_that_it_watches(path: Path) -> None:
    recorder = Recorder(path, interval=0.05)
    recorder.start()
    await asyncio.sleep(0.3)
    await recorder.close()
    window = Reader(path).window()
    assert window.start is not None
    assert window.end is not None
    assert window.end > window.start
    assert window.whole


def test_a_place_that_cannot_be_opened_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        Recorder(tmp_path / "nowhere" / "lintel.db")


async def test_observing_is_quick(path: Path) -> None:
    recorder = Recorder(path, interval=60)
    one = statement()
    best = 1e9
    for _ in range(5):
        began = time.thread_time()
        for _ in range(10_000):
            recorder.observe(one, recorder.tally("billing", "shop"), None)
        best = min(best, (time.thread_time() - began) / 10_000)
    assert best < 3e-6
