"""Lintel authenticating clients itself: real clients and servers, and the server's own behaviour as the oracle."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import asyncpg
import psycopg
import pytest
from pg8000 import native
from tests.e2e.proxy import Proxy
from tests.e2e.wire import connected, frame, messages, startup
from tests.wire.scram_cases import FINAL, FIRST, PROOF

from lintel.demo.postgres import Server
from lintel.wire.messages import sasl_initial_response
from lintel.wire.scram import Keys, Secret
from lintel.wire.scram_client import Exchange

pytestmark = pytest.mark.check(13, 14)

OWN = {"LINTEL_AUTH__MODE": "own"}


class Role:
    """One of a server's, for one test."""

    def __init__(self, server: Server) -> None:
        self.name = f"r_{uuid.uuid4().hex[:10]}"
        self.password = f"s3cret' {uuid.uuid4().hex}"
        self._server = server
        self.run(f"CREATE ROLE {self.name} LOGIN")
        self.change(self.password)

    def run(self, statement: str) -> None:
        with psycopg.connect(self._server.dsn(), autocommit=True) as control:
            control.execute(statement.encode())

    def change(self, password: str) -> None:
        self.password = password
        self.run(f"ALTER ROLE {self.name} PASSWORD {psycopg.sql.quote(password)}")

    @property
    def secret(self) -> str:
        """As pg_authid has it."""
        with psycopg.connect(self._server.dsn()) as control:
            query = "SELECT rolpassword FROM pg_authid WHERE rolname = %s"
            return str(control.execute(query, (self.name,)).fetchone()[0])  # type: ignore[index]

    def at(self, port: int, **more: str) -> str:
        own = {"host": "127.0.0.1", "port": str(port), "user": self.name, "password": self.password}
        return psycopg.conninfo.make_conninfo(**{**own, "dbname": "postgres", **more})

    def keywords(self, port: int) -> dict[str, Any]:
        """For drivers that take them one by one."""
        own = {"host": "127.0.0.1", "user": self.name, "password": self.password, "database": "postgres"}
        return {**own, "port": port}


@pytest.fixture(scope="module")
def proxy(server: Server) -> Iterator[Proxy]:
    """On plain legs, with the auth query."""
    with Proxy(server.dsn(), environment=OWN) as running:
        yield running


@pytest.fixture
def role(server: Server) -> Iterator[Role]:
    made = Role(server)
    yield made
    made.run(f"DROP ROLE {made.name}")


def user(conninfo: str) -> object:
    """Who that is for the server."""
    with psycopg.connect(conninfo) as client:
        return client.execute("SELECT current_user").fetchone()[0]  # type: ignore[index]


def refusal(conninfo: str) -> str:
    """The message."""
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(conninfo).close()
    return str(caught.value).partition("FATAL:")[2].strip()


async def test_drivers(role: Role, proxy: Proxy) -> None:
    for binding in ("disable", "prefer"):
        assert user(role.at(proxy.port, channel_binding=binding)) == role.name
    own = role.keywords(proxy.port)
    client = await asyncpg.connect(**own, ssl=False)
    assert await client.fetchval("SELECT current_user") == role.name
    await client.close()
    other = native.Connection(**own)
    assert other.run("SELECT current_user") == [[role.name]]
    other.close()
    assert role.password not in proxy.log


@pytest.mark.parametrize(
    "change",
    ["VALID UNTIL '2020-01-01'", "NOLOGIN", "PASSWORD NULL", "CONNECTION LIMIT 0", "PASSWORD 'another'"],
)
def test_what_changes_is_in_force_at_the_next_login(role: Role, proxy: Proxy, server: Server, change: str) -> None:
    assert user(role.at(proxy.port)) == role.name
    role.run(f"ALTER ROLE {role.name} {change}")
    assert refusal(role.at(proxy.port)) == refusal(role.at(server.port))
    role.run(f"ALTER ROLE {role.name} LOGIN CONNECTION LIMIT -1 VALID UNTIL '2100-01-01'")
    role.change("the next one")
    assert user(role.at(proxy.port)) == role.name


