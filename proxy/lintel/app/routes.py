"""Which server a client is led to by the name of the database that it asks for, and which plans hold there.

Values only: nothing here is connected to.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from lintel import catalog, plan
from lintel.catalog import Endpoint
from lintel.config import ConfigError, Settings
from lintel.config import Database as Entry
from lintel.plan import Plan
from lintel.wire.startup import StartupMessage

SERVER = "[server]"  # what plans and messages call the route of all other names


@dataclass(frozen=True, slots=True)
class Route:
    """One entry of [databases], or [server]."""

    name: str
    server: Endpoint  # where clients are relayed to
    control: Endpoint  # where the catalogs are read: on the same databases, maybe as somebody else
    database: str | None  # as its server calls it; None: as the client does

    def leads_to(self, asked: str) -> str:
        """What the server calls the database that a client asks for."""
        return asked if self.database is None else self.database


@dataclass(frozen=True)
class Routes:
    """All of one configuration."""

    named: tuple[Route, ...]
    server: Route | None  # None: names that are not in [databases] lead nowhere

    @property
    def all(self) -> tuple[Route, ...]:
        """[server] first."""
        return (self.server, *self.named) if self.server else self.named

    def lead(self, message: StartupMessage) -> Route | None:
        """Where this client is led; None: its database is nowhere."""
        if message.physical and not message.names_database and self.server is not None:
            return self.server
        return self.find(message.database)

    def find(self, asked: str) -> Route | None:
        """By the name itself, else by the first pattern in the file that it fits, else [server]."""
        fitting = (route for pattern, route in self._patterns if pattern.fullmatch(asked))
        return self._by_name.get(asked) or next(fitting, self.server)

    def called(self, name: str) -> Route | None:
        """The entry of that name; that of a pattern is the pattern."""
        return self._by_name.get(name)

    def plans_of(self, plans: Iterable[Plan], route: Route, database: str | None) -> tuple[Plan, ...]:
        """Those that hold in the database that this route's server calls so."""
        return tuple(
            one for one in plans
            if (not one.routes or route.name in one.routes) and self._database_of(one) in (None, database)
        )  # fmt: skip

    def check(self, plans: Sequence[Plan]) -> None:
        """ConfigError where a plan is for nobody, or two for the same column meet."""
        for one in plans:
            self._check(one)
        for route in self.all:
            for database in self._databases_of(route, plans):
                meeting = self.plans_of(plans, route, database)
                plan.check_together([replace(one, database=database, routes=()) for one in meeting])

    def _check(self, one: Plan) -> None:
        if not one.database and not one.routes and self.server is None:
            raise ConfigError(one.file, "database", "missing; expected, because there is no [server] dsn")
        for name in one.routes:
            if name not in self._by_name:
                raise ConfigError(one.file, "routes", f'expected names of [databases], or "{SERVER}"; "{name}" is none')

    def _databases_of(self, route: Route, plans: Sequence[Plan]) -> set[str | None]:
        """Those that plans tell apart there; None: any other."""
        if route.database is not None:
            return {route.database}
        named = {database for database in map(self._database_of, plans) if database and self.find(database) is route}
        return {None, *named}

    def _database_of(self, one: Plan) -> str | None:
        """None: every database that its routes lead to."""
        return one.database or (self.server.server.database if self.server and not one.routes else None)

    @cached_property
    def _by_name(self) -> dict[str, Route]:
        return {route.name: route for route in self.all}

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Route]]:
        return [(_pattern(route.name), route) for route in self.named if "*" in route.name]


def of(settings: Settings) -> Routes:
    """ConfigError where a DSN is none."""
    given = settings.server
    server = _server(given.dsn, given.control_dsn) if given.dsn or not settings.databases else None
    return Routes(tuple(map(_named, settings.databases)), server)


def _server(dsn: str, control_dsn: str) -> Route:
    server = catalog.resolve(dsn)
    control = catalog.resolve(control_dsn, "server.control_dsn") if control_dsn else server
    return Route(SERVER, server, control.on(server.database), None)


def _named(entry: Entry) -> Route:
    server = control = catalog.resolve(entry.dsn, entry.file, entry.key)
    if entry.control_dsn:
        control = catalog.resolve(entry.control_dsn, entry.file, f"{entry.key}.control_dsn")
    if server.names_database or "*" in entry.name:
        database = server.database if server.names_database else None
        return Route(entry.name, server, control.on(database) if database else control, database)
    return Route(entry.name, server, control.on(entry.name), entry.name)


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", name))), re.DOTALL)
