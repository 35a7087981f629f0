"""Real drivers and tools through the relay: what they get is what they get directly."""

import asyncio
import io
import os
import shutil
import subprocess
from urllib.parse import urlsplit

import asyncpg
import pg8000.native
import psycopg
import pytest
from tests.session.proxy import Proxy

from lintel.demo.postgres import Server


def test_psycopg(dsn: str, proxy: Proxy) -> None:
    with psycopg.connect(dsn) as client:
        client.execute("CREATE TABLE t (a int, b text)")
        for i in range(20):  # prepared from the fifth on
            client.execute("INSERT INTO t VALUES (%s, %s)", (i, "x" * i))
        assert client.execute("SELECT sum(a) FROM t").fetchone() == (190,)
        with pytest.raises(psycopg.errors.UndefinedColumn) as caught:
            client.execute("SELECT nope FROM t")
        assert caught.value.diag.statement_position == "8"
        client.rollback()
    proxy.until_nobody_is_left()
    assert ("SELECT nope FROM t", "42703") in proxy.database.counted
    assert proxy.database.counted.count(("INSERT INTO t VALUES ($1, $2)", "ok")) == 20


def test_psycopg_pipeline(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as client:
        with client.pipeline():
            cursors = [client.execute("SELECT %s::int", (i,), prepare=True) for i in range(500)]
        assert [cursor.fetchone() for cursor in cursors] == [(i,) for i in range(500)]
        with pytest.raises(psycopg.errors.UndefinedColumn), client.pipeline():  # noqa: PT012 - raised at its end
            client.execute("SELECT 1")
            client.execute("SELECT nope")
            client.execute("SELECT 2")
        assert client.execute("SELECT 3").fetchone() == (3,)


def test_psycopg_copy(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as client:
        client.execute("CREATE TABLE t (a int, b text)")
        with client.cursor().copy("COPY t FROM STDIN") as copy:
            for i in range(20_000):
                copy.write_row((i, "y" * 20))
        with client.cursor().copy("COPY t TO STDOUT (FORMAT binary)") as copy:
            assert sum(map(len, copy)) > 20_000 * 30
        with pytest.raises(psycopg.errors.InvalidTextRepresentation), client.cursor().copy("COPY t FROM STDIN") as copy:
            copy.write_row(("no", "number"))
        assert client.execute("SELECT count(*) FROM t").fetchone() == (20_000,)


async def test_asyncpg(dsn: str) -> None:
    client = await asyncpg.connect(dsn)
    await client.execute("CREATE TABLE t (a int, b text)")
    await client.executemany("INSERT INTO t VALUES ($1, $2)", [(i, "z") for i in range(1000)])
    await client.copy_records_to_table("t", records=[(i, "w") for i in range(1000)])
    out = io.BytesIO()
    await client.copy_from_table("t", output=out)
    assert out.getvalue().count(b"\n") == 2000
    async with client.transaction():
        assert len([row async for row in client.cursor("SELECT * FROM t", prefetch=7)]) == 2000
    with pytest.raises(asyncpg.UndefinedColumnError):
        await client.fetch("SELECT nope")
    assert len(await client.fetch("SELECT repeat('x', 1000) FROM generate_series(1, 20000)")) == 20_000
    heard: asyncio.Queue[str] = asyncio.Queue()
    await client.add_listener("news", lambda *said: heard.put_nowait(said[3]))
    await client.execute("NOTIFY news, 'hello'")
    assert await asyncio.wait_for(heard.get(), 5) == "hello"
    with pytest.raises(asyncpg.QueryCanceledError):
        await client.execute("SET statement_timeout = 50; SELECT pg_sleep(5)")
    await client.close()


@pytest.mark.check(16)
async def test_cancel(dsn: str) -> None:
    client = await asyncpg.connect(dsn)
    with pytest.raises(asyncio.TimeoutError):
        await client.fetch("SELECT pg_sleep(10)", timeout=0.2)
    assert await client.fetchval("SELECT 1") == 1
    await client.close()


def test_pg8000(dsn: str) -> None:
    at = urlsplit(dsn)
    where = {"host": at.hostname, "port": at.port, "password": at.password, "database": at.path[1:]}
    client = pg8000.native.Connection(at.username, **where)
    assert client.run("SELECT :a::int + 1", a=3) == [[4]]
    client.close()


def test_psql(dsn: str, server: Server) -> None:
    script = (
        "SELECT 1 AS one; \\gdesc\nSELECT 2; SELECT 3 \\;SELECT 4;\n\\copy (SELECT 5) TO STDOUT\nSELECT nope;\nSELECT 6"
    )
    psql = shutil.which("psql") or str(server.bindir / "psql")
    done = subprocess.run([psql, dsn, "-XAt"], input=script, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout.split() == ["1", "one|integer", "2", "3", "4", "5", "6"]
    assert "LINE 1: SELECT nope;" in done.stderr


@pytest.mark.parametrize("mode", ["simple", "extended", "prepared"])
def test_pgbench(dsn: str, server: Server, mode: str) -> None:
    pgbench = shutil.which("pgbench", path=f"{server.bindir}:{os.environ.get('PATH', '')}")
    if pgbench is None:
        pytest.skip("no pgbench")
    subprocess.run([pgbench, "-iq", dsn], capture_output=True, timeout=60, check=True)
    command = [pgbench, "-n", "-M", mode, "-c", "4", "-t", "25", dsn]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert "number of transactions actually processed: 100/100" in done.stdout
