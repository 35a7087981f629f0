"""Where Lintel has its users' secrets from, and on which legs they serve: files, the auth query, TLS, other methods."""

import os
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlencode

import asyncpg
import psycopg
import pytest
import trustme
from pg8000 import native
from tests.app.test_authentication import OWN, Role, offered, refusal, user
from tests.e2e.proxy import Proxy

from lintel.app import userlist
from lintel.config import ConfigError
from lintel.demo.postgres import Auth, NoPostgres, Server, find, launch
from lintel.wire.scram import Secret
from lintel.wire.secret import MD5, Password

pytestmark = pytest.mark.check(13, 14)
ROOT = Path(__file__).parents[2]

SECRET = str(Secret.of(b"x", b"salt", 1))
LINES = {
    '"a" "b"': {"a": Password(b"b")},
    '; "a" "b"\n\n  "a"\t"b" whatever "else"\r\n': {"a": Password(b"b")},
    '"say ""hi""" "it""s"': {'say "hi"': Password(b'it"s')},
    f'"a" "{SECRET}"': {"a": Secret.parse(SECRET)},
    f'"a" "md5{"0" * 32}"': {"a": MD5("md5" + "0" * 32)},
    '"a" ""': {},
    '"\u00e9" "\u00e8 \u2168"': {"\u00e9": Password("\u00e8 \u2168".encode())},
    "": {},
}
BROKEN = {
    "a b": 'line 1: expected "user" "secret"',
    '"a" "b"\n"c"': 'line 2: expected "user" "secret"',
    '"a""b"': 'line 1: expected "user" "secret"',
    '"a" "b"c': 'line 1: expected "user" "secret"',
    '"a" "b"\n;\n"a" "secret"': "line 3: expected each user once; this one is on line 1",
    '"a" "SCRAM-SHA-256$4096:secret"': "line 1: expected SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey",
}


@pytest.mark.parametrize("text", LINES)
def test_a_userlist(text: str, tmp_path: Path) -> None:
    file = tmp_path / "userlist.txt"
    file.write_bytes(text.encode())
    assert userlist.read(str(file)) == LINES[text]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_userlist(text: str, tmp_path: Path) -> None:
    file = tmp_path / "userlist.txt"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        userlist.read(str(file))
    assert str(caught.value) == f"{file}: auth.file: {BROKEN[text]}"


def test_no_userlist(tmp_path: Path) -> None:
    assert userlist.read("") == {}
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        userlist.read(str(tmp_path / "none"))


@pytest.fixture
def role(server: Server) -> Iterator[Role]:
    made = Role(server)
    yield made
    made.run(f"DROP ROLE {made.name}")


class UserList:
    """A file, and the environment that names it."""

    def __init__(self, directory: Path) -> None:
        self.file = directory / "userlist.txt"
        self.environment = {**OWN, "LINTEL_AUTH__FILE": str(self.file), "LINTEL_AUTH__QUERY": ""}

    def says(self, role: Role, secret: str) -> None:
        self.file.write_text(f'"{role.name}" "{secret}"\n')


@pytest.fixture
def listed(tmp_path: Path) -> UserList:
    return UserList(tmp_path)


def test_secrets_from_a_file(role: Role, server: Server, listed: UserList, lintel: Callable[..., Proxy]) -> None:
    listed.says(role, role.secret)
    proxy = lintel(server.dsn(), **listed.environment)
    assert user(role.at(proxy.port)) == role.name
    assert "password authentication failed" in refusal(role.at(proxy.port, password="wrong"))
    assert "password authentication failed" in refusal(role.at(proxy.port, user="postgres", password=server.password))
    listed.says(role, role.password)
    reload(proxy)
    assert user(role.at(proxy.port)) == role.name
    role.change(role.password)  # the same password, another secret
    assert user(role.at(proxy.port)) == role.name
    listed.file.write_text("nonsense")
    reload(proxy, "configuration not reloaded")
    assert "line 1" in proxy.get("/readyz")
    assert user(role.at(proxy.port)) == role.name
    listed.says(role, str(Secret.of(role.password.encode(), b"another salt", 4096)))
    reload(proxy)
    assert "secret on the server is not the one that Lintel holds" in refusal(role.at(proxy.port))
    role.run(f"ALTER ROLE {role.name} PASSWORD 'the server has another one'")
    assert "secret on the server is not the one that Lintel holds" in refusal(role.at(proxy.port))
    assert role.password not in proxy.log
    assert "nonsense" not in proxy.log


