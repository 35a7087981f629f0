"""DDL that no plan announces, through a real server: passed, told of or refused; and what is made past Lintel."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from tests.e2e.proxy import Proxy
from tests.priority import PLAN
from tests.shield.planned import until

from lintel.demo.postgres import find

ONE_MAJOR = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")
pytestmark = ONE_MAJOR
CANARY = "canary4711"


@pytest.fixture
def serving(database: str, tmp_path: Path) -> Callable[[str], Any]:
    """A proxy with the plan in this mode, and how to connect to it."""
    with psycopg.connect(database, autocommit=True) as direct:
        direct.execute("CREATE TABLE orders (id int PRIMARY KEY, note text); CREATE TABLE customers (id int)")
    (tmp_path / "plan.toml").write_text(PLAN)

    @contextmanager
    def serve(mode: str) -> Iterator[tuple[Proxy, str]]:
        settings = {"LINTEL_SHIELD__ON_UNPLANNED_DDL": mode}
        with Proxy(database, "--plan", str(tmp_path / "plan.toml"), environment=settings) as proxy:
            whole = urlsplit(database)
            login = whole.netloc.rpartition("@")[0]
            address = f"{login}@{proxy.host}:{proxy.port}"
            yield proxy, urlunsplit(whole._replace(netloc=address, query="application_name=hands"))

    return serve


def unplanned(proxy: Proxy, wanted: int) -> list[dict[str, Any]]:
    deadline = time.monotonic() + 15
    while True:
        found: list[dict[str, Any]] = proxy.report()["unplanned"]
        if len(found) >= wanted or time.monotonic() > deadline:
            return found
        time.sleep(0.1)


def told(rows: list[dict[str, Any]]) -> set[tuple[Any, ...]]:
    return {(row["table"], row["change"], row["client"], row["calls"], row["refused"]) for row in rows}


def test_it_passes_and_is_told_of(serving: Callable[[str], Any], database: str) -> None:
    with serving("warn") as (proxy, dsn):
        notices: list[Any] = []
        with psycopg.connect(dsn, autocommit=True) as client:
            client.add_notice_handler(notices.append)
            client.execute("ALTER TABLE orders ADD priority smallint NOT NULL DEFAULT 0")
            client.execute(f"ALTER TABLE orders ADD colour text DEFAULT '{CANARY}'")
            client.execute("ALTER TABLE customers ADD name text")
            with pytest.raises(psycopg.errors.DuplicateColumn):
                client.execute("ALTER TABLE orders ADD colour text")
            with psycopg.connect(database, autocommit=True) as direct:
                direct.execute("ALTER TABLE orders DROP note")
            rows = unplanned(proxy, 2)
        assert not notices
        assert told(rows) == {
            ("public.orders", "add column colour", "hands", 1, 0),
            ("public.orders", "drop column note", None, 1, 0),
        }
        assert proxy.log.count("unplanned change") == 2
        metrics = proxy.get("/metrics")
        assert 'lintel_unplanned_ddl_total{how="run"} 1.0' in metrics
        assert 'lintel_unplanned_ddl_total{how="past"} 1.0' in metrics
        assert CANARY not in proxy.log + metrics + str(rows)


def test_a_column_that_is_not_as_its_plan_has_it(serving: Callable[[str], Any], database: str) -> None:
    with serving("pass") as (proxy, dsn), psycopg.connect(database, autocommit=True) as direct:
        where = database.rpartition("/")[2]
        why = "public.orders.priority is of type text, which the plan does not say"
        said = {f"plan orders-priority in {where}": why}
        with psycopg.connect(dsn, autocommit=True):
            for expected in (said, None, said):
                direct.execute("ALTER TABLE orders DROP COLUMN IF EXISTS priority")
                if expected:
                    direct.execute(f"ALTER TABLE orders ADD priority text DEFAULT now()::text || '{CANARY}'")
                until(lambda expected=expected: json.loads(proxy.get("/readyz")).get("problems") == expected)
        assert proxy.log.count("the table is not as its plan has it") == 2
        assert CANARY not in proxy.log


def test_it_is_refused_in_its_turn(serving: Callable[[str], Any]) -> None:
    with serving("refuse") as (proxy, dsn), psycopg.connect(dsn) as client:
        client.execute("INSERT INTO orders VALUES (1, 'x')")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="no plan announces") as refusal:
            client.execute("ALTER TABLE orders ADD colour text")
        assert "add column colour" in str(refusal.value)
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            client.execute("SELECT 1")
        client.rollback()
        client.execute("ALTER TABLE orders ADD priority smallint NOT NULL DEFAULT 0")
        client.execute("ALTER TABLE customers ADD name text")
        client.commit()
        rows = unplanned(proxy, 1)
        assert told(rows) == {("public.orders", "add column colour", "hands", 0, 1)}
