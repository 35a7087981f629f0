"""No process is to be had for a moment, or the interpreter is gone: what runs goes on, and says so."""

import asyncio
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lintel.app import child, handover, supervisor
from lintel.app.configuration import Configuration
from lintel.app.supervisor import Supervisor
from lintel.config import ConfigError, Settings
from lintel.config.settings import Process, Record


@pytest.fixture
def supervised(tmp_path: Path) -> Supervisor:
    settings = Settings(process=Process(workers=1), record=Record(store=str(tmp_path / "lintel.db")))
    return Supervisor(Configuration(settings, ()))


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - it is told to nobody
            await asyncio.sleep(0.01)


@pytest.mark.usefixtures("nowhere")
async def test_a_successor_that_cannot_be_started_changes_nothing() -> None:
    assert not await handover.succeeded({}, off=False)


@pytest.mark.usefixtures("nowhere")
async def test_workers_that_cannot_be_started_end_the_start(supervised: Supervisor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        with pytest.raises(ConfigError, match=r"process.workers: worker \d could not be started \(No such file"):
            await asyncio.wait_for(supervised.start([listening]), 30)
        await supervised.close()


async def test_a_worker_that_cannot_be_started_again_is_tried_again(
    supervised: Supervisor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(supervisor, "LONGEST_BACKOFF", 0.1)
    there = sys.executable
    with socket.create_server(("127.0.0.1", 0)) as listening:
        await asyncio.wait_for(supervised.start([listening]), 60)
        monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
        first = supervised._children[1]
        first.kill()
        first.kill()  # twice does no harm
        await until(lambda: 1 not in supervised._children)
        monkeypatch.setattr(sys, "executable", there)
        await until(lambda: 1 in supervised._children and supervised._children[1].ready)
        await supervised.close()


async def test_a_worker_that_hangs_is_asked_a_few_times_only(
    supervised: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "PATIENCE_SECONDS", 0.0)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        await asyncio.wait_for(supervised.start([listening]), 60)
        hanging = supervised._children[1]
        monkeypatch.setattr(hanging, "_heard", lambda _: None)  # whatever it says
        for _ in range(2 * child.MAX_ASKED):
            assert await hanging.ask(readiness=False) is None
        assert len(hanging._asked) == child.MAX_ASKED
        await supervised.close()
