"""One process that relays: listener, catalogs, recorder and their metrics. Knows nothing of other processes."""

import asyncio
import gc
import resource
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import structlog

from lintel.admin import Check
from lintel.app import allocator
from lintel.app.configuration import Configuration
from lintel.app.databases import Databases
from lintel.app.destinations import Destinations
from lintel.app.health import Health
from lintel.app.reach import Reach
from lintel.app.state import State
from lintel.metrics import Counters, LoopLag
from lintel.recorder import Recorder
from lintel.referee.referee import Referee
from lintel.referee.request import Asked, Opinion, Request
from lintel.referee.telling import told
from lintel.session import stream
from lintel.session.door import Door
from lintel.session.listener import Listener

_ENOUGH = 1 << 20
_YOUNG = 10_000  # objects between two collections: a flush makes thousands, and lets go of them

_log = structlog.get_logger(__name__)


class Proxy:
    """Raises ConfigError and StoreError while it is made, and nothing later.

    `tell` passes on to other processes which database DDL has changed, `ask` asks the referee that they share.
    """

    def __init__(
        self,
        configuration: Configuration,
        tell: Callable[[str], None] | None = None,
        ask: Callable[[Request], None] | None = None,
    ) -> None:
        allocator.settle()
        self._configuration = configuration
        self._descriptors = _all_descriptors()
        self._counters = Counters()
        self._lag = LoopLag()
        routes = configuration.routes
        connectors = configuration.connectors(routes)
        options = configuration.options(self._descriptors)
        if options.sessions < configuration.settings.limits.sessions:
            _log.info("as many sessions as the limit on open files leaves room for", sessions=options.sessions)
        record = configuration.settings.record
        self._recorder = Recorder(
            Path(record.store),
            interval=record.flush_interval,
            tables=record.tables,
            retention=record.retention_days * 86_400.0,
            query_log=Path(record.query_log) if record.query_log else None,
        )
        self._referee = Referee()  # where others share one, never begun
        self._asked, self._ask = Asked(), ask
        self._databases = Databases(
            routes, configuration.plans, configuration.shield, self._recorder, self._counters, self._refer, tell
        )
        self._recorder.carry(plan.id for plan in configuration.plans)
        destinations = Destinations(routes, connectors, self._databases)
        self._listener = Listener(destinations, options, self._counters)
        self._reach = Reach(connectors)
        self._health = Health(lambda: self._databases.ages, self._reach)
        self.checks: Mapping[str, Check] = self._health.checks()
        self._shared = configuration.settings.process.workers > 1
        self._door: Door | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self, listening: Sequence[socket.socket]) -> None:
        """Begin to accept; the sockets are its own from here on."""
        self._recorder.start()
        _settle_garbage()
        self._watching = asyncio.create_task(self._lag.watch(), name="loop lag")
        self._door = Door(listening, self._listener.accept, lambda: self._shared and self._listener.full)
        self._door.open()
        self._health.listening = True

    async def state(self) -> State:
        """Its totals."""
        return State(
            self._counters,
            self._lag,
            self._databases.catalogs,
            self._recorder.state,
            self._databases.decisions,
            self._databases.states,
        )

    @property
    def problems(self) -> Mapping[str, str]:
        """What somebody should look at, by what it concerns."""
        return {**self._reach.problems, **self._health.problems, **self._databases.problems}

    @property
    def pids(self) -> Sequence[int | str]:
        """The processes whose use of resources counts."""
        return ("self",)

    def apply(self, configuration: Configuration) -> None:
        """All of it or, where it raises ConfigError, nothing."""
        routes, options = configuration.routes, configuration.options(self._descriptors)
        connectors = configuration.connectors(routes)
        self._reach.connectors = connectors
        self._listener.reconfigure(Destinations(routes, connectors, self._databases), options)
        self._databases.change(routes, configuration.plans, configuration.shield)
        self._recorder.carry(plan.id for plan in configuration.plans)
        self._configuration = configuration

    async def switch(self, *, off: bool) -> bool:
        """Off: every statement goes as it came, until it is switched on again."""
        self.switch_now(off=off)
        return True

    def switch_now(self, *, off: bool) -> None:
        """The same, of this process."""
        self._configuration = replace(self._configuration, off=off)
        self._databases.judge(self._configuration.shield)

    def _refer(self, request: Request) -> None:
        if self._ask is None:
            self._referee.offer(request, self.heard)
        elif self._asked.is_new(request):
            self._ask(request)

    def heard(self, opinion: Opinion) -> None:
        """What the referee has said of a statement of this process."""
        told(opinion, self._counters)

    def altered(self, database: str) -> None:
        """DDL that went through another process has changed it."""
        self._databases.altered(database)

    async def drain(self, seconds: float, grace: float = 0.0) -> None:
        """Accept nobody any longer, and return when the last session has ended, after so many seconds at the latest."""
        self._health.listening = False
        if self._door is not None:
            self._door.close()
        _log.info("draining", sessions=self._listener.sessions)
        await self._listener.drain(seconds, grace)

    def end(self) -> None:
        """Every session, at once."""
        self._listener.end()

    async def close(self) -> None:
        """After drain: let go of the databases and bring everything to the store."""
        if self._watching is not None:
            self._watching.cancel()
        await self._referee.close()
        await self._databases.close()
        await self._recorder.close()
        stream.close_all()


def _settle_garbage() -> None:
    """What is there at the start stays: that it is looked at again and again is what makes a collection a pause."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG)


def descriptors() -> int:
    """As many as a process may have, once it has raised its soft limit."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return _ENOUGH if hard == resource.RLIM_INFINITY else hard


def _all_descriptors() -> int:
    """All that it may have; the usual soft limit of 1,024 is there for the sake of select()."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return descriptors()
