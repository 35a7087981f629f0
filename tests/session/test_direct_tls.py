"""TLS from the first byte on, on either leg, and every sslmode towards the server."""

import socket
import ssl
import struct
import subprocess
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import trustme
from tests.session.proxy import Endpoint, Proxy
from tests.session.raw import Raw, sqlstate
from tests.session.terminator import Terminator
from tests.session.test_both_legs import Party, started, through

from lintel.catalog import resolve
from lintel.demo.postgres import Server, launch
from lintel.session.listener import Options
from lintel.wire import messages
from lintel.wire.client_hello import speaks_postgres


@pytest.fixture(scope="module")
def party(tmp_path_factory: pytest.TempPathFactory) -> Party:
    return Party(tmp_path_factory.mktemp("party"), trustme.CA())


def offered(party: Party, *protocols: str) -> Options:
    options = party.options
    assert options.tls is not None
    options.tls.set_alpn_protocols(list(protocols) or ["postgresql"])
    return options


def trusting(party: Party, *protocols: str) -> ssl.SSLContext:
    context = party.trusting
    context.set_alpn_protocols(list(protocols))
    return context


def hello(context: ssl.SSLContext) -> bytes:
    """What such a client begins with."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with pytest.raises(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="localhost").do_handshake()
    return outgoing.read()


@pytest.mark.check(11)
def test_a_hello_is_read_in_any_slicing(party: Party) -> None:
    for protocols, speaks in ((["postgresql"], True), (["http/1.1", "postgresql"], True), (["h2"], False), ([], False)):
        data = hello(trusting(party, *protocols))
        assert [speaks_postgres(data[:end]) for end in range(len(data))] == [None] * len(data)
        assert speaks_postgres(data) is speaks
        for at in range(5, len(data)):
            assert speaks_postgres(data[:at] + b"\xff" + data[at + 1 :]) in (True, False)
    assert speaks_postgres(b"\x16\x03\x01\xff\xff") is False
    assert speaks_postgres(b"\x16\x03\x01\x00\x00") is False


@pytest.mark.check(11)
def test_a_client_without_the_protocol_gets_an_alert(server: Server, party: Party) -> None:
    with Proxy(Endpoint((("127.0.0.1", server.port),)), offered(party)) as proxy:
        for protocols in ([], ["http/1.1"]):
            with (
                socket.create_connection(("127.0.0.1", proxy.port), 10) as plain,
                pytest.raises(ssl.SSLError, match=r"(?i)no.application.protocol"),
            ):
                trusting(party, *protocols).wrap_socket(plain, server_hostname="localhost")
    with Proxy(Endpoint((("127.0.0.1", server.port),))) as proxy, Raw(proxy) as client:
        client.send(hello(trusting(party, "postgresql")))
        assert client.read_all() == b"", "without a certificate, as the server does"


@pytest.mark.check(11)
def test_a_client_logs_in_by_direct_tls(party: Party) -> None:
    with launch(auth="trust") as server, Proxy(Endpoint((("127.0.0.1", server.port),)), offered(party)) as proxy:
        plain = socket.create_connection(("127.0.0.1", proxy.port), 10)
        with trusting(party, "postgresql").wrap_socket(plain, server_hostname="localhost") as client:
            assert client.selected_alpn_protocol() == "postgresql"
            client.sendall(b"\0\0\0\x29\0\3\0\0user\0postgres\0database\0postgres\0\0")
            data = b""
            while b"Z\0\0\0\x05I" not in data:
                data += client.recv(65536)
            client.sendall(messages.query(b"SELECT repeat('x', 100000)"))
            while data.count(b"Z\0\0\0\x05I") < 2:
                data += client.recv(65536)
            assert data.count(b"x") >= 100_000


@pytest.mark.check(11)
def test_libpq_logs_in_by_direct_tls(server: Server, party: Party) -> None:
    psql = server.bindir / "psql"
    if server.major < 17 or not psql.exists() or not _has_tls(psql):
        pytest.skip("no psql of PostgreSQL 17 or later with OpenSSL here")
    with Proxy(Endpoint((("127.0.0.1", server.port),)), offered(party)) as proxy:
        dsn = through(proxy, server, sslmode="verify-full", sslrootcert=str(party.root), sslnegotiation="direct")
        done = subprocess.run([psql, dsn, "-Atc", "SELECT 7"], capture_output=True, text=True, check=False)
        assert done.stdout == "7\n", done.stderr


def _has_tls(psql: Path) -> bool:
    done = subprocess.run([psql, "host=x sslmode=require"], capture_output=True, text=True, check=False)
    return "SSL support is not compiled in" not in done.stderr


@pytest.mark.check(11)
@pytest.mark.parametrize("negotiation", ["postgres", "direct"])
def test_the_server_by_every_strict_mode_with_a_client_certificate(
    server: Server, party: Party, tmp_path: Path, negotiation: str
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(party.certificate, party.key)
    party.authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["postgresql"])
    with Terminator(context, server.port) as terminator:
        for mode in ("require", "verify-ca", "verify-full"):
            dsn = (
                f"host=localhost port={terminator.port} user=u sslmode={mode} sslrootcert={party.root} "
                f"sslcert={party.certificate} sslkey={party.key} sslnegotiation={negotiation}"
            )
            with Proxy(resolve(dsn)) as proxy, psycopg.connect(through(proxy, server)) as client:
                assert client.execute("SELECT 1").fetchone() == (1,)
        assert terminator.direct == [negotiation == "direct"] * 3
        assert all(terminator.peers)


@pytest.mark.check(11)
def test_direct_tls_without_the_agreement_is_not_used(server: Server, party: Party) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(party.certificate, party.key)
    with Terminator(context, server.port) as terminator:
        target = Endpoint((("localhost", terminator.port),), "require", trusting(party, "postgresql"), True)
        with Proxy(target) as proxy, pytest.raises(psycopg.OperationalError, match="cannot be reached"):
            psycopg.connect(through(proxy, server))


@pytest.mark.check(10)
@pytest.mark.parametrize("mode", ["prefer", "require"])
@pytest.mark.parametrize("answer", [b"Sx", b"N" + messages.frame(messages.AUTHENTICATION, b"\0\0\0\x03")])
def test_bytes_stuffed_behind_the_servers_answer(server: Server, party: Party, mode: str, answer: bytes) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with Terminator(context, server.port, answer) as terminator:
        with Proxy(Endpoint((("localhost", terminator.port),), mode, party.trusting)) as proxy, Raw(proxy) as client:
            client.startup(user="postgres")
            assert sqlstate(client.read_all()) == "08P01"
        assert terminator.after in ([], [b""]), "nothing was sent to such a server"


@pytest.mark.check(12)
@pytest.mark.parametrize("answer", [b"N", b"E", b"x"])
@pytest.mark.parametrize("mode", ["require", "verify-full"])
def test_no_startup_packet_for_a_server_without_tls(server: Server, party: Party, mode: str, answer: bytes) -> None:
    with Terminator(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), server.port, answer) as terminator:
        with Proxy(Endpoint((("localhost", terminator.port),), mode, party.trusting)) as proxy, Raw(proxy) as client:
            client.startup(user="postgres")
            assert sqlstate(client.read_all()) == "57P03"
        assert terminator.after in ([], [b""])


@pytest.mark.check(11)
@pytest.mark.parametrize(("mode", "rule", "encrypted"), [
    ("allow", "hostssl", True), ("allow", "host", False), ("allow", "hostnossl", False),
    ("prefer", "hostnossl", False), ("prefer", "host", True), ("prefer", "hostssl", True),
])  # fmt: skip
def test_both_ways_of_a_mode_are_tried(party: Party, mode: str, rule: str, encrypted: bool) -> None:
    with started(party) as server:
        (server.directory / "data" / "pg_hba.conf").write_text(f"{rule} all all 127.0.0.1/32 scram-sha-256\n")
        server.stop()
        server.start()
        target = Endpoint((("127.0.0.1", server.port),), mode, party.trusting)
        with Proxy(target) as proxy, psycopg.connect(through(proxy, server)) as client:
            row = client.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone()
            assert row == (encrypted,)


@pytest.mark.check(12)
def test_plain_clients_are_turned_away_before_the_server_hears_of_them(party: Party) -> None:
    options = replace(party.options, tls_required=True)
    with socket.create_server(("127.0.0.1", 0)) as server, Proxy(Endpoint((server.getsockname(),)), options) as proxy:
        with Raw(proxy) as client:
            client.startup(user="postgres")
            assert sqlstate(client.read_all()) == "28000"
        server.settimeout(0.2)
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.check(10)
@pytest.mark.parametrize("request_code", [80877103, 80877104])
def test_bytes_stuffed_behind_a_request(server: Server, party: Party, request_code: int) -> None:
    with Proxy(Endpoint((("127.0.0.1", server.port),)), party.options) as proxy, Raw(proxy) as client:
        client.send(struct.pack(">II", 8, request_code) + b"\0\0\0\x16\0\3\0\0user\0postgres\0\0"[:22])
        assert sqlstate(client.read_all()) == "08P01"
        assert proxy.database.logins == []
