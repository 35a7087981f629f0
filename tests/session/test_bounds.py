"""Clients that misbehave, servers that are gone: that session ends as documented, and no other notices."""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
import trustme
from tests.session.proxy import Endpoint, Proxy
from tests.session.raw import Raw, sqlstate

from lintel.demo.postgres import Server, find, launch
from lintel.session.listener import Options
from lintel.wire import messages

READY = b"Z\0\0\0\x05I"


@pytest.fixture(scope="module")
def open_server() -> Iterator[Server]:
    """One that lets everybody in, so that a plain socket can be a client."""
    with launch(find()[0].bindir, auth="trust") as running:
        yield running


@pytest.fixture
def proxy(open_server: Server) -> Iterator[Proxy]:
    with Proxy(Endpoint((("127.0.0.1", open_server.port),)), Options(login_timeout=1.0, sessions=20)) as running:
        yield running


@pytest.fixture
def raw(proxy: Proxy) -> Iterator[Raw]:
    """Logged in."""
    client = Raw(proxy)
    client.startup(user="postgres", database="postgres")
    client.read_until(READY)
    yield client
    client.socket.close()


def dsn(proxy: Proxy) -> str:
    return f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres"


@pytest.mark.check(2)
@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"Q\0\0\0\x03", "08P01"),
        (b"Q\0\0\0\0", "08P01"),
        (b"Q\xff\xff\xff\xff", "08P01"),
        (b"Q\x7f\xff\xff\xff", "54000"),
        (b"S\0\1\0\0", "54000"),
        (b"Q\0\0\0\x0cSELECT 1", "08P01"),
        (b"Q\0\0\0\x0eSELECT\0001\0\0", "08P01"),
        (b"y\0\0\0\x04", "08P01"),
        (b"B\0\0\0\x06xx", "08P01"),
        (b"P\0\0\0\x05x", "08P01"),
    ],
)
def test_malformed_frame_ends_that_session_only(raw: Raw, proxy: Proxy, frame: bytes, code: str) -> None:
    with psycopg.connect(dsn(proxy)) as other:
        raw.send(frame)
        assert sqlstate(raw.read_all()) == code
        assert other.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.check(8, 17)
def test_malformed_startup(proxy: Proxy) -> None:
    for packet, code in (
        (struct.pack(">II", 20_000, 0x30000), "08P01"),
        (struct.pack(">II", 4, 0x30000), "08P01"),
        (struct.pack(">II", 8, 0x20000), "0A000"),
        (struct.pack(">II", 14, 0x30000) + b"user\0x", "08P01"),
    ):
        client = Raw(proxy)
        client.send(packet)
        assert sqlstate(client.read_all()) == code
    assert proxy.database.logins == []


@pytest.mark.check(8)
def test_a_newer_minor_version_is_the_servers_to_negotiate(proxy: Proxy) -> None:
    with Raw(proxy) as client:
        client.startup(version=0x30063, user="postgres", database="postgres")
        assert client.read_until(READY)[:1] == b"v"


@pytest.mark.check(11)
def test_encryption_requests(proxy: Proxy) -> None:
    client = Raw(proxy)
    client.ask_for_tls()
    assert client.socket.recv(10) == b"N"
    client.send(struct.pack(">II", 8, 80877104))
    assert client.socket.recv(10) == b"N"
    client.ask_for_tls()
    assert sqlstate(client.read_all()) == "08P01"


@pytest.mark.check(10)
def test_bytes_behind_ssl_request_are_never_used(open_server: Server) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(context)
    with Proxy(Endpoint((("127.0.0.1", open_server.port),)), Options(tls=context)) as proxy:
        client = Raw(proxy)
        client.ask_for_tls(behind=b"\0\0\0\x08\0\3\0\0")
        assert sqlstate(client.read_all()) == "08P01"
        client = Raw(proxy)
        client.ask_for_tls()
        assert client.socket.recv(10) == b"S"
        client.send(b"\0\0\0\x08\0\3\0\0 this is no handshake")
        assert b"R\0\0\0" not in client.read_all()
        assert proxy.database.logins == []


