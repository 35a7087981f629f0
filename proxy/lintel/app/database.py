"""One database as its sessions see it: the live catalog makes policies, policies make contexts, statements are counted.

Satisfies the protocols of session.database.
"""

import asyncio
import contextlib
from collections.abc import Callable

from lintel.app.routes import Route
from lintel.catalog import Live
from lintel.metrics import Counters
from lintel.plan import ClientAttributes, Plan
from lintel.policy import Context, Options, Policy, Statement
from lintel.recorder import Recorder, client_name
from lintel.schema import Schema
from lintel.session.database import Login
from lintel.wire.decision import Decision, Settings

READY_SECONDS = 5.0  # a client waits no longer for a catalog that cannot be read
REFRESH_SECONDS = 10.0
MAX_IDLE = 64  # names are the clients' to choose, before they have logged in


class Presence:
    """One session in a database."""

    __slots__ = ("_changed", "_counters", "_database", "_login", "_tally")

    def __init__(self, database: "Database", login: Login, changed: Callable[[], None]) -> None:
        self._database = database
        self._login = login
        self._changed = changed
        self._counters = database.counters
        self._tally = database.recorder.tally("", login.database)

    def resolve(self, settings: Settings) -> Context:
        """The context of a session with these settings."""
        login = self._login
        client = ClientAttributes(settings.application_name, login.user, login.database, login.address or None)
        name = client_name(client.application_name, client.user, client.address)
        if name != self._tally.client:
            self._tally = self._database.recorder.tally(name, login.database)
        return self._database.policy.context_for(settings, client)

    def completed(self, decision: Decision, sqlstate: str | None) -> None:
        """Count a statement; on the hot path."""
        statement = decision.statement
        counters = self._counters
        calls = self._tally.calls
        if sqlstate is None and statement in calls:
            calls[statement] += 1
        else:
            self._database.recorder.observe(statement, self._tally, sqlstate)
            if sqlstate is not None:
                self._failed(statement, sqlstate)
        # What the server was to refuse may work after all: the column has come in the meantime.
        served = statement.outcome == "refuse" and sqlstate is None
        counters.statements["allow" if served else statement.outcome] += 1

    def _failed(self, statement: Statement, sqlstate: str) -> None:
        if statement.outcome == "refuse":
            self._counters.refused(sqlstate)
        else:
            self._counters.errors_passed += 1

    async def refresh(self) -> None:
        """Until a newer snapshot is in force."""
        await self._database.refresh()

    def reconsider(self) -> None:
        """The policy has changed."""
        self._changed()

    def leave(self) -> None:
        """The session is over."""
        self._database.left(self)


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
        altered: Callable[["Database"], None],
    ) -> None:
        self.name = name
        self.route = route
        self.recorder = recorder
        self.counters = counters
        self.live = Live(route.control, route.leads_to(name))
        self.policy = Policy(None, plans, options)
        self._altered = altered
        self._told: Schema | None = None  # the last one that others have been told of
        self._presences: set[Presence] = set()
        self.live.subscribe(self._follow)

    @property
    def idle(self) -> bool:
        """Nobody is in it."""
        return not self._presences

    def _follow(self, schema: Schema) -> None:
        self.recorder.catalog(self.name, schema)
        self.policy = self.policy.follow(schema)
        for presence in tuple(self._presences):
            presence.reconsider()

    def change(self, plans: tuple[Plan, ...], options: Options) -> None:
        """Other plans or options from here on, for prepared statements at their next use."""
        before = self.policy.moment
        if (before.plans, before.options) == (plans, options):
            return
        self.policy = Policy(before.schema, plans, options)
        for presence in tuple(self._presences):
            presence.reconsider()

    async def ready(self) -> None:
        """Until there is a snapshot, or none to be had for now."""
        self.live.hold()  # so that the connection is there when the session enters
        try:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.live.current(), READY_SECONDS)
        finally:
            self.live.release()

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

    def enter(self, login: Login, changed: Callable[[], None]) -> Presence:
        """A session begins."""
        presence = Presence(self, login, changed)
        self._presences.add(presence)
        self.live.hold()
        self.counters.session_opened()
        return presence

    def left(self, presence: Presence) -> None:
        """A session is over."""
        self._presences.discard(presence)
        self.live.release()
        self.counters.session_closed()
