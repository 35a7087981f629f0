"""Cancel requests, many of them at once: each reaches its own session and no other, in one process or several."""

from collections.abc import Callable, Iterator

import pytest
from bench import cancels
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, find, launch

pytestmark = pytest.mark.check(16)


@pytest.fixture(scope="module")
def roomy() -> Iterator[Server]:
    with launch(find()[0].bindir, auth="trust", settings={"max_connections": "150"}) as running:
        yield running


@pytest.mark.parametrize("workers", [1, 2])
async def test_none_is_misdirected(
    roomy: Server, lintel: Callable[..., Proxy], workers: int, record_property: Callable[[str, object], None]
) -> None:
    proxy = lintel(roomy.dsn(), "--workers", str(workers))
    dsn = f"postgresql://{roomy.user}@{proxy.host}:{proxy.port}/postgres?sslmode=disable"
    found = await cancels.run(dsn, roomy.dsn(), sessions=100, rounds=2)
    record_property("seen", f"{found.cancelled} cancelled by {workers} processes, {found.misdirected} misdirected")
    assert (found.cancelled, found.misdirected, found.missed) == (200, 0, 0)
