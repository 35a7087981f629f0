"""Has the kernel collect a long result for a moment, so that many of the server's pieces cost one awakening.

PostgreSQL sends a result in pieces of 8 KiB. Being woken for one of them, and put to sleep behind it, costs a relay
about as much as reading and sending it. Where a result is long, SO_RCVLOWAT lets the socket count as readable
only when several of them have come, and a timer sees to the last ones: what comes slowly is not held back, and what is
over within 20 ms knows nothing of this.
"""

import asyncio
import contextlib
import socket
from time import monotonic
from typing import Final

PIECE: Final = 4096  # bytes: smaller ones are no part of a long result
MUCH: Final = 1 << 20  # bytes of a long result
AGAIN: Final = 1 << 17  # of them, where gathering has ended because what came in a tick was little
LONG: Final = 0.020  # seconds since the client has sent something
GATHERED: Final = 48 * 1024  # bytes: less than a Stream reads at once, or it would have to look again
TICK: Final = 0.001  # seconds: the end of a result waits twice this at most


class Gathering:
    """Of one answer. `received` is called with each piece; `end` with the last one, or before the socket is closed."""

    __slots__ = ("_bytes", "_seen", "_socket", "_timer")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._socket: socket.socket = transport.get_extra_info("socket")
        self._bytes = 0  # of it; fewer where gathering has ended
        self._seen = 0  # of them, at the last tick
        self._timer: asyncio.TimerHandle | None = None

    def received(self, size: int, heard: float) -> None:
        """So many bytes more; the client has sent something last at that time."""
        self._bytes += size
        if self._timer is None and self._bytes > MUCH and monotonic() - heard > LONG:
            self._readable_from(GATHERED)
            self._seen = self._bytes
            self._wait()

    def end(self) -> None:
        """Whatever has come is read at once."""
        if self._timer is not None:
            self._timer.cancel()
            self._stop()

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK, self._tick)

    def _tick(self) -> None:
        if self._bytes - self._seen < GATHERED:
            self._stop()
        else:
            self._seen = self._bytes
            self._wait()

    def _stop(self) -> None:
        self._timer = None
        self._bytes = MUCH - AGAIN
        self._readable_from(1)

    def _readable_from(self, size: int) -> None:
        with contextlib.suppress(OSError):  # it is closed, or of a kind that knows no such thing
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)
