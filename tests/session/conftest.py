"""A proxy in front of the shared server, and where its clients connect to."""

from collections.abc import Iterator

import pytest
from tests.session.proxy import Endpoint, Proxy

from lintel.demo.postgres import Server


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(Endpoint(((server.host, server.port),))) as running:
        yield running


@pytest.fixture
def dsn(database: str, server: Server, proxy: Proxy) -> str:
    """The test's database, through the proxy."""
    return database.replace(f":{server.port}/", f":{proxy.port}/")