@pytest.mark.parametrize(
    "wrong",
    [{"password": "wrong"}, {"user": "nobody at all"}, {"dbname": "nowhere"}, {"user": "x" * 63}, {"user": "x" * 200}],
    ids="-".join,
)
def test_refused_in_the_servers_own_words(role: Role, proxy: Proxy, server: Server, wrong: Mapping[str, str]) -> None:
    assert refusal(role.at(proxy.port, **wrong)) == refusal(role.at(server.port, **wrong))


def test_a_name_that_is_no_text(proxy: Proxy, server: Server) -> None:
    def sent(nonce: str) -> list[bytes]:
        return [GOOD, frame(b"p", f"c=biws,r={nonce},p={PROOF}".encode())]

    ours, theirs = (conversation(port, sent, "\udcff\udcfex") for port in (proxy.port, server.port))
    assert ours == theirs


def test_replication_and_protocol_3_2(role: Role, proxy: Proxy) -> None:
    role.run(f"ALTER ROLE {role.name} REPLICATION")
    with psycopg.connect(role.at(proxy.port, replication="database"), autocommit=True) as client:
        assert client.pgconn.exec_(b"IDENTIFY_SYSTEM").nfields == 4
    assert user(role.at(proxy.port, max_protocol_version="3.2")) == role.name


PASSWORDS = [
    "I\u00adX", "user\u00a0x", "\u00aa\u2168", "\u0627\u0031", "\u0627\u0628", "\u0627a\u0628", "\u00ad",
    "\u0221\u2168", "a\u0007b", "e\u0301", "\u1e9b\u0323", "\U0001f600\u2168", "\u3000\u2168", "\u200b\u2168",
    "\ufffd\u2168", "\ue000\u2168", "\u0340\u2168", "\u06dd\u0628\u2168", "\u06dd\u2168", "\ufb00", "\u2028\u2168",
    "\u1806\u2168",
]  # fmt: skip


def test_saslprep_is_the_servers(role: Role, proxy: Proxy) -> None:
    for password in PASSWORDS:
        role.change(password)
        theirs = Secret.parse(role.secret)
        assert theirs is not None
        assert Secret.of(password.encode(), theirs.salt, theirs.iterations) == theirs, ascii(password)
    assert user(role.at(proxy.port)) == role.name


Said = list[tuple[bytes, dict[bytes, bytes]]]


def conversation(port: int, sent: Callable[[str], list[bytes]], user: str) -> Said:
    """What comes back when that is sent behind a startup packet; `sent` gets the nonce that the server has made."""
    said: Said = []
    with connected("127.0.0.1", port) as client:
        client.sendall(startup(user, "postgres"))
        nonce, pending = "", sent("")[:1]
        for kind, body in messages(client):
            said.append((kind, fields(body) if kind == b"E" else {b"": body[:4]}))
            if kind != b"R":
                continue
            if body[:4] == b"\0\0\0\x0b":
                nonce = body[6:].split(b",")[0].decode()
                pending = sent(nonce)[1:]
            if pending:
                client.sendall(pending.pop(0))
    return said


def fields(body: bytes) -> dict[bytes, bytes]:
    """Of an ErrorResponse, those that mean something to a client."""
    found = {field[:1]: field[1:] for field in body.split(b"\0") if field}
    return {code: found[code] for code in (b"S", b"V", b"C", b"M", b"D") if code in found}


def first(data: bytes, mechanism: bytes = b"SCRAM-SHA-256") -> bytes:
    return sasl_initial_response(mechanism, data)


GOOD = first(b"n,,n=,r=abc")


@pytest.mark.parametrize("case", FIRST)
def test_a_malformed_first_message(role: Role, proxy: Proxy, server: Server, case: str) -> None:
    mechanism, data = FIRST[case]
    ours, theirs = (conversation(p, lambda _: [first(data, mechanism)], role.name) for p in (proxy.port, server.port))
    assert ours == theirs
    assert ours[-1][0] == b"E"


