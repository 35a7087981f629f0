"""The server's own log as judge: every statement that it ran is recorded, or counted as missed (safety 29)."""

import asyncio
import json
import re
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psycopg
import pytest
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, launch

LOGGING = {"log_statement": "all", "log_line_prefix": "client=%a "}
# A portal that is fetched from again is still one statement.
_RAN = re.compile(r"client=(\S*) LOG:  (?:statement|execute (?!fetch from )[^:]+): (.*)")
_QUESTIONS = ("SHOW search_path", "SHOW role")  # Lintel's own, in the sessions of its clients


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with launch(settings=LOGGING) as server:
        yield server


def through(server: Server, proxy: Proxy, client: str) -> str:
    whole = urlsplit(server.dsn("postgres"))
    login = whole.netloc.rpartition("@")[0]
    return urlunsplit(whole._replace(netloc=f"{login}@{proxy.host}:{proxy.port}", query=f"application_name={client}"))


def mixed(dsn: str) -> None:
    with psycopg.connect(dsn) as client:
        for number in range(20):
            client.execute("SELECT %s::int", (number,))
            client.execute("SELECT count(*) FROM pgbench_accounts WHERE aid < %s", (number,), prepare=True)
        client.commit()
        for wrong in ("SELECT nothing FROM pgbench_accounts", "SELECT 1 / 0", "SELECT * FROM nowhere"):
            with pytest.raises(psycopg.Error):
                client.execute(wrong)
            client.rollback()
        client.execute(
            "SET search_path = pg_catalog, public; SELECT count(*) FROM public.pgbench_tellers; DO $$ BEGIN END $$"
        )
        with client.cursor() as cursor, cursor.copy("COPY pgbench_history (tid, bid) FROM STDIN") as copy:
            copy.write_row((1, 1))
        with client.cursor("named") as cursor:
            cursor.execute("SELECT aid FROM pgbench_accounts LIMIT 100")
            cursor.fetchmany(10)
        client.execute("CREATE TEMPORARY TABLE x AS SELECT 1 AS a; PREPARE p AS SELECT a FROM x; EXECUTE p")
        with client.pipeline():
            for number in range(10):
                client.execute("UPDATE pgbench_tellers SET tbalance = 0 WHERE tid = %s", (number,))


async def asynchronous(dsn: str) -> None:
    client = await asyncpg.connect(dsn)
    for number in range(20):
        await client.fetch("SELECT abalance FROM pgbench_accounts WHERE aid = $1", number)
    await client.executemany("UPDATE pgbench_branches SET bbalance = $1", [(n,) for n in range(15)])
    async with client.transaction():
        async for _ in client.cursor("SELECT aid FROM pgbench_accounts LIMIT 200", prefetch=50):
            pass
    await client.close()


@pytest.mark.check(29)
@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_server_has_run_nothing_that_is_not_recorded(server: Server, workers: str, tmp_path: Path) -> None:
    log = tmp_path / "queries.jsonl"
    program = str(server.bindir / "pgbench")
    before = len(server.log)
    written_to = {"LINTEL_RECORD__QUERY_LOG": str(log)}
    with Proxy(server.dsn("postgres"), "--workers", workers, environment=written_to) as proxy:
        done = subprocess.run(
            [program, "-i", "-q", through(server, proxy, "fill")], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        for mode in ("simple", "extended", "prepared"):
            load = [program, "-n", "-M", mode, "-c", "4", "-t", "25", through(server, proxy, f"pgbench-{mode}")]
            assert subprocess.run(load, capture_output=True, check=False).returncode == 0
        mixed(through(server, proxy, "mixed"))
        asyncio.run(asynchronous(through(server, proxy, "asyncpg")))
        proxy.terminate()
        with closing(sqlite3.connect(proxy.store)) as raw:
            (counted,) = raw.execute("SELECT sum(observed + other), sum(dropped) FROM coverage")
        written = Counter(json.loads(line)["client"] for line in log.read_text().splitlines())
    ran = _RAN.findall(server.log[before:])
    judge = Counter(client for client, text in ran if client != "lintel" and text not in _QUESTIONS)
    assert written == judge
    assert counted == (judge.total(), 0)
