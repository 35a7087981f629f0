"""Reads a whole database's schema over one connection, then only what has changed.

A later reading asks in one pass over the catalogs which rows were written since the last and how many there are
(queries.RECENT), and reads the relations and functions that they tell of and what depends on them; all else stays the
same objects. That holds for the rows of one server: where another may answer in its place, on a new connection, the
fingerprint decides, or everything is read.

Nothing here waits behind anybody's lock: where a view's definition cannot be had now, its last known one stays and
the reading says that it is not complete.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from lintel.catalog import build, queries
from lintel.catalog.connection import Control
from lintel.catalog.rows import Rows
from lintel.schema import Function, Relation, Schema

_ATTEMPTS = 3
_SLICE = 200  # relations read between two turns of the event loop: some milliseconds

_Fetch = Callable[..., Awaitable[list[asyncpg.Record]]]
_Functions = Mapping[str, tuple[Function, ...]]
_Domains = Mapping[tuple[str, str], int]


class Reading(NamedTuple):
    """A schema, and whether all of it could be read."""

    schema: Schema
    complete: bool


class _System(NamedTuple):
    """What initdb made, which no DDL changes."""

    version: int
    relations: Mapping[int, Relation]
    functions: _Functions  # but for plain scalar ones
    built_in: frozenset[str]  # bare names of all of them


class _Touched(NamedTuple):
    """Oids of what has to be read again, and of what went."""

    relations: set[int]
    functions: set[int]
    gone: set[int]  # relations
    lost: set[int]  # functions


# By server version and a hash of its system relations: many databases share one.
_systems: dict[tuple[int, str], _System] = {}


class Loader:
    """Reads one database again and again."""

    def __init__(self) -> None:
        self._schema: Schema | None = None
        self._system: _System | None = None
        self._connection: Control | None = None
        self._fingerprint: str | None = None  # of the schema, where it was asked for
        self._statements: dict[str, PreparedStatement] = {}  # of that connection: half the round trips, no planning
        self._prepares = True
        self._forget()

    def _forget(self) -> None:
        """Begin anew; relations that turn out to be as they were stay the same objects all the same."""
        self._horizon: int | None = None
        self._rows = {name: Rows() for name in queries.ROWS}
        self._spaces: dict[int, str] = {}
        self._users: dict[str, frozenset[str]] = {}
        self._roles: tuple[str, int] | None = None  # what the last reading of them goes by
        self._functions: dict[int, tuple[str, Function]] = {}
        self._procedures: dict[int, tuple[str, Function]] = {}
        self._pending: set[int] = set()  # views whose definition could not be had

    async def read(self, connection: Control) -> Reading:
        """The schema at a moment after this call began; the same object as before where nothing has changed."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._read(connection)
            except asyncpg.InternalServerError:
                # "cache lookup failed": an object went away between our snapshot and the deparser's look at it.
                if attempt == _ATTEMPTS:
                    raise
            except asyncpg.InvalidSQLStatementNameError:
                # A pooler in between gives every transaction another server connection.
                self._prepares = False
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError

    async def _fetch(self, connection: Control, query: str, *arguments: Any) -> list[asyncpg.Record]:
        if not self._prepares or connection.pooled:
            return list(await connection.fetch(query, *arguments))
        statement = self._statements.get(query)
        if statement is None:
            statement = self._statements[query] = await connection.prepare(query)
        return list(await statement.fetch(*arguments))

    async def _read(self, connection: Control) -> Reading:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            if connection is not self._connection:
                await self._meet(connection)
            horizon, self._horizon = self._horizon, None  # a reading that breaks off leaves nothing to go on from
            (recent,) = await self._fetch(connection, queries.RECENT, horizon)
            if await self._schemas_renamed(connection, recent) and horizon is not None:
                horizon = None
                (recent,) = await self._fetch(connection, queries.RECENT, None)
            if horizon is None:
                self._forget()
                await self._schemas_renamed(connection, recent)
            touched = await self._touched(connection, recent, everything=horizon is None)
            found = await _relations(partial(self._fetch, connection), sorted(touched.relations))
            functions = await self._read_functions(connection, touched, everything=horizon is None)
            renewed = horizon is None or recent["types"]
            domains = await self._read_domains(connection) if renewed else None
            await self._read_users(connection, recent)
        await self._define(connection, found, touched.gone)
        schema = self._changed(found, touched.gone, functions, domains)
        if schema is not self._schema:
            schema = schema.read_before(recent["next"])
        if horizon is not None and schema is not self._schema:
            self._fingerprint = None
        self._schema, self._horizon = schema, recent["horizon"]
        return Reading(schema, not self._pending)

    async def _meet(self, connection: Control) -> None:
        """Over a new connection another server may answer, or another history of the same."""
        identity = await connection.fetchrow(queries.IDENTITY)
        fingerprint = await connection.fetchval(queries.FINGERPRINT)
        system = await _system(connection, identity["version"], identity["system"])
        if self._system is not system or self._fingerprint != fingerprint:
            self._forget()
            self._schema = self._schema if self._system is system else None
            self._fingerprint, self._system = fingerprint, system
        else:
            self._rows = {name: Rows() for name in queries.ROWS}
            for name, rows in self._rows.items():
                rows.enter(await connection.fetchval(queries.ROWS[name]))
            self._horizon = await connection.fetchval(queries.HORIZON)
            self._roles = None
        self._connection, self._statements = connection, {}

    async def _schemas_renamed(self, connection: Control, recent: asyncpg.Record) -> bool:
        """Learn the names of the schemas; whether one has another name now, which may be in any other text."""
        if not recent["spaces"] and recent["spaces_count"] == len(self._spaces):
            return False
        known, self._spaces = self._spaces, dict(await connection.fetch(queries.SCHEMAS))
        return any(name != self._spaces.get(oid, name) for oid, name in known.items())

    async def _touched(self, connection: Control, recent: asyncpg.Record, *, everything: bool) -> _Touched:
        classes, procs = self._rows["classes"], self._rows["procs"]
        relations = classes.enter(recent["classes"] or ()) | set(recent["columns"] or ())
        functions = procs.enter(recent["procs"] or ())
        gone = await self._settled("classes", connection, recent)
        lost = await self._settled("procs", connection, recent)
        for name in ("rules", "parents", "keys", "triggers"):
            relations |= self._rows[name].enter(recent[name] or ())
            self._rows[name].forget(gone)
            relations |= await self._settled(name, connection, recent)
        if everything:
            known = self._schema.relations if self._schema is not None else {}
            system = self._system.relations if self._system is not None else {}
            gone = known.keys() - classes.owners.keys() - system.keys()
        else:
            more = await self._dependents(connection, relations, functions, recent["types"] or [])
            relations, functions = relations | more[0], functions | more[1]
        return _Touched(relations & classes.owners.keys(), functions & procs.owners.keys(), gone, lost)

    async def _settled(self, name: str, connection: Control, recent: asyncpg.Record) -> set[int]:
        """The owners of rows of this catalog that went."""
        rows = self._rows[name]
        told = rows.settle(recent[f"{name}_count"], int(recent[f"{name}_sum"] or 0))
        return rows.keep(await connection.fetchval(queries.ROWS[name])) if told is None else told

    async def _dependents(
        self, connection: Control, relations: set[int], functions: set[int], types: list[int]
    ) -> tuple[set[int], set[int]]:
        """Relations and functions that stand on these; on what is new nothing does that is not new itself."""
        known = self._schema.relations if self._schema is not None else {}
        old, procs = relations & known.keys(), functions & (self._functions.keys() | self._procedures.keys())
        if not (old or procs or types):
            return set(), set()
        (found,) = await self._fetch(connection, queries.DEPENDENTS, old, procs, types)
        return set(found["classes"] or ()), set(found["procs"] or ())

    async def _read_functions(self, connection: Control, touched: _Touched, *, everything: bool) -> _Functions | None:
        """All functions, None where they are those that they were."""
        if not (everything or touched.functions or touched.lost):
            return None
        for row in await connection.fetch(queries.FUNCTIONS, touched.functions):
            kind = self._procedures if row["procedure"] else self._functions
            kind[row["oid"]] = row["name"], build.function(row)
        for oid in touched.lost:
            self._functions.pop(oid, None)
            self._procedures.pop(oid, None)
        return _merged(self._system.functions if self._system is not None else {}, self._functions)

    async def _read_domains(self, connection: Control) -> _Domains:
        """Those over row types. One that goes takes its columns along, so that is not looked for."""
        return {(row["schema"], row["name"]): row["relation"] for row in await connection.fetch(queries.DOMAINS)}

    async def _read_users(self, connection: Control, recent: asyncpg.Record) -> None:
        """Who may use which schema, where a schema's row or anybody's membership has changed."""
        roles = (recent["roles"], recent["spaces_count"])
        if recent["spaces"] or roles != self._roles:
            found = await connection.fetch(queries.USERS)
            self._users = {row["schema"]: frozenset(row["roles"] or ()) for row in found}
            self._roles = roles

    async def _define(self, connection: Control, found: dict[int, Relation], gone: set[int]) -> None:
        """Give the views among the relations that were read, and those that still wait for it, their definition."""
        known = self._schema.relations if self._schema is not None else {}
        late = {oid: known[oid] for oid in self._pending - gone - found.keys() if oid in known}
        views = {oid: view for oid, view in {**late, **found}.items() if view.kind in "vm"}
        definitions = await _definitions(connection, sorted(views)) if views else {}
        for oid, view in views.items():
            before = known[oid].definition if oid in known else None
            found[oid] = replace(view, definition=definitions.get(oid) or before)
        self._pending = {oid for oid in views if definitions.get(oid) is None}

    def _changed(
        self, found: dict[int, Relation], gone: set[int], functions: _Functions | None, domains: _Domains | None
    ) -> Schema:
        before, procedures = self._schema, _merged({}, self._procedures)
        schemas = frozenset(name for name in self._spaces.values() if not name.startswith(("pg_temp_", "pg_toast")))
        if before is None:
            system = self._system or _System(0, {}, {}, frozenset())
            relations = {**system.relations, **found}
            return Schema(
                relations, functions or {}, schemas, system.version, domains=domains or {}, procedures=procedures,
                built_in=system.built_in, users=self._users,
            )  # fmt: skip
        changed = {oid: relation for oid, relation in found.items() if before.relations.get(oid) != relation}
        if functions == before.functions:
            functions = None
        if domains == before.domains:
            domains = None
        same = functions is None and domains is None and procedures == before.procedures
        if same and not changed and not gone and (schemas, self._users) == (before.schemas, before.users):
            return before
        return before.changed(changed, gone, functions, schemas, domains, procedures, self._users)


