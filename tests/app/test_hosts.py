"""Several servers behind one Lintel: target_session_attrs, and cancel requests that find their server."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import NamedTuple

import psycopg
import pytest
from tests.e2e.proxy import Proxy

from lintel.catalog import Hosts, resolve
from lintel.demo.postgres import Server, find, launch


class Pair(NamedTuple):
    """Two servers; the first will write nothing."""

    standby: Server
    primary: Server

    def dsn(self, wanted: str) -> str:
        """Both, the standby first."""
        hosts = ",".join(f"{server.host}:{server.port}" for server in self)
        return f"postgresql://postgres@{hosts}/postgres?target_session_attrs={wanted}"


@pytest.fixture(scope="module", params=find(), ids=lambda binaries: f"pg{binaries.major}")
def pair(request: pytest.FixtureRequest) -> Iterator[Pair]:
    with ExitStack() as stack:
        both = Pair(*(stack.enter_context(launch(request.param.bindir, auth="trust")) for _ in "12"))
        both.standby.stop()
        (both.standby.directory / "data" / "standby.signal").touch()
        both.standby.start()
        yield both


EXPECTED = [
    ("any", "standby"),
    ("read-write", "primary"),
    ("primary", "primary"),
    ("read-only", "standby"),
    ("standby", "standby"),
    ("prefer-standby", "standby"),
]


@pytest.mark.parametrize(("wanted", "expected"), EXPECTED)
async def test_the_server_that_is_wanted(pair: Pair, wanted: str, expected: str) -> None:
    endpoint = resolve(pair.dsn(wanted))
    server: Server = getattr(pair, expected)
    assert (await Hosts(endpoint, endpoint)())[0] == (server.host, server.port)


async def test_none_that_is_wanted(pair: Pair) -> None:
    port = pair.primary.port
    endpoint = resolve(f"postgresql://postgres@127.0.0.1:{port},127.0.0.1:1/postgres?target_session_attrs=standby")
    assert await Hosts(endpoint, endpoint)() == ()
    endpoint = resolve(
        f"postgresql://postgres@127.0.0.1:1,127.0.0.1:{port}/postgres?target_session_attrs=prefer-standby"
    )
    assert await Hosts(endpoint, endpoint)() == (("127.0.0.1", port),)


def through(proxy: Proxy) -> str:
    return f"postgresql://postgres@{proxy.host}:{proxy.port}/postgres"


def test_sessions_and_cancel_requests_go_to_it(pair: Pair, lintel: Callable[..., Proxy]) -> None:
    with psycopg.connect(through(lintel(pair.dsn("read-write")))) as client:
        assert client.execute("SHOW port").fetchone() == (str(pair.primary.port),)
        assert client.execute("SHOW application_name").fetchone() == ("",)
        threading.Timer(0.3, client.cancel).start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            client.execute("SELECT pg_sleep(20)")
    with psycopg.connect(through(lintel(pair.dsn("standby")))) as client:
        assert client.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)


def test_no_server_that_is_wanted(pair: Pair, lintel: Callable[..., Proxy]) -> None:
    alone = f"postgresql://postgres@127.0.0.1:{pair.standby.port}/postgres?target_session_attrs=primary"
    proxy = lintel(alone)
    with pytest.raises(psycopg.OperationalError, match="the server cannot be reached"):
        psycopg.connect(through(proxy))
    assert "no server is as target_session_attrs demands" in proxy.log
