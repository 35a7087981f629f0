"""Replication through Lintel, by PostgreSQL's own programs: base backups, WAL and logical changes as streams."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.e2e.conftest import program
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, find, launch

SLOT = "lintel_test"
pytestmark = pytest.mark.check(7)


@pytest.fixture(scope="module", params=find(), ids=lambda binaries: f"pg{binaries.major}")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with launch(request.param.bindir, settings={"wal_level": "logical"}) as running:
        yield running


@pytest.fixture(scope="module")
def uri(server: Server) -> Iterator[str]:
    with Proxy(server.dsn()) as proxy:
        yield f"postgresql://{server.user}:{server.password}@{proxy.host}:{proxy.port}"


@pytest.fixture
def tool(server: Server) -> Callable[[str], str]:
    """A program of the server's own version: of another one it may refuse."""

    def find_tool(name: str) -> str:
        beside = server.binaries.bindir / name
        return str(beside) if beside.exists() else program(name)

    return find_tool


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not there() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert there()


@pytest.mark.parametrize("wal", ["stream", "fetch"])
def test_a_base_backup_is_whole(tool: Callable[[str], str], uri: str, tmp_path: Path, wal: str) -> None:
    target = str(tmp_path / "backup")
    run(tool("pg_basebackup"), "-d", uri, "-D", target, "-X", wal, "-c", "fast")
    run(tool("pg_verifybackup"), target)


def test_wal_streams(tool: Callable[[str], str], uri: str, tmp_path: Path) -> None:
    receiver = subprocess.Popen([tool("pg_receivewal"), "-d", uri, "-D", str(tmp_path), "-n", "--synchronous"])
    try:
        with psycopg.connect(f"{uri}/postgres", autocommit=True) as client:

            def received(pattern: str) -> bool:
                client.execute("SELECT pg_logical_emit_message(false, 'x', 'y')")  # WAL, for there to be something
                return any(tmp_path.glob(pattern))

            until(lambda: received("*.partial"))
            client.execute("SELECT pg_switch_wal()")
            until(lambda: received("*[0-9A-F]"))
    finally:
        receiver.send_signal(signal.SIGINT)
        assert receiver.wait(timeout=20) == 0


def test_logical_changes_stream(tool: Callable[[str], str], uri: str, tmp_path: Path) -> None:
    pg_recvlogical, changes = tool("pg_recvlogical"), tmp_path / "changes"
    database = f"{uri}/postgres"
    run(pg_recvlogical, "-d", database, "--slot", SLOT, "--create-slot", "-P", "pgoutput")
    options = ["-o", "proto_version=1", "-o", "publication_names=everything", "-o", "messages=true"]
    receiver = subprocess.Popen(
        [pg_recvlogical, "-d", database, "--slot", SLOT, "--start", "-n", "-f", str(changes), *options]
    )
    try:
        with psycopg.connect(database, autocommit=True) as client:
            client.execute("CREATE PUBLICATION everything FOR ALL TABLES")
            client.execute("CREATE TABLE streamed (word text)")
            client.execute("INSERT INTO streamed VALUES ('through and through')")
            until(lambda: changes.exists() and b"through and through" in changes.read_bytes())
            client.execute("DROP PUBLICATION everything")
    finally:
        receiver.send_signal(signal.SIGINT)
        receiver.wait(timeout=20)
    run(pg_recvlogical, "-d", database, "--slot", SLOT, "--drop-slot")


def test_a_replication_connection_takes_sql_too(uri: str) -> None:
    with psycopg.connect(f"{uri}/postgres?replication=database", autocommit=True) as client:
        # Only the simple protocol speaks to a walsender.
        result = client.pgconn.exec_(b"IDENTIFY_SYSTEM")
        assert (result.nfields, result.get_value(0, 3)) == (4, b"postgres")
        assert client.pgconn.exec_(b"SELECT 41 + 1").get_value(0, 0) == b"42"


def test_a_database_dumped_and_restored(tool: Callable[[str], str], uri: str, tmp_path: Path) -> None:
    archive = str(tmp_path / "archive")
    with psycopg.connect(f"{uri}/postgres", autocommit=True) as client:
        client.execute("CREATE TABLE kept (id serial PRIMARY KEY, word text CHECK (word <> ''))")
        client.execute("CREATE VIEW words AS SELECT word FROM kept")
        client.execute("INSERT INTO kept (word) SELECT 'w' || n FROM generate_series(1, 5000) AS n")
        client.execute("SELECT lo_from_bytea(4711, 'a large object')")
        client.execute("CREATE DATABASE restored")
    run(tool("pg_dump"), "-Fd", "-j", "2", "-f", archive, f"{uri}/postgres")
    run(tool("pg_restore"), "-j", "2", "-d", f"{uri}/restored", archive)
    with psycopg.connect(f"{uri}/restored", autocommit=True) as client:
        assert client.execute("SELECT count(*), max(length(word)) FROM words").fetchone() == (5000, 5)
        assert client.execute("SELECT lo_get(4711)").fetchone() == (b"a large object",)
    with psycopg.connect(f"{uri}/postgres", autocommit=True) as client:
        client.execute("DROP DATABASE restored")  # nothing of Lintel stands in the way
        client.execute("DROP TABLE kept CASCADE; SELECT lo_unlink(4711)")