async def read(connection: Control) -> Schema:
    """The schema of the connection's database, once."""
    return (await Loader().read(connection)).schema


async def _relations(fetch: _Fetch, oids: list[int]) -> dict[int, Relation]:
    """Views without their definitions."""
    found: dict[int, Relation] = {}
    for at in range(0, len(oids), _SLICE):
        rows = await fetch(queries.RELATIONS, oids[at : at + _SLICE])
        found.update({row["oid"]: build.relation(row) for row in rows})
    return found


async def _definitions(connection: Control, views: list[int]) -> dict[int, str]:
    """Those that can be had without waiting for a lock."""
    for _ in range(_ATTEMPTS):
        try:
            return dict(await connection.fetch(queries.DEFINITIONS, views))
        except (asyncpg.LockNotAvailableError, asyncpg.InternalServerError):
            continue  # somebody locked a table just after the look into pg_locks, or dropped it
    return {}


async def _system(connection: Control, version: int, mark: str) -> _System:
    if (version, mark) not in _systems:
        relations = await _relations(connection.fetch, await connection.fetchval(queries.SYSTEM_CLASSES))
        rows = await connection.fetch(queries.SYSTEM_FUNCTIONS)
        functions = _merged({}, {row["oid"]: (row["name"], build.function(row)) for row in rows})
        names = frozenset(await connection.fetchval(queries.SYSTEM_NAMES))
        _systems[version, mark] = _System(version, relations, functions, names)
    return _systems[version, mark]


def _merged(system: _Functions, user: Mapping[int, tuple[str, Function]]) -> dict[str, tuple[Function, ...]]:
    merged: dict[str, Any] = dict(system)
    for _, (name, function) in sorted(user.items()):
        merged[name] = (*merged.get(name, ()), function)
    return merged
