"""TLS on both legs: SCRAM passes with the server's own certificate on Lintel, channel binding included."""

import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import trustme
from tests.session.proxy import Endpoint, Proxy

from lintel.demo.postgres import NoPostgres, Server, find, launch
from lintel.session import gathering
from lintel.session.authentication import Authentication
from lintel.session.listener import Options
from lintel.wire.secret import Held, Password
from lintel.wire.startup import StartupMessage

pytestmark = pytest.mark.check(13)


class Party:
    """An authority with a certificate for localhost, as files and as contexts."""

    def __init__(self, directory: Path, authority: trustme.CA) -> None:
        issued = authority.issue_cert("localhost", "127.0.0.1")
        self.authority = authority
        self.certificate, self.key, self.root = (directory / name for name in ("cert.pem", "key.pem", "root.pem"))
        self.certificate.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(self.key)
        authority.cert_pem.write_to_path(self.root)
        self.der = ssl.PEM_cert_to_DER_cert(issued.cert_chain_pems[0].bytes().decode())

    @property
    def options(self) -> Options:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return Options(context, self.der)

    @property
    def trusting(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context


@pytest.fixture(scope="module")
def party(tmp_path_factory: pytest.TempPathFactory) -> Party:
    return Party(tmp_path_factory.mktemp("party"), trustme.CA())


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory, party: Party) -> Party:
    return Party(tmp_path_factory.mktemp("other"), party.authority)


def started(party: Party, **more: str) -> Server:
    for binaries in find():
        try:
            return launch(binaries.bindir, ssl_cert=party.certificate, ssl_key=party.key, **more)  # type: ignore[arg-type]
        except NoPostgres:
            continue
    pytest.skip("no PostgreSQL with OpenSSL here")


@pytest.fixture(scope="module")
def tls_server(party: Party) -> Iterator[Server]:
    with started(party) as running:
        yield running


def at(server: Server, mode: str, trusting: ssl.SSLContext) -> Endpoint:
    return Endpoint((("localhost", server.port),), mode, trusting)


def through(proxy: Proxy, server: Server, **more: str) -> str:
    values = {"host": "localhost", "port": str(proxy.port), "user": server.user, "password": server.password}
    return psycopg.conninfo.make_conninfo(**{**values, "dbname": "postgres", **more})


def encrypted(client: psycopg.Connection) -> object:
    row = client.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("mode", ["prefer", "require", "verify-ca", "verify-full"])
@pytest.mark.parametrize("binding", ["disable", "prefer", "require"])
def test_the_servers_own_certificate(tls_server: Server, party: Party, mode: str, binding: str) -> None:
    with Proxy(at(tls_server, mode, party.trusting), party.options) as proxy:
        secure = {"sslmode": "verify-full", "sslrootcert": str(party.root), "channel_binding": binding}
        with psycopg.connect(through(proxy, tls_server, **secure)) as client:
            assert encrypted(client) is True
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(through(proxy, tls_server, **secure, password="wrong"))


def test_long_results_are_collected_under_tls_too(
    tls_server: Server, party: Party, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records end where they will: the end of the last one is not kept back."""
    monkeypatch.setattr(gathering, "LONG_SECONDS", 0.0)
    with (
        Proxy(at(tls_server, "require", party.trusting), party.options) as proxy,
        psycopg.connect(through(proxy, tls_server, sslmode="require")) as client,
    ):
        for rows in (20_000, 20_001):
            found = client.execute("SELECT n, repeat('x', 100) FROM generate_series(1, %s) n", [rows]).fetchall()
            assert found == [(n, "x" * 100) for n in range(1, rows + 1)]
            assert client.execute("SELECT 1").fetchone() == (1,)


def test_with_another_certificate_scram_is_refused_with_the_reason(
    tls_server: Server, party: Party, other: Party
) -> None:
    with Proxy(at(tls_server, "require", party.trusting), other.options) as proxy:
        with pytest.raises(psycopg.OperationalError, match="cannot pass between two certificates"):
            psycopg.connect(through(proxy, tls_server, sslmode="require"))
        with psycopg.connect(through(proxy, tls_server, sslmode="disable")) as plain:
            assert encrypted(plain) is True


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-full"])
@pytest.mark.parametrize("client_leg", ["disable", "require"])
def test_with_another_certificate_and_lintels_own_authentication(
    tls_server: Server, party: Party, other: Party, mode: str, client_leg: str
) -> None:
    """Every pair of legs as it is asked for, and channel binding wherever the client's is encrypted."""

    async def look_up(_user: str, _message: StartupMessage) -> Held:
        return Password(tls_server.password.encode())

    own = replace(other.options, authentication=Authentication(look_up, b"key", other.der))
    binding = "disable" if client_leg == "disable" else "require"
    with Proxy(at(tls_server, mode, party.trusting), own) as proxy:
        dsn = through(proxy, tls_server, sslmode=client_leg, channel_binding=binding)
        with psycopg.connect(dsn) as client:
            assert encrypted(client) is (mode not in ("disable", "allow"))
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(psycopg.conninfo.make_conninfo(dsn, password="wrong"))


def test_with_another_certificate_prefer_leaves_the_servers_leg_plain(
    tls_server: Server, party: Party, other: Party
) -> None:
    with Proxy(at(tls_server, "prefer", party.trusting), other.options) as proxy:
        with psycopg.connect(through(proxy, tls_server, sslmode="require")) as client:
            assert encrypted(client) is False
        with psycopg.connect(through(proxy, tls_server, sslmode="disable")) as plain:
            assert encrypted(plain) is True


def test_with_another_certificate_other_authentication_passes(party: Party, other: Party) -> None:
    with (
        started(party, auth="password") as server,
        Proxy(at(server, "require", party.trusting), other.options) as proxy,
        psycopg.connect(through(proxy, server, sslmode="require")) as client,
    ):
        assert encrypted(client) is True


@pytest.mark.parametrize("client_leg", ["disable", "require"])
def test_replication_logs_in_over_every_leg(tls_server: Server, party: Party, client_leg: str) -> None:
    with Proxy(at(tls_server, "require", party.trusting), party.options) as proxy:
        dsn = through(proxy, tls_server, sslmode=client_leg, replication="database")
        with psycopg.connect(dsn, autocommit=True) as client:
            assert client.pgconn.exec_(b"IDENTIFY_SYSTEM").nfields == 4
