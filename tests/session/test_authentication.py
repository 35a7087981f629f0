"""Lintel's own authentication where a side is slow, silent, gone or no Postgres: all of it ends, nothing is left."""

import socket
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psycopg
import pytest
from tests.session.proxy import Endpoint, Proxy
from tests.session.raw import Raw, sqlstate

from lintel.demo.postgres import Server
from lintel.session.authentication import Authentication
from lintel.session.listener import Options
from lintel.wire import messages
from lintel.wire.secret import Held, Password
from lintel.wire.startup import StartupMessage

pytestmark = pytest.mark.check(13, 14)

PENCIL = Password(b"pencil")


def options(held: Held = PENCIL, **more: float) -> Options:
    async def look_up(user: str, _message: StartupMessage) -> Held | None:
        return held if user == "postgres" else None

    return Options(authentication=Authentication(look_up, b"key"), **more)  # type: ignore[arg-type]


Serve = Callable[[socket.socket], None]


@contextmanager
def scripted(serve: Serve) -> Iterator[tuple[Endpoint, list[bool]]]:
    """A server that does so with each connection behind its startup packet; whether Lintel has closed them all."""
    closed: list[bool] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(10)
                connection.recv(10_000)
                serve(connection)
                closed.append(_ends(connection))

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield Endpoint((listening.getsockname(),)), closed
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(10)


def _ends(connection: socket.socket) -> bool:
    try:
        while connection.recv(10_000):
            pass
    except TimeoutError:
        return False
    except OSError:
        pass
    return True


SASL = messages.authentication(messages.SASL, b"SCRAM-SHA-256\0\0")
OK = messages.authentication(messages.AUTHENTICATION_OK)


def silent(_connection: socket.socket) -> None:
    pass


def gone(connection: socket.socket) -> None:
    connection.shutdown(socket.SHUT_RDWR)


def full(connection: socket.socket) -> None:
    connection.sendall(messages.fatal("53300", "sorry, too many clients already"))


def unproved(connection: socket.socket) -> None:
    connection.sendall(SASL)
    connection.recv(10_000)
    connection.sendall(OK)


def forged(connection: socket.socket) -> None:
    """Lets everybody in, and hopes that nobody looks."""
    connection.sendall(SASL)
    nonce = connection.recv(10_000).partition(b"r=")[2]
    first = b"r=%bx,s=%b,i=1" % (nonce, b64encode(b"salt"))
    connection.sendall(messages.authentication(messages.SASL_CONTINUE, first))
    connection.recv(10_000)
    connection.sendall(messages.authentication(messages.SASL_FINAL, b"v=" + b64encode(bytes(32))) + OK)


def kerberos(connection: socket.socket) -> None:
    connection.sendall(messages.authentication(7))


def nonsense(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(
    ("serve", "said"),
    [
        (silent, "login took too long"),
        (gone, "closed the connection unexpectedly"),
        (full, "sorry, too many clients already"),
        (unproved, "not completed its own authentication"),
        (forged, "not proved that it knows"),
        (kerberos, "asks for GSSAPI, which cannot be answered with a password"),
        (nonsense, "over the limit"),
    ],
)
def test_a_server_that_lets_nobody_in(serve: Serve, said: str) -> None:
    with scripted(serve) as (endpoint, closed), Proxy(endpoint, options(login_timeout=1.0)) as proxy:
        with pytest.raises(psycopg.OperationalError, match=said):
            psycopg.connect(f"postgresql://postgres:pencil@127.0.0.1:{proxy.port}/postgres")
        assert proxy.database.logins == []
    assert closed == [True]


@pytest.fixture
def guarded(server: Server) -> Iterator[Proxy]:
    endpoint = Endpoint(((server.host, server.port),))
    held = Password(server.password.encode())
    with Proxy(endpoint, options(held, login_timeout=5.0, startups=10, sessions=5)) as running:
        yield running


@pytest.mark.check(17)
def test_half_open_logins_keep_nobody_out(guarded: Proxy, server: Server) -> None:
    """They have no session's place until they have proved themselves; of too many the oldest go."""
    with ExitStack() as stack:
        for _ in range(40):
            client = stack.enter_context(Raw(guarded))
            client.startup(user="postgres", database="postgres")
            client.read_until(b"SCRAM-SHA-256\0\0")
        dsn = f"postgresql://postgres:{server.password}@127.0.0.1:{guarded.port}/postgres"
        with psycopg.connect(dsn) as proved:
            assert proved.execute("SELECT 1").fetchone() == (1,)
        assert guarded.listener.sessions <= 10


@pytest.mark.check(18)
def test_one_session_more_than_there_may_be(guarded: Proxy, server: Server) -> None:
    dsn = f"postgresql://postgres:{server.password}@127.0.0.1:{guarded.port}/postgres"
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(psycopg.connect(dsn))
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            psycopg.connect(dsn)


def test_a_client_that_says_nothing_is_closed(server: Server) -> None:
    with Proxy(Endpoint(((server.host, server.port),)), options(login_timeout=0.3)) as proxy, Raw(proxy) as client:
        client.startup(user="postgres", database="postgres")
        assert client.read_all()[:1] == b"R"


def test_nothing_of_a_client_that_is_not_known_reaches_the_server() -> None:
    with scripted(silent) as (endpoint, closed), Proxy(endpoint, options()) as proxy, Raw(proxy) as client:
        client.startup(user="nobody", database="postgres")
        client.read_until(b"SCRAM-SHA-256\0\0")
        client.send(messages.query(b"SELECT 1"))
        assert sqlstate(client.read_all()) == "08P01"
        assert closed == []
