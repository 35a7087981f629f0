"""asyncpg through Lintel."""

import asyncio
import io
import ssl
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from tests.e2e.route import Address


@pytest.fixture
async def client(address: Address) -> AsyncIterator[Any]:
    connection = await connect(address)
    await connection.execute("CREATE TABLE t (id int PRIMARY KEY, name text)")
    await connection.execute("INSERT INTO t SELECT n, 'n' || n FROM generate_series(1, 10) AS n")
    yield connection
    await connection.close()


async def connect(address: Address) -> Any:
    tls = ssl.create_default_context(cafile=str(address.authority)) if address.authority else False
    return await asyncpg.connect(**address.keywords(), ssl=tls, server_settings={"application_name": "e2e"})


async def test_queries_and_settings(client: Any) -> None:
    assert await client.fetchval("SELECT $1::int + 1", 41) == 42
    assert await client.fetchval("SHOW application_name") == "e2e"
    assert await client.execute("UPDATE t SET name = 'x' WHERE id <= 3") == "UPDATE 3"


async def test_prepared_statements_run_again_and_again(client: Any) -> None:
    statement = await client.prepare("SELECT name FROM t WHERE id = $1")
    assert [attribute.name for attribute in statement.get_attributes()] == ["name"]
    assert [await statement.fetchval(n) for n in (1, 2, 3)] == ["n1", "n2", "n3"]
    await client.executemany("INSERT INTO t VALUES ($1, $2)", [(n, "many") for n in range(100, 200)])
    assert await client.fetchval("SELECT count(*) FROM t WHERE name = 'many'") == 100


async def test_transactions_roll_back_and_savepoints_too(client: Any) -> None:
    outer = client.transaction()
    await outer.start()
    await client.execute("DELETE FROM t")
    with pytest.raises(asyncpg.UniqueViolationError):
        async with client.transaction():
            await client.execute("INSERT INTO t VALUES (20), (20)")
    assert await client.fetchval("SELECT count(*) FROM t") == 0
    await outer.rollback()
    assert await client.fetchval("SELECT count(*) FROM t") == 10


async def test_errors_keep_their_fields(client: Any) -> None:
    with pytest.raises(asyncpg.UniqueViolationError) as caught:
        await client.execute("INSERT INTO t VALUES (1)")
    assert caught.value.sqlstate == "23505"
    assert caught.value.constraint_name == "t_pkey"
    with pytest.raises(asyncpg.UndefinedColumnError) as undefined:
        await client.fetch("SELECT id, nix FROM t")
    assert undefined.value.position == "12"
    assert await client.fetchval("SELECT 1") == 1


async def test_copy_in_and_out(client: Any) -> None:
    await client.copy_records_to_table("t", records=[(n, f"copied {n}") for n in range(100, 5100)])
    out = io.BytesIO()
    assert await client.copy_from_query("SELECT * FROM t WHERE id >= 100 ORDER BY id", output=out) == "COPY 5000"
    assert out.getvalue().splitlines()[4999] == b"5099\tcopied 5099"
    with pytest.raises(asyncpg.UniqueViolationError):
        await client.copy_records_to_table("t", records=[(1, "again")])
    assert await client.fetchval("SELECT count(*) FROM t") == 5010


async def test_cancel_reaches_the_statement(client: Any) -> None:
    with pytest.raises(TimeoutError):
        await client.fetch("SELECT pg_sleep(30)", timeout=0.2)
    assert await asyncio.wait_for(client.fetchval("SELECT 1"), 5) == 1


async def test_listen_and_notify(client: Any, address: Address) -> None:
    heard: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
    await client.add_listener("news", lambda _c, _pid, channel, payload: heard.put_nowait((channel, payload)))
    other = await connect(address)
    await other.execute("NOTIFY news, 'hello'")
    assert await asyncio.wait_for(heard.get(), 5) == ("news", "hello")
    await other.close()


async def test_a_cursor_fetches_in_pieces(client: Any) -> None:
    async with client.transaction():
        cursor = await client.cursor("SELECT id FROM t ORDER BY id")
        pieces = [[row["id"] for row in await cursor.fetch(4)] for _ in range(3)]
    assert pieces == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]


async def test_a_large_result_arrives_whole(client: Any) -> None:
    rows = await client.fetch("SELECT n, repeat('x', 1000) AS filler FROM generate_series(1, 20000) AS n")
    assert sum(len(row["filler"]) for row in rows) == 20_000_000
    assert [row["n"] for row in rows[-2:]] == [19999, 20000]


async def test_large_values_go_both_ways(client: Any) -> None:
    value = bytes(range(256)) * 40_000
    assert await client.fetchval("SELECT $1::bytea", value) == value


async def test_many_connections_at_once(address: Address) -> None:
    async def one(number: int) -> int:
        connection = await connect(address)
        try:
            return int(await connection.fetchval("SELECT $1::int", number))
        finally:
            await connection.close()

    assert await asyncio.gather(*(one(number) for number in range(20))) == list(range(20))
