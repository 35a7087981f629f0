"""Every database that a client has asked for: made on first use, forgotten when long unused, told of DDL."""

import asyncio
from collections.abc import Callable, Sequence
from weakref import WeakSet

from lintel.app.aside import Aside
from lintel.app.database import Database, Listeners
from lintel.app.routes import Route, Routes
from lintel.app.state import DatabaseState
from lintel.metrics import CatalogState, Counters
from lintel.plan import Plan
from lintel.policy import Options
from lintel.recorder import Recorder
from lintel.referee.request import Request

MAX_IDLE = 64  # names are the clients' to choose, before they have logged in


class Databases:
    """By route and by the name that clients ask for. `tell` passes on to other processes what DDL has changed."""

    def __init__(
        self,
        routes: Routes,
        plans: Sequence[Plan],
        options: Options,
        recorder: Recorder,
        counters: Counters,
        refer: Callable[[Request], None],
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._routes = routes
        self._plans = tuple(plans)
        self._options = options
        self._recorder = recorder
        self._counters = counters
        self._listeners = Listeners(self._altered, refer, Aside())
        self._tell = tell
        self._known: dict[tuple[str, str], Database] = {}
        self._every: WeakSet[Database] = WeakSet()  # those too whose route has changed while sessions go on
        self._catching_up: set[asyncio.Task[None]] = set()

    def __call__(self, name: str, route: Route) -> Database:
        """The database of that name, whether or not the route's server has it."""
        found = self._known.get((route.name, name))
        if found is None:
            self._forget_idle()
            found = self._known[route.name, name] = self._make(name, route)
        return found

    def change(self, routes: Routes, plans: Sequence[Plan], options: Options) -> None:
        """Other routes, plans or options, in every database at the same moment."""
        self._routes = routes
        self._plans = tuple(plans)
        for key, database in list(self._known.items()):
            if not _same(database, routes.called(database.route.name)):
                del self._known[key]
        self.judge(options)

    def judge(self, options: Options) -> None:
        """Other options, in every database at the same moment."""
        self._options = options
        for database in list(self._every):
            database.change(self._plans_of(database.name, database.route), options)

    def altered(self, database: str, by: Database | None = None) -> None:
        """DDL has changed what a server calls so: all that are in use and may be it look at once."""
        for one in list(self._every):
            if one is not by and one.live.database == database and not one.idle:
                task = asyncio.get_running_loop().create_task(one.catch_up())
                self._catching_up.add(task)
                task.add_done_callback(self._catching_up.discard)

    def _altered(self, by: Database) -> None:
        self.altered(by.live.database, by)
        if self._tell is not None:
            self._tell(by.live.database)

    def _make(self, name: str, route: Route) -> Database:
        plans = self._plans_of(name, route)
        made = Database(name, route, plans, self._options, self._recorder, self._counters, self._listeners)
        self._every.add(made)
        return made

    def _plans_of(self, name: str, route: Route) -> tuple[Plan, ...]:
        return self._routes.plans_of(self._plans, route, route.leads_to(name))

    def _forget_idle(self) -> None:
        idle = [key for key, database in self._known.items() if database.idle]
        for key in idle[: max(0, len(idle) - MAX_IDLE)]:
            del self._known[key]

    @property
    def catalogs(self) -> CatalogState:
        """All of them together, for the metrics."""
        now = asyncio.get_running_loop().time()
        lives = [database.live for database in self._every]
        used = [database.live for database in self._every if not database.idle]
        return CatalogState(
            databases=len(used),
            age_seconds=max((now - live.confirmed for live in used if live.confirmed is not None), default=None),
            refreshes=sum(live.refreshes for live in lives),
            failures=sum(live.failures for live in lives),
        )

    @property
    def ages(self) -> dict[str, float]:
        """Seconds since the catalogs that are in use were confirmed: of each route the oldest."""
        now = asyncio.get_running_loop().time()
        ages: dict[str, float] = {}
        for database in self._every:
            if not database.idle and database.live.confirmed is not None:
                age = now - database.live.confirmed
                ages[database.route.name] = max(age, ages.get(database.route.name, 0.0))
        return ages

    @property
    def states(self) -> tuple[DatabaseState, ...]:
        """Each whose catalog was read: names are the clients' to choose before they have logged in."""
        return tuple(database.state for database in self._known.values() if database.live.schema is not None)

    @property
    def problems(self) -> dict[str, str]:
        """Where sessions are: what keeps writes from being parked or landing, and tables that depart from plans."""
        at_work = [database for database in self._every if not database.idle]
        parking = {f"parking {i} in {one.name}": why for one in at_work for i, why in one.parking.problems.items()}
        return parking | {f"plan {i} in {one.name}": why for one in at_work for i, why in one.departures.items()}

    @property
    def decisions(self) -> int:
        """How many texts are in the decision caches."""
        policies = (database.policy for database in self._every)
        return sum(len(context.decisions) for policy in policies for context in policy.contexts.values())

    async def close(self) -> None:
        """Let go of every database."""
        await asyncio.gather(*(database.close() for database in list(self._every)))


def _same(database: Database, route: Route | None) -> bool:
    """Whether clients that ask for it are still led to it."""
    if route is None:
        return False
    return (route.control, route.leads_to(database.name)) == (database.route.control, database.live.database)
