"""Check 7, its last part: replication connections pass untouched (PostgreSQL's own tools: tests/e2e)."""

import contextlib
from collections.abc import Iterator

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
