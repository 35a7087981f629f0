"""The promise, by real drivers through a running Lintel: a column goes in, run by somebody else, and nobody notices."""

import asyncio
import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest
from psycopg import errors
from tests.e2e.proxy import Proxy
from tests.e2e.route import Address

from lintel.demo.postgres import Server

ADD = "ALTER TABLE orders ADD COLUMN priority smallint NOT NULL DEFAULT 0"
DROP = "ALTER TABLE orders DROP COLUMN priority"
PLAN = """
id = "orders-priority"
purpose = "Support wants to sort by urgency"
table = "public.orders"
[add]
column = "priority"
type = "smallint"
default = "0"
not_null = true
"""
TABLES = """
CREATE SCHEMA public;
CREATE TABLE customers (customer int PRIMARY KEY, priority int);
CREATE TABLE orders (id int PRIMARY KEY, customer int, total int);
INSERT INTO customers VALUES (1, 5), (2, 6);
INSERT INTO orders SELECT n, 1 + n % 2, n * 10 FROM generate_series(1, 4) AS n;
"""
Client = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def proxy(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    plan = tmp_path_factory.mktemp("plans") / "orders-priority.toml"
    plan.write_text(PLAN)
    with Proxy(server.dsn(), "--plan", str(plan)) as running:
        yield running


@pytest.fixture
def somebody(server: Server) -> Iterator[Client]:
    """Straight at the server, on the table as it was."""
    with psycopg.connect(server.dsn(), autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute(TABLES)
        yield connection


@pytest.fixture
def address(server: Server, proxy: Proxy, somebody: Client) -> Address:
    return Address(proxy.host, proxy.port, server.user, server.password, "postgres")


@pytest.fixture
def client(address: Address) -> Iterator[Client]:
    with psycopg.connect(address.uri(), autocommit=True) as connection:
        yield connection


def rows(client: Client, sql: str, *values: object, prepare: bool | None = None) -> list[tuple[Any, ...]]:
    return client.execute(sql, values or None, prepare=prepare).fetchall()


def test_new_code_reads_the_default_before_the_column_is_there(client: Client) -> None:
    cursor = client.execute("SELECT id, priority FROM orders WHERE priority = 0 ORDER BY priority, id LIMIT 2")
    assert cursor.fetchall() == [(1, 0), (2, 0)]
    assert [(column.name, column.type_code) for column in cursor.description or ()] == [("id", 23), ("priority", 21)]


@pytest.mark.parametrize("prepare", [True, False])
def test_a_write_to_the_absent_column_is_refused_by_name(client: Client, prepare: bool) -> None:
    with pytest.raises(errors.UndefinedColumn) as caught:
        client.execute("UPDATE orders SET priority = %s WHERE id = 1", (3,), prepare=prepare)
    assert (caught.value.diag.message_primary or "").startswith("lintel:")
    assert "orders-priority" in str(caught.value)
    assert rows(client, "SELECT id, total FROM orders WHERE id = 1") == [(1, 10)]


def test_a_refusal_aborts_the_transaction_as_the_servers_own_error_does(client: Client) -> None:
    client.execute("BEGIN")
    client.execute("UPDATE orders SET total = 0")
    with pytest.raises(errors.UndefinedColumn):
        client.execute("INSERT INTO orders (id, priority) VALUES (9, 1)")
    with pytest.raises(errors.InFailedSqlTransaction):
        client.execute("SELECT 1")
    assert client.execute("COMMIT").statusmessage == "ROLLBACK"
    assert rows(client, "SELECT min(total) FROM orders") == [(10,)]


def test_a_refusal_in_a_pipeline_skips_to_its_sync(client: Client) -> None:
    def refused() -> None:
        client.execute("UPDATE orders SET priority = 1")
        client.execute("INSERT INTO orders VALUES (50, 1, 1)")  # raises already if the refusal is back by now
        pipeline.sync()

    with client.pipeline() as pipeline:
        found = [client.execute("SELECT %s::int", (n,)) for n in (1, 2)]
        with pytest.raises(errors.UndefinedColumn):
            refused()
        with contextlib.suppress(errors.PipelineAborted):  # of the INSERT, where its answer came behind the refusal
            pipeline.sync()
        after = client.execute("SELECT count(*) FROM orders")
    assert after.fetchone() == (4,)
    assert len(found) == 2


def test_old_code_never_sees_the_column(client: Client, somebody: Client) -> None:
    star, insert = "SELECT * FROM orders WHERE id = %s", "INSERT INTO orders VALUES (%s, 1, 1) RETURNING *"
    natural = "SELECT count(*) FROM orders NATURAL JOIN customers"
    ambiguous = "SELECT priority FROM orders JOIN customers USING (customer) ORDER BY id LIMIT 1"
    for number in (10, 11, 12):
        assert rows(client, star, 1, prepare=True) == [(1, 2, 10)]
        assert rows(client, insert, number, prepare=True) == [(number, 1, 1)]
        assert rows(client, natural, prepare=True) == [(number - 5,)]
        assert rows(client, ambiguous, prepare=True) == [(6,)]
        assert rows(client, "TABLE orders LIMIT 1")[0][:2] == (1, 2)
        if number == 10:
            somebody.execute(ADD)


def test_new_code_writes_as_soon_as_the_column_is_there_and_no_longer_than_that(
    client: Client, somebody: Client
) -> None:
    mark, look = (
        "UPDATE orders SET priority = %s WHERE id = 1 RETURNING priority",
        "SELECT priority FROM orders WHERE id = 1",
    )
    assert rows(client, look, prepare=True) == [(0,)]
    for rank in (4, 5):
        somebody.execute(ADD)
        assert rows(client, mark, rank, prepare=True) == [(rank,)]
        assert rows(client, look, prepare=True) == [(rank,)]
        somebody.execute(DROP)
        assert rows(client, look, prepare=True) == [(0,)]
        with pytest.raises(errors.UndefinedColumn, match="lintel:"):
            client.execute(mark, (rank,), prepare=True)


def test_lintel_leaves_no_trace_in_the_session(client: Client, somebody: Client) -> None:
    texts = ["SELECT * FROM orders", "SELECT priority FROM orders", "UPDATE orders SET total = 1 RETURNING *"]
    for change in (ADD, DROP, ADD):
        for sql in texts:
            rows(client, sql, prepare=True)
        somebody.execute(change)
    assert rows(client, "SELECT count(*) FROM pg_prepared_statements") == [(len(texts),)]
    assert rows(client, "SELECT count(*) FROM pg_cursors WHERE name <> ''") == [(0,)]
    assert client.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_a_migration_through_lintel_itself(client: Client) -> None:
    with client.transaction():
        client.execute(ADD)
        assert rows(client, "SELECT priority FROM orders WHERE id = 1") == [(0,)]
        client.execute("UPDATE orders SET priority = 7 WHERE id = 1")
    assert rows(client, "SELECT priority FROM orders WHERE id = 1") == [(7,)]
    assert rows(client, "SELECT * FROM orders WHERE id = 1") == [(1, 2, 10)]


def test_a_migration_that_is_rolled_back(client: Client, somebody: Client) -> None:
    assert rows(client, "SELECT priority FROM orders WHERE id = 1", prepare=True) == [(0,)]
    with somebody.transaction(force_rollback=True):
        somebody.execute(ADD)
    assert rows(client, "SELECT priority FROM orders WHERE id = 1", prepare=True) == [(0,)]
    with pytest.raises(errors.UndefinedColumn, match="lintel:"):
        client.execute("UPDATE orders SET priority = 1")


WAITERS = {
    "star": ("SELECT * FROM orders WHERE id = 1", [(1, 2, 10)]),
    "natural join": ("SELECT count(*) FROM orders NATURAL JOIN customers", [(4,)]),
    "insert": ("INSERT INTO orders VALUES (77, 1, 1) RETURNING *", [(77, 1, 1)]),
    "new read": ("SELECT priority FROM orders WHERE id = 1", [(0,)]),
    "new write": ("UPDATE orders SET priority = 3 WHERE id = 1 RETURNING id, priority", [(1, 3)]),
    "delete": ("DELETE FROM orders WHERE id = 1 RETURNING *", [(1, 2, 10)]),
}


@pytest.mark.parametrize("prepare", [True, False], ids=["prepared", "simple"])
@pytest.mark.parametrize("kind", WAITERS)
def test_a_statement_that_waits_behind_the_alter(kind: str, prepare: bool, client: Client, somebody: Client) -> None:
    sql, expected = WAITERS[kind]
    outcome: list[object] = []

    def wait() -> None:
        try:
            outcome.append(rows(client, sql, prepare=prepare))
        except psycopg.Error as error:
            outcome.append(error)

    with somebody.transaction():
        somebody.execute(ADD)
        thread = threading.Thread(target=wait)
        thread.start()
        await_waiter(somebody)
    thread.join(10)
    assert not thread.is_alive()
    if isinstance(outcome[0], psycopg.Error):
        assert kind == "new write", outcome
        assert outcome[0].sqlstate == "42703", outcome
        assert rows(somebody, "SELECT priority FROM orders WHERE id = 1") == [(0,)]
    else:
        assert outcome == [expected]


def await_waiter(somebody: Client) -> None:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if rows(somebody, "SELECT FROM pg_locks WHERE relation = 'orders'::regclass AND NOT granted"):
            return
        time.sleep(0.01)
    raise AssertionError("nobody waits for the table")


async def test_asyncpgs_own_prepared_statements_go_on(address: Address, somebody: Client) -> None:
    client = await asyncpg.connect(**address.keywords(), ssl=False)
    star, new = (
        await client.prepare("SELECT * FROM orders WHERE id = $1"),
        await client.prepare("SELECT priority FROM orders"),
    )
    for _ in range(2):
        assert [tuple(row) for row in await star.fetch(1)] == [(1, 2, 10)]
        assert {row["priority"] for row in await new.fetch()} == {0}
        async with client.transaction():
            assert await client.fetchval("SELECT priority FROM orders WHERE id = $1", 2) == 0
        if not rows(somebody, "SELECT FROM pg_attribute WHERE attname = 'priority' AND attrelid = 'orders'::regclass"):
            await asyncio.to_thread(somebody.execute, ADD)
    await client.copy_records_to_table("orders", records=[(90, 1, 1)])
    await client.close()


def test_pgbench_does_not_notice_the_change(pgbench: str, address: Address, somebody: Client, tmp_path: Path) -> None:
    somebody.execute("CREATE SEQUENCE numbers START 1000")
    script = tmp_path / "script.sql"
    script.write_text(
        "SELECT * FROM orders WHERE id = 1;\n"
        "INSERT INTO orders VALUES (nextval('numbers'), 1, 5);\n"
        "SELECT count(*) FROM orders NATURAL JOIN customers;\n"
        "BEGIN;\nSELECT priority FROM orders WHERE id = 2;\nCOMMIT;\n"
    )
    # A thread for each client: pgbench waits for a Parse, which may wait behind the ALTER, and that for the transaction
    # of another client, which has to be able to go on.
    process = subprocess.Popen(
        [pgbench, "-n", "-M", "prepared", "-c", "3", "-j", "3", "-t", "80", "-f", str(script), address.uri()],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    for change in (ADD, DROP, ADD):
        time.sleep(0.15)
        somebody.execute(change)
    out, messages = process.communicate(timeout=60)
    assert process.returncode == 0, messages
    assert "number of failed transactions: 0" in out
    assert "actually processed: 240/240" in out
