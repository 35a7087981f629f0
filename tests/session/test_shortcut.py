"""A Shortcut between two Streams: what it passes, whom it tells, what ends it. tests/wire/repeating.py is its model."""

import asyncio
import fcntl
import gc
import random
import socket
import struct
import weakref
from collections.abc import Awaitable, Callable
from functools import cached_property
from termios import FIONREAD, TIOCOUTQ
from typing import Any, cast

import pytest
import uvloop
from tests.session.test_stream import Heard, by_tcp, receive, some_turns
from tests.wire.repeating import answered_whole, asked_again
from tests.wire.test_exchange import LOGIN, Step, Talk
from tests.wire.test_exchange import Changing as Context

from lintel.metrics import Counters
from lintel.session import stream
from lintel.session.relay import Session
from lintel.wire import messages as m
from lintel.wire.ask import QUESTION
from lintel.wire.conversation import Conversation
from lintel.wire.decision import Decision, Settings
from lintel.wire.exchange import Exchange
from lintel.wire.expected import Expected

pytestmark = pytest.mark.skipif(not stream.STREAMS, reason="not compiled")

TAIL = m.execute(b"") + m.SYNC_FRAME
BOUND = m.frame(m.BIND_COMPLETE, b"")
OPENING = BOUND
ROW = m.frame(m.DATA_ROW, b"\0\1\0\0\0\x013")
ENDING = m.frame(m.COMMAND_COMPLETE, b"SELECT 1\0") + m.frame(m.READY_FOR_QUERY, b"I")
ANSWER = BOUND + ROW + ENDING
ERROR = m.frame(m.ERROR_RESPONSE, b"SERROR\0C22012\0\0") + m.frame(m.READY_FOR_QUERY, b"I")
PLAIN = Exchange(Expected(m.BIND), b"", b"", b"\0s\0", TAIL)
AHEAD = m.parse(b"", b"SELECT 1", b"\0\0")
ALTERED = Exchange(Expected(m.BIND), AHEAD, m.parse(b"", b"SELECT 12345", b"\0\0"), b"\0\0", TAIL)
OTHER = Exchange(Expected(m.BIND), b"", b"", b"\0t\0", TAIL)
QUERY = Exchange(Expected(m.QUERY), m.query(b"SELECT 1"), b"")
REWRITTEN = Exchange(Expected(m.QUERY), m.query(b"SELECT 2"), m.query(b"SELECT 34567"))
LITERALS = Exchange(Expected(m.QUERY), m.query(b"SELECT '1', a FROM t WHERE b = 1"), alike=True)
DESCRIPTION = m.frame(m.ROW_DESCRIPTION, b"\0\1a\0" + b"\0" * 18)


def bind(name: bytes, value: bytes = b"1") -> bytes:
    return m.frame(m.BIND, b"\0" + name + b"\0\0\0\0\1" + len(value).to_bytes(4, "big") + value + b"\0\0")


ASKED = bind(b"s") + TAIL


def asking(exchange: Exchange, value: bytes = b"1") -> bytes:
    """A chunk that asks for it."""
    if not exchange.bind:
        return exchange.ahead
    return exchange.ahead + bind(exchange.bind[1:-1], value) + exchange.tail


def passed_on(exchange: Exchange, value: bytes = b"1") -> bytes:
    """What the server gets for that."""
    return (exchange.instead or exchange.ahead) + asking(exchange, value)[len(exchange.ahead) :]


def answer_to(exchange: Exchange) -> bytes:
    return ANSWER if exchange.bind else DESCRIPTION + ROW + ENDING


