"""The queue before the process that reads, and the process: begun when something waits, ended when it is idle or late.

Nobody waits for the referee, and it takes at most a tenth of one core: after each brief it rests nine times as long.
Belongs to one event loop, which itself reads nothing.
"""

import asyncio
import contextlib
import json
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lintel.referee.request import Asked, Opinion, Request

MAX_WAITING = 64
MAX_ANSWER = 1 << 20  # bytes


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things take, in seconds."""

    begin: float = 2.0  # from the first request on: what begins has something better to do
    reading: float = 20.0  # its start included; it has 5 s of CPU, at the lowest priority
    dead: float = 10.0  # before another one is begun
    idle: float = 60.0  # then it is ended
    rest: float = 9.0  # times as long as the last reading took


READER = (sys.executable, "-P", "-m", "lintel.referee.reader")
Hear = Callable[[Opinion], None]


class Referee:
    """`offer` and `close`; there is never more than one process."""

    def __init__(self, command: Sequence[str] = READER, pace: Pace = Pace()) -> None:
        self._command = command
        self._pace = pace
        self._asked = Asked()
        self._waiting: asyncio.Queue[tuple[Request, Hear]] = asyncio.Queue(MAX_WAITING)
        self._working: asyncio.Task[None] | None = None
        self._process: Process | None = None

    @property
    def pid(self) -> int | None:
        """Of the process, while there is one."""
        return None if self._process is None else self._process.pid

    def offer(self, request: Request, hear: Hear) -> None:
        """Have it read some time, unless it was before; `hear` gets the opinion."""
        if not self._asked.is_new(request):
            return
        if self._waiting.full():
            hear(Opinion(request, "skipped"))
            return
        self._waiting.put_nowait((request, hear))
        if self._working is None:
            self._working = asyncio.create_task(self._work(), name="referee")

    async def close(self) -> None:
        """Nothing is left of it."""
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        await self._end()

    async def _work(self) -> None:
        await asyncio.sleep(self._pace.begin)
        clock = asyncio.get_running_loop().time
        while True:
            request, hear = await self._next()
            since = clock()
            opinion = await self._opinion(request)
            hear(opinion)
            await asyncio.sleep(self._pace.dead if self._process is None else self._pace.rest * (clock() - since))

    async def _next(self) -> tuple[Request, Hear]:
        if self._process is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._pace.idle):
                    return await self._waiting.get()
            await self._end()
        return await self._waiting.get()

    async def _opinion(self, request: Request) -> Opinion:
        """What it says; where it says nothing it is ended."""
        why = "its process ended"
        try:
            async with asyncio.timeout(self._pace.reading):
                return _opinion(request, json.loads(await self._answer(request)))
        except TimeoutError:
            why = "it took too long"
        except (OSError, ValueError):  # nothing was said, or nothing that can be read
            pass
        await self._end()
        return Opinion(request, "unread", (why,))

    async def _answer(self, request: Request) -> bytes:
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command, stdin=PIPE, stdout=PIPE, stderr=asyncio.subprocess.DEVNULL, limit=MAX_ANSWER,
                env={name: value for name, value in os.environ.items() if name.startswith("PYTHON")},
            )  # fmt: skip
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request.brief).encode() + b"\n")
        await process.stdin.drain()
        return await process.stdout.readline()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.communicate()


def _opinion(request: Request, said: dict[str, object]) -> Opinion:
    unread, differences = said.get("unread"), said.get("differences")
    if not isinstance(differences, list):
        return Opinion(request, "unread", (str(unread),))
    return Opinion(request, "disagrees" if differences else "agrees", tuple(map(str, differences)))
