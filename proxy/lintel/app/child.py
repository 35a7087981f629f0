"""One worker process as its supervisor sees it."""

import asyncio
import os
import socket
import sys
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Self

from lintel.app import sockets
from lintel.app.channel import Altered, Answer, Ask, Channel, Message, Ready
from lintel.app.configuration import Configuration
from lintel.referee.request import Request

PATIENCE_SECONDS = 3.0  # for an answer
MAX_ASKED = 16  # questions without an answer: a process that hangs is asked no more, until it answers these


class Child:
    """Made by `start`; `follow` returns when it has gone."""

    def __init__(self, process: Process, channel: Channel, begun: "asyncio.Future[None]") -> None:
        self.process = process
        self.channel = channel
        self._begun = begun
        self.ready = False
        self.last = Answer()
        self._asked: deque[asyncio.Future[Answer]] = deque()

    @classmethod
    async def start(
        cls, configuration: Configuration, listening: Sequence[socket.socket], begun: "asyncio.Future[None]"
    ) -> Self:
        """A new process, told what to do; `begun` is done when it accepts. OSError where none can be had."""
        ours, theirs = socket.socketpair()
        with theirs:
            descriptors = {sockets.CLIENTS: [one.fileno() for one in listening], sockets.CONTROL: [theirs.fileno()]}
            environment, numbers = sockets.passing(descriptors)
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-P", "-m", "lintel.app.worker", env={**os.environ, **environment},
                    pass_fds=numbers, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                )  # fmt: skip
            except BaseException:
                ours.close()
                raise
        channel = await Channel.over(ours)
        channel.send(configuration)
        return cls(process, channel, begun)

    def send(self, message: Message) -> None:
        """Tell it."""
        self.channel.send(message)

    def kill(self) -> None:
        """At once, if it is still there."""
        with suppress(ProcessLookupError):
            self.process.kill()

    async def follow(self, pass_on: Callable[[Altered | Request], None]) -> int:
        """Read what it says, and pass on what is for others; its exit code."""
        with suppress(EOFError, OSError):
            while True:
                message = await self.channel.receive()
                if isinstance(message, Altered | Request):
                    pass_on(message)
                else:
                    self._heard(message)
        self.ready = False
        self.channel.close()
        for waiting in self._asked:
            waiting.cancel()
        return await self.process.wait()

    def _heard(self, message: Message) -> None:
        if isinstance(message, Ready):
            self.ready = True
            if not self._begun.done():
                self._begun.set_result(None)
        elif isinstance(message, Answer):
            self.last = message
            if self._asked and not (waiting := self._asked.popleft()).done():
                waiting.set_result(message)

    async def ask(self, *, readiness: bool) -> Answer | None:
        """How it is; None where it does not say."""
        if len(self._asked) >= MAX_ASKED:
            return None
        waiting: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._asked.append(waiting)
        self.channel.send(Ask(readiness))
        done, _ = await asyncio.wait([waiting], timeout=PATIENCE_SECONDS)
        return waiting.result() if done and not waiting.cancelled() else None
