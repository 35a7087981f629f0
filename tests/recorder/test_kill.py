"""kill -9: what was acknowledged in the store stays, at most a flush interval is lost, nothing counts twice."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lintel.store import Reader, StoreError

WRITER = """
import asyncio, sys
from pathlib import Path
from lintel.analysis.facts import Facts
from lintel.policy.statement import Statement
from lintel.recorder import Recorder

async def main():
    recorder = Recorder(Path(sys.argv[1]), interval=0.1)
    recorder.start()
    one = Statement("select total from orders", Facts("select", ("public.orders",)), "allow")
    for number in range(1, 10**9):
        recorder.observe(one, recorder.tally("billing", "shop"))
        print(number, flush=True)
        await asyncio.sleep(0.001)

asyncio.run(main())
"""


def stored(path: Path) -> int:
    try:
        reader = Reader(path)
    except StoreError:
        return 0
    try:
        return sum(caller.calls for _, callers in reader.statements() for caller in callers)
    finally:
        reader.close()


def killed(path: Path, seconds: float) -> tuple[int, int]:
    """A writer, killed so long after its first observation: what the store had before that, and what was observed."""
    with subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(seconds)
        acknowledged = stored(path)
        process.send_signal(signal.SIGKILL)
        return acknowledged, int((first + process.stdout.read()).split()[-1])


@pytest.mark.check(28)
@pytest.mark.parametrize("seconds", [0.35, 0.5])
def test_kill_minus_nine(tmp_path: Path, seconds: float) -> None:
    path = tmp_path / "lintel.db"
    acknowledged, observed = killed(path, seconds)
    found = stored(path)
    assert 0 < acknowledged <= found <= observed
    assert found > observed / 4, "more than a flush interval is missing"
    assert Reader(path).window().start is not None


@pytest.mark.check(28)
@pytest.mark.long
@pytest.mark.timeout(900)
def test_a_hundred_times_on_one_store(tmp_path: Path) -> None:
    path = tmp_path / "lintel.db"
    drawn = random.Random(28)
    before = 0
    for _ in range(100):
        acknowledged, observed = killed(path, drawn.uniform(0.0, 0.5))
        found = stored(path)
        assert before <= acknowledged <= found <= before + observed
        before = found
    assert Reader(path).window().gaps
    assert not Reader(path).window().whole
