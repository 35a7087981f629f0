"""Imports from a real server: what its own log and statistics say comes into the store, once, and no literal does."""

import gzip
import json
import shutil
import time
from pathlib import Path

import psycopg
import pytest
from tests.command import Done, lintel, started

from lintel.config import ConfigError
from lintel.demo.postgres import Server, find
from lintel.imports import Summary, import_log, import_statements, importing
from lintel.sql.stored import shown
from lintel.store import Filter, Reader, Use

SECONDS = 20.0
SELECT = "SELECT id,\n  total FROM orders WHERE id = %s"


@pytest.fixture
def orders(database: str) -> str:
    """A database with a table, one of the same name in another schema, and a user who searches that one first."""
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE orders (id int PRIMARY KEY, total numeric, note text)")
        connection.execute("CREATE SCHEMA sales")
        connection.execute("CREATE TABLE sales.orders (id int, amount numeric)")
    return database


def traffic(dsn: str, times: int = 1) -> None:
    """One run each of a handful of statements, SELECT three times as often."""
    with psycopg.connect(f"{dsn}?application_name=shop", autocommit=True) as connection:
        for _ in range(times):
            for number in range(3):
                connection.execute(SELECT, [number])
            connection.execute("INSERT INTO orders VALUES (1, 2, 'canary \"1\"') ON CONFLICT DO NOTHING")
            connection.execute("SELECT * FROM orders WHERE note = 'canary,\n''2'")
            with pytest.raises(psycopg.errors.DivisionByZero):
                connection.execute("SELECT total / 0 FROM orders WHERE note <> 'canary 3'")
            connection.execute("SET search_path = sales")
            connection.execute("SELECT amount FROM orders")
            connection.execute("RESET search_path")


# (statement as people see it, table, calls, calls that failed with division_by_zero)
EXPECTED = (
    ("INSERT INTO orders VALUES (?, ?, ?) ON CONFLICT DO NOTHING", "public.orders", 1, 0),
    ("SELECT * FROM orders WHERE note = ?", "public.orders", 1, 0),
    ("SELECT amount FROM orders", "sales.orders", 1, 0),
    ("SELECT id, total FROM orders WHERE id = $1", "public.orders", 3, 0),
    ("SELECT total / ? FROM orders WHERE note <> ?", "public.orders", 1, 1),
)