@pytest.mark.parametrize("case", FINAL)
def test_a_malformed_final_message(role: Role, proxy: Proxy, server: Server, case: str) -> None:
    def sent(nonce: str) -> list[bytes]:
        return [GOOD, frame(b"p", FINAL[case].format(nonce=nonce, proof=PROOF).encode())]

    ours, theirs = (conversation(port, sent, role.name) for port in (proxy.port, server.port))
    assert ours == theirs
    assert ours[-1][0] == b"E"


FRAMES = {
    "another message": frame(b"Q", b"SELECT 1\0"),
    "no mechanism's end": frame(b"p", b"SCRAM-SHA-256"),
    "no length": frame(b"p", b"SCRAM-SHA-256\0\0"),
    "too little": frame(b"p", b"SCRAM-SHA-256\0\0\0\0\x09n,,"),
    "too much": frame(b"p", b"SCRAM-SHA-256\0\0\0\0\x01n,,"),
    "a negative length": frame(b"p", b"SCRAM-SHA-256\0\xff\xff\xff\xfen,,"),
}


@pytest.mark.parametrize("case", FRAMES)
def test_frames_that_are_none(role: Role, proxy: Proxy, server: Server, case: str) -> None:
    ours, theirs = (conversation(port, lambda _: [FRAMES[case]], role.name) for port in (proxy.port, server.port))
    assert ours == theirs


@pytest.mark.parametrize("sent", [b"p\x7f\xff\xff\xff", b"p\0\0\0\x01", frame(b"p", b"x" * 2000)])
def test_huge_messages_are_refused(role: Role, proxy: Proxy, sent: bytes) -> None:
    """Where the server closes without a word."""
    said = conversation(proxy.port, lambda _: [sent], role.name)
    assert said[-1][1][b"C"] == b"08P01"
    assert user(role.at(proxy.port)) == role.name


def test_no_initial_response(role: Role, proxy: Proxy, server: Server) -> None:
    sent = [frame(b"p", b"SCRAM-SHA-256\0\xff\xff\xff\xff"), frame(b"p", b"n,,r")]
    ours, theirs = (conversation(port, lambda _: sent, role.name) for port in (proxy.port, server.port))
    assert ours == theirs


def offered(port: int, user: str) -> bytes:
    """Salt and iterations."""
    with connected("127.0.0.1", port) as client:
        client.sendall(startup(user, "postgres"))
        for kind, body in messages(client):
            assert kind == b"R"
            if body[:4] == b"\0\0\0\x0b":
                return body.split(b",", 1)[1]
            client.sendall(GOOD)
    raise AssertionError


def test_nobody_can_tell_who_exists(role: Role, proxy: Proxy) -> None:
    invented = offered(proxy.port, "nobody")
    assert offered(proxy.port, "nobody") == invented != offered(proxy.port, "nobody else")
    assert len(invented) == len(offered(proxy.port, role.name))


def test_a_client_that_goes_away_leaves_nothing(role: Role, proxy: Proxy) -> None:
    for sent in (b"", GOOD, GOOD[:9]):
        with connected("127.0.0.1", proxy.port) as client:
            client.sendall(startup(role.name, "postgres") + sent)
    assert user(role.at(proxy.port)) == role.name
    assert "Traceback" not in proxy.log


def test_everything_in_one_packet(role: Role, proxy: Proxy) -> None:
    """The first response with the startup packet, and a query with the last: nothing of it is lost."""
    with connected("127.0.0.1", proxy.port) as client:
        client.sendall(startup(role.name, "postgres") + GOOD)
        stream = messages(client)
        assert next(stream)[1][:4] == b"\0\0\0\x0a"
        _, body = next(stream)
        final = answer(body[4:], role.password.encode())
        client.sendall(frame(b"p", final) + frame(b"Q", b"SELECT 'early'\0") + frame(b"X", b""))
        assert any(kind == b"D" and b"early" in row for kind, row in stream)


def answer(server_first: bytes, password: bytes) -> bytes:
    """What a client says to that."""
    exchange = Exchange(lambda salt, iterations: Keys.of(password, salt, iterations), b"abc", b"n,,")
    return exchange.final(server_first)