def reload(proxy: Proxy, expected: str = "configuration reloaded") -> None:
    """SIGHUP, and wait until it has been followed."""
    before = proxy.log.count(expected)
    proxy.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 10
    while proxy.log.count(expected) == before:
        assert time.monotonic() < deadline, proxy.log
        time.sleep(0.02)


def test_several_workers_invent_the_same(role: Role, server: Server, lintel: Callable[..., Proxy]) -> None:
    proxy = lintel(server.dsn(), "--workers", "2", **OWN)
    assert len({offered(proxy.port, "nobody") for _ in range(12)}) == 1
    assert user(role.at(proxy.port)) == role.name


METHODS: list[tuple[Auth, str]] = [
    ("trust", "password"), ("trust", "scram"), ("trust", "md5"), ("password", "password"), ("md5", "password"),
    ("md5", "md5"),
]  # fmt: skip


def test_other_methods_of_a_server(tmp_path: Path) -> None:
    listed = UserList(tmp_path)
    for method in ("trust", "password", "md5"):
        settings = {"password_encryption": "md5"} if method == "md5" else {}
        with launch(find()[0].bindir, auth=method, settings=settings) as server:  # type: ignore[arg-type]
            role = Role(server)
            kinds = {
                "password": role.password,
                "md5": Password(role.password.encode()).md5(role.name).text,
                "scram": str(Secret.of(role.password.encode(), b"salt")),
            }
            listed.says(role, kinds["password"])
            with Proxy(server.dsn(), environment=listed.environment) as proxy:
                for kind, secret in kinds.items():
                    listed.says(role, secret)
                    reload(proxy)
                    if (method, kind) in METHODS:
                        assert user(role.at(proxy.port)) == role.name
                    else:
                        assert "cannot be answered" in refusal(role.at(proxy.port))
                    assert "password authentication failed" in refusal(role.at(proxy.port, password="wrong"))


def test_an_auth_query_of_ones_own(role: Role, server: Server, lintel: Callable[..., Proxy]) -> None:
    """As a role that may call a function, and nothing else."""
    asker = Role(server)
    _, _, documented = (ROOT / "docs" / "operations.md").read_text().partition("```sql\nCREATE SCHEMA lintel_auth")
    role.run("CREATE SCHEMA lintel_auth" + documented.partition("```")[0].replace("TO lintel;", f"TO {asker.name};"))
    control = server.dsn(user=asker.name, password=asker.password)
    query = {"LINTEL_AUTH__QUERY": "SELECT * FROM lintel_auth.secret($1)", "LINTEL_SERVER__CONTROL_DSN": control}
    try:
        proxy = lintel(server.dsn(), **OWN, **query)
        assert user(role.at(proxy.port)) == role.name
        role.run(f"ALTER ROLE {role.name} VALID UNTIL '2020-01-01'")
        assert refusal(role.at(proxy.port)) == refusal(role.at(server.port))
        assert "password authentication failed" in refusal(role.at(proxy.port, user="x" * 200))
        role.run(f"REVOKE USAGE ON SCHEMA lintel_auth FROM {asker.name}")
        assert "cannot be looked up" in refusal(role.at(proxy.port))
    finally:
        role.run("DROP SCHEMA lintel_auth CASCADE")
        role.run(f"DROP ROLE {asker.name}")


