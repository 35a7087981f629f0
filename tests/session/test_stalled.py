"""Peers that do not read: nothing is heaped up for them, nothing hangs, and in the end they are closed."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
import trustme
from tests.session.proxy import Endpoint, Proxy
from tests.session.raw import Raw, sqlstate
from tests.session.test_bounds import READY

from lintel.demo.postgres import Server, find, launch
from lintel.session import relay
from lintel.session.listener import Options
from lintel.wire import messages
from lintel.wire.framing import COMPILED

pytestmark = pytest.mark.check(19)
LARGE = messages.query(b"SELECT repeat('x', 100000) FROM generate_series(1, 300)")


@pytest.fixture(scope="module")
def open_server() -> Iterator[Server]:
    """One that lets everybody in, so that a plain socket can be a client."""
    with launch(find()[0].bindir, auth="trust") as running:
        yield running


@contextlib.contextmanager
def in_front_of(server: Server, stall_timeout: float, tls: ssl.SSLContext | None = None) -> Iterator[Proxy]:
    with Proxy(Endpoint((("127.0.0.1", server.port),)), Options(tls=tls, stall_timeout=stall_timeout)) as proxy:
        yield proxy


@contextlib.contextmanager
def logged_in(proxy: Proxy, encrypt: Callable[[Raw], None] = lambda client: None) -> Iterator[Raw]:
    with Raw(proxy) as client:
        encrypt(client)
        client.startup(user="postgres", database="postgres", application_name="stalled")
        client.read_until(READY)
        yield client


def ends_by_reset(client: Raw) -> bool:
    """What had reached it can be read; then this."""
    try:
        while client.socket.recv(1 << 20):
            pass
    except ConnectionResetError:
        return True
    return False


def backends(server: Server) -> int:
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        row = control.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stalled'").fetchone()
    assert row is not None
    return int(row[0])


def gone(server: Server) -> None:
    until = time.monotonic() + 10
    while backends(server):
        assert time.monotonic() < until
        time.sleep(0.05)


def stalled(proxy: Proxy) -> dict[str, int]:
    return proxy.listener._counters.stalled


@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "tls"])
def test_a_client_that_reads_nothing_is_reset_and_its_backend_ends(open_server: Server, encrypted: bool) -> None:
    authority = trustme.CA()
    serving, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(serving)
    authority.configure_trust(trusting)

    def encrypt(client: Raw) -> None:
        if encrypted:
            client.ask_for_tls()
            assert client.receive() == b"S"
            client.encrypt(trusting)

    with in_front_of(open_server, 0.4, serving) as proxy, logged_in(proxy, encrypt) as client:
        began = time.monotonic()
        client.send(LARGE)
        proxy.until_nobody_is_left()
        assert time.monotonic() - began > 0.4
        gone(open_server)
        assert stalled(proxy) == {"client": 1, "server": 0}
        assert ends_by_reset(client)


def test_a_slow_reader_is_no_stalled_one(open_server: Server) -> None:
    with in_front_of(open_server, 0.6) as proxy, logged_in(proxy) as client:
        client.send(LARGE)
        began, got = time.monotonic(), b""
        while time.monotonic() - began < 2.5:
            got += client.socket.recv(200_000)
            time.sleep(0.05)
        assert proxy.listener.sessions == 1
        assert len(got + client.read_until(READY)) > 30_000_000
        assert stalled(proxy) == {"client": 0, "server": 0}


def test_who_waits_for_a_long_statement_is_not_stalled(open_server: Server) -> None:
    with in_front_of(open_server, 0.1) as proxy, logged_in(proxy) as client:
        client.send(messages.query(b"SELECT pg_sleep(1)"))
        client.read_until(READY)


def test_never_is_never(open_server: Server) -> None:
    with in_front_of(open_server, 0.0) as proxy, logged_in(proxy) as client:
        client.send(LARGE)
        time.sleep(0.5)
        assert len(client.read_until(READY)) > 30_000_000


@pytest.mark.skipif(COMPILED, reason="compiled code has the seconds of _LINGER built in")
def test_a_session_that_has_ended_does_not_wait_for_its_client_for_ever(
    open_server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "_LINGER", 0.3)
    with in_front_of(open_server, 0.0) as proxy, logged_in(proxy) as client:
        client.send(LARGE)
        (session,) = proxy.listener._sessions
        until = time.monotonic() + 10
        while not session.client.transport.get_write_buffer_size():
            assert time.monotonic() < until
        proxy.call(proxy.listener.end)
        proxy.until_nobody_is_left()
        while session.client.stall._timer is not None:
            assert time.monotonic() < until
        assert ends_by_reset(client)


def test_a_server_that_reads_nothing_is_closed_and_the_client_told(open_server: Server) -> None:
    """A server does not read while it is at work; its process ends when it would read again."""
    with in_front_of(open_server, 0.4) as proxy, logged_in(proxy) as client:
        client.send(messages.query(b"SELECT pg_sleep(3)"))
        pushing = threading.Thread(target=_push, args=(client.socket,))
        pushing.start()
        assert sqlstate(client.read_all()) == "08006"
        pushing.join(10)
        proxy.until_nobody_is_left()
        assert stalled(proxy) == {"client": 0, "server": 1}
        assert backends(open_server) == 1
        gone(open_server)


def _push(sock: socket.socket) -> None:
    """As much as it takes."""
    with contextlib.suppress(OSError):
        for _ in range(600):
            sock.sendall(messages.query(b"SELECT '" + b"y" * 100_000 + b"'"))


SIMPLE = messages.query(b"SELECT length('" + b"y" * 100_000 + b"')")
EXTENDED = (
    messages.parse(b"", b"SELECT length('" + b"z" * 100_000 + b"')", b"\0\0")
    + messages.bind(b"", b"")
    + messages.execute(b"")
)


@pytest.mark.parametrize(
    ("message", "end"), [(SIMPLE, b""), (EXTENDED, messages.SYNC_FRAME)], ids=["queries", "one long pipeline"]
)
def test_50_megabytes_are_sent_before_a_reply_is_read(open_server: Server, message: bytes, end: bytes) -> None:
    """Without Lintel this does not block: the replies are small, and the server reads on."""
    with in_front_of(open_server, 2.0) as proxy, logged_in(proxy) as client:
        client.socket.settimeout(30)
        client.socket.sendall(message * 500 + end)
        time.sleep(0.1)
        got = b""
        while got.count(b"SELECT 1\0") < 500 or not got.endswith(READY):
            got += client.receive()
