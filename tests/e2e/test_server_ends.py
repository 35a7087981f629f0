"""Check 22: the server ends while something is under way: its own word or 08006, and nothing is sent a second time."""

import contextlib
import os
import signal
import time
from collections.abc import Iterator

import psycopg
import pytest
from tests.e2e import wire
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, find, launch

pytestmark = pytest.mark.check(22)

QUERY = wire.frame(b"Q", b"BEGIN; INSERT INTO t VALUES (1)\0")
COPY = wire.frame(b"Q", b"COPY t FROM STDIN\0")
PARSE = wire.frame(b"P", b"s\0INSERT INTO t VALUES (2)\0\0\0") + wire.frame(b"H", b"")
UNDER_WAY = {  # what is sent, by which message it is known to have arrived, what is sent when the server has gone
    "in a transaction": (QUERY, b"Z", wire.frame(b"Q", b"COMMIT\0")),
    "in a COPY": (COPY, b"G", wire.frame(b"d", b"3\n") * 3 + wire.frame(b"c", b"")),
    "between Parse and Bind": (
        PARSE,
        b"1",
        wire.frame(b"B", b"\0s\0\0\0\0\0\0\0") + wire.frame(b"E", b"\0\0\0\0\0") + wire.frame(b"S", b""),
    ),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with launch(find()[0].bindir, auth="trust") as running:
        with psycopg.connect(running.dsn(), autocommit=True) as control:
            control.execute("CREATE TABLE t (id int)")
        yield running


@pytest.fixture(scope="module")
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(server.dsn()) as running:
        yield running


def end_backend(server: Server, *, killed: bool) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        row = control.execute("SELECT pid FROM pg_stat_activity WHERE application_name = 'raw'").fetchone()
        assert row is not None
        if not killed:
            control.execute("SELECT pg_terminate_backend(%s)", row)
            return
        os.kill(row[0], signal.SIGKILL)
        with contextlib.suppress(psycopg.OperationalError):  # it ends all others too, and begins again
            control.execute("SELECT pg_sleep(60)")


def rows(server: Server) -> int:
    until = time.monotonic() + 20
    while True:
        try:
            with psycopg.connect(server.dsn(), autocommit=True) as control:
                found = control.execute("SELECT count(*) FROM t").fetchone()
                assert found is not None
                return int(found[0])
        except psycopg.OperationalError:
            assert time.monotonic() < until
            time.sleep(0.05)


@pytest.mark.parametrize("killed", [False, True], ids=["terminated", "killed"])
@pytest.mark.parametrize(("first", "arrived", "then"), UNDER_WAY.values(), ids=UNDER_WAY)
def test_the_client_is_told_and_nothing_is_repeated(
    server: Server, proxy: Proxy, first: bytes, arrived: bytes, then: bytes, killed: bool
) -> None:
    with wire.connected(proxy.host, proxy.port) as client:
        client.sendall(wire.startup("postgres", "postgres"))
        wire.until_ready(client)
        client.sendall(first)
        heard = wire.messages(client)
        while next(heard)[0] != arrived:
            pass
        end_backend(server, killed=killed)
        client.sendall(then)
        said = [wire.sqlstate(body) for kind, body in heard if kind == b"E"]
    assert said in ([["08006"], ["57P02"]] if killed else [["57P01"]])
    assert rows(server) == 0
    with psycopg.connect(f"postgresql://postgres@{proxy.host}:{proxy.port}/postgres") as again:
        assert again.execute("SELECT 1").fetchone() == (1,)
