"""Has the kernel collect a long result for a moment, so that many of the server's pieces cost one awakening.

PostgreSQL sends a result in pieces of 8 KiB. Being woken for one of them, and put to sleep behind it, costs a relay
about as much as reading and sending it. So in the middle of a long result the server's socket gets a low-water mark
(SO_RCVLOWAT): the kernel wakes nobody until that many bytes have come. The end of a result may be less than that, and
so may what comes slowly; a timer therefore looks each millisecond whether the mark was reached, and takes it away where
it was not. Answers that are over within 20 ms or 1 MiB know nothing of this.
"""

import asyncio
import contextlib
import socket
from time import monotonic
from typing import Final

LARGE_PIECE: Final = 4096  # bytes: an answer with pieces of this size may become a long result
# A result counts as long from so many bytes on, if its client has waited for so long.
LONG_BYTES: Final = 1 << 20
LONG_SECONDS: Final = 0.020
LOW_WATER: Final = 48 * 1024  # bytes: less than a Stream reads at once, or it would have to look again
TICK_SECONDS: Final = 0.001  # the end of a result waits twice this at most
AGAIN_BYTES: Final = 1 << 17  # more of a long result, once the mark was taken away: then it is set again


class Gathering:
    """Of one answer. `received` is called with each piece; `end` with the last one, or before the socket is closed."""

    __slots__ = ("_bytes", "_seen", "_socket", "_timer")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._socket: socket.socket = transport.get_extra_info("socket")
        self._bytes = 0  # that have come; set back to less than LONG_BYTES where the mark is taken away
        self._seen = 0  # what that was at the last tick
        self._timer: asyncio.TimerHandle | None = None

    def received(self, size: int, heard: float) -> None:
        """So many bytes more, of an answer to what the client has sent at the (monotonic) time `heard`."""
        self._bytes += size
        if self._timer is None and self._bytes > LONG_BYTES and monotonic() - heard > LONG_SECONDS:
            self._set_mark(LOW_WATER)
            self._seen = self._bytes
            self._wait()

    def end(self) -> None:
        """Whatever has come is read at once."""
        if self._timer is not None:
            self._timer.cancel()
            self._stop()

    def _wait(self) -> None:
        self._timer = asyncio.get_running_loop().call_later(TICK_SECONDS, self._tick)

    def _tick(self) -> None:
        if self._bytes - self._seen < LOW_WATER:
            self._stop()
        else:
            self._seen = self._bytes
            self._wait()

    def _stop(self) -> None:
        self._timer = None
        self._bytes = LONG_BYTES - AGAIN_BYTES
        self._set_mark(1)

    def _set_mark(self, size: int) -> None:
        with contextlib.suppress(OSError):  # it is closed, or of a kind that knows no such thing
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)
