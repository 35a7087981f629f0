"""Fixtures that every part's tests share: real PostgreSQL servers, a fresh database, a Lintel in front of it."""

import gc
import shutil
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import hypothesis
import pytest
from tests.databases import fresh
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Binaries, Server, find, launch

SOURCE = Path(__file__).parents[1] / "proxy"
YOUNG = 10_000  # objects between two collections
MEMORY = Path("/dev/shm")
ENOUGH = 4 << 30  # bytes: a dozen servers, each with its 40 MB, its databases of 8 MB and its max_wal_size

# The same inputs in every run; a test that wants others says so itself.
hypothesis.settings.register_profile("lintel", derandomize=True, deadline=None)
hypothesis.settings.load_profile("lintel")


def pytest_addoption(parser: pytest.Parser) -> None:
    """--long runs what takes minutes rather than seconds."""
    parser.addoption("--long", action="store_true", help="also run the tests marked long")


def pytest_configure() -> None:
    """Servers in memory, where there is enough; garbage as in `serve`; what was compiled must be what is written."""
    gc.set_threshold(YOUNG)
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ENOUGH:
        Server.place = MEMORY  # of a server that is thrown away a disk costs the most: 300 files for each database
    # Python prefers the compiled module, however old.
    for made in SOURCE.rglob("*.so"):
        for source in (made.with_name(made.name.partition(".")[0] + suffix) for suffix in (".py", ".c")):
            if source.exists() and source.stat().st_mtime > made.stat().st_mtime:
                raise pytest.UsageError(f"{source} is newer than what was compiled: ./dev build-fast [--remove]")


def pytest_collection_finish() -> None:
    """The tests themselves are half a million objects that stay."""
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without --long: skip the long tests, and leave those that take turns to one server each."""
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="takes minutes: run with --long"))
    majors = sorted(binaries.major for binaries in find())
    elsewhere = [item for item in items if item.get_closest_marker("in_turn") and not _has_the_turn(item, majors)]
    config.hook.pytest_deselected(items=elsewhere)
    left_out = set(elsewhere)
    items[:] = [item for item in items if item not in left_out]


def _has_the_turn(item: pytest.Item, majors: list[int]) -> bool:
    """Always the same server for the same case."""
    assert isinstance(item, pytest.Function)
    binaries: Binaries = item.callspec.params["server"]
    turn = zlib.crc32(item.name.replace(f"pg{binaries.major}", "").encode())
    return majors[turn % len(majors)] == binaries.major


@pytest.fixture(scope="session", params=find(), ids=lambda binaries: f"pg{binaries.major}")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A PostgreSQL with SCRAM and no TLS, one for the whole run, of each major version found on this machine."""
    binaries: Binaries = request.param
    with launch(binaries.bindir) as running:
        yield running


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """The DSN of an empty database that is dropped after the test, whoever is still connected to it."""
    with fresh(server) as dsn:
        yield dsn


@pytest.fixture
def lintel() -> Iterator[Callable[..., Proxy]]:
    """Call it with a DSN and flags of `lintel serve`: a Proxy that ends with the test, and fails it if it broke."""
    started: list[Proxy] = []
    with ExitStack() as stack:

        def start(dsn: str, *flags: str, **environment: str) -> Proxy:
            started.append(stack.enter_context(Proxy(dsn, *flags, environment=environment)))
            return started[-1]

        yield start
        for proxy in started:
            proxy.terminate()
        broken = [line for proxy in started for line in proxy.log.splitlines() if _is_traceback(line)]
    assert not broken


def _is_traceback(line: str) -> bool:
    # Python's own, and the frames that a structured line carries.
    return line.startswith("Traceback ") or '"at": [' in line
