"""Limits: silent connections, idle sessions, dead peers."""

import socket
import time
from collections.abc import Iterator

import psycopg
import pytest
from tests.session.proxy import Endpoint, Proxy
from tests.session.raw import Raw, sqlstate

from lintel.demo.postgres import Server, find, launch
from lintel.session.connector import KeepAlive
from lintel.session.listener import Options

READY = b"Z\0\0\0\x05I"


@pytest.fixture(scope="module")
def open_server() -> Iterator[Server]:
    """One that lets everybody in, so that a plain socket can be a client."""
    with launch(find()[0].bindir, auth="trust") as running:
        yield running


def in_front_of(server: Server, options: Options) -> Proxy:
    return Proxy(Endpoint((("127.0.0.1", server.port),)), options)


def dsn(proxy: Proxy) -> str:
    return f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres"


def logged_in(proxy: Proxy) -> Raw:
    client = Raw(proxy)
    client.startup(user="postgres", database="postgres")
    client.read_until(READY)
    return client


@pytest.mark.check(17)
def test_silent_connections_keep_nobody_out(open_server: Server) -> None:
    with in_front_of(open_server, Options(startups=20)) as proxy:
        silent = [Raw(proxy) for _ in range(60)]
        with psycopg.connect(dsn(proxy)) as client:
            assert client.execute("SELECT 1").fetchone() == (1,)
        assert proxy.listener.sessions <= 21
        assert silent[0].read_all() == b""
        for one in silent:
            one.socket.close()


@pytest.mark.check(17)
def test_a_login_under_way_is_not_taken_for_a_silent_connection(open_server: Server) -> None:
    with in_front_of(open_server, Options(startups=1)) as proxy:
        for _ in range(20):
            first, second = Raw(proxy), logged_in(proxy)
            assert first.read_all() == b""
            second.socket.close()


@pytest.mark.parametrize("asleep", [False, True])
def test_an_idle_session_is_ended(open_server: Server, asleep: bool) -> None:
    with in_front_of(open_server, Options(idle_timeout=0.4)) as proxy:
        client = logged_in(proxy)
        began = time.monotonic()
        if asleep:  # its statement is running: it is not idle
            client.send(b"Q" + (len(text := b"SELECT pg_sleep(1)\0") + 4).to_bytes(4, "big") + text)
            client.read_until(READY)
        assert sqlstate(client.read_all()) == "57P05"
        assert (1.4 if asleep else 0.4) <= time.monotonic() - began < 5


def test_an_open_transaction_and_a_busy_client_are_not_idle(open_server: Server) -> None:
    options = Options(idle_timeout=1.0)
    with in_front_of(open_server, options) as proxy, psycopg.connect(dsn(proxy)) as waiting:
        waiting.execute("SELECT 1")
        with psycopg.connect(dsn(proxy), autocommit=True) as busy:
            for _ in range(20):
                busy.execute("SELECT 1")
                time.sleep(0.1)
        waiting.execute("SELECT 1")


def test_peers_are_probed(open_server: Server) -> None:
    with in_front_of(open_server, Options(keepalive=KeepAlive(7.0, 3.0, 2))) as proxy:
        client = logged_in(proxy)
        (session,) = proxy.listener._sessions
        probed = session.client.transport.get_extra_info("socket")
        assert probed.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        options = (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        assert [probed.getsockopt(socket.IPPROTO_TCP, one) for one in options] == [7, 3, 2]
        client.socket.close()