class Joined:
    """A client and a server (their sockets), and what is between them: two Streams with their protocols."""

    def __init__(self) -> None:
        (self.ours, self.client), (self.theirs, self.server) = by_tcp(), by_tcp()
        for peer in (self.ours, self.client, self.theirs, self.server):
            peer.setblocking(False)
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.told: list[tuple[object, ...]] = []
        self.names: list[Exchange] = []  # of those that were told
        self.queries = stream.passing(None)
        self.taken = False
        self.raises = False
        self._some = asyncio.Event()

    async def begin(self) -> None:
        self.client_leg, self.to_client = await taken(self.ours)
        self.server_leg, self.to_server = await taken(self.theirs)

    @cached_property
    def shortcut(self) -> Any:
        return stream.shortcut(self.to_client, self.to_server, self._asked, self._answered)

    def open(self, exchange: Exchange) -> None:
        opening = OPENING if exchange.bind else b""
        pieces = exchange.ahead, exchange.instead, exchange.bind, exchange.tail, opening
        self.taken = self.shortcut.open(self.queries, exchange, exchange.alike, *pieces)

    def _asked(self, exchange: Exchange, heard: float, size: int) -> None:
        assert abs(asyncio.get_running_loop().time() - heard) < 20
        self.names.append(exchange)
        self.told.append(("asked", size))
        self._some.set()
        if self.raises:
            raise ValueError("by a test")

    def _answered(
        self, exchange: Exchange, ahead: bool, status: int, ending: bytes, heard: float, asked: int, size: int
    ) -> None:
        assert abs(asyncio.get_running_loop().time() - heard) < 20
        self.names.append(exchange)
        self.told.append(("answered", ahead, chr(status), ending, asked, size))
        self._some.set()
        if self.raises:
            raise ValueError("by a test")

    async def has_told(self, times: int) -> None:
        while len(self.told) < times:
            self._some.clear()
            await self._some.wait()


async def hears(leg: Heard, data: bytes) -> None:
    """All of this, the long way."""
    await leg.until(lambda: len(leg.data) >= len(data))
    assert leg.data == data


async def taken(ours: socket.socket) -> tuple[Heard, asyncio.Transport]:
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
    transport.pause_reading()
    made = stream.streamed(transport)
    heard = Heard()
    made.set_protocol(heard)
    made.resume_reading()
    return heard, made


Test = Callable[[Joined], Awaitable[None]]


@pytest.fixture
def run() -> Callable[[Test], None]:
    def ran(test: Test) -> None:
        async def all_of_it() -> None:
            joined = Joined()
            await joined.begin()
            try:
                async with asyncio.timeout(20):
                    await test(joined)
            finally:
                stream.close_all()
                for each in (joined.client, joined.server):
                    each.close()

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(all_of_it())

    return ran


async def opened(joined: Joined, exchange: Exchange = PLAIN) -> None:
    """The first answer has passed."""
    answer = answer_to(exchange)
    joined.names.clear()
    joined.open(exchange)
    joined.server.send(answer)
    assert await receive(joined.client, len(answer)) == answer
    assert joined.told == [("answered", False, "I", ENDING, 0, len(answer))]
    assert joined.names == [exchange]
    joined.told.clear()
    joined.names.clear()


async def passes(joined: Joined, exchange: Exchange) -> None:
    """Ahead of Python, both ways."""
    asked, wanted, answer = asking(exchange), passed_on(exchange), answer_to(exchange)
    joined.client.send(asked)
    assert await receive(joined.server, len(wanted)) == wanted
    assert joined.told == []
    joined.server.send(answer)
    assert await receive(joined.client, len(answer)) == answer
    assert joined.told == [("answered", True, "I", ENDING, len(asked), len(answer))]
    assert joined.names == [exchange]
    joined.told.clear()
    joined.names.clear()


def test_an_exchange_passes(run: Callable[[Test], None]) -> None:
    async def test(joined: Joined) -> None:
        await opened(joined)
        for value in (b"1", b"", bytes(5000)):
            asked = bind(b"s", value) + TAIL
            joined.client.send(asked)
            assert await receive(joined.server, len(asked)) == asked
            assert joined.told == []
            answer = BOUND + ROW * len(value) + ENDING[:-1] + b"T"
            joined.server.sendall(answer)
            assert await receive(joined.client, len(answer)) == answer
            assert joined.told == [("answered", True, "T", ENDING[:-1] + b"T", len(asked), len(answer))]
            joined.told.clear()
        assert not joined.client_leg.data
        assert not joined.server_leg.data

    run(test)


