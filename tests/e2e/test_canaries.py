"""Literals, parameters and passwords are nowhere: not in the store, the query log, messages, pages or reports."""

import contextlib
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from tests.command import lintel
from tests.e2e.proxy import Proxy
from tests.priority import PLAN

from lintel.demo.postgres import find

ONE_MAJOR = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")
pytestmark = [ONE_MAJOR, pytest.mark.check(30)]
CANARY = "canary4711"
TEXTS = (
    f"SELECT * FROM orders WHERE note = '{CANARY}' -- {CANARY}",
    f"INSERT INTO orders VALUES (1, '{CANARY}'), (1, E'\\'{CANARY}')",
    f"INSERT INTO orders (id, priority) VALUES (2, length('{CANARY}'))",
    f"SELECT {CANARY} secrets here",
    f"SELECT '{CANARY}",
    f"SELECT nothing FROM orders WHERE '{CANARY}' = nothing",
    f"ALTER ROLE nobody_of_that_name PASSWORD '{CANARY}'",
    f"ALTER TABLE orders ADD colour text DEFAULT '{CANARY}'",
    f"ALTER TABLE orders ADD CHECK (note <> '{CANARY}')",
    f"DO $$ BEGIN RAISE '{CANARY}'; END $$",
    f"SET x.y = '{CANARY}'",
    f"PREPARE p AS SELECT '{CANARY}' FROM orders; EXECUTE p",
    f"CREATE VIEW v AS SELECT '{CANARY}' AS x FROM orders",
    f"SELECT '({CANARY},1)'::orders",
    f"/*note='{CANARY}',traceparent='{CANARY}'*/ SELECT 1 FROM orders",
)


@pytest.fixture
def proxy(database: str, tmp_path: Path) -> Iterator[Proxy]:
    with psycopg.connect(database, autocommit=True) as direct:
        direct.execute("CREATE TABLE orders (id int PRIMARY KEY, note text)")
    (tmp_path / "plan.toml").write_text(PLAN)
    environment = {
        "LINTEL_RECORD__QUERY_LOG": str(tmp_path / "queries.jsonl"),
        "LINTEL_SHIELD__ON_UNPLANNED_DDL": "warn",
        "LINTEL_LOG__LEVEL": "debug",
        "LINTEL_SHIELD__REFEREE": "1",
    }
    with Proxy(database, "--plan", str(tmp_path / "plan.toml"), environment=environment) as proxy:
        yield proxy


def test_no_canary_anywhere(proxy: Proxy, database: str, tmp_path: Path) -> None:
    whole = urlsplit(database)
    address = f"{whole.netloc.rpartition('@')[0]}@{proxy.host}:{proxy.port}"
    with psycopg.connect(urlunsplit(whole._replace(netloc=address)), autocommit=True) as client:
        for text in TEXTS:
            with contextlib.suppress(psycopg.Error):
                client.execute(text.encode())
        client.execute("SELECT id FROM orders WHERE note = %s", (CANARY,), prepare=True)
        with client.cursor() as cursor, cursor.copy("COPY orders (id, note) FROM STDIN") as copy:
            copy.write_row((9, f"x{CANARY}"))
    assert proxy.uses(3)
    found = {page: proxy.get(page) for page in ("/metrics", "/livez", "/readyz", "/status")}
    for form in ("text", "json", "html", "md", "csv", "dot"):
        found[form] = said(lintel("report", "--store", str(proxy.store), "--format", form))
    change = "ALTER TABLE orders DROP COLUMN note"
    found["impact"] = said(lintel("impact", change, "--store", str(proxy.store), "--format", "json"))
    found["messages"] = proxy.log
    assert all(event in proxy.log for event in ("statement rewritten", "statement refused"))
    kept = {file.name: file.read_bytes() for file in proxy.store.parent.glob("lintel.db*")}
    assert any(name.endswith("-wal") for name in kept)
    kept["queries"] = (tmp_path / "queries.jsonl").read_bytes()
    assert b"orders" in kept["queries"]
    assert [name for name, text in found.items() if CANARY in text] == []
    assert [name for name, content in kept.items() if CANARY.encode() in content] == []


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert "orders" in done.stdout
    return done.stdout + done.stderr
