"""Several worker processes behind one listening socket: begun, restarted when they die, told what to do, summed up.

The supervisor itself relays nothing, so it answers on the admin side whatever its workers are going through.
"""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog

from lintel.admin import Check
from lintel.app.channel import Altered, Answer, Drain, End, Message, Switch
from lintel.app.child import Child
from lintel.app.configuration import Configuration
from lintel.app.health import NAMES
from lintel.app.state import State, total
from lintel.config import ConfigError
from lintel.referee.referee import Referee
from lintel.referee.request import Opinion, Request
from lintel.store import Store

POLL_SECONDS = 1.0  # what a worker that is killed has counted since is not in the totals
HEALTHY_SECONDS = 10.0  # a worker that lived as long is restarted at once
LONGEST_BACKOFF = 5.0
CLOSING_SECONDS = 3.0  # for the store, after a worker has drained

_log = structlog.get_logger(__name__)


class Supervisor:
    """In the place of a Proxy. Raises StoreError while it is made; the configuration has been checked.

    `start` raises ConfigError where a worker does not begin; it has said why on stderr.
    """

    def __init__(self, configuration: Configuration) -> None:
        Store(Path(configuration.settings.record.store)).close()  # made once, before several come to it
        self._configuration = configuration
        self._listening: Sequence[socket.socket] = ()
        self._children: dict[int, Child] = {}
        self._slots: list[asyncio.Task[None]] = []
        self._past = State()
        self._ending = False
        self._referee = Referee()
        self._polling: asyncio.Task[None] | None = None
        self._asking: asyncio.Task[dict[int, Answer | None]] | None = None
        self.checks: Mapping[str, Check] = {
            **{name: partial(self._reason, name) for name in NAMES},
            "workers": self._all_there,
        }

    @property
    def problems(self) -> Mapping[str, str]:
        """What somebody should look at, by what it concerns; as of the last answers."""
        return {name: problem for child in self._children.values() for name, problem in child.last.problems.items()}

    @property
    def pids(self) -> Sequence[int | str]:
        """The processes whose use of resources counts."""
        return ("self", *(child.process.pid for child in self._children.values()))

    async def start(self, listening: Sequence[socket.socket]) -> None:
        """Begin the workers, and return when each accepts."""
        self._listening = listening
        loop = asyncio.get_running_loop()
        numbers = range(1, self._configuration.settings.process.workers + 1)
        begun = [loop.create_future() for _ in numbers]
        self._slots = [
            asyncio.create_task(self._keep(number, ready), name=f"worker {number}")
            for number, ready in zip(numbers, begun, strict=True)
        ]
        await asyncio.gather(*begun)
        self._polling = asyncio.create_task(self._poll(), name="poll workers")

    async def _keep(self, number: int, begun: "asyncio.Future[None]") -> None:
        """One worker after another, until the end."""
        backoff = 0.0
        loop = asyncio.get_running_loop()
        while not self._ending:
            since = loop.time()
            ended = await self._run(number, begun)
            if not begun.done():
                begun.set_exception(ConfigError("process.workers", "", f"worker {number} {ended} before it was ready"))
            if self._ending or begun.exception() is not None:
                return
            backoff = 0.0 if loop.time() - since > HEALTHY_SECONDS else min(LONGEST_BACKOFF, max(0.1, backoff * 2))
            _log.error("worker ended, another one begins", worker=number, how=ended, in_seconds=backoff)
            await asyncio.sleep(backoff)

    async def _run(self, number: int, begun: "asyncio.Future[None]") -> str:
        """One worker, until it has ended: how."""
        configuration = self._configuration.share(number)
        try:
            child = self._children[number] = await Child.start(configuration, self._listening, begun)
        except OSError as problem:  # no process or descriptor is to be had, perhaps for a moment only
            return f"could not be started ({problem.strerror or problem})"
        if configuration != (latest := self._configuration.share(number)):  # it has changed in the meantime
            child.send(latest)
        code = await child.follow(partial(self._pass_on, number))
        del self._children[number]
        self._past = self._past.plus(child.last.state.of_the_past())
        return f"ended with code {code}"

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            await self._ask_all(readiness=False)

    async def _ask_all(self, *, readiness: bool) -> dict[int, Answer | None]:
        children = dict(self._children)
        answers = await asyncio.gather(*(child.ask(readiness=readiness) for child in children.values()))
        return dict(zip(children, answers, strict=True))

    async def state(self) -> State:
        """The sum of all, those included that have ended."""
        await self._ask_all(readiness=False)
        return total([self._past, *(child.last.state for child in self._children.values())])

    async def _readiness(self) -> dict[int, Answer | None]:
        """One question for all the checks that are made at the same time."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask_all(readiness=True))
        return await asyncio.shield(self._asking)

    async def _reason(self, name: str) -> str | None:
        answers = await self._readiness()
        reasons = (f"worker {number}: {answer.reasons[name]}" for number, answer in sorted(answers.items())
                   if answer is not None and name in answer.reasons)  # fmt: skip
        return next(reasons, None)

    async def _all_there(self) -> str | None:
        answers = await self._readiness()
        silent = [
            number for number in range(1, len(self._slots) + 1)
            if answers.get(number) is None or not (number in self._children and self._children[number].ready)
        ]  # fmt: skip
        return f"not there: {', '.join(map(str, silent))} of {len(self._slots)}" if silent else None

    def apply(self, configuration: Configuration) -> None:
        """In every worker, and in those that come."""
        self._configuration = configuration
        for number, child in self._children.items():
            child.send(configuration.share(number))

    async def switch(self, *, off: bool) -> bool:
        """In every worker, and in those that come; whether each has said since that it is done."""
        self._configuration = replace(self._configuration, off=off)
        self._tell(Switch(off))
        answers = await self._ask_all(readiness=False)
        return None not in answers.values()

    def _pass_on(self, number: int, message: Altered | Request) -> None:
        """What a worker says to all the others, or to the one referee."""
        if isinstance(message, Request):
            self._referee.offer(message, partial(self._answer, number))
            return
        for other, child in self._children.items():
            if other != number:
                child.send(message)

    def _answer(self, number: int, opinion: Opinion) -> None:
        child = self._children.get(number)
        if child is not None:
            child.send(opinion)

    def _tell(self, message: Message) -> None:
        for child in self._children.values():
            child.send(message)

    async def drain(self, seconds: float, grace: float = 0.0) -> None:
        """Every worker drains and ends; those that do not are killed."""
        self._ending = True
        for one in self._listening:
            one.close()
        _log.info("draining", workers=len(self._children))
        self._tell(Drain(seconds, grace))
        await self._ended(seconds + CLOSING_SECONDS)

    async def _ended(self, seconds: float) -> None:
        """Until every worker that there is has ended, so many seconds at the most."""
        running = [slot for number, slot in enumerate(self._slots, 1) if number in self._children]
        if running:
            await asyncio.wait(running, timeout=seconds)

    def end(self) -> None:
        """Every session, at once."""
        self._tell(End())

    async def close(self) -> None:
        """Nothing is left."""
        self._ending = True
        for child in self._children.values():
            child.kill()
        await self._ended(CLOSING_SECONDS)
        tasks = [task for task in (*self._slots, self._polling) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._referee.close()