ALL = [PLAIN, OTHER, ALTERED, QUERY, REWRITTEN, LITERALS]


def test_several_in_turns(run: Callable[[Test], None]) -> None:
    async def test(joined: Joined) -> None:
        for exchange in ALL:
            await opened(joined, exchange)
        dice = random.Random(3)
        for _ in range(100):
            await passes(joined, dice.choice(ALL))
        assert not joined.client_leg.data
        assert not joined.server_leg.data

    run(test)


def test_many(run: Callable[[Test], None]) -> None:
    """More than a session's table begins with; and more than it holds, of which the last ones pass."""

    async def test(joined: Joined) -> None:
        many = [Exchange(Expected(m.BIND), b"", b"", b"\0s%d\0" % number, TAIL) for number in range(300)]
        for number, exchange in enumerate(many):
            await opened(joined, exchange)
            if number in (5, 20, 255, 299):
                for known in many[256 * (number > 255) : number + 1]:
                    await passes(joined, known)
        joined.client.send(asking(many[0]))
        await hears(joined.client_leg, asking(many[0]))

    run(test)


def test_what_is_forgotten_goes_the_long_way(run: Callable[[Test], None]) -> None:
    async def test(joined: Joined) -> None:
        for exchange in ALL:
            await opened(joined, exchange)
        joined.shortcut.forget()
        await opened(joined, PLAIN)
        assert joined.taken
        await passes(joined, QUERY)  # which is not this session's own
        joined.client.send(asking(OTHER))
        await hears(joined.client_leg, asking(OTHER))

    run(test)


def test_it_is_forgotten_while_it_is_under_way(run: Callable[[Test], None]) -> None:
    async def test(joined: Joined) -> None:
        await opened(joined)
        joined.client.send(ASKED)
        await receive(joined.server, len(ASKED))
        joined.shortcut.forget()
        assert joined.told == [("asked", len(ASKED))]
        assert joined.names == [PLAIN]
        joined.server.send(ANSWER)
        await hears(joined.server_leg, ANSWER)

    run(test)


def test_queries_pass_in_every_session_of_their_context(run: Callable[[Test], None]) -> None:
    async def test(joined: Joined) -> None:
        other = Joined()
        await other.begin()
        other.queries = joined.queries
        await opened(other)
        await opened(joined, QUERY)
        await passes(other, QUERY)
        other.client.send(QUERY.ahead)
        await receive(other.server, len(QUERY.ahead))
        for number in range(2100):  # more than there is room for: the first ones are let go of
            joined.open(Exchange(Expected(m.QUERY), m.query(b"SELECT -%d" % number), b""))
        other.server.send(answer_to(QUERY))  # even while they are under way
        assert await receive(other.client, len(answer_to(QUERY))) == answer_to(QUERY)
        assert other.names == [QUERY]
        other.client.send(QUERY.ahead)
        await hears(other.client_leg, QUERY.ahead)
        for each in (other.client, other.server):
            each.close()

    run(test)


@pytest.mark.parametrize("answer", [ENDING, ROW + ENDING, DESCRIPTION + ENDING, DESCRIPTION + ROW * 3 + ENDING])
def test_answers_to_a_query(run: Callable[[Test], None], answer: bytes) -> None:
    async def test(joined: Joined) -> None:
        await opened(joined, QUERY)
        joined.client.send(QUERY.ahead)
        await receive(joined.server, len(QUERY.ahead))
        joined.server.send(answer)
        assert await receive(joined.client, len(answer)) == answer
        assert joined.told == [("answered", True, "I", ENDING, len(QUERY.ahead), len(answer))]

    run(test)


