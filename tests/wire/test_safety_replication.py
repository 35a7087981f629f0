"""Check 7, its last part: replication connections pass untouched, and PostgreSQL's own tools work through Lintel."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.pq import ExecStatus
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server

pytestmark = pytest.mark.check(7)


@pytest.fixture(scope="module")
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(server.dsn()) as running:
        yield running


def tool(server: Server, proxy: Proxy, name: str, *arguments: str) -> str:
    """A program of that server's version, through Lintel."""
    where = ("--host", proxy.host, "--port", str(proxy.port), "--username", server.user, "--no-password")
    done = subprocess.run(
        [server.bindir / name, *where, *arguments],
        env={**os.environ, "PGPASSWORD": server.password}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_base_backup(server: Server, proxy: Proxy, tmp_path: Path) -> None:
    """Two connections at once: the files, and the WAL that is written meanwhile (CopyBoth)."""
    tool(server, proxy, "pg_basebackup", "-D", str(tmp_path / "copy"), "-X", "stream", "-c", "fast")
    assert (tmp_path / "copy" / "PG_VERSION").read_text().strip() == str(server.major)
    assert list((tmp_path / "copy" / "pg_wal").iterdir())


def test_base_backup_as_one_stream(server: Server, proxy: Proxy, tmp_path: Path) -> None:
    arguments = ("-D", str(tmp_path / "tar"), "-F", "tar", "-X", "fetch", "-c", "fast")
    tool(server, proxy, "pg_basebackup", *arguments)
    assert (tmp_path / "tar" / "base.tar").stat().st_size > 10_000_000


def test_receive_wal(server: Server, proxy: Proxy, tmp_path: Path) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        control.execute("SELECT pg_create_physical_replication_slot('receiver', true)")
        control.execute("SELECT pg_switch_wal()")
        row = control.execute("SELECT pg_current_wal_lsn()").fetchone()
        assert row
        arguments = ("-D", str(tmp_path), "--slot", "receiver", "--endpos", row[0], "--status-interval", "1")
        tool(server, proxy, "pg_receivewal", *arguments)
        assert list(tmp_path.iterdir())
        control.execute("SELECT pg_drop_replication_slot('receiver')")


def test_commands_of_a_walsender(server: Server, proxy: Proxy) -> None:
    """The same answers as without Lintel, up to and into CopyBoth; SQL is relayed too in such a session."""
    heard = []
    for port in (server.port, proxy.port):
        connection = psycopg.connect(server.dsn(), port=port, replication="database", autocommit=True)
        with contextlib.closing(connection) as client:
            system = client.pgconn.exec_(b"IDENTIFY_SYSTEM")
            show = client.pgconn.exec_(b"SHOW wal_level").get_value(0, 0)
            value = client.pgconn.exec_(b"SELECT 1").get_value(0, 0)
            wrong = client.pgconn.exec_(b"IDENTIFY_NOTHING").status
            start = client.pgconn.exec_(b"START_REPLICATION PHYSICAL 0/1000000").status
            heard.append((system.nfields, system.get_value(0, 0), show, value, wrong, start))
    assert heard[0] == heard[1]
    assert heard[0][4:] == (ExecStatus.FATAL_ERROR, ExecStatus.COPY_BOTH)
