"""ADD-15, provoked: a subscriber without the column stops, and `impact` has named its publication beforehand."""

import time
from collections.abc import Iterator

import psycopg
import pytest

from lintel.cli import sources
from lintel.demo.postgres import Server, launch
from lintel.impact import assess

TABLES = "CREATE TABLE orders (id int PRIMARY KEY, total int); CREATE TABLE unpublished (id int PRIMARY KEY)"
ADD = "ALTER TABLE {} ADD COLUMN prio smallint"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with launch(settings={"wal_level": "logical", "log_error_verbosity": "verbose"}) as server:
        yield server


@pytest.fixture
def subscriber(server: Server) -> Iterator[psycopg.Connection]:
    """Of the publication of orders in the database postgres; the slot is made first, for both are on one server."""
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as publisher:
        publisher.execute(f"{TABLES}; CREATE PUBLICATION out FOR TABLE orders".encode())
        publisher.execute("CREATE DATABASE copy")
        publisher.execute("SELECT pg_create_logical_replication_slot('out', 'pgoutput')")
    with psycopg.connect(server.dsn("copy"), autocommit=True) as session:
        session.execute(TABLES)
        origin = server.dsn("postgres").replace("'", "''")
        session.execute(
            f"CREATE SUBSCRIPTION out CONNECTION '{origin}' PUBLICATION out"
            " WITH (create_slot = false, slot_name = 'out', copy_data = false)".encode()
        )
        yield session
        session.execute("ALTER SUBSCRIPTION out DISABLE; ALTER SUBSCRIPTION out SET (slot_name = NONE)")
        session.execute("DROP SUBSCRIPTION out")


def arrived(subscriber: psycopg.Connection, wanted: int) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        row = subscriber.execute("SELECT count(*) FROM orders").fetchone()
        if row == (wanted,):
            return True
        time.sleep(0.05)
    return False


def stopped(server: Server) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if "55000: logical replication target relation" in server.log:
            return True
        time.sleep(0.05)
    return False


def named(server: Server, table: str) -> set[str | None]:
    schema = sources.world(server.dsn("postgres"), None).schema
    findings = assess(ADD.format(table).encode(), schema, ()).findings
    return {finding.object for finding in findings if finding.rule == "ADD-15"}


def test_a_subscriber_without_the_column_stops(server: Server, subscriber: psycopg.Connection) -> None:
    assert named(server, "unpublished") == set()
    assert named(server, "orders") == {"publication of table public.orders in publication out"}
    with psycopg.connect(server.dsn("postgres"), autocommit=True) as publisher:
        publisher.execute(ADD.format("unpublished").encode())
        publisher.execute("INSERT INTO orders VALUES (1, 1)")
        assert arrived(subscriber, 1)
        publisher.execute(ADD.format("orders").encode())
        publisher.execute("INSERT INTO orders VALUES (2, 2)")
        assert stopped(server)
        assert not arrived_now(subscriber, 2)
        subscriber.execute(ADD.format("orders").encode())
        assert arrived(subscriber, 2)


def arrived_now(subscriber: psycopg.Connection, wanted: int) -> bool:
    return subscriber.execute("SELECT count(*) FROM orders").fetchone() == (wanted,)