@pytest.mark.parametrize(
    ("text", "passes_on"),
    [
        (b"SELECT 'it is 5', a FROM t WHERE b = 2147483647", True), (b"SELECT '', a FROM t WHERE b = 00", True),
        (b"SELECT '1', a FROM t WHERE b = 2147483648", False), (b"SELECT '1', a FROM t WHERE b = 1.0", False),
        (b"SELECT '1',  a FROM t WHERE b = 1", False), (b"SELECT '1', a FROM t WHERE b = '1'", False),
        (b"SELECT 'it''s', a FROM t WHERE b = 1", False), (b"SELECT E'1', a FROM t WHERE b = 1", False),
        (b"SELECT '\\', a FROM t WHERE b = 1", False), ("SELECT 'é', a FROM t WHERE b = 1".encode(), False),
        (b"SELECT '1', a FROM t WHERE b = 1--", False), (b"SELECT '1', a FROM t WHERE b = 1/**/", False),
        (b"SELECT '1', a FROM t WHERE b = -1", False), (b"SELECT '1', a FROM t WHERE b = 1;", False),
        (b"SELECT '1\0', a FROM t WHERE b = 1", False), (b"SELECT '1', a FROM t WHERE b = 1\0", False),
        (b"SELECT '" + b"x" * 3000 + b"', a FROM t WHERE b = 1", False),
    ],
)  # fmt: skip
def test_queries_that_differ_in_their_literals(run: Callable[[Test], None], text: bytes, passes_on: bool) -> None:
    async def test(joined: Joined) -> None:
        await opened(joined, LITERALS)
        joined.client.send(m.query(text))
        if passes_on:
            assert await receive(joined.server, len(text) + 6) == m.query(text)
        else:
            await hears(joined.client_leg, m.query(text))

    run(test)


def test_of_a_text_that_has_no_shape_nothing_passes(run: Callable[[Test], None]) -> None:
    async def test(joined: Joined) -> None:
        strange = Exchange(Expected(m.QUERY), m.query(b"SELECT E'1'"), alike=True)
        joined.open(strange)
        assert not joined.taken
        joined.server.send(answer_to(strange))
        await hears(joined.server_leg, answer_to(strange))
        assert joined.told == []

    run(test)


COPYING = m.frame(m.COPY_IN_RESPONSE, b"\0\0\1\0\0")


@pytest.mark.parametrize(
    "answer",
    [
        BOUND + ROW + ENDING, DESCRIPTION * 2 + ENDING, DESCRIPTION + ENDING[:-6] + DESCRIPTION + ENDING, ROW + ERROR,
        m.frame(m.EMPTY_QUERY_RESPONSE, b"") + ENDING[-6:], COPYING, ENDING[:-6] * 2 + ENDING[-6:],
        b"T\0\0\0\3" + ENDING, b"T\xff\xff\xff\xff" + ENDING, DESCRIPTION + ENDING[-6:], ENDING[-6:], DESCRIPTION,
    ],
)  # fmt: skip
def test_other_answers_to_a_query_go_the_long_way(run: Callable[[Test], None], answer: bytes) -> None:
    async def test(joined: Joined) -> None:
        assert answered_whole(b"", answer, query=True) < 0
        await opened(joined, QUERY)
        joined.client.send(QUERY.ahead)
        await receive(joined.server, len(QUERY.ahead))
        joined.server.send(answer)
        await hears(joined.server_leg, answer)
        assert joined.told == [("asked", len(QUERY.ahead))]

    run(test)


@pytest.mark.parametrize(
    "data", [ASKED[:-3], ASKED * 2, bind(b"t") + TAIL, bind(b"s") + m.describe(b"P", b"") + TAIL, m.query(b"SELECT 1")]
)
def test_anything_else_from_the_client_goes_the_long_way(run: Callable[[Test], None], data: bytes) -> None:
    async def test(joined: Joined) -> None:
        await opened(joined)
        joined.client.send(data)
        await hears(joined.client_leg, data)
        joined.client.send(ASKED)  # and so does all that comes behind it
        await hears(joined.client_leg, data + ASKED)
        joined.server.send(ANSWER)
        await hears(joined.server_leg, ANSWER)
        assert joined.told == []

    run(test)


