"""Who a client is, said by the balancer in front of Lintel."""

import ssl
from collections.abc import Iterator
from ipaddress import ip_network

import psycopg
import pytest
import trustme
from tests.session.proxy import Endpoint, Proxy
from tests.session.raw import Raw, sqlstate

from lintel.demo.postgres import Server, launch
from lintel.session.listener import Options

HERE = (ip_network("10.0.0.0/8"), ip_network("127.0.0.0/8"))
HEADER = b"PROXY TCP4 192.0.2.7 10.0.0.1 1234 5432\r\n"
READY = b"Z\0\0\0\x05I"


@pytest.fixture(scope="module")
def open_server() -> Iterator[Server]:
    with launch(auth="trust") as running:
        yield running


@pytest.fixture
def proxy(open_server: Server) -> Iterator[Proxy]:
    with Proxy(Endpoint((("127.0.0.1", open_server.port),)), Options(balancers=HERE)) as running:
        yield running


@pytest.mark.parametrize("pieces", [1, 7, 1000])
def test_the_client_has_the_address_that_the_balancer_says(proxy: Proxy, pieces: int) -> None:
    with Raw(proxy) as client:
        for start in range(0, len(HEADER), pieces):
            client.send(HEADER[start : start + pieces])
        client.startup(user="postgres")
        client.read_until(READY)
    assert [login.address for login in proxy.database.logins] == ["192.0.2.7"]


def test_the_balancer_itself(proxy: Proxy) -> None:
    with Raw(proxy) as client:
        client.send(b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0")
        client.startup(user="postgres")
        client.read_until(READY)
    assert [login.address for login in proxy.database.logins] == ["127.0.0.1"]


@pytest.mark.parametrize("data", [b"PROXY TCP4 x\r\n", b"\0\0\0\x08\x04\xd2\x16\x2f"])
def test_whoever_does_not_say_it_is_closed(proxy: Proxy, data: bytes) -> None:
    with Raw(proxy) as client:
        client.send(data)
        assert client.read_all() == b""


def test_nobody_else_may_say_it(open_server: Server) -> None:
    options = Options(balancers=(ip_network("10.0.0.0/8"),))
    with Proxy(Endpoint((("127.0.0.1", open_server.port),)), options) as proxy, Raw(proxy) as client:
        client.send(HEADER)
        assert sqlstate(client.read_all()) == "08P01"
        dsn = f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres"
        psycopg.connect(dsn).close()


def test_tls_behind_the_header(open_server: Server) -> None:
    authority = trustme.CA()
    serving, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("localhost").configure_cert(serving)
    authority.configure_trust(trusting)
    options = Options(tls=serving, balancers=HERE)
    with Proxy(Endpoint((("127.0.0.1", open_server.port),)), options) as proxy, Raw(proxy) as client:
        client.send(HEADER + b"\0\0\0\x08\x04\xd2\x16\x2f")
        assert client.receive() == b"S"
        client.encrypt(trusting)
        client.startup(user="postgres")
        client.read_until(READY)
        assert proxy.database.logins[0].address == "192.0.2.7"
