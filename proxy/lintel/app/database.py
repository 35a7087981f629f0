"""One database as its sessions see it: the live catalog makes policies, policies make contexts, statements are counted.

Satisfies the protocols of session.database.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import structlog

from lintel.app.aside import Aside
from lintel.app.presence import Logged, Presence
from lintel.app.routes import Route
from lintel.app.state import DatabaseState
from lintel.catalog import Live
from lintel.metrics import Counters
from lintel.parking import Keeper
from lintel.plan import Plan
from lintel.policy import Options, Policy
from lintel.recorder import Recorder
from lintel.referee.request import Request
from lintel.schema import Schema, ServerCode
from lintel.session.database import Login, Member

READY_SECONDS = 5.0  # a client waits no longer for a catalog that cannot be read
REFRESH_SECONDS = 10.0

_log = structlog.get_logger(__name__)


class Listeners(NamedTuple):
    """Who is told of what happens in a database."""

    altered: Callable[["Database"], None]  # DDL through one of its sessions
    refer: Callable[[Request], None]  # a rewritten statement for the referee
    aside: Aside  # long texts


class Database:
    """Catalog, policy and sessions of one database, by the name that clients ask for."""

    def __init__(
        self,
        name: str,
        route: Route,
        plans: tuple[Plan, ...],
        options: Options,
        recorder: Recorder,
        counters: Counters,
        listeners: "Listeners",
    ) -> None:
        self.name = name
        self.route = route
        self.recorder = recorder
        self.counters = counters
        self.refer = listeners.refer
        self.live = Live(route.control, route.leads_to(name))
        self.policy = Policy(None, recorder.memories.reminded(name, plans), options)
        self.aside = listeners.aside
        self._altered = listeners.altered
        self._departed: dict[str, str] = {}  # what the log has said
        self._told: Schema | None = None  # the last one that others have been told of
        self._presences: set[Presence] = set()
        self.parking = Keeper(self.live.endpoint, lambda: self.live.schema, self.refresh, counters)
        self.parking.change(plans, making=options.enforced)
        self.live.subscribe(self._follow)
        self.live.subscribe_code(self._learn)

    @property
    def idle(self) -> bool:
        """Nobody is in it."""
        return not self._presences

    @property
    def state(self) -> DatabaseState:
        """As it is now."""
        confirmed = None if self.idle else self.live.confirmed
        age = None if confirmed is None else asyncio.get_running_loop().time() - confirmed
        phases, settled = self.policy.moment.phases, self.idle or self.parking.looked
        return DatabaseState(self.name, self.route.name, len(self._presences), age, phases, settled)

    @property
    def departures(self) -> dict[str, str]:
        """In what a table is not as its plan has it, by the plan's id."""
        return self.policy.moment.departures

    def _follow(self, schema: Schema) -> None:
        self._keep(schema)
        self.recorder.changed(self.name, self.policy.unplanned(schema))
        self.policy = self.policy.follow(schema)
        self.recorder.memories.keep(self.name, self.policy.moment.plans)
        self._warn()
        for presence in tuple(self._presences):
            presence.reconsider()

    def _warn(self) -> None:
        """In the log, of each departure once."""
        known, self._departed = self._departed, self.departures
        for plan_id, why in self.departures.items():
            if known.get(plan_id) != why:
                _log.warning("the table is not as its plan has it", plan=plan_id, database=self.name, problem=why)

    def _learn(self, _: ServerCode) -> None:
        if self.live.schema is not None:
            self._keep(self.live.schema)

    def _keep(self, schema: Schema) -> None:
        self.recorder.catalog(self.name, replace(schema, code=self.live.code))

    def change(self, plans: tuple[Plan, ...], options: Options) -> None:
        """Other plans or options from here on, for prepared statements at their next use."""
        before = self.policy.moment
        plans = self.recorder.memories.reminded(self.name, plans)
        if (before.plans, before.options) == (plans, options):
            return
        self.policy = Policy(before.schema, plans, options, self.policy)
        self.parking.change(plans, making=options.enforced)
        if not self.idle:
            self.parking.keep(lambda: self.idle)
        self.recorder.memories.keep(self.name, self.policy.moment.plans)
        self._warn()
        for presence in tuple(self._presences):
            presence.reconsider()

    async def ready(self) -> None:
        """Until there is a snapshot, or none to be had for now."""
        self.live.hold()  # so that the connection is there when the session enters
        try:
            if self.live.stale or not self.parking.looked:
                await self._looked_at()
        finally:
            self.live.release()

    async def _looked_at(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_SECONDS):
                await self.parking.ready()
                await self.live.current()

    async def refresh(self) -> None:
        """Until a reading that begins now is in force, or cannot be had."""
        await self.catch_up()
        if self.live.schema is not self._told:
            self._told = self.live.schema
            self._altered(self)

    async def catch_up(self) -> None:
        """The same, where somebody else has seen it change."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.live.refresh(), REFRESH_SECONDS)

    async def close(self) -> None:
        """Let go of everything."""
        await self.parking.close()
        await self.live.close()

    def enter(self, login: Login, member: Member) -> Presence:
        """A session begins."""
        presence = (Presence if self.recorder.log is None else Logged)(self, login, member)
        self._presences.add(presence)
        self.live.hold()
        self.parking.keep(lambda: self.idle)
        self.counters.session_opened()
        return presence

    def left(self, presence: Presence) -> None:
        """A session is over."""
        self._presences.discard(presence)
        self.live.release()
        self.counters.session_closed()
