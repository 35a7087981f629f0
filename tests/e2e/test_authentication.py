"""Every authentication that passes through Lintel, tried by each driver; SCRAM is what all the other tests use."""

from collections.abc import Iterator

import asyncpg
import psycopg
import pytest
from pg8000 import native
from tests.e2e.proxy import Proxy
from tests.e2e.route import Address

from lintel.demo.postgres import Auth, Server, launch

METHODS: tuple[Auth, ...] = ("md5", "password", "trust")


@pytest.fixture(scope="module", params=METHODS)
def guarded(request: pytest.FixtureRequest) -> Iterator[tuple[Server, Address]]:
    method: Auth = request.param
    with launch(auth=method) as server, Proxy(server.dsn()) as proxy:
        yield server, Address(proxy.host, proxy.port, server.user, server.password, "postgres")


def test_psycopg(guarded: tuple[Server, Address]) -> None:
    with psycopg.connect(guarded[1].uri()) as client:
        assert client.execute("SELECT %s::int", (7,), prepare=True).fetchone() == (7,)


async def test_asyncpg(guarded: tuple[Server, Address]) -> None:
    client = await asyncpg.connect(**guarded[1].keywords(), ssl=False)
    assert await client.fetchval("SELECT $1::int", 7) == 7
    await client.close()


def test_pg8000(guarded: tuple[Server, Address]) -> None:
    client = native.Connection(**guarded[1].keywords())
    assert client.run("SELECT :n + 0", n=7) == [[7]]
    client.close()


@pytest.mark.check(14)
def test_a_wrong_password_is_refused_by_the_server(guarded: tuple[Server, Address]) -> None:
    server, address = guarded
    with psycopg.connect(server.dsn()) as control:
        rules = control.execute("SELECT auth_method FROM pg_hba_file_rules WHERE type = 'host'").fetchall()
    if rules[0][0] == "trust":
        pytest.skip("trust asks for no password")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address.at(password="wrong").uri())


def test_md5_is_really_md5() -> None:
    with launch(auth="md5") as server, psycopg.connect(server.dsn()) as control:
        assert (
            str(control.execute("SELECT rolpassword FROM pg_authid WHERE rolname = 'postgres'").fetchone())[2:5]
            == "md5"
        )


@pytest.mark.check(14)
def test_a_role_without_a_password_and_a_revoked_one(guarded: tuple[Server, Address]) -> None:
    server, address = guarded
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        control.execute("DROP ROLE IF EXISTS clerk")
        control.execute("CREATE ROLE clerk LOGIN PASSWORD 'open sesame'")
        with psycopg.connect(address.at(user="clerk", password="open sesame").uri()) as client:
            assert client.execute("SELECT current_user").fetchone() == ("clerk",)
        control.execute("ALTER ROLE clerk NOLOGIN")
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(address.at(user="clerk", password="open sesame").uri())
