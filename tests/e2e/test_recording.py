"""What serve records of real traffic: times, rows, errors, who it was; in the store, its views and the query log."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import find
from lintel.store import Filter, Reader, Traffic

ONE_MAJOR = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")
pytestmark = ONE_MAJOR
CANARY = "canary4711"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "queries.jsonl"


@pytest.fixture
def proxy(database: str, log: Path) -> Iterator[Proxy]:
    with Proxy(database, environment={"LINTEL_RECORD__QUERY_LOG": str(log)}) as proxy:
        yield proxy


@pytest.fixture
def uri(database: str, proxy: Proxy) -> str:
    whole = urlsplit(database)
    login = whole.netloc.rpartition("@")[0]
    return urlunsplit(whole._replace(netloc=f"{login}@{proxy.host}:{proxy.port}", query="application_name=billing"))


def traffic(proxy: Proxy, wanted: int) -> list[Traffic]:
    """Once there are that many calls."""
    deadline = time.monotonic() + 10
    while True:
        with closing(Reader(proxy.store)) as reader:
            found = reader.traffic(Filter())
        if sum(one.calls for one in found) >= wanted or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def run(uri: str) -> None:
    with psycopg.connect(uri, autocommit=True) as client:
        client.execute("CREATE TABLE t (id int PRIMARY KEY, name text)")
        client.execute(f"INSERT INTO t SELECT n, '{CANARY}' FROM generate_series(1, 50) n")
        client.execute("SELECT pg_sleep(0.2), name FROM t LIMIT 1")
        for number in range(40):
            client.execute(f"SELECT id FROM t WHERE id <= 5 /*application='shop',traceparent='00-{number:032x}-01'*/")
        for _ in range(3):
            with pytest.raises(psycopg.errors.UniqueViolation):
                client.execute("INSERT INTO t VALUES (1, %s)", (CANARY,))


def test_the_store(proxy: Proxy, uri: str) -> None:
    run(uri)
    with closing(sqlite3.connect(proxy.store)) as raw:
        texts = {one.statement: one for one in traffic(proxy, 45)}
        by_text = {sql: texts[key] for key, sql in raw.execute("SELECT id, sql FROM statements") if key in texts}
    slow = by_text["SELECT pg_sleep(1), name FROM t LIMIT 1"]
    assert slow.seconds(0.5) == pytest.approx(0.2, rel=0.5)
    assert slow.rows == 1
    often = by_text["SELECT id FROM t WHERE id <= 1"]
    assert (often.client, often.calls, often.rows) == ("shop", 40, 5)
    assert 3 <= sum(often.timed.values()) < 40
    failed = next(one for one in texts.values() if one.errors)
    assert (failed.client, failed.calls, failed.errors) == ("billing", 3, {"23505": 3})
    assert all(CANARY.encode() not in file.read_bytes() for file in proxy.store.parent.glob("lintel.db*"))


def test_the_query_log(proxy: Proxy, uri: str, log: Path) -> None:
    run(uri)
    log.rename(log.with_suffix(".1"))
    with psycopg.connect(uri, autocommit=True) as client:
        client.execute("SELECT 1 FROM t")
    proxy.terminate()
    with closing(sqlite3.connect(proxy.store)) as raw:
        assert raw.execute("SELECT closed FROM windows").fetchall() == [(1,)]
    lines: list[dict[str, Any]] = [json.loads(line) for line in log.with_suffix(".1").read_text().splitlines()]
    after = [json.loads(line) for line in log.read_text().splitlines()]
    assert CANARY not in json.dumps(lines)
    reads = [line for line in lines + after if line["reads"] == ["public.t.id"]]
    assert len(reads) == 40
    assert {(line["client"], line["verdict"], line["rows"]) for line in reads} == {("shop", "allow", 5)}
    assert [line["sqlstate"] for line in lines + after if line["sqlstate"]] == ["23505"] * 3
    assert max(line["seconds"] for line in lines + after) >= 0.2
    assert after


def test_every_view_of_the_page_answers(proxy: Proxy, uri: str) -> None:
    run(uri)
    traffic(proxy, 45)
    page = (Path(__file__).parents[2] / "docs" / "store.md").read_text()
    with closing(sqlite3.connect(proxy.store)) as raw:
        views = {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
        assert not [view for view in views if f"`{view}`" not in page]
        queries = [block.partition("```")[0] for block in page.split("```sql\n")[1:]]
        assert len(queries) >= 4
        for query in queries:
            assert raw.execute(query).fetchall(), query
