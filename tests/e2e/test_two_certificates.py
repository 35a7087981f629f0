"""TLS on both legs, with a certificate of Lintel's own, which authenticates clients itself: drivers not in Python."""

from pathlib import Path

import pytest
from tests.app.test_secrets import Pair, pair
from tests.e2e import test_jdbc, test_node
from tests.e2e.route import Address
from tests.e2e.test_jdbc import classes

__all__ = ["classes", "pair"]  # fixtures

pytestmark = pytest.mark.check(13)


@pytest.fixture
def address(pair: Pair) -> Address:
    server = pair.server
    return Address("localhost", pair.proxy.port, server.user, server.password, "postgres", pair.root)


def test_jdbc_holds(classes: Path, address: Address) -> None:
    test_jdbc.test_every_check_holds(classes, address)


def test_node_holds(address: Address) -> None:
    test_node.test_every_check_holds(address)
