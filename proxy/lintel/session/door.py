"""Takes connections from listening sockets that other processes may be taking from too.

Not loop.create_server: where descriptors run out libuv accepts and closes whatever is waiting. Here accepting pauses,
and those who wait in the kernel's queue are let in when there is room again. One connection per turn of the loop, so
that processes which share a socket share its connections. A process that is full leaves them to the others for a
moment; who is still there then has found all of them full, and may be told so.
"""

import asyncio
import socket
from collections.abc import Callable, Sequence

import structlog

PAUSE_SECONDS = 0.1
HESITATION_SECONDS = 0.2

_log = structlog.get_logger(__name__)


class Door:
    """Open until closed. The sockets are the caller's until then. `full`: whether others should be let go first."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        protocol: Callable[[], asyncio.Protocol],
        full: Callable[[], bool] = lambda: False,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._sockets = sockets
        self._protocol = protocol
        self._full = full
        self._hesitated = False
        self._entering: set[asyncio.Task[None]] = set()
        self._paused: asyncio.TimerHandle | None = None
        self._told = False

    def open(self) -> None:
        """Let clients in."""
        self._paused = None
        for one in self._sockets:
            one.setblocking(False)
            self._loop.add_reader(one, self._accept, one)

    def close(self) -> None:
        """No more; who waits in the queue is left to those who have the sockets too."""
        self._shut()
        for one in self._sockets:
            one.close()

    def _shut(self) -> None:
        if self._paused is not None:
            self._paused.cancel()
        for one in self._sockets:
            self._loop.remove_reader(one)

    def _accept(self, listening: socket.socket) -> None:
        if self._full() and not self._hesitated:
            self._hesitated = True
            self._open_after(HESITATION_SECONDS)
            return
        try:
            connection, _ = listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            self._hesitated = False
            return  # another process was quicker, or the client has gone
        except OSError as problem:
            self._pause(problem)
            return
        if self._told:
            self._told = False
            _log.info("accepting connections again")
        connection.setblocking(False)
        task = self._loop.create_task(self._enter(connection))
        self._entering.add(task)
        task.add_done_callback(self._entering.discard)

    async def _enter(self, connection: socket.socket) -> None:
        try:
            await self._loop.connect_accepted_socket(self._protocol, connection)
        except OSError:
            connection.close()

    def _pause(self, problem: OSError) -> None:
        """Most likely out of descriptors (EMFILE, ENFILE): sessions that end give theirs back."""
        if not self._told:
            self._told = True
            _log.error("accepting no connections for now", problem=problem)
        self._open_after(PAUSE_SECONDS)

    def _open_after(self, seconds: float) -> None:
        self._shut()
        self._paused = self._loop.call_later(seconds, self.open)
