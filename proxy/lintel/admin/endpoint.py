"""uvicorn inside the running loop, on a socket that it is given.

It must not touch the process: no signal handlers, no logging set-up, no exit.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

GRACE_SECONDS = 2
MAX_CONNECTIONS = 100  # beyond it 503: the admin side must not eat the descriptors of the sessions
STEP_SECONDS = 0.005
TICK_SECONDS = 1.0  # the Date header is made anew


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ending = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM is the proxy's own: it drains sessions first."""
        yield

    async def main_loop(self) -> None:
        """Once a second, where uvicorn looks ten times whether it should end: an idle proxy is idle."""
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.ending.wait(), TICK_SECONDS)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The admin side while it listens."""

    port: int
    _server: _Server
    _task: asyncio.Task[None]

    async def stop(self) -> None:
        """Finish what is being answered, for a moment, and close; a second time does nothing."""
        self._server.should_exit = True
        self._server.ending.set()
        await self._task


async def start(app: ASGIApp, listener: socket.socket) -> Endpoint:
    """Serve on this socket, which is bound, until stopped."""
    config = uvicorn.Config(
        app, loop="none", http="h11", ws="none", lifespan="off", log_config=None, log_level="warning", access_log=False,
        server_header=False, limit_concurrency=MAX_CONNECTIONS, timeout_graceful_shutdown=GRACE_SECONDS,
    )  # fmt: skip
    server = _Server(config)
    task = asyncio.create_task(server.serve(sockets=[listener]), name="admin")
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(STEP_SECONDS)
    return Endpoint(listener.getsockname()[1], server, task)
