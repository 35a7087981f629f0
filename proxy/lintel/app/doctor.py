"""What `lintel doctor` looks at: this machine, the configuration, and each server as Lintel would log in there.

Every check stands by itself, so that one that fails hides no other. Nothing is changed or locked anywhere: what plans
need in a database is found out by asking for privileges, not by making it.
"""

import asyncio
import platform
from collections.abc import AsyncIterator, Iterator
from importlib import metadata
from pathlib import Path
from typing import Literal, NamedTuple

import asyncpg

from lintel import __version__, catalog, parking, plan, store
from lintel.app import proxy, sockets, tls, userlist
from lintel.app.configuration import Configuration
from lintel.app.routes import SERVER, Route
from lintel.config import ConfigError, Listen, Settings
from lintel.log import safe
from lintel.plan import Plan
from lintel.session.connector import Connector, Unreachable
from lintel.session.stream import STREAMS
from lintel.shield.departure import departure
from lintel.wire.framing import COMPILED

SECONDS = 15.0  # for one server
TESTED = range(15, 19)  # majors

_FAILURES = (
    OSError, EOFError, Unreachable, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError,
)  # fmt: skip


class Finding(NamedTuple):
    """One check: a failure is what `serve` cannot start or do its work with; `text` says what is so and what to do."""

    check: str
    state: Literal["ok", "warning", "failure"]
    text: str


async def examine(settings: Settings, running: Finding | None) -> list[Finding]:
    """Everything; `running` is what a Lintel that runs with these addresses says. ConfigError where a DSN is none."""
    told, plans = _plans(settings)
    configuration = Configuration(settings, plans)
    routes = configuration.routes
    connectors = configuration.connectors(routes)
    read = [told, _users(settings), _certificate(settings.listen)]
    found = [*_versions(), _descriptors(configuration), *read, _store(Path(settings.record.store))]
    found += [running] if running else _addresses(settings)
    answers = await asyncio.gather(*(_server(one, configuration, connectors[one.name]) for one in routes.all))
    asked = [one for answer in answers for one in answer]
    if all(one.state != "failure" for one in (*read, *asked)):  # else it would say the same again, or nothing
        asked.append(await _logins(configuration))
    return [_shown(one) for one in (*found, *asked)]


def _shown(finding: Finding) -> Finding:
    return finding._replace(check=str(safe(finding.check)), text=str(safe(finding.text)))


def _versions() -> Iterator[Finding]:
    yield Finding(
        "version",
        "ok",
        f"lintel {__version__}, Python {platform.python_version()}, uvloop {metadata.version('uvloop')}",
    )
    if COMPILED:
        yield Finding("hot path", "ok", f"compiled, plain connections by {'streams' if STREAMS else 'uvloop'}")
    else:
        yield Finding("hot path", "warning", "not compiled, which costs speed: install where a C compiler is")


def _descriptors(configuration: Configuration) -> Finding:
    descriptors, one = proxy.descriptors(), configuration.share(1)
    taken, wanted = one.sessions(descriptors), one.settings.limits.sessions
    if taken == wanted:
        return Finding("open files", "ok", f"{descriptors:,} for a process, enough for its {wanted:,} sessions")
    text = f"{descriptors:,} for a process, enough for {taken:,} of its {wanted:,} sessions: "
    return Finding("open files", "warning", f"{text}raise the hard limit (ulimit -Hn) or lower limits.sessions")


def _plans(settings: Settings) -> tuple[Finding, tuple[Plan, ...]]:
    """And those that the other checks can go by."""
    try:
        plans = plan.in_force(plan.load_all(settings.shield.plans))
        Configuration(settings, plans).routes.check(plans)
    except ConfigError as problem:
        return Finding("plans", "failure", str(problem)), ()
    return Finding("plans", "ok", ", ".join(one.id for one in plans) or "none"), plans


def _users(settings: Settings) -> Finding:
    if settings.auth.mode == "pass":
        return Finding("users", "ok", "are authenticated by the server")
    try:
        held = userlist.read(settings.auth.file)
    except ConfigError as problem:
        return Finding("users", "failure", str(problem))
    return Finding("users", "ok", f"are authenticated by Lintel, {len(held):,} of them by auth.file")


