"""The event loop goes on while a flush is on its way to a disk that does not answer."""

import asyncio
import threading
from pathlib import Path

import pytest

from lintel.analysis.facts import Facts
from lintel.policy.statement import Statement
from lintel.recorder import Recorder
from lintel.recorder.gathering import SLICE
from lintel.store import Batch, Reader, Store

FACTS = Facts("select", ("public.orders",), ("public.orders.total",))
KEYS = 2_000
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
