"""Notices a peer that takes nothing at all of what waits for it.

A slow one is not stalled: what counts is whether anything has gone since the last look, as far as its kernel. Nothing
here runs but while writing to it is paused, or something is left to write when its session has ended.
"""

import asyncio
import contextlib
import fcntl
import socket
import struct
import termios
from collections.abc import Callable

_LOOKS = 4  # in a timeout


class Stall:
    """`watch` while the transport takes no more; `given_up` is called after so many seconds in which nothing went."""

    __slots__ = ("_given_up", "_last", "_looks", "_seconds", "_seen", "_timer", "_transport")

    def __init__(self, transport: asyncio.Transport, seconds: float, given_up: Callable[[], None]) -> None:
        self._transport = transport
        self._seconds = seconds  # 0: whatever happens
        self._given_up = given_up
        self._looks = 0  # that found everything as it was
        self._seen = (-1, -1)
        self._last = False  # nothing will be written any more
        self._timer: asyncio.TimerHandle | None = None

    def watch(self) -> None:
        """From here on."""
        self._looks = 0
        self._seen = (-1, -1)
        if self._seconds and self._timer is None:
            self._wait()

    def over(self) -> None:
        """It takes more."""
        if not self._last:
            self.end()

    def hurry(self, seconds: float) -> None:
        """The last is written: until it is gone, and no longer than so many seconds."""
        self.end()
        self._last = True
        self._seconds = min(self._seconds or seconds, seconds)
        self.watch()

    def end(self) -> None:
        """It is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._seconds / _LOOKS, self._look)

    def _look(self) -> None:
        seen = _unsent(self._transport)
        self._looks = self._looks + 1 if seen == self._seen else 0
        self._seen = seen
        if self._looks < _LOOKS:
            self._wait()
        else:
            self._timer = None
            self._given_up()


def reset(transport: asyncio.Transport) -> None:
    """Closed at once, for the kernel too: it would go on offering what the peer does not take."""
    sock = transport.get_extra_info("socket")
    if sock is not None:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()


def _unsent(transport: asyncio.Transport) -> tuple[int, int]:
    """Bytes that wait here, and those that its kernel has not acknowledged."""
    queued = 0
    with contextlib.suppress(OSError):  # no such figure for this kind of socket: then ours has to do
        sock = transport.get_extra_info("socket")
        (queued,) = struct.unpack("i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4)))
    return transport.get_write_buffer_size(), queued