@pytest.mark.check(9)
def test_tls_records_to_the_client_are_small(open_server: Server) -> None:
    """libpq's asynchronous clients hang on a record that is longer than their 8 KiB buffer."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    with Proxy(Endpoint((("127.0.0.1", open_server.port),)), Options(tls=context)) as proxy, Raw(proxy) as client:
        client.ask_for_tls()
        assert client.socket.recv(1) == b"S"
        client.encrypt(trusting)
        client.startup(user="postgres", database="postgres")
        client.read_until(READY)
        client.send(messages.query(b"SELECT repeat('x', 100000) FROM generate_series(1, 30)"))
        assert client.read_until(READY).count(b"x" * 100_000) == 30
        assert max(client.records) < 8192 + 256


@pytest.mark.check(17)
def test_login_takes_too_long(proxy: Proxy) -> None:
    began = time.monotonic()
    assert Raw(proxy).read_all() == b""
    assert 0.5 < time.monotonic() - began < 5


@pytest.mark.check(18)
def test_session_limit(proxy: Proxy) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(psycopg.connect(dsn(proxy)))
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            psycopg.connect(dsn(proxy))
    proxy.until_nobody_is_left()
    psycopg.connect(dsn(proxy)).close()


@pytest.mark.check(22)
def test_unreachable_server() -> None:
    with Proxy(Endpoint((("127.0.0.1", 1),))) as proxy:
        client = Raw(proxy)
        client.startup(user="postgres", database="postgres")
        assert sqlstate(client.read_all()) == "57P03"


@pytest.mark.check(22)
def test_server_dies(open_server: Server) -> None:
    with launch(find()[0].bindir, auth="trust") as server, Proxy(Endpoint((("127.0.0.1", server.port),))) as proxy:
        client = Raw(proxy)
        client.startup(user="postgres", database="postgres")
        client.read_until(READY)
        with psycopg.connect(server.dsn(), autocommit=True) as control:
            control.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        assert sqlstate(client.read_all()) == "57P01"  # the server's own word
    with silent_server() as address, Proxy(Endpoint((address,))) as proxy:
        client = Raw(proxy)
        client.startup(user="postgres", database="postgres")
        assert sqlstate(client.read_all()) == "08006"


@contextlib.contextmanager
def silent_server() -> Iterator[tuple[str, int]]:
    """Accepts, reads the startup packet, and closes without a word."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            connection.recv(1000)
            connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()
        thread.join(5)


@pytest.mark.check(9)
def test_half_close_still_gets_the_reply(raw: Raw) -> None:
    raw.send(messages.query(b"SELECT pg_sleep(0.2), 'late'"))
    raw.socket.shutdown(socket.SHUT_WR)
    assert b"late" in raw.read_all()


@pytest.mark.check(19)
def test_stalled_reader_is_not_buffered_for(raw: Raw, proxy: Proxy) -> None:
    """The server has to wait; what the proxy holds is bounded, and everything arrives in the end."""
    raw.send(messages.query(b"SELECT repeat('x', 100000) FROM generate_series(1, 500)"))
    time.sleep(0.5)
    (session,) = proxy.listener._sessions
    assert session.client.transport.get_write_buffer_size() < 2_000_000
    assert raw.read_until(READY).count(b"x" * 100_000) == 500


@pytest.mark.check(19)
def test_large_pipeline_with_unread_replies(raw: Raw) -> None:
    raw.socket.setblocking(False)
    sent = memoryview(messages.query(b"SELECT '" + b"y" * 10_000 + b"'") * 500)
    got = b""
    until = time.monotonic() + 20
    while got.count(READY) < 500 and time.monotonic() < until:
        with contextlib.suppress(BlockingIOError):
            sent = sent[raw.socket.send(sent) :] if sent else sent
        with contextlib.suppress(BlockingIOError):
            got += raw.socket.recv(1 << 20)
    assert got.count(READY) == 500


@pytest.mark.check(23)
def test_resets_leave_nothing_behind(proxy: Proxy) -> None:
    for _ in range(20):
        client = Raw(proxy)
        client.startup(user="postgres", database="postgres")
        client.read_until(READY)
        client.send(messages.query(b"SELECT 1"))
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.socket.close()
    proxy.until_nobody_is_left()


def test_drain(proxy: Proxy) -> None:
    idle = Raw(proxy)
    idle.startup(user="postgres", database="postgres")
    idle.read_until(READY)
    busy = psycopg.connect(dsn(proxy))
    busy.execute("SELECT 1")
    began = time.monotonic()
    proxy.drain(1.0)
    assert 0.9 < time.monotonic() - began < 3  # the open transaction was waited for
    assert sqlstate(idle.read_all()) == "57P01"
    with pytest.raises(psycopg.OperationalError):
        busy.execute("SELECT 1")
    busy.close()
