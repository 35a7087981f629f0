"""The referee of a running Lintel: it reads what was rewritten, is counted and shown, and is gone with Lintel."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.app.test_serve import ONE_MAJOR, through
from tests.command import lintel as run
from tests.e2e.proxy import Proxy

Lintel = Callable[..., Proxy]
pytestmark = ONE_MAJOR

PLAN = """
id = "orders-priority"
purpose = "Support wants to sort by urgency"
table = "public.orders"
[add]
column = "priority"
type = "smallint"
default = "7"
"""
CANARY = "canary4711"
TEXTS = ("SELECT * FROM orders", f"SELECT *, '{CANARY}' AS n FROM orders", "SELECT id, priority FROM orders")


@pytest.fixture
def orders(database: str, tmp_path: Path) -> str:
    (tmp_path / "plan.toml").write_text(PLAN)
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE orders (id int, priority smallint)")
    return database


def readings(proxy: Proxy) -> dict[str, int]:
    found: dict[str, int] = json.loads(proxy.get("/status"))["referee"]
    return found


def readers() -> set[int]:
    """The processes that read, of whatever Lintel."""
    found = set()
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = entry.read_bytes().split(b"\0")
        except OSError:  # it has just ended
            continue
        if b"lintel.referee.reader" in words:
            found.add(int(entry.parent.name))
    return found


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


@pytest.mark.parametrize("workers", [1, 2])
def test_what_was_rewritten_is_read_and_nobody_is_left(
    orders: str, lintel: Lintel, tmp_path: Path, workers: int
) -> None:
    """One process that reads for all workers; a reload with 0 asks no more."""
    file = tmp_path / "lintel.toml"
    file.write_text('[shield]\nplans = ["plan.toml"]\nreferee = 1\n')
    proxy = lintel(orders, "-c", str(file), "--workers", str(workers))
    texts = TEXTS if workers > 1 else TEXTS[1:2]
    for _ in range(4 if workers > 1 else 1):
        with psycopg.connect(through(proxy, orders), autocommit=True) as client:
            for text in texts:
                client.execute(text.encode())
    until(lambda: readings(proxy)["agrees"] >= len(texts))
    ours = {pid for pid in readers() if parent(pid) == proxy.process.pid}
    assert len(ours) == 1
    assert 'lintel_referee_readings_total{reading="agrees"}' in proxy.get("/metrics")
    told = run("status", "--admin", proxy.admin)
    assert all(word in told.stdout for word in ("referee", "retries", "loud prevented", "loud refused", "probes"))
    assert {name: number for name, number in readings(proxy).items() if name != "agrees"} == {
        "disagrees": 0, "unread": 0, "skipped": 0,
    }  # fmt: skip
    file.write_text('[shield]\nplans = ["plan.toml"]\nreferee = 0\n')
    proxy.process.send_signal(signal.SIGHUP)
    until(lambda: "configuration reloaded" in proxy.log)
    before = readings(proxy)
    with psycopg.connect(through(proxy, orders), autocommit=True) as client:
        client.execute("SELECT *, 1 AS another FROM orders")
    assert proxy.uses(1)
    assert readings(proxy) == before
    assert CANARY not in proxy.log
    proxy.terminate()
    until(lambda: not ours & readers())


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.1)
