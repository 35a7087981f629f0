"""What Lintel knows of a dropped column outlives it: the next one still shows the column in its place."""

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.e2e.proxy import Proxy

PLAN = """
id = "p"
purpose = "x"
table = "public.o"
[drop]
column = "fax"
[[shield.clients]]
match = { application_name = "old" }
sees = "old"
"""
TABLE = "CREATE TABLE o (id int, fax varchar(9) DEFAULT 'none', note text); INSERT INTO o VALUES (1, '555', 'a')"
STAR = "SELECT * FROM o"
SECONDS = 10.0


@pytest.mark.parametrize("workers", [1, 2])
def test_restarted_after_the_drop(database: str, lintel: Callable[..., Proxy], tmp_path: Path, workers: int) -> None:
    plan, store = tmp_path / "plan.toml", tmp_path / "lintel.db"
    plan.write_text(PLAN)
    with psycopg.connect(database, autocommit=True) as direct:
        direct.execute(TABLE)

        def seen(proxy: Proxy) -> tuple[list[str], list[tuple[object, ...]]]:
            dsn = make_conninfo(database, host="127.0.0.1", port=proxy.port, application_name="old")
            with psycopg.connect(dsn, autocommit=True) as old:
                found = old.execute(STAR)
                return [column.name for column in found.description or ()], found.fetchall()

        flags = ("--plan", str(plan), "--store", str(store), "--workers", str(workers))
        first = lintel(database, *flags)
        assert seen(first) == (["id", "fax", "note"], [(1, "555", "a")])
        _until_kept(store)
        first.terminate()
        direct.execute("ALTER TABLE o DROP COLUMN fax")
        assert seen(lintel(database, *flags)) == (["id", "fax", "note"], [(1, "none", "a")])
        # Of another column the plan of that name knows nothing.
        plan.write_text(PLAN.replace("fax", "tel"))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="is not known"):
            seen(lintel(database, *flags))


def _until_kept(store: Path) -> None:
    deadline = time.monotonic() + SECONDS
    with sqlite3.connect(store) as reading:
        while not reading.execute("SELECT 1 FROM plan_memory").fetchall():
            assert time.monotonic() < deadline, "nothing was kept"
            time.sleep(0.05)