@pytest.mark.parametrize(
    "data", [BOUND, BOUND + ERROR, ANSWER[:-1], ANSWER * 2, ENDING, BOUND + m.frame(m.NOTICE_RESPONSE, b"\0")]
)
def test_anything_else_from_the_server_goes_the_long_way(run: Callable[[Test], None], data: bytes) -> None:
    async def test(joined: Joined) -> None:
        await opened(joined)
        joined.client.send(ASKED)
        await receive(joined.server, len(ASKED))
        joined.server_leg.on_data = lambda _: joined.told.append(("long",))
        joined.server.send(data)
        await hears(joined.server_leg, data)
        assert joined.told == [("asked", len(ASKED)), ("long",)]  # in this order
        joined.server.send(ANSWER)
        await hears(joined.server_leg, data + ANSWER)

    run(test)


def test_the_client_sends_more_before_it_has_its_answer(run: Callable[[Test], None]) -> None:
    async def test(joined: Joined) -> None:
        await opened(joined)
        joined.client.send(ASKED)
        await receive(joined.server, len(ASKED))
        joined.client.send(ASKED)
        await hears(joined.client_leg, ASKED)
        assert joined.told == [("asked", len(ASKED))]
        joined.server.send(ANSWER)
        await hears(joined.server_leg, ANSWER)

    run(test)


def test_the_server_speaks_without_being_asked(run: Callable[[Test], None]) -> None:
    async def test(joined: Joined) -> None:
        await opened(joined)
        joined.server.send(ANSWER)
        await hears(joined.server_leg, ANSWER)
        joined.client.send(ASKED)
        await hears(joined.client_leg, ASKED)
        assert joined.told == []

    run(test)


def test_it_is_shut(run: Callable[[Test], None]) -> None:
    async def test(joined: Joined) -> None:
        await opened(joined)
        joined.client.send(ASKED)
        await receive(joined.server, len(ASKED))
        for _ in range(2):
            joined.shortcut.shut()
        assert joined.told == [("asked", len(ASKED))]
        joined.server.send(ANSWER)
        await hears(joined.server_leg, ANSWER)
        joined.told.clear()
        await opened(joined)

    run(test)


def on_the_way(joined: Joined) -> int:
    """Bytes that the kernel has for the server, which has not read them."""
    ours = joined.to_server.get_extra_info("socket")
    counted = (fcntl.ioctl(peer, which, bytes(4)) for peer, which in ((joined.server, FIONREAD), (ours, TIOCOUTQ)))
    return sum(struct.unpack("i", each)[0] for each in counted)


