"""A store that cannot be written: what is observed waits or is counted as lost, and recording goes on by itself."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lintel.analysis.facts import Facts
from lintel.policy.statement import Statement
from lintel.recorder import Recorder, gathering
from lintel.recorder.gathering import OTHERS
from lintel.store import Filter, Reader, Use

FACTS = Facts("select", ("public.orders",), ("public.orders.total",))
# SQLite's writes fail for as long as no file may grow: what a full disk does, without filling one.
FULL = """
import asyncio, resource, sys
from pathlib import Path
from lintel.analysis.facts import Facts
from lintel.policy.statement import Statement
from lintel.recorder import Recorder

async def until(condition):
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise SystemExit("nothing happened")

async def main():
    recorder = Recorder(Path(sys.argv[1]), interval=0.02)
    recorder.start()
    facts = Facts("select", ("public.orders",), ("public.orders.total",))
    tally = recorder.tally("billing", "shop")
    seen = [Statement(f"select total from orders where {'x' * 200}{i} is null", facts, "allow") for i in range(300)]
    recorder.observe(seen[0], tally)
    await until(lambda: recorder.state.flushes > 1)
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    for one in seen:
        recorder.observe(one, tally)
    await until(lambda: recorder.state.failures > 2)
    failing = recorder.state
    assert failing.pending and failing.unwritten_seconds > 0, failing
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await until(lambda: not recorder.state.pending)
    assert recorder.state.dropped == 0
    await recorder.close()

asyncio.run(main())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lintel.db"


def statement(number: int = 0) -> Statement:
    return Statement(f"select total from orders_{number}", FACTS, "allow", search_path=("public",))


async def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)


def calls(path: Path) -> int:
    reader = Reader(path)
    try:
        return sum(row.calls for row in reader.traffic(Filter()))
    finally:
        reader.close()


def test_a_full_disk(path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "store cannot be written" in done.stdout + done.stderr
    assert calls(path) == 301
    assert Reader(path).window().whole


async def test_a_locked_store_loses_nothing_and_shows_no_gap(path: Path) -> None:
    recorder = Recorder(path, interval=0.05)
    recorder.start()
    tally = recorder.tally("billing", "shop")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    recorder.observe(statement(), tally)
    await until(lambda: recorder.state.failures)
    for number in range(100):
        recorder.observe(statement(number), tally)
    other.execute("ROLLBACK")
    other.close()
    await until(lambda: not recorder.state.pending)
    await recorder.close()
    assert calls(path) == 101
    assert Reader(path).window().whole


async def test_a_store_that_was_away_comes_back(path: Path) -> None:
    away = path.parent / "away"
    home = path.parent / "home"
    home.mkdir()
    store = home / "lintel.db"
    recorder = Recorder(store, interval=0.05)
    recorder.start()
    tally = recorder.tally("billing", "shop")
    recorder.observe(statement(), tally)
    await until(lambda: recorder.state.flushes > 2)
    home.rename(away)
    recorder.observe(statement(), tally)
    await until(lambda: recorder.state.failures)
    away.rename(home)
    await until(lambda: not recorder.state.pending)
    await recorder.close()
    assert recorder.state.dropped == 0
    assert calls(store) == 2


async def test_a_million_names_and_texts_take_bounded_memory(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MAX_CLIENTS", 100)
    recorder = Recorder(path, interval=3600, max_keys=1_000)
    recorder.start()
    one = statement()
    for number in range(1_000_000 // 100):
        recorder.observe(one, recorder.tally(f"client {number}", "shop"))
    assert recorder.state.pending == 1_000
    await recorder.close()
    state = recorder.state
    assert (state.dropped, state.other_clients) == (9_000, 900)
    reader = Reader(path)
    clients = {row.client: row.calls for row in reader.traffic(Filter())}
    assert len(clients) == 101
    assert clients[OTHERS] == 900
    assert reader.window(database="shop").dropped == 9_000


async def test_a_fault_of_ours_does_not_end_the_recording(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder(path, interval=0.05)
    recorder.start()
    tally = recorder.tally("billing", "shop")
    with monkeypatch.context() as broken:
        broken.setattr(gathering, "recorded", lambda *_: 1 / 0)
        recorder.observe(statement(), tally)
        await until(lambda: recorder.state.dropped)
    recorder.observe(statement(), tally)
    await until(lambda: not recorder.state.pending)
    await recorder.close()
    assert (recorder.state.dropped, calls(path)) == (1, 1)
    assert Reader(path).window().dropped == 1


async def test_several_processes_add_up_and_a_killed_one_is_a_gap(path: Path) -> None:
    script = (
        "import asyncio, sys\nfrom pathlib import Path\nfrom lintel.analysis.facts import Facts\n"
        "from lintel.policy.statement import Statement\nfrom lintel.recorder import Recorder\n"
        "async def main():\n"
        "    recorder = Recorder(Path(sys.argv[1]), interval=0.05)\n"
        "    recorder.start()\n"
        "    one = Statement('select total from orders', Facts('select', ('public.orders',),"
        " ('public.orders.total',)), 'allow')\n"
        "    for _ in range(100):\n"
        "        recorder.observe(one, recorder.tally('billing', 'shop'))\n"
        "    while recorder.state.flushes < 3:\n"
        "        await asyncio.sleep(0.01)\n"
        "    print('written', flush=True)\n"
        "    if sys.stdin.readline():\n"
        "        await recorder.close()\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220
        for _ in range(3)
    ]
    for one in processes:
        assert one.stdout is not None
        assert one.stdout.readline() == "written\n"
    processes[0].send_signal(signal.SIGKILL)
    for one in processes[1:]:
        one.communicate("end\n", timeout=30)
    processes[0].communicate()
    assert calls(path) == 300
    reader = Reader(path)
    assert reader.traffic(Filter())[0].statement == Reader(path).uses(Filter())[0].statement
    recorder = Recorder(path, interval=60)
    recorder.start()
    await recorder.close()
    window = reader.window()
    assert len(window.gaps) == 1
    assert not window.whole
    assert {row.use for row in reader.uses(Filter())} == {Use("public.orders", "total", "read")}
