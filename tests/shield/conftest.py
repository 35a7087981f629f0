"""What the shield's tests share: the databases of one server and a Lintel in front of three of them; or one of each."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from tests.e2e.proxy import Proxy
from tests.shield import proxy, world
from tests.shield.planned import Planning
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
    with proxy.in_front([(world.PLANS, fronted)]) as through:
        opened = Sessions(databases, through)
        yield opened
        opened.close()


@pytest.fixture
def direct(database: str, request: pytest.FixtureRequest) -> Iterator[psycopg.Connection]:
    """Past Lintel, in a database with the module's TABLES."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(request.module.TABLES)
        yield connection


@pytest.fixture
def planned(database: str, lintel: Callable[..., Proxy], tmp_path: Path) -> Iterator[Planning]:
    """To be called with a plan: a table in a database of its own, and a Lintel in front of it."""
    with ExitStack() as stack:
        yield Planning(database, lintel, tmp_path, stack)
