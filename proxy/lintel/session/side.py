"""One of the two connections of a session: its transport, why it is not being read, whether its peer has stalled."""

import asyncio
from collections.abc import Callable
from typing import Final

from .stall import Stall

# Why it is not read.
BLOCKED: Final = 1  # the Conversation cannot go on
CLOGGED: Final = 2  # the other side takes no more
ENDING: Final = 4  # nothing more is wanted


class Side:
    """As it is handed over it is not being read."""

    __slots__ = ("_pauses", "stall", "transport")

    def __init__(self, transport: asyncio.Transport, stall_timeout: float, stalled: Callable[[], None]) -> None:
        self.transport = transport
        self.stall = Stall(transport, stall_timeout, stalled)
        self._pauses = BLOCKED

    def pause(self, reason: int) -> None:
        """Read no more from it for now."""
        if not self._pauses:
            self.transport.pause_reading()
        self._pauses |= reason

    def unpause(self, reason: int) -> None:
        """This reason has gone."""
        paused, self._pauses = self._pauses, self._pauses & ~reason
        if paused and not self._pauses and not self.closing:
            self.transport.resume_reading()

    def write(self, data: bytes) -> None:
        """Off the hot path, which has the transport's own at hand."""
        self.transport.write(data)

    def write_eof(self) -> None:
        """Nothing more will be written, if that can be said (TLS has no half-closed connections)."""
        if not self.closing and self.transport.can_write_eof():
            self.transport.write_eof()

    @property
    def closing(self) -> bool:
        """It is closed, or about to be."""
        return self.transport.is_closing()

    def close(self) -> None:
        """What has been written is still flushed, nothing more is read."""
        self._pauses |= ENDING
        self.transport.close()
