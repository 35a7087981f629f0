"""A connection taken over: a Stream, where it is compiled, does as uvloop's transport does, which is the reference."""

import asyncio
import gc
import socket
import struct
import weakref
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvloop

from lintel.session import stream

MEGABYTE = bytes(range(256)) * 4096
Peer = socket.socket


@dataclass
class Heard(asyncio.Protocol):
    """Remembers what it is told."""

    stays: bool = False  # when the peer has sent its last byte
    data: bytearray = field(default_factory=bytearray)
    calls: list[str] = field(default_factory=list)
    on_data: Callable[[bytes], object] = len
    lost: "asyncio.Future[Exception | None]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    some: asyncio.Event = field(default_factory=asyncio.Event)

    def data_received(self, data: bytes) -> None:
        assert not self.lost.done()
        self.data += data
        self.some.set()
        self.on_data(data)

    def eof_received(self) -> bool:
        self._note("eof")
        return self.stays

    def pause_writing(self) -> None:
        self._note("pause")

    def resume_writing(self) -> None:
        self._note("resume")

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(exc)
        self._note("lost")

    def _note(self, call: str) -> None:
        self.calls.append(call)
        self.some.set()

    async def until(self, true: Callable[[], bool]) -> None:
        while not true():
            self.some.clear()
            await self.some.wait()


def by_tcp() -> tuple[Peer, Peer]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ours = socket.create_connection(server.getsockname())
        theirs, _ = server.accept()
    return ours, theirs


async def taken_over(ours: Peer) -> asyncio.Transport:
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
    return stream.streamed(transport)


CONNECTIONS = {"tcp": by_tcp, "unix": lambda: socket.socketpair(socket.AF_UNIX)}
Test = Callable[[asyncio.Transport, Heard, Peer], Awaitable[None]]
Run = Callable[[Test], None]


@pytest.fixture(params=CONNECTIONS)
def connected(request: pytest.FixtureRequest) -> Iterator[tuple[Peer, Peer]]:
    ours, theirs = CONNECTIONS[request.param]()
    theirs.setblocking(False)
    with ours, theirs:
        yield ours, theirs


@pytest.fixture(params=["uvloop", "stream"])
def run(request: pytest.FixtureRequest, connected: tuple[Peer, Peer]) -> Run:
    """Runs a test with the transport, its protocol and the peer's socket, on a loop that has to end without remains."""
    taken = request.param == "stream"
    if taken and not stream.STREAMS:
        pytest.skip("not compiled")

    async def connect(test: Test) -> None:
        ours, theirs = connected
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_connection(asyncio.Protocol, sock=ours)
        transport.pause_reading()
        if taken:
            transport = stream.streamed(transport)
            assert type(transport).__name__ == "Stream"
        heard = Heard()
        transport.set_protocol(heard)
        transport.resume_reading()
        try:
            async with asyncio.timeout(20):
                await test(transport, heard, theirs)
        finally:
            transport.abort()
            stream.close_all()

    def ran(test: Test) -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(connect(test))

    return ran