def _store(path: Path) -> Finding:
    try:
        store.check_writable(path)
    except store.StoreError as problem:
        return Finding("store", "failure", f"{problem}; record.store or --store says where it is")
    return Finding("store", "ok", f"{path} can be written" if path.exists() else f"{path} can be made")


def _certificate(listen: Listen) -> Finding:
    try:
        offered = tls.context(listen)
    except ConfigError as problem:
        return Finding("TLS of clients", "failure", str(problem))
    text = "is not offered: listen.tls_cert is not set" if offered is None else f"{listen.tls_cert} and its key"
    return Finding("TLS of clients", "ok", text)


def _addresses(settings: Settings) -> Iterator[Finding]:
    for key, address in (("listen.address", settings.listen.address), ("admin.address", settings.admin.address)):
        try:
            for one in sockets.bind(address, key):
                one.close()
        except ConfigError as problem:
            yield Finding(key, "failure", f"{problem}; and no Lintel answers at {settings.admin.address}")
        else:
            yield Finding(key, "ok", f"{address} is free")


async def _server(route: Route, configuration: Configuration, connector: Connector) -> list[Finding]:
    """As clients are relayed to it, and as the catalog is read there."""
    found: list[Finding] = []
    name = "server" if route.name == SERVER else f"server {route.name}"
    try:
        async with asyncio.timeout(SECONDS):
            found.append(Finding(name, "ok", await _reached(route, connector)))
            if route.database is not None or route.name == SERVER:
                name = name.replace("server", "catalog", 1)
                found += [one async for one in _database(route, configuration, name)]
    except _FAILURES as problem:
        why = str(problem).partition("\n")[0] or type(problem).__name__
        found.append(Finding(name, "failure", _unreached(route, configuration.settings.server.dsn, name, why)))
    return found


def _unreached(route: Route, dsn: str, name: str, why: str) -> str:
    if route.name == SERVER and not dsn:
        return f"--server or server.dsn has to say where Postgres is; without one, where libpq looks: {why}"
    said = "the DSN" if name.startswith("server") else "the DSN, or control_dsn,"
    return f"{why}; {said} says where and how it is reached"


async def _reached(route: Route, connector: Connector) -> str:
    opened = await connector.open(None)
    encrypted = opened.certificate is not None
    opened.transport.abort()
    leg = "with TLS" if encrypted else "without TLS"
    return f"{route.server.where} answers, {leg} (sslmode={route.server.sslmode})"


async def _database(route: Route, configuration: Configuration, name: str) -> AsyncIterator[Finding]:
    database = route.leads_to(route.control.database)
    connection = await catalog.connect(route.control.on(database))
    try:
        yield _version(connection, name.replace("catalog", "PostgreSQL", 1))
        schema = await catalog.read(connection)
        yield Finding(name, "ok", f"{database}: {len(schema.relations):,} relations read as {route.control.user}")
        replica = await connection.fetchval("SELECT pg_catalog.pg_is_in_recovery()")
        for one in configuration.routes.plans_of(configuration.plans, route, database):
            departed = departure(one, schema)
            if departed is not None:
                yield Finding(f"table of {one.id}", "warning", f"{departed}, in {database}")
            if (one.schema, one.name) not in schema.by_name:
                yield Finding(f"plan {one.id}", "warning", f"{one.table} is not there, in {database}")
            elif not replica:  # where nothing can be made, nor has to be
                yield _carried(one, await parking.obstacle(connection, one))
    finally:
        connection.terminate()


def _version(connection: asyncpg.Connection, name: str) -> Finding:
    version = connection.get_server_version()
    text = f"{version.major}.{version.minor}"
    if version.major in TESTED:
        return Finding(name, "ok", text)
    return Finding(name, "warning", f"{text}: Lintel is made for {TESTED[0]} to {TESTED[-1]}")


def _carried(one: Plan, obstacle: str | None) -> Finding:
    if obstacle is not None:
        return Finding(f"plan {one.id}", "failure", f"{obstacle}; see absent_writes and [backfill]")
    return Finding(f"plan {one.id}", "ok", f"{one.table} is there, and what Lintel has to do for it allowed")


async def _logins(configuration: Configuration) -> Finding:
    """What `serve` makes sure of when it starts: the auth query, and TLS on both legs."""
    try:
        await configuration.check()
    except ConfigError as problem:
        return Finding("logins", "failure", str(problem))
    return Finding("logins", "ok", "nothing in the configuration keeps clients out")