def logged(server: Server, dsn: str, suffix: str) -> Path:
    """The server's log file, once all that was said until now is in it."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        mark = f"mark {time.monotonic_ns()}"
        connection.execute(f"SELECT '{mark}'")
        (directory,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    path = Path(directory) / "log" / f"postgresql.{suffix}"
    deadline = time.monotonic() + SECONDS
    while mark not in path.read_text():
        assert time.monotonic() < deadline, "the collector is behind"
        time.sleep(0.02)
    return path


def imported(path: Path, form: str, store: Path, server: str | None) -> Summary:
    with importing(store, server) as (target, catalogs):
        return import_log(path, form, target, catalogs)


def found(store: Path, client: str = "shop") -> set[tuple[str, str, int, int]]:
    """(sql, table, calls, failed) of each statement of a client."""
    reader = Reader(store)
    try:
        return {(shown(r.sql), r.use.table, r.calls, r.failed) for r in reader.uses(Filter(client=client))}
    finally:
        reader.close()


def expected(times: int) -> set[tuple[str, str, int, int]]:
    return {(sql, table, calls * times, failed * times) for sql, table, calls, failed in EXPECTED}


@pytest.mark.parametrize(("form", "suffix"), [("csvlog", "csv"), ("jsonlog", "json")])
def test_a_log_is_imported_once(server: Server, orders: str, tmp_path: Path, form: str, suffix: str) -> None:
    if form == "jsonlog" and server.major < 15:
        pytest.skip("jsonlog is there from PostgreSQL 15 on")
    store = tmp_path / "lintel.db"
    traffic(orders)
    path = Path(shutil.copy(logged(server, orders, suffix), tmp_path))  # reading the catalog is logged, too
    first = imported(path, form, store, orders)
    assert (first.already, first.unread) == (False, 0)
    assert found(store) == expected(1)
    assert imported(path, form, store, orders).already
    traffic(orders, 2)
    shutil.copy(logged(server, orders, suffix), path)
    assert not imported(path, form, store, orders).already
    assert found(store) == expected(3)
    packed = tmp_path / "rotated.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    imported(packed, form, store, orders)
    assert found(store) == expected(3)
    assert "canary" not in "".join(file.read_bytes().decode("latin-1") for file in tmp_path.glob("lintel.db*"))


def test_a_log_that_grows_has_its_times_and_claims_no_window(server: Server, orders: str, tmp_path: Path) -> None:
    store, growing = tmp_path / "lintel.db", tmp_path / "log.csv"
    traffic(orders)
    whole = logged(server, orders, "csv").read_bytes()
    for size in (0, len(whole) // 3, len(whole) // 2, len(whole) - 5, len(whole)):
        growing.write_bytes(whole[:size])
        imported(growing, "csvlog", store, orders)
    assert found(store) == expected(1)
    reader = Reader(store)
    (use,) = {(row.first_seen, row.last_seen) for row in reader.uses(Filter(client="shop")) if "amount" in row.sql}
    assert use[0].replace("T", " ").replace("Z", " UTC").encode() in whole
    assert reader.window().start is None
    growing.write_bytes(whole[:-9] + b"another\n\n")
    with pytest.raises(ConfigError, match="count twice"):
        imported(growing, "csvlog", store, orders)


def test_without_a_server_the_kept_catalog_will_do(server: Server, orders: str, tmp_path: Path) -> None:
    store = tmp_path / "lintel.db"
    traffic(orders)
    path = logged(server, orders, "csv")
    imported(path, "csvlog", store, None)
    assert {table for _, table, _, _ in found(store)} == set()
    again, empty = tmp_path / "again.db", tmp_path / "empty"
    empty.touch()
    imported(empty, "csvlog", again, orders)
    imported(path, "csvlog", again, None)
    assert found(again) == expected(1)


def test_what_is_no_log_is_said(tmp_path: Path) -> None:
    text = tmp_path / "postgresql.log"
    text.write_text("2026-11-21 06:12:56.123 UTC [12] LOG:  statement: SELECT 1\n" * 3)
    for form in ("csvlog", "jsonlog"):
        with pytest.raises(ConfigError, match=f"is no {form}"):
            imported(text, form, tmp_path / "lintel.db", None)


def test_statistics_count_what_is_new(server: Server, orders: str, tmp_path: Path) -> None:
    store = tmp_path / "lintel.db"
    client = "postgres@pg_stat_statements"

    def add() -> dict[str, int]:
        with importing(store, orders) as (target, catalogs):
            import_statements(target, catalogs)
        reader = Reader(store)
        rows = reader.uses(Filter(client=client, database=orders.rpartition("/")[2]))
        return {row.sql: row.calls for row in rows if row.use == Use("public.orders", "id", "read")}

    with psycopg.connect(orders, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")
        traffic(orders)
        select = "SELECT id, total FROM orders WHERE id = $1"
        first = add()
        assert first[select] == 3
        assert add() == first
        traffic(orders, 2)
        assert add()[select] == 9
        connection.execute("SELECT pg_stat_statements_reset()")
        traffic(orders)
        assert add()[select] == 12
    assert "canary" not in "".join(file.read_bytes().decode("latin-1") for file in tmp_path.glob("lintel.db*"))
    assert Reader(store).window().start is not None


@pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")
def test_the_command(server: Server, orders: str, tmp_path: Path) -> None:
    def run(*arguments: str) -> Done:
        return lintel("import", *arguments, "--store", str(tmp_path / "lintel.db"))

    traffic(orders)
    path = str(logged(server, orders, "csv"))
    done = started("import", "csvlog", path, "--server", orders, "--json", "--store", str(tmp_path / "lintel.db"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["source"] == path
    assert run("csvlog", path).stdout.startswith(f"{path}: ")
    absent = run("pg_stat_statements", "--server", orders)
    assert (absent.returncode, absent.stdout) == (2, "")
    assert "CREATE EXTENSION" in absent.stderr
    assert run("jsonlog", "/absent").returncode == 2
