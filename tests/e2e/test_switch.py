"""Off, on and dry-run: what sessions that go on get at each, and what is known of it afterwards."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors
from tests.app.test_reload import reload
from tests.app.test_workers import ready, until, workers
from tests.command import lintel as command
from tests.command import started
from tests.e2e.proxy import SECONDS_TO_FLUSH, Proxy
from tests.priority import PLAN

from lintel.demo.postgres import find

PARKED = f'{PLAN}\n[shield]\nabsent_writes = "park"\n'
STAR = "SELECT * FROM orders"

pytestmark = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")
Lintel = Callable[..., Proxy]


@pytest.fixture
def orders(database: str) -> str:
    """With the column there already."""
    with psycopg.connect(database) as owner:
        owner.execute("CREATE TABLE orders (id int PRIMARY KEY, priority smallint DEFAULT 0)")
        owner.execute("INSERT INTO orders VALUES (1, 7)")
    return database


def plan(directory: Path, text: str = PLAN) -> str:
    file = directory / "orders-priority.toml"
    file.write_text(text)
    return str(file)


def connected(proxy: Proxy, dsn: str, client: str = "v1") -> psycopg.Connection:
    return psycopg.connect(dsn, host=proxy.host, port=proxy.port, application_name=client, autocommit=True)


def order(proxy: Proxy, *words: str, code: int = 0) -> str:
    done = command(*words, "--admin", proxy.admin)
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


def status(proxy: Proxy) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(order(proxy, "status", "--json"))
    return found


def columns(session: psycopg.Connection, text: str = STAR) -> list[str]:
    found = session.execute(text, prepare=True)
    return [column.name for column in found.description or ()]


@pytest.mark.check(34)
@pytest.mark.parametrize("workers", ["1", "2"])
def test_off_and_on_reach_sessions_that_go_on(orders: str, lintel: Lintel, tmp_path: Path, workers: str) -> None:
    proxy = lintel(orders, "--plan", plan(tmp_path), "--workers", workers)
    sessions = [connected(proxy, orders) for _ in range(6)]
    for session in sessions:
        assert [columns(session), columns(session)] == [["id"], ["id"]]  # prepared with an edited text
    assert started("off", "--admin", proxy.admin).stdout.endswith(": off\n")
    sessions.append(connected(proxy, orders))
    for session in sessions:
        assert columns(session) == ["id", "priority"]
    assert "switched off" in json.loads(proxy.get("/readyz"))["problems"]["shield"]
    assert status(proxy)["mode"] == "off"
    assert "lintel_enforced 0.0" in proxy.get("/metrics")
    assert order(proxy, "on").endswith(": enforce\n")
    for session in sessions:
        assert columns(session) == ["id"]
        session.close()
    assert "problems" not in json.loads(proxy.get("/readyz"))
    assert "Traceback" not in proxy.log


@pytest.mark.check(34)
def test_off_in_the_middle_of_a_transaction(orders: str, lintel: Lintel, tmp_path: Path) -> None:
    proxy = lintel(orders, "--plan", plan(tmp_path))
    with connected(proxy, orders) as session, session.transaction():
        assert columns(session) == ["id"]
        order(proxy, "off")
        assert columns(session) == ["id", "priority"]


def test_what_sql_has_prepared_runs_as_it_was_prepared(orders: str, lintel: Lintel, tmp_path: Path) -> None:
    proxy = lintel(orders, "--plan", plan(tmp_path))
    with connected(proxy, orders) as session:
        session.execute(f"PREPARE p AS {STAR}")
        order(proxy, "off")
        assert columns(session, "EXECUTE p") == ["id"]
        session.execute(f"PREPARE q AS {STAR}")
        assert columns(session, "EXECUTE q") == ["id", "priority"]
        order(proxy, "on")
        assert columns(session, "EXECUTE p") == ["id"]
        with pytest.raises(errors.InsufficientPrivilege, match="PREPARE it again"):
            session.execute("EXECUTE q")


@pytest.mark.check(34)
def test_off_outlives_a_reload_and_a_worker(orders: str, lintel: Lintel, tmp_path: Path) -> None:
    proxy = lintel(orders, "--plan", plan(tmp_path), "--workers", "2")
    order(proxy, "off")
    reload(proxy)
    before = workers(proxy)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    until(lambda: ready(proxy) and not set(before) & set(workers(proxy)))
    with connected(proxy, orders) as session:
        assert columns(session) == ["id", "priority"]
    assert status(proxy)["mode"] == "off"


def test_off_outlives_a_restart(orders: str, lintel: Lintel, tmp_path: Path) -> None:
    proxy = lintel(orders, "--plan", plan(tmp_path))
    order(proxy, "off")
    proxy.process.send_signal(signal.SIGUSR2)
    proxy.process.wait(timeout=60)
    order(proxy, "wait")
    found = status(proxy)
    try:
        with connected(proxy, orders) as session:
            assert columns(session) == ["id", "priority"]
        assert (found["mode"], order(proxy, "on").endswith(": enforce\n")) == ("off", True)
    finally:
        os.kill(found["pid"], signal.SIGTERM)


def test_what_would_have_been_refused_is_told(database: str, lintel: Lintel, tmp_path: Path) -> None:
    with psycopg.connect(database) as owner:
        owner.execute("CREATE TABLE orders (id int PRIMARY KEY)")
    proxy = lintel(database, "--plan", plan(tmp_path), LINTEL_SHIELD__MODE="dry-run")
    with connected(proxy, database) as session:
        session.execute(STAR)
        for text in ("SELECT priority FROM orders", "INSERT INTO orders (id, priority) VALUES (1, 2)"):
            with pytest.raises(errors.UndefinedColumn) as caught:
                session.execute(text)
            assert not str(caught.value).startswith("lintel")
    counted = status(proxy)["statements"]
    assert (counted["would_rewrite"], counted["would_refuse"], counted["rewrite"], counted["refuse"]) == (2, 1, 0, 0)
    deadline = time.monotonic() + SECONDS_TO_FLUSH
    while "Would be refused" not in (text := command("report", "--store", str(proxy.store)).stdout):
        assert time.monotonic() < deadline, text
    assert "the write was refused" in text
    uses = [use for use in proxy.report()["uses"] if use["would_refuse"]]
    assert {(use["client"], use["refused"], use["would_refuse"]) for use in uses} == {("v1", 0, 1)}
    (told,) = proxy.report()["plans"]
    sides = {one["side"]: (one["rewritten"], one["would_rewrite"], one["would_refuse"]) for one in told["clients"]}
    assert sides == {"old": (0, 1, 0), "new": (0, 1, 1)}


def test_dry_run_makes_nothing_in_the_database(database: str, lintel: Lintel, tmp_path: Path) -> None:
    with psycopg.connect(database) as owner:
        owner.execute("CREATE TABLE orders (id int PRIMARY KEY)")
    proxy = lintel(database, "--plan", plan(tmp_path, PARKED), LINTEL_SHIELD__MODE="dry-run")
    with connected(proxy, database) as session:
        assert session.execute("SELECT to_regnamespace('lintel')").fetchone() == (None,)


def test_off_is_refused_while_values_may_be_parked(database: str, lintel: Lintel, tmp_path: Path) -> None:
    with psycopg.connect(database) as owner:
        owner.execute("CREATE TABLE orders (id int PRIMARY KEY)")
    proxy = lintel(database, "--plan", plan(tmp_path, PARKED))
    with connected(proxy, database, "v2") as session:
        session.execute("INSERT INTO orders (id, priority) VALUES (1, 2)")
        assert "values may be parked by orders-priority" in order(proxy, "off", code=1)
        assert status(proxy)["mode"] == "enforce"
        assert order(proxy, "off", "--force").endswith(": off\n")
        with pytest.raises(errors.UndefinedColumn):
            session.execute("SELECT priority FROM orders")
        order(proxy, "on")
        assert session.execute("SELECT priority FROM orders").fetchone() == (2,)


def test_how_it_stands(orders: str, lintel: Lintel, tmp_path: Path) -> None:
    proxy = lintel(orders, "--plan", plan(tmp_path))
    with connected(proxy, orders) as session:
        columns(session)
        found = status(proxy)
        text = order(proxy, "status")
    name = orders.rpartition("/")[2]
    assert found["mode"] == "enforce"
    assert found["ready"] is True
    assert (found["sessions"], found["statements"]["rewrite"]) == (1, 1)
    assert [(one["database"], one["sessions"]) for one in found["databases"]] == [(name, 1)]
    (one,) = found["plans"]
    assert (one["plan"], one["phases"]) == ("orders-priority", {name: "present"})
    assert all(word in text for word in ("ready, mode enforce", "orders-priority", "present", "rewrite 1"))


def test_health_and_waiting(database: str, lintel: Lintel) -> None:
    proxy = lintel(database)
    order(proxy, "wait")
    order(proxy, "healthcheck")
    order(proxy, "healthcheck", "--ready")
    proxy.terminate()
    assert "no Lintel answers" in order(proxy, "healthcheck", code=1)
    assert "no Lintel answers" in order(proxy, "wait", "--timeout", "0.2", code=1)
    assert "no Lintel answers" in order(proxy, "status", code=1)
    assert "no Lintel answers" in order(proxy, "off", code=1)
