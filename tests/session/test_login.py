"""Authentication passes through, whatever it is; TLS to clients and to the server."""

import ssl
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import trustme
from tests.session.proxy import Endpoint, Proxy

from lintel.demo.postgres import Auth, Server, find, launch
from lintel.session.listener import Options

NEWEST = find()[-1]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def tls_server(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with a certificate for localhost."""
    directory = tmp_path_factory.mktemp("server")
    issued = authority.issue_cert("localhost", "127.0.0.1")
    certificate, key = directory / "cert.pem", directory / "key.pem"
    certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
    issued.private_key_pem.write_to_path(key)
    with launch(NEWEST.bindir, ssl_cert=certificate, ssl_key=key) as running:
        yield running


def client_side(authority: trustme.CA) -> ssl.SSLContext:
    """What verifies the server."""
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def through(proxy: Proxy, server: Server, **more: str) -> str:
    values = {"host": "localhost", "port": str(proxy.port), "user": server.user, "password": server.password}
    return psycopg.conninfo.make_conninfo(**{**values, "dbname": "postgres", **more})


@pytest.mark.check(14)
@pytest.mark.parametrize("auth", ["trust", "password", "md5"])
def test_authentication(auth: Auth) -> None:
    settings = {"password_encryption": "md5"} if auth == "md5" else {}
    with launch(NEWEST.bindir, auth=auth, settings=settings) as server, Proxy(at(server)) as proxy:
        with psycopg.connect(through(proxy, server)) as client:
            assert client.execute("SELECT 1").fetchone() == (1,)
        if auth != "trust":
            with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
                psycopg.connect(through(proxy, server, password="wrong"))


def at(server: Server, **more: object) -> Endpoint:
    return Endpoint((("localhost", server.port),), **more)  # type: ignore[arg-type]


@pytest.mark.check(13, 14)
def test_scram(server: Server, proxy: Proxy) -> None:
    with psycopg.connect(through(proxy, server, application_name="billing")) as client:
        assert client.execute("SELECT 1").fetchone() == (1,)
        assert client.info.backend_pid == client.execute("SELECT pg_backend_pid()").fetchone()[0]  # type: ignore[index]
    assert proxy.database.logins[0].application_name == "billing"
    assert proxy.database.logins[0].address in ("127.0.0.1", "::1")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(through(proxy, server, password="wrong"))
    with pytest.raises(psycopg.OperationalError, match='database "nope" does not exist'):
        psycopg.connect(through(proxy, server, dbname="nope"))


def test_unix_socket_to_the_server(server: Server) -> None:
    path = f"{server.socket_dir}/.s.PGSQL.{server.port}"
    with Proxy(Endpoint((path,))) as proxy, psycopg.connect(through(proxy, server)) as client:
        assert client.execute("SELECT inet_client_addr()").fetchone() == (None,)


def test_second_address_is_tried(server: Server) -> None:
    with Proxy(Endpoint((("127.0.0.1", 1), ("127.0.0.1", server.port)))) as proxy:
        psycopg.connect(through(proxy, server)).close()


@pytest.mark.check(12)
def test_tls_to_the_client(server: Server, authority: trustme.CA, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    root = tmp_path / "root.pem"
    authority.cert_pem.write_to_path(root)
    with Proxy(at(server), Options(tls=context, tls_required=True)) as proxy:
        secure = through(proxy, server, sslmode="verify-full", sslrootcert=str(root))
        with psycopg.connect(secure) as client:
            assert client.pgconn.ssl_in_use
            rows = client.execute("SELECT repeat('x', 1000) FROM generate_series(1, 5000)").fetchall()
            assert len(rows) == 5000
        with pytest.raises(psycopg.OperationalError, match="must use TLS"):
            psycopg.connect(through(proxy, server, sslmode="disable"))


@pytest.mark.check(13)
@pytest.mark.parametrize("mode", ["prefer", "require", "verify-full"])
def test_tls_to_the_server(tls_server: Server, authority: trustme.CA, mode: str) -> None:
    """The client's leg is plain, so the offer of SCRAM-SHA-256-PLUS is not passed on: libpq would refuse it."""
    with (
        Proxy(at(tls_server, sslmode=mode, ssl=client_side(authority))) as proxy,
        psycopg.connect(through(proxy, tls_server)) as client,
    ):
        assert client.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)


@pytest.mark.check(12)
def test_bad_certificate_gets_no_password(tls_server: Server) -> None:
    with Proxy(at(tls_server, sslmode="verify-full", ssl=ssl.create_default_context())) as proxy:
        with pytest.raises(psycopg.OperationalError, match="cannot be reached"):
            psycopg.connect(through(proxy, tls_server))
        assert proxy.database.logins == []


@pytest.mark.check(12)
def test_no_tls_where_it_is_required(server: Server) -> None:
    with (
        Proxy(at(server, sslmode="require", ssl=ssl.create_default_context())) as proxy,
        pytest.raises(psycopg.OperationalError, match="cannot be reached"),
    ):
        psycopg.connect(through(proxy, server))
    with (
        Proxy(at(server, sslmode="prefer", ssl=ssl.create_default_context())) as proxy,
        psycopg.connect(through(proxy, server)) as client,
    ):
        assert client.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.check(7)
def test_replication_is_relayed(server: Server, proxy: Proxy) -> None:
    with psycopg.connect(through(proxy, server, replication="database"), autocommit=True) as client:
        assert client.pgconn.exec_(b"IDENTIFY_SYSTEM").nfields == 4
    assert proxy.database.counted == []
