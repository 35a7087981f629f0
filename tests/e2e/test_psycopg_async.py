"""psycopg 3's asynchronous side through Lintel."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
from psycopg import errors
from tests.e2e.route import Address

Client = psycopg.AsyncConnection[tuple[Any, ...]]


@pytest.fixture
async def client(address: Address) -> AsyncIterator[Client]:
    async with await psycopg.AsyncConnection.connect(address.uri(), autocommit=True) as connection:
        await connection.execute("CREATE TABLE t (id int PRIMARY KEY, name text)")
        await connection.execute("INSERT INTO t SELECT n, 'n' || n FROM generate_series(1, 10) AS n")
        yield connection


async def rows(client: Client, sql: str, *parameters: object, **options: Any) -> list[tuple[Any, ...]]:
    return await (await client.execute(sql, parameters or None, **options)).fetchall()


async def test_prepared_statements_run_again_and_again(client: Client) -> None:
    found = [await rows(client, "SELECT name FROM t WHERE id = %s", n, prepare=True) for n in (1, 2, 3)]
    assert found == [[("n1",)], [("n2",)], [("n3",)]]


async def test_transactions_roll_back(client: Client) -> None:
    async with client.transaction(force_rollback=True):
        await client.execute("DELETE FROM t")
    assert await rows(client, "SELECT count(*) FROM t") == [(10,)]


async def test_errors_have_their_sqlstate(client: Client) -> None:
    with pytest.raises(errors.UniqueViolation):
        await client.execute("INSERT INTO t VALUES (1)")
    assert await rows(client, "SELECT 1") == [(1,)]


async def test_copy_in_and_out(client: Client) -> None:
    cursor = client.cursor()
    async with cursor.copy("COPY t FROM STDIN") as copy:
        for n in range(100, 200):
            await copy.write_row((n, "copied"))
    async with cursor.copy("COPY (SELECT id FROM t WHERE name = 'copied') TO STDOUT") as copy:
        assert len([row async for row in copy.rows()]) == 100


async def test_cancel_reaches_the_statement(client: Client) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.execute("SELECT pg_sleep(30)"), 0.2)
    assert await rows(client, "SELECT 1") == [(1,)]


async def test_listen_and_notify(client: Client) -> None:
    await client.execute("LISTEN news")
    await client.execute("NOTIFY news, 'hello'")
    assert [n.payload async for n in client.notifies(timeout=5, stop_after=1)] == ["hello"]


async def test_a_named_cursor_fetches_in_pieces(client: Client) -> None:
    async with client.transaction(), client.cursor("c") as cursor:
        await cursor.execute("SELECT id FROM t ORDER BY id")
        assert [row[0] for row in await cursor.fetchmany(4)] == [1, 2, 3, 4]


async def test_a_large_result_arrives_whole(client: Client) -> None:
    found = await rows(client, "SELECT repeat('x', 1000) FROM generate_series(1, 10000)")
    assert len(found) == 10_000


async def test_a_pipeline_keeps_its_order(client: Client) -> None:
    async with client.pipeline():
        cursors = [await client.execute("SELECT %s::int", (n,)) for n in range(50)]
    assert [await cursor.fetchone() for cursor in cursors] == [(n,) for n in range(50)]
