"""A disk that does not answer, or refuses: the event loop goes on, and what is lost in the end is counted."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from lintel.analysis.facts import Facts
from lintel.policy.statement import Statement
from lintel.recorder import Recorder
from lintel.recorder.gathering import SLICE
from lintel.store import Batch, Reader, Store, StoreError

FACTS = Facts("select", ("public.orders",), ("public.orders.total",))
KEYS = 2_000
ONE = Statement("select total from orders", FACTS, "allow")
TURNS = 100


class Disk:
    """Answers when it is let; says when somebody waits for it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waited_for, self.answers = threading.Event(), threading.Event()
        add = Store.add

        def slow(store: Store, batch: Batch) -> None:
            self.waited_for.set()
            assert self.answers.wait(60)
            add(store, batch)

        monkeypatch.setattr(Store, "add", slow)


@pytest.mark.check(24)
async def test_a_slow_disk_does_not_hold_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    disk = Disk(monkeypatch)
    recorder = Recorder(tmp_path / "lintel.db", interval=60)
    recorder.start()
    tally = recorder.tally("billing", "shop")
    statements = [Statement(f"select total from orders_{n}", FACTS, "allow") for n in range(KEYS)]
    for one in statements:
        recorder.observe(one, tally)
    await asyncio.to_thread(disk.waited_for.wait, 60)  # the heartbeat of the start
    for _ in range(TURNS):
        recorder.flush()
        recorder.observe(statements[0], tally)
        await asyncio.sleep(0)
    assert recorder.state.flushes == 0  # all of that while nothing has been written
    disk.answers.set()
    while recorder.state.flushes <= KEYS // SLICE:
        recorder.flush()
        await asyncio.sleep(0.01)
    await recorder.close()
    calls = [caller.calls for _, callers in Reader(tmp_path / "lintel.db").statements() for caller in callers]
    assert recorder.state.dropped == 0
    assert sum(calls) == KEYS + TURNS


@pytest.mark.check(24)
async def test_what_a_disk_never_took_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the thread has in its hand at the end, and what it has not got to."""
    monkeypatch.setattr("lintel.recorder.recorder.CLOSE_SECONDS", 0.05)
    disk = Disk(monkeypatch)
    recorder = Recorder(tmp_path / "lintel.db", interval=60)
    recorder.observe(ONE, recorder.tally("billing", "shop"))
    recorder.start()
    await asyncio.to_thread(disk.waited_for.wait, 60)
    for _ in range(2):
        recorder.observe(ONE, recorder.tally("billing", "shop"))
    await recorder.close()
    assert recorder.state.dropped == 3
    disk.answers.set()


@pytest.mark.check(24)
@pytest.mark.parametrize("failing", [2, 100])
async def test_what_was_given_up_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    """To the store, where a later batch gets there; else by a run that is not closed."""
    left = [failing]
    add = Store.add

    def refusing(store: Store, batch: Batch) -> None:
        if batch.calls and left[0]:
            left[0] -= 1
            raise StoreError("full")
        add(store, batch)

    monkeypatch.setattr(Store, "add", refusing)
    monkeypatch.setattr("lintel.recorder.gathering.SLICE", 1)
    recorder = Recorder(tmp_path / "lintel.db", interval=60)
    tally = recorder.tally("billing", "shop")
    for number in range(3):
        recorder.observe(Statement(f"select total from orders_{number}", FACTS, "allow"), tally)
    recorder.start()  # hands them over
    recorder.observe(ONE, tally)
    await recorder.close()
    with closing(Reader(tmp_path / "lintel.db")) as reader:
        stored, told = len(reader.statements()), reader.window(database="shop").dropped
    assert (recorder.state.dropped, stored, told) == ((3, 1, 3) if failing == 2 else (4, 0, 0))
    with closing(sqlite3.connect(tmp_path / "lintel.db")) as raw:
        assert raw.execute("SELECT closed FROM run").fetchall() == ([(1,)] if failing == 2 else [])
