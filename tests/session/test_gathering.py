"""A long result is collected for a moment, and its end, or what comes slowly, is not kept from anybody."""

import asyncio
import socket
from collections.abc import Iterator
from time import monotonic
from types import SimpleNamespace
from typing import cast

import psycopg
import pytest
import uvloop
from tests.session.proxy import Proxy
from tests.session.test_stream import Heard, by_tcp, taken_over

from lintel.session import gathering, stream
from lintel.session.gathering import AGAIN_BYTES, LONG_BYTES, LOW_WATER, Gathering

LONG_AGO = -1.0  # as a time


class Loop:
    """A clock that a test moves on."""

    timer: SimpleNamespace

    def call_later(self, delay: float, callback: object) -> SimpleNamespace:
        assert delay == gathering.TICK_SECONDS
        self.timer = SimpleNamespace(callback=callback, cancelled=False)
        self.timer.cancel = lambda timer=self.timer: setattr(timer, "cancelled", True)
        return self.timer

    def tick(self) -> None:
        assert not self.timer.cancelled
        self.timer.callback()


@pytest.fixture
def loop(monkeypatch: pytest.MonkeyPatch) -> Loop:
    found = Loop()
    monkeypatch.setattr(gathering.asyncio, "get_running_loop", lambda: found)
    return found


@pytest.fixture
def leg() -> Iterator[socket.socket]:
    ours, theirs = by_tcp()
    with ours, theirs:
        yield ours


@pytest.fixture
def gathers(leg: socket.socket, loop: Loop) -> Gathering:
    return Gathering(cast("asyncio.Transport", SimpleNamespace(get_extra_info=lambda _: leg)))


def readable_from(leg: socket.socket) -> int:
    return leg.getsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT)


def test_a_long_result_is_collected(gathers: Gathering, leg: socket.socket) -> None:
    gathers.received(LONG_BYTES, LONG_AGO)
    assert readable_from(leg) == 1
    gathers.received(1, LONG_AGO)
    assert readable_from(leg) == LOW_WATER


def test_one_that_is_over_soon_is_not(gathers: Gathering, leg: socket.socket) -> None:
    gathers.received(10 * LONG_BYTES, monotonic())
    assert readable_from(leg) == 1


def test_as_long_as_much_comes_in_a_tick(gathers: Gathering, leg: socket.socket, loop: Loop) -> None:
    gathers.received(2 * LONG_BYTES, LONG_AGO)
    for _ in range(3):
        gathers.received(LOW_WATER, LONG_AGO)
        loop.tick()
        assert readable_from(leg) == LOW_WATER
    gathers.received(LOW_WATER - 1, LONG_AGO)
    loop.tick()
    assert readable_from(leg) == 1


def test_once_more_behind_a_lull(gathers: Gathering, leg: socket.socket, loop: Loop) -> None:
    gathers.received(2 * LONG_BYTES, LONG_AGO)
    loop.tick()
    gathers.received(AGAIN_BYTES, LONG_AGO)
    assert readable_from(leg) == 1
    gathers.received(1, LONG_AGO)
    assert readable_from(leg) == LOW_WATER


def test_ended(gathers: Gathering, leg: socket.socket, loop: Loop) -> None:
    gathers.received(2 * LONG_BYTES, LONG_AGO)
    gathers.end()
    assert readable_from(leg) == 1
    assert loop.timer.cancelled
    gathers.end()


def test_of_a_closed_socket(gathers: Gathering, leg: socket.socket) -> None:
    gathers.received(2 * LONG_BYTES, LONG_AGO)
    leg.close()
    gathers.end()


def test_what_comes_slowly_comes() -> None:
    """Less than what the kernel has been told to collect, and nothing behind it."""

    async def slowly() -> None:
        ours, theirs = by_tcp()
        with ours, theirs:
            transport = await taken_over(ours)
            heard = Heard()
            transport.set_protocol(heard)
            transport.resume_reading()
            gathers = Gathering(transport)
            async with asyncio.timeout(20):
                for size in (10, LOW_WATER - 1, 3 * LOW_WATER + 7):
                    gathers.received(2 * LONG_BYTES, LONG_AGO)
                    heard.data.clear()
                    theirs.sendall(bytes(size))
                    await heard.until(lambda size=size: len(heard.data) == size)
            transport.abort()
            await heard.lost
            gathers.end()
        stream.close_all()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(slowly())


LONG_RESULT = "SELECT n, repeat(chr(97 + n % 26), n % 300) FROM generate_series(1, 15000) n"


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Every long result is collected; from how many bytes the sockets have been readable."""
    found: list[int] = []
    readable_from = Gathering._set_mark

    def noted(gathers: Gathering, size: int) -> None:
        found.append(size)
        readable_from(gathers, size)

    monkeypatch.setattr(gathering, "LONG_SECONDS", 0.0)
    monkeypatch.setattr(Gathering, "_set_mark", noted)
    return found


def test_nobody_notices(dsn: str, database: str, marks: list[int]) -> None:
    with psycopg.connect(database) as direct, psycopg.connect(dsn) as through:
        expected = direct.execute(LONG_RESULT).fetchall()
        for _ in range(3):
            assert through.execute(LONG_RESULT).fetchall() == expected
            assert through.execute("SELECT 1").fetchone() == (1,)
        with direct.cursor().copy(f"COPY ({LONG_RESULT}) TO STDOUT") as copy:
            copied = b"".join(copy)
        with through.cursor().copy(f"COPY ({LONG_RESULT}) TO STDOUT") as copy:
            assert b"".join(copy) == copied
        assert through.execute("SELECT 2").fetchone() == (2,)
    assert LOW_WATER in marks
    assert marks[-1] == 1
    assert marks.count(1) == marks.count(LOW_WATER)


def test_a_client_that_leaves_in_the_middle(dsn: str, marks: list[int], proxy: Proxy) -> None:
    with psycopg.connect(dsn) as leaving, leaving.cursor().copy(f"COPY ({LONG_RESULT}) TO STDOUT") as copy:
        read = 0
        while read < 3 * LONG_BYTES // 2:
            read += len(copy.read())
        leaving.pgconn.finish()
    proxy.drain(10)
    assert marks.count(1) == marks.count(LOW_WATER)
