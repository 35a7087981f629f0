"""What the shield's tests share: the databases of one server and a Lintel in front of three of them."""

from collections.abc import Iterator

import pytest
from tests.shield import proxy, world
from tests.shield.world import Databases, Sessions

from lintel.demo.postgres import Server


@pytest.fixture(scope="session")
def databases(server: Server) -> Iterator[Databases]:
    """The logical schemas and the physical ones, on one server."""
    with world.databases(server) as made:
        yield made


@pytest.fixture(scope="session")
def sessions(databases: Databases) -> Iterator[Sessions]:
    """Sessions with them, directly and through Lintel."""
    fronted = {name: databases.dsns[name] for name in ("bare", "filled", "moving")}
    with proxy.in_front(fronted) as ports:
        opened = Sessions(databases, ports)
        yield opened
        opened.close()