def failed_start(dsn: str, environment: Mapping[str, str]) -> str:
    """What `lintel serve` says before it gives up."""
    command = [sys.executable, "-m", "lintel", "serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    done = subprocess.run(
        [*command, "--server", dsn],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    return done.stderr


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT rolname, rolpassword FROM pg_authid WHERE rolname = $1", "permission denied"),
        ("SELECT $1::text", "two columns"),
        ("SELECT $1::text, $2::text", "2 arguments"),
        ("nonsense", "syntax error"),
        ("", "expected this or auth.query"),
    ],
)
def test_a_query_that_cannot_work_is_told_at_the_start(role: Role, server: Server, query: str, said: str) -> None:
    dsn = server.dsn(user=role.name, password=role.password)
    assert said in failed_start(dsn, {**OWN, "LINTEL_AUTH__QUERY": query})


def test_a_server_that_is_away(lintel: Callable[..., Proxy]) -> None:
    with launch(find()[-1].bindir) as server:
        clerk = Role(server)
        proxy = lintel(server.dsn(), **OWN)
        assert user(clerk.at(proxy.port)) == clerk.name
        server.stop()
        assert "cannot be asked" in refusal(clerk.at(proxy.port))
        second = lintel(server.dsn(), **OWN)  # which starts all the same
        assert "cannot be asked" in refusal(clerk.at(second.port))
        server.start()
        assert user(clerk.at(proxy.port)) == clerk.name


class Pair:
    """Lintel and a server, TLS on both legs, each with a certificate of its own."""

    def __init__(self, stack: ExitStack, directory: Path, major: Path) -> None:
        authority = trustme.CA()
        self.root = directory / "root.pem"
        authority.cert_pem.write_to_path(str(self.root))
        for party in ("server", "lintel"):
            issued = authority.issue_cert("localhost", "127.0.0.1")
            issued.cert_chain_pems[0].write_to_path(str(directory / f"{party}.pem"))
            issued.private_key_pem.write_to_path(str(directory / f"{party}.key"))
        cert, key = directory / "server.pem", directory / "server.key"
        self.server = stack.enter_context(launch(major, ssl_cert=cert, ssl_key=key))
        self.dsn = f"{self.server.dsn()}?{urlencode({'sslmode': 'verify-full', 'sslrootcert': self.root})}"
        shown = {f"LINTEL_LISTEN__TLS_{name}": str(directory / f"lintel.{end}") for name, end in _FILES}
        self.environment = {**OWN, **shown}
        self.proxy = stack.enter_context(Proxy(self.dsn, environment=self.environment))


_FILES = (("CERT", "pem"), ("KEY", "key"))


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    for binaries in find():
        with ExitStack() as stack:
            try:
                made = Pair(stack, tmp_path_factory.mktemp("pair"), binaries.bindir)
            except NoPostgres:
                continue
            yield made
            return
    pytest.skip("no PostgreSQL with OpenSSL here")


ENCRYPTED = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"


@pytest.mark.parametrize("binding", ["disable", "prefer", "require"])
def test_tls_on_both_legs_with_two_certificates(pair: Pair, binding: str) -> None:
    role = Role(pair.server)
    secure = {"sslmode": "verify-full", "sslrootcert": str(pair.root), "channel_binding": binding}
    with psycopg.connect(role.at(pair.proxy.port, **secure)) as client:
        assert client.execute(ENCRYPTED).fetchone() == (True,)
        assert client.pgconn.ssl_in_use
    for wrong in ({"password": "wrong"}, {"user": "nobody"}):
        assert "password authentication failed" in refusal(role.at(pair.proxy.port, **secure, **wrong))
    if binding != "require":
        assert user(role.at(pair.proxy.port, sslmode="disable", channel_binding=binding)) == role.name


async def test_tls_with_other_drivers(pair: Pair) -> None:
    role = Role(pair.server)
    trusting = ssl.create_default_context(cafile=str(pair.root))
    own = role.keywords(pair.proxy.port)
    client = await asyncpg.connect(**own, ssl=trusting)
    assert await client.fetchval(ENCRYPTED) is True
    await client.close()
    other = native.Connection(**own, ssl_context=trusting)
    assert other.run(ENCRYPTED) == [[True]]
    other.close()


def test_the_start_names_this_way_out(pair: Pair) -> None:
    assert 'auth.mode = "own"' in failed_start(pair.dsn, {**pair.environment, "LINTEL_AUTH__MODE": "pass"})