async def receive(peer: Peer, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        piece = await asyncio.get_running_loop().sock_recv(peer, 1 << 20)
        if not piece:
            break
        data += piece
    return bytes(data)


async def at_end(peer: Peer) -> bool:
    return not await asyncio.get_running_loop().sock_recv(peer, 1)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def some_turns() -> None:
    """Enough for everything that was ready to have had its turn."""
    for _ in range(5):
        await asyncio.sleep(0.002)


def test_bytes_go_both_ways(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        heard.on_data = lambda data: ours.write(bytes(data).upper())
        for text in (b"a", b"hello", b"x" * 5000):
            heard.data.clear()
            await asyncio.get_running_loop().sock_sendall(theirs, text)
            assert await receive(theirs, len(text)) == text.upper()
            assert heard.data == text
        assert ours.get_write_buffer_size() == 0
        assert not ours.is_closing()
        assert heard.calls == []

    run(test)


def test_a_large_result_is_read_whole(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(theirs, MEGABYTE * 8))
        await heard.until(lambda: len(heard.data) == len(MEGABYTE) * 8)
        await sending
        assert heard.data == MEGABYTE * 8

    run(test)


def test_who_takes_nothing_is_waited_for(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        for _ in range(16):
            ours.write(MEGABYTE)
        await heard.until(lambda: "pause" in heard.calls)
        assert ours.get_write_buffer_size() > 1 << 20
        assert await receive(theirs, 16 << 20) == MEGABYTE * 16
        await heard.until(lambda: "resume" in heard.calls)
        assert heard.calls == ["pause", "resume"]
        assert ours.get_write_buffer_size() == 0
        ours.write(b"more")
        assert await receive(theirs, 4) == b"more"

    run(test)


def test_small_pieces_behind_a_large_one_keep_their_order(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        pieces = [MEGABYTE * 12, *(b"%06d" % number for number in range(3000)), b""]
        for piece in pieces:
            ours.write(piece)
        expected = b"".join(pieces)
        assert await receive(theirs, len(expected)) == expected

    run(test)


def test_paused_it_reads_nothing(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        ours.pause_reading()
        theirs.send(b"waits")
        await some_turns()
        assert not heard.data
        ours.resume_reading()
        await heard.until(lambda: heard.data == b"waits")

    run(test)


def test_pausing_while_it_is_told_something(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        heard.on_data = lambda _: ours.pause_reading()
        theirs.send(b"first")
        await heard.until(lambda: heard.data == b"first")
        theirs.send(b"second")
        await some_turns()
        assert heard.data == b"first"
        ours.resume_reading()
        await heard.until(lambda: heard.data == b"firstsecond")

    run(test)


@pytest.mark.parametrize("stays", [False, True])
def test_the_peers_last_byte(run: Run, *, stays: bool) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        heard.stays = stays
        theirs.send(b"last")
        theirs.shutdown(socket.SHUT_WR)
        await heard.until(lambda: "eof" in heard.calls)
        assert heard.data == b"last"
        if stays:
            await some_turns()
            assert heard.calls == ["eof"]
            ours.write(b"answer")
            assert await receive(theirs, 6) == b"answer"
            ours.close()
        assert await heard.lost is None
        assert heard.calls == ["eof", "lost"]
        assert await at_end(theirs)

    run(test)


@pytest.mark.parametrize("megabytes", [0, 12])
def test_our_last_byte_comes_behind_what_was_written(run: Run, megabytes: int) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        ours.write(b"x" + MEGABYTE * megabytes)
        assert ours.can_write_eof()
        ours.write_eof()
        with pytest.raises(RuntimeError):
            ours.write(b"more")
        assert len(await receive(theirs, (megabytes << 20) + 2)) == (megabytes << 20) + 1  # and its end
        theirs.send(b"still heard")
        await heard.until(lambda: heard.data == b"still heard")

    run(test)


@pytest.mark.parametrize("megabytes", [0, 12])
def test_closing_brings_what_was_written(run: Run, megabytes: int) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        ours.write(b"x" + MEGABYTE * megabytes)
        ours.close()
        assert ours.is_closing()
        if not megabytes:  # what is never read makes TCP reset the connection, with what is under way
            theirs.send(b"unheard")
        assert len(await receive(theirs, (megabytes << 20) + 1)) == (megabytes << 20) + 1
        assert await heard.lost is None
        ours.close()
        await some_turns()
        assert not heard.data
        assert heard.calls.count("lost") == 1

    run(test)


def test_aborting_does_not(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        ours.write(MEGABYTE * 16)
        ours.abort()
        assert ours.is_closing()
        assert not heard.lost.done()  # it is told in a turn of its own
        assert await heard.lost is None
        assert len(await receive(theirs, 16 << 20)) < 16 << 20
        ours.abort()
        assert heard.calls.count("lost") == 1

    run(test)


def reset(peer: Peer) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    peer.close()


@pytest.mark.parametrize("connected", ["tcp"], indirect=True)
def test_a_reset_is_told(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        reset(theirs)
        assert isinstance(await heard.lost, ConnectionResetError)
        assert ours.is_closing()

    run(test)


@pytest.mark.parametrize("connected", ["tcp"], indirect=True)
def test_a_reset_while_it_is_written_to(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        ours.pause_reading()
        ours.write(MEGABYTE * 16)
        await heard.until(lambda: "pause" in heard.calls)
        reset(theirs)
        assert isinstance(await heard.lost, OSError)
        assert ours.get_write_buffer_size() == 0
        assert heard.calls == ["pause", "lost"]

    run(test)


def test_closed_while_it_is_told_something(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        heard.on_data = lambda _: ours.close()
        theirs.send(b"x")
        assert await heard.lost is None
        assert await at_end(theirs)

    run(test)


def test_a_fault_of_the_protocol_is_told_to_the_loop(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        told: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
        heard.on_data = lambda _: 1 // 0
        theirs.send(b"x")
        assert isinstance(await heard.lost, ZeroDivisionError)
        assert [type(context["exception"]) for context in told] == [ZeroDivisionError]
        assert await at_end(theirs)

    run(test)


def test_its_socket_is_known(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        assert ours.get_extra_info("socket").fileno() > 0
        assert ours.get_extra_info("ssl_object") is None
        assert ours.get_extra_info("ssl_object", "none") == "none"

    run(test)


def test_nothing_is_left_of_it(run: Run) -> None:
    async def test(ours: asyncio.Transport, heard: Heard, theirs: Peer) -> None:
        await some_turns()  # the one of uvloop's transport is closed by then
        gc.collect()  # what other tests have left
        peer, other = by_tcp()
        before = descriptors()
        transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=peer)
        transport.pause_reading()
        taken = stream.streamed(transport) if type(ours).__name__ == "Stream" else transport
        protocol = Heard()
        taken.set_protocol(protocol)
        taken.resume_reading()
        other.close()
        await protocol.lost
        await some_turns()
        gone = weakref.ref(protocol)
        del protocol, taken, transport
        gc.collect()
        assert gone() is None
        assert descriptors() == before - 2

    run(test)


def test_what_came_early_is_not_lost(connected: tuple[Peer, Peer]) -> None:
    async def test() -> None:
        ours, theirs = connected
        before, after = Heard(), Heard()
        theirs.send(b"early")
        transport, _ = await asyncio.get_running_loop().create_connection(lambda: before, sock=ours)
        transport.pause_reading()
        theirs.send(b", and late")
        await some_turns()
        taken = stream.streamed(transport)
        await some_turns()
        taken.set_protocol(after)
        taken.resume_reading()
        async with asyncio.timeout(20):
            await after.until(lambda: before.data + after.data == b"early, and late")
        taken.abort()
        stream.close_all()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(test())


def test_what_is_not_to_be_taken_over(connected: tuple[Peer, Peer]) -> None:
    async def test() -> None:
        ours, _ = connected
        transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=ours)
        transport.write(MEGABYTE * 16)  # more than the peer's kernel takes
        assert stream.streamed(transport) is transport
        transport.abort()
        assert stream.streamed(transport) is transport

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(test())


@pytest.mark.skipif(not stream.STREAMS, reason="not compiled")
def test_the_loop_ends_though_one_is_open(connected: tuple[Peer, Peer]) -> None:
    async def test() -> None:
        ours, _ = connected
        taken = await taken_over(ours)
        taken.set_protocol(Heard())
        taken.resume_reading()
        taken.write(MEGABYTE * 16)
        taken.close()
        stream.close_all()
        taken.abort()
        taken.write(b"x")

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(test())


@pytest.mark.skipif(not stream.STREAMS, reason="not compiled")
def test_nothing_is_read_as_long_as_nobody_is_told(connected: tuple[Peer, Peer]) -> None:
    async def test() -> None:
        ours, theirs = connected
        taken = await taken_over(ours)
        taken.resume_reading()
        theirs.send(b"waits")
        await some_turns()
        heard = Heard()
        taken.set_protocol(heard)
        async with asyncio.timeout(20):
            await heard.until(lambda: heard.data == b"waits")
        stream.close_all()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(test())


@pytest.mark.skipif(not stream.STREAMS, reason="not compiled")
def test_only_bytes_are_taken(connected: tuple[Peer, Peer]) -> None:
    async def test() -> None:
        ours, _ = connected
        taken = await taken_over(ours)
        with pytest.raises(TypeError, match="bytes expected, not str"):
            taken.write("x")  # type: ignore[arg-type]
        stream.close_all()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(test())


def test_other_threads_have_their_turn(run: Run) -> None:
    """The GIL, which a Stream has while it is served, is given back before the loop waits."""

    async def test(_: asyncio.Transport, heard: Heard, peer: Peer) -> None:
        for number in range(20):
            peer.send(b"x")
            await heard.until(lambda number=number: len(heard.data) > number)  # type: ignore[misc]
            assert await asyncio.to_thread(len, b"four") == 4

    run(test)


@pytest.mark.skipif(not stream.STREAMS, reason="not compiled")
def test_closed_while_they_are_served_and_others_opened() -> None:
    """The last Stream of a loop goes in the middle of a turn; the next one begins anew."""

    async def test() -> None:
        for _ in range(3):
            ours, theirs = by_tcp()
            with ours, theirs:
                taken = await taken_over(ours)
                heard = Heard(on_data=lambda _: stream.close_all())
                taken.set_protocol(heard)
                taken.resume_reading()
                theirs.send(b"x")
                await heard.until(lambda: heard.data == b"x")  # noqa: B023 - called here
                assert await asyncio.to_thread(len, b"four") == 4

    async def timed() -> None:
        async with asyncio.timeout(20):
            await test()

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(timed())
