"""The live catalog: what refresh() promises, when a connection is there at all, and what happens when it breaks."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator

import psycopg
import pytest

from lintel.catalog import Live, connection, live, resolve
from lintel.demo.postgres import Server, launch
from lintel.schema import Schema


@pytest.fixture
async def catalog(database: str) -> AsyncIterator[Live]:
    """A live catalog of a fresh database that nobody holds yet."""
    found = Live(resolve(database), poll_seconds=0.05)
    yield found
    await found.close()


async def execute(dsn: str, statement: str) -> None:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as session:
        await session.execute(statement.encode())


async def connections(server: Server, dsn: str) -> int:
    query = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'lintel' AND datname = %s"
    async with await psycopg.AsyncConnection.connect(server.dsn()) as session:
        row = await (await session.execute(query, [dsn.rpartition("/")[2]])).fetchone()
    assert row is not None
    return int(row[0])


def tables(schema: Schema | None) -> set[str]:
    assert schema is not None
    return {relation.name for relation in schema.relations.values() if relation.schema == "public"}


async def until(condition: object, seconds: float = 30.0) -> None:
    """Wait for a condition that somebody else makes true."""
    assert callable(condition)
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        await asyncio.sleep(0.02)


async def test_nothing_is_read_before_somebody_asks(catalog: Live) -> None:
    assert catalog.schema is None
    assert catalog.stale


async def test_refresh_without_a_holder_reads_once_and_lets_go(server: Server, database: str, catalog: Live) -> None:
    await execute(database, "CREATE TABLE t (x int)")
    await catalog.refresh()
    assert tables(catalog.schema) == {"t"}
    assert not catalog.stale
    await asyncio.sleep(0.1)
    assert await connections(server, database) == 0


async def test_a_held_catalog_follows_the_database(database: str, catalog: Live) -> None:
    seen: list[set[str]] = []
    unsubscribe = catalog.subscribe(lambda schema: seen.append(tables(schema)))
    catalog.hold()
    assert tables(await catalog.current()) == set()
    await execute(database, "CREATE TABLE t (x int)")
    await until(lambda: tables(catalog.schema) == {"t"})
    unsubscribe()
    await execute(database, "DROP TABLE t")
    await until(lambda: tables(catalog.schema) == set())
    assert seen == [set(), {"t"}]


async def test_polling_an_unchanged_database_keeps_the_snapshot(database: str, catalog: Live) -> None:
    await execute(database, "CREATE TABLE t (x int)")
    catalog.hold()
    first = await catalog.current()
    await execute(database, "INSERT INTO t VALUES (1)")  # another moment, the same fingerprint
    await catalog.refresh()
    await catalog.refresh()
    assert catalog.schema is first


async def test_after_refresh_what_was_committed_before_is_there(database: str, catalog: Live) -> None:
    catalog.hold()
    async with await psycopg.AsyncConnection.connect(database, autocommit=True) as session:
        for number in range(20):
            await session.execute(f"CREATE TABLE t{number} (x int)".encode())
            await catalog.refresh()
            assert f"t{number}" in tables(catalog.schema)


async def test_refreshes_share_a_reading_that_began_after_all_of_them(
    catalog: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = 0
    reading = asyncio.Event()
    gate = asyncio.Event()
    compare = catalog._compare

    async def counted() -> None:
        nonlocal readings
        readings += 1
        reading.set()
        await gate.wait()
        await compare()

    monkeypatch.setattr(catalog, "_compare", counted)
    first = asyncio.create_task(catalog.refresh())
    await reading.wait()
    late = [asyncio.create_task(catalog.refresh()) for _ in range(10)]  # while the first one reads
    await asyncio.sleep(0.01)
    assert readings == 1
    gate.set()
    await first
    assert not any(task.done() for task in late)
    await asyncio.gather(*late)
    assert readings == 2


async def test_a_caller_who_goes_away_does_not_stop_the_reading(catalog: Live) -> None:
    one, two = asyncio.create_task(catalog.refresh()), asyncio.create_task(catalog.refresh())
    await asyncio.sleep(0)
    one.cancel()
    await two
    assert catalog.schema is not None


@pytest.mark.parametrize("statement", ["DROP DATABASE {0}", "CREATE DATABASE {0}_copy TEMPLATE {0}"])
async def test_it_never_stands_in_the_way(
    server: Server, database: str, catalog: Live, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LINGER_SECONDS", 0.2)
    catalog.hold()
    await catalog.current()
    assert await connections(server, database) == 1
    catalog.release()
    name = database.rpartition("/")[2]
    await execute(server.dsn(), statement.format(name))  # at once: the command itself waits for a moment
    await execute(server.dsn(), f"DROP DATABASE IF EXISTS {name}_copy")
    if statement.startswith("DROP"):
        await execute(server.dsn(), f"CREATE DATABASE {name}")  # the fixture drops it


async def test_sessions_that_come_and_go_share_one_connection(server: Server, database: str, catalog: Live) -> None:
    made = 0
    connect = live.connect

    async def counted(*arguments: object) -> object:
        nonlocal made
        made += 1
        return await connect(*arguments)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "connect", counted)
        for _ in range(20):
            catalog.hold()
            await catalog.current()
            catalog.release()
            await asyncio.sleep(0.01)
    assert made == 1


async def test_a_new_holder_never_sees_what_was_true_before(
    database: str, catalog: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "LINGER_SECONDS", 0.0)
    catalog.hold()
    await catalog.current()
    catalog.release()
    await asyncio.sleep(0.2)
    await execute(database, "CREATE TABLE t (x int)")
    catalog.hold()
    assert tables(await catalog.current()) == {"t"}


async def test_it_comes_back_after_the_server_does(server: Server) -> None:
    with launch(server.binaries.bindir, auth="trust") as own:
        catalog = Live(resolve(own.dsn()), poll_seconds=0.05)
        catalog.hold()
        before = await catalog.current()
        own.stop()
        await until(lambda: catalog.stale)
        assert catalog.schema is before
        port = own.port
        own.start()
        if own.port != port:
            catalog.endpoint = resolve(own.dsn())
        await until(lambda: not catalog.stale, 10.0)
        await execute(own.dsn(), "CREATE TABLE t (x int)")
        await catalog.refresh()
        assert tables(catalog.schema) == {"t"}
        await catalog.close()


async def test_a_database_that_is_not_there_is_stale_and_soon_said(server: Server) -> None:
    catalog = Live(resolve(server.dsn()), "no_such_database")
    catalog.hold()
    async with asyncio.timeout(5):
        assert await catalog.current() is None
    assert catalog.stale
    await catalog.close()


async def test_a_server_that_does_not_answer_is_given_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CONNECT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:  # the kernel accepts, nobody answers
        catalog = Live(resolve(f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/d"))
        async with asyncio.timeout(3):
            await catalog.refresh()
        assert catalog.stale
        await catalog.close()


async def test_the_search_path_of_a_fresh_session(server: Server, database: str) -> None:
    endpoint = resolve(database)
    assert await connection.fresh_search_path(endpoint) == ("public",)
    await execute(database, "CREATE SCHEMA postgres")
    assert await connection.fresh_search_path(endpoint) == ("postgres", "public")
    await execute(database, f"ALTER DATABASE {endpoint.database} SET search_path = public, nowhere, pg_catalog")
    assert await connection.fresh_search_path(endpoint) == ("public", "pg_catalog")


async def test_server_side_code_is_looked_at_where_nobody_waits(database: str, catalog: Live) -> None:
    told: list[str] = []
    catalog.subscribe_code(lambda code: told.extend(one.object for one in code.dependencies))
    await execute(database, "CREATE TABLE t (x int); CREATE INDEX i ON t (x)")
    catalog.hold()
    await catalog.current()
    await until(lambda: told)
    assert told == ["index public.i"]
    await execute(database, "DROP INDEX i")
    await catalog.refresh()  # not at every change: it is due again only in a minute
    assert [one.object for one in catalog.code.dependencies] == told
