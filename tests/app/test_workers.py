"""`lintel serve --workers N`: one socket, several processes, one answer on the admin side."""

import json
import os
import re
import signal
import time
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from tests.app.sleeping import heard
from tests.app.test_serve import ONE_MAJOR, through
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server

Lintel = Callable[..., Proxy]
pytestmark = ONE_MAJOR

WORKERS = 3


@pytest.fixture
def proxy(database: str, lintel: Lintel) -> Proxy:
    return lintel(database, "--workers", str(WORKERS))


@pytest.fixture
def dsn(database: str, proxy: Proxy) -> str:
    return through(proxy, database)


def workers(proxy: Proxy) -> list[int]:
    """Their process ids."""
    children = Path(f"/proc/{proxy.process.pid}/task/{proxy.process.pid}/children").read_text()
    return [int(pid) for pid in children.split()]


def metric(proxy: Proxy, name: str) -> float:
    found = re.search(rf"^{re.escape(name)} (\S+)$", proxy.get("/metrics"), re.MULTILINE)
    assert found, name
    return float(found[1])


def ready(proxy: Proxy) -> bool:
    try:
        return bool(json.loads(proxy.get("/readyz"))["ready"])
    except urllib.error.HTTPError as problem:
        problem.close()
        return False


def until(holds: Callable[[], bool], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def clients(dsn: str) -> Iterator[list[psycopg.Connection]]:
    with ExitStack() as stack:
        yield [stack.enter_context(psycopg.connect(dsn, autocommit=True)) for _ in range(30)]


def test_the_sum_is_shown_and_stored(proxy: Proxy, clients: list[psycopg.Connection]) -> None:
    known = metric(proxy, "lintel_catalog_refreshes_total")
    clients[0].execute("CREATE TABLE t (id int)")
    until(lambda: metric(proxy, "lintel_catalog_refreshes_total") == known + WORKERS)
    before = metric(proxy, 'lintel_statements_total{verdict="allow"}')
    for number in range(300):
        clients[number % 30].execute("SELECT id FROM t WHERE id = 1")
    assert metric(proxy, 'lintel_statements_total{verdict="allow"}') - before == 300
    assert metric(proxy, "lintel_sessions") == 30
    assert metric(proxy, "lintel_catalog_databases") == 1
    assert metric(proxy, "process_resident_memory_bytes") > (WORKERS + 1) * 10_000_000
    proxy.terminate()
    (use,) = [use for use in proxy.report()["uses"] if use["kind"] == "read"]
    assert use["calls"] == 300
    assert proxy.report()["window"]["dropped"] == 0


def test_ddl_through_one_is_told_to_the_others(proxy: Proxy, clients: list[psycopg.Connection]) -> None:
    """By count: polling once a second they would have read the catalog a few times, whatever happened in between."""
    for client in clients:
        client.execute("SELECT 1")  # so that each has read the catalog
    known, since = metric(proxy, "lintel_catalog_refreshes_total"), time.monotonic()
    for number in range(40):
        clients[0].execute(f"CREATE TABLE t_{number} (id int)")
    until(lambda: metric(proxy, "lintel_catalog_refreshes_total") >= known + 40 + WORKERS - 1)
    polled = (WORKERS - 1) * (time.monotonic() - since + 2)
    assert metric(proxy, "lintel_catalog_refreshes_total") > known + 40 + polled


def test_the_limit_on_sessions_is_that_of_all_of_them(database: str, lintel: Lintel) -> None:
    proxy = lintel(database, "--workers", str(WORKERS), LINTEL_LIMITS__SESSIONS="5")
    held: list[psycopg.Connection] = []

    def one_more() -> bool:
        try:
            held.append(psycopg.connect(through(proxy, database)))
        except psycopg.OperationalError:
            return False
        return True

    until(lambda: one_more() and len(held) == 5)
    with ExitStack() as stack:
        for client in held:
            stack.enter_context(client)
        for _ in range(4):
            with pytest.raises(psycopg.OperationalError, match="too many connections"):
                psycopg.connect(through(proxy, database))
        held[0].close()
        until(one_more)
        stack.enter_context(held[-1])


@pytest.mark.check(16)
def test_cancel_reaches_the_right_server_process_through_any_worker(
    server: Server, clients: list[psycopg.Connection]
) -> None:
    """A cancel request is a connection of its own, which any worker may get."""
    cancelled = range(0, len(clients), 2)
    told = heard(clients, cancelled, [server])
    assert told == ["57014" if number in cancelled else None for number in range(len(clients))]


def test_a_worker_that_dies_is_replaced_and_only_its_sessions_end(
    proxy: Proxy, dsn: str, clients: list[psycopg.Connection]
) -> None:
    for client in clients:
        client.execute("SELECT 1")
    time.sleep(1.2)  # the totals are asked for once a second
    before = metric(proxy, "lintel_sessions_total")
    killed = workers(proxy)[0]
    os.kill(killed, signal.SIGKILL)
    until(lambda: killed not in workers(proxy))
    until(lambda: len(workers(proxy)) == WORKERS and ready(proxy))
    alive = 0
    for client in clients:
        try:
            client.execute("SELECT 1")
            alive += 1
        except psycopg.OperationalError:
            pass
    assert 0 < alive < 30
    for _ in range(10):
        psycopg.connect(dsn).close()
    assert metric(proxy, "lintel_sessions_total") == before + 10
    assert "worker ended, another one begins" in proxy.log


def test_not_ready_while_a_worker_does_not_answer(proxy: Proxy) -> None:
    assert ready(proxy)
    stopped = workers(proxy)[0]
    os.kill(stopped, signal.SIGSTOP)
    assert not ready(proxy)
    assert proxy.get("/livez") == "ok\n"
    os.kill(stopped, signal.SIGCONT)
    until(lambda: ready(proxy))


@pytest.mark.check(31)
def test_sigterm_drains_all_of_them(proxy: Proxy, dsn: str, clients: list[psycopg.Connection]) -> None:
    clients[0].execute("CREATE TABLE kept (id int)")
    busy = clients[1]
    busy.execute("BEGIN")
    pids = workers(proxy)
    proxy.process.terminate()
    time.sleep(0.5)
    busy.execute("INSERT INTO kept VALUES (1)")
    busy.execute("COMMIT")
    assert proxy.process.wait(10) == 0
    assert not [pid for pid in pids if Path(f"/proc/{pid}").exists()]
    with pytest.raises(psycopg.OperationalError):
        clients[0].execute("SELECT 1")


def test_workers_do_not_outlive_their_supervisor(proxy: Proxy) -> None:
    pids = workers(proxy)
    proxy.process.kill()
    proxy.process.wait()
    until(lambda: not [pid for pid in pids if Path(f"/proc/{pid}").exists()])