def test_a_server_that_reads_slowly(run: Callable[[Test], None]) -> None:
    """What does not go at once goes later, and Python is told at once."""

    async def test(joined: Joined) -> None:
        asked, sent = bind(b"s", bytes(range(256)) * 40) + TAIL, 0
        for peer, buffer in ((joined.theirs, socket.SO_SNDBUF), (joined.server, socket.SO_RCVBUF)):
            peer.setsockopt(socket.SOL_SOCKET, buffer, 65_536)
        while not joined.to_server.get_write_buffer_size():
            joined.told.clear()
            await opened(joined)
            joined.client.send(asked)
            sent += len(asked)
            while on_the_way(joined) < sent and not joined.to_server.get_write_buffer_size():
                await some_turns()
            if joined.told or joined.to_server.get_write_buffer_size():
                break
            joined.server.send(ANSWER)
            assert await receive(joined.client, len(ANSWER)) == ANSWER
        assert joined.told == [("asked", len(asked))]
        assert await receive(joined.server, sent) == asked * (sent // len(asked))
        assert not joined.client_leg.data

    run(test)


def test_a_client_that_reads_slowly(run: Callable[[Test], None]) -> None:
    async def test(joined: Joined) -> None:
        await opened(joined)
        answer = BOUND + m.frame(m.DATA_ROW, bytes(60_000)) + ENDING
        sent = 0
        while not joined.to_client.get_write_buffer_size():
            joined.client.send(ASKED)
            await receive(joined.server, len(ASKED))
            joined.server.sendall(answer)
            sent += 1
            await joined.has_told(sent)
        assert all(each[0] == "answered" for each in joined.told)
        assert len(await receive(joined.client, sent * len(answer))) == sent * len(answer)

    run(test)


@pytest.mark.parametrize("gone", ["client", "server"])
def test_a_side_that_has_gone(run: Callable[[Test], None], gone: str) -> None:
    async def test(joined: Joined) -> None:
        await opened(joined)
        if gone == "client":
            joined.client.send(ASKED)
            await receive(joined.server, len(ASKED))
        linger = b"\1\0\0\0\0\0\0\0"
        peer = cast("socket.socket", getattr(joined, gone))
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        peer.close()
        (joined.client if gone == "server" else joined.server).send(ASKED if gone == "server" else ANSWER)
        leg = getattr(joined, f"{gone}_leg")
        await leg.lost

    run(test)


@pytest.mark.parametrize("when", ["asked", "answered"])
def test_a_fault_ends_the_session_and_is_told(run: Callable[[Test], None], when: str) -> None:
    async def test(joined: Joined) -> None:
        told: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        await opened(joined)
        joined.raises = True
        joined.client.send(ASKED)
        await receive(joined.server, len(ASKED))
        joined.server.send(ANSWER if when == "answered" else BOUND)
        await joined.server_leg.lost
        assert [str(each["exception"]) for each in told] == ["by a test"]

    run(test)


def test_nothing_of_it_stays(run: Callable[[Test], None]) -> None:
    async def test(joined: Joined) -> None:
        await opened(joined)
        held = weakref.ref(joined.client_leg)
        for each in (joined.to_client, joined.to_server):
            each.abort()
        await joined.client_leg.lost
        await joined.server_leg.lost
        joined.shortcut.shut()
        joined.open(PLAIN)  # which does nothing any more
        del joined.to_client, joined.to_server, joined.shortcut, joined.client_leg, joined.server_leg
        gc.collect()
        assert held() is None

    run(test)


def test_only_open_streams_of_one_loop_without_another(run: Callable[[Test], None]) -> None:
    async def test(joined: Joined) -> None:
        made = type(joined.shortcut)
        client, server = cast("Any", joined.to_client), cast("Any", joined.to_server)
        for pair in ((client, server), (client, client)):
            with pytest.raises(ValueError, match="two open streams"):
                made(*pair, print, print)
        with pytest.raises(TypeError):
            made(client, cast("Any", object()), print, print)
        queries = joined.queries
        few, many = (b"",) * 4, (b"",) * 5
        for arguments in (
            (queries, PLAIN, False, *few), (queries, PLAIN, False, *few, ""), (None, PLAIN, False, *many),
        ):  # fmt: skip
            with pytest.raises(TypeError, match="expected"):
                joined.shortcut.open(*cast("Any", arguments))

    run(test)


def damaged(data: bytes, dice: random.Random) -> bytes:
    """A few bytes are others, are missing, or come twice."""
    changed = bytearray(data)
    for _ in range(dice.randrange(1, 3)):
        at = dice.randrange(len(changed))
        what = dice.randrange(4)
        if what == 0:
            changed[at] = dice.randrange(256)
        elif what == 1:
            changed[at] = dice.choice(b"BCDEPSZ\0\1\4\5\6\7")
        elif what == 2:
            del changed[at : at + dice.randrange(1, 6)]
        else:
            changed[at:at] = changed[at : at + dice.randrange(1, 12)]
    return bytes(changed) or b"x"


@pytest.mark.check(2)
def test_it_passes_what_its_model_does(run: Callable[[Test], None]) -> None:
    """Whole chunks, damaged in any way: over the Shortcut or the long way, as the model says."""

    async def test(joined: Joined) -> None:
        for each in ALL:
            await opened(joined, each)
        dice = random.Random(5)
        passed = [0, 0]
        for _ in range(1500):
            exchange = dice.choice(ALL)
            joined.open(exchange)
            joined.server.send(answer_to(exchange))
            await receive(joined.client, len(answer_to(exchange)))
            asked = asking(exchange, bytes(dice.randrange(4)))
            asked = damaged(asked, dice) if dice.random() < 0.7 else asked
            joined.client.send(asked)
            exchange = next((each for each in ALL if asked_again(each, asked) >= 0), exchange)
            if (at := asked_again(exchange, asked)) < 0:
                await hears(joined.client_leg, asked)
                joined.client_leg.data.clear()
                continue
            passed[0] += 1
            wanted = exchange.instead + asked[at:] if exchange.instead else asked
            assert await receive(joined.server, len(wanted)) == wanted
            opening = BOUND if exchange.bind else dice.choice([b"", DESCRIPTION])
            answer = opening + ROW * dice.randrange(4) + ENDING
            answer = damaged(answer, dice) if dice.random() < 0.7 else answer
            joined.server.send(answer)
            at = answered_whole(OPENING, answer) if exchange.bind else answered_whole(b"", answer, query=True)
            if at < 0:
                await hears(joined.server_leg, answer)
                joined.server_leg.data.clear()
                continue
            passed[1] += 1
            assert await receive(joined.client, len(answer)) == answer
            assert joined.told[-1][3] == answer[at:]
            assert joined.names[-1] is exchange
        assert not joined.client_leg.data
        assert not joined.server_leg.data
        assert min(passed) > 100

    run(test)


class Present:
    """Of a session over sockets; counts as the sides of a Talk do."""

    def __init__(self) -> None:
        self.contexts = [Context(0)]
        self.counted: list[tuple[str, str | None]] = []
        self.ahead = 0

    def resolve(self, settings: Settings) -> Context:
        return self.contexts[-1]

    def completed(self, decision: Decision, sqlstate: str | None, chunk: bytes, at: int) -> None:
        self.counted.append((str(decision.statement), sqlstate))
        self.ahead += at == 0  # nobody else gives a CommandComplete by itself

    def leave(self) -> None: ...


async def settled(joined: Joined, step: Step) -> None:
    """What has to arrive has."""
    assert await receive(joined.server, len(step.at_server)) == step.at_server
    assert await receive(joined.client, len(step.at_client)) == step.at_client


@pytest.mark.check(1)
@pytest.mark.parametrize("seed", range(6))
def test_a_session_says_what_its_conversation_would(run: Callable[[Test], None], seed: int) -> None:
    """The same talk as with the Conversation alone, over sockets; what is counted and how many bytes, too."""
    talk = Talk(seed)
    talk.begin()
    for _ in range(150):
        talk.goes_on()
    talk.answer()

    async def test(joined: Joined) -> None:
        present, counters = Present(), Counters()
        session = Session(joined.to_client, joined.to_server, "/", lambda _: None, counters)
        conversation = Conversation(present.resolve, present.completed)
        for each in (joined.to_client, joined.to_server):
            each.pause_reading()
        session.begin(conversation, cast("Any", present), b"", b"", LOGIN[0])
        await receive(joined.server, len(QUESTION))
        joined.server.send(LOGIN[1])
        await receive(joined.client, len(LOGIN[0]))
        for step in talk.script:
            if step.who == "change":
                present.contexts.append(Context(len(present.contexts)))
                session.reconsider()
            else:
                (joined.client if step.who == "client" else joined.server).send(step.data)
            await settled(joined, step)
        assert session.idle == talk.sides[0].conversation.idle
        assert present.counted == talk.sides[0].counted
        assert counters.client_bytes == sum(len(step.data) for step in talk.script if step.who == "client")
        assert present.ahead > 30
        session.close()

    run(test)
