"""What `lintel serve` does where it runs out: of sessions, of descriptors, of patience with those who say nothing."""

import resource
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import psycopg
import pytest
from tests.app.test_serve import ONE_MAJOR, through
from tests.e2e.proxy import Proxy

from lintel.app import Configuration
from lintel.config import Settings

Lintel = Callable[..., Proxy]


def limits(proxy: Proxy, descriptors: int) -> None:
    """From outside and at once."""
    _, hard = resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE, (descriptors, hard))


def descriptors(proxy: Proxy) -> int:
    return len(list(Path(f"/proc/{proxy.process.pid}/fd").iterdir()))


@pytest.mark.check(18)
@ONE_MAJOR
def test_one_session_too_many_is_told_so_and_the_admin_side_answers(database: str, lintel: Lintel) -> None:
    proxy = lintel(database, LINTEL_LIMITS__SESSIONS="5")
    dsn = through(proxy, database)
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(psycopg.connect(dsn))
        for _ in range(3):
            with pytest.raises(psycopg.OperationalError, match="too many connections") as caught:
                psycopg.connect(dsn)
            assert caught.value.sqlstate in ("53300", None)  # psycopg knows it from libpq's text only
        assert "lintel_sessions 5.0" in proxy.get("/metrics")
    deadline = time.monotonic() + 5
    while "lintel_sessions 0.0" not in proxy.get("/metrics"):
        assert time.monotonic() < deadline
    psycopg.connect(dsn).close()


@pytest.mark.check(18)
@ONE_MAJOR
def test_accepting_pauses_while_there_are_no_descriptors(database: str, lintel: Lintel) -> None:
    proxy = lintel(database)
    dsn = through(proxy, database)
    with psycopg.connect(dsn) as before:
        limits(proxy, descriptors(proxy))
        outcome: list[tuple[int] | None] = []

        def log_in() -> None:
            with psycopg.connect(dsn, connect_timeout=30) as client:
                outcome.append(client.execute("SELECT 1").fetchone())

        waiting = threading.Thread(target=log_in)
        waiting.start()
        time.sleep(1.0)
        assert outcome == []
        assert "accepting no connections for now" in proxy.log
        assert proxy.log.count("accepting no connections for now") == 1
        assert before.execute("SELECT 2").fetchone() == (2,)
        limits(proxy, 1000)
        waiting.join(20)
        assert outcome == [(1,)]
        assert "accepting connections again" in proxy.log


@pytest.mark.check(18)
def test_no_more_sessions_than_there_are_descriptors_for() -> None:
    options = Configuration(Settings(), ()).options(descriptors=1000)
    assert (options.startups, options.sessions) == (250, 325)
    plenty = Configuration(Settings(), ()).options(descriptors=1_000_000)
    assert (plenty.startups, plenty.sessions) == (Settings().limits.startups, Settings().limits.sessions)


@pytest.fixture
def silent(request: pytest.FixtureRequest) -> Iterator[Callable[[Proxy, int], None]]:
    """So many connections that never say a word."""
    with ExitStack() as stack:

        def connect(proxy: Proxy, number: int) -> None:
            for _ in range(number):
                stack.enter_context(closing(socket.create_connection((proxy.host, proxy.port), 10)))

        yield connect


def p99(dsn: str, logins: int) -> float:
    """Of the seconds that a login takes."""
    took = []
    for _ in range(logins):
        began = time.monotonic()
        psycopg.connect(dsn).close()
        took.append(time.monotonic() - began)
    return statistics.quantiles(took, n=100)[98]


@pytest.mark.check(17)
@ONE_MAJOR
def test_half_open_startups_do_not_slow_a_real_login(
    database: str, lintel: Lintel, silent: Callable[[Proxy, int], None]
) -> None:
    proxy = lintel(database, LINTEL_LIMITS__LOGIN_TIMEOUT="3s", LINTEL_LIMITS__STARTUPS="150")
    before = descriptors(proxy)
    silent(proxy, 200)
    assert p99(through(proxy, database), 20) < 1.0
    assert descriptors(proxy) - before <= 160
    deadline = time.monotonic() + 10
    while descriptors(proxy) > before + 5:
        assert time.monotonic() < deadline, "closed at the login timeout"
        time.sleep(0.05)


@pytest.mark.long
@pytest.mark.check(17)
@pytest.mark.parametrize("startups", [1000, 5000], ids=["more than may be", "as many as may be"])
@ONE_MAJOR
def test_2000_half_open_startups(
    database: str,
    lintel: Lintel,
    silent: Callable[[Proxy, int], None],
    startups: int,
    record_property: Callable[[str, object], None],
) -> None:
    proxy = lintel(database, LINTEL_LIMITS__STARTUPS=str(startups))
    dsn = through(proxy, database)
    quiet = p99(dsn, 200)
    silent(proxy, 2000)
    flooded = p99(dsn, 200)
    bound = f"of which {startups:,} are kept"
    record_property("seen", f"2,000 half-open startups {bound}: login p99 {flooded:.3f} s, {quiet:.3f} s without")
    assert flooded < 1.0


@ONE_MAJOR
def test_an_idle_session_is_ended_if_the_configuration_says_so(database: str, lintel: Lintel) -> None:
    proxy = lintel(database, LINTEL_LIMITS__IDLE_TIMEOUT="500ms")
    with closing(psycopg.connect(through(proxy, database), autocommit=True)) as client:
        time.sleep(2)
        with pytest.raises(psycopg.OperationalError, match="idle-session timeout"):
            client.execute("SELECT 1")
