"""Reads a whole database's schema over one connection, in a handful of set-based queries.

Nothing here waits behind anybody's lock: where a view's definition cannot be had now, its last known one stays and
the reading says that it is not complete.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, NamedTuple

import asyncpg

from lintel.catalog import build, queries
from lintel.schema import Function, Relation, Schema

_ATTEMPTS = 3
_SLICE = 100  # relations built between two turns of the event loop: about a millisecond


class Reading(NamedTuple):
    """A schema and how to tell that it is still true."""

    schema: Schema
    fingerprint: str
    complete: bool


class _System(NamedTuple):
    relations: Mapping[int, Relation]
    functions: Mapping[str, tuple[Function, ...]]


# By server version and a hash of its system relations: many databases share one.
_systems: dict[tuple[int, str], _System] = {}


class Loader:
    """Reads one database again and again; relations that did not change stay the same objects."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[asyncpg.Record, Relation]] = {}

    async def read(self, connection: asyncpg.Connection) -> Reading:
        """The schema at a moment after this call began."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._read(connection)
            except asyncpg.InternalServerError:
                # "cache lookup failed": an object went away between our snapshot and the deparser's look at it.
                if attempt == _ATTEMPTS:
                    raise
        raise AssertionError

    async def _read(self, connection: asyncpg.Connection) -> Reading:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            fingerprint: str = await connection.fetchval(queries.FINGERPRINT)
            identity = await connection.fetchrow(queries.IDENTITY)
            system = await _system(connection, identity["version"], identity["system"])
            schemas = await connection.fetch(queries.SCHEMAS)
            rows = await connection.fetch(queries.RELATIONS)
            functions = build.functions(await connection.fetch(queries.FUNCTIONS))
        definitions, complete = await self._definitions(connection, rows)
        relations = await self._relations(rows, definitions)
        schema = Schema(
            relations={**system.relations, **relations},
            functions=_merged(system.functions, functions),
            schemas=frozenset(row["nspname"] for row in schemas),
            server_version=identity["version"],
        )
        return Reading(schema, fingerprint, complete)

    async def _relations(self, rows: list[asyncpg.Record], definitions: Mapping[int, str]) -> dict[int, Relation]:
        known: dict[int, tuple[asyncpg.Record, Relation]] = {}
        for number, row in enumerate(rows, 1):
            oid = row["oid"]
            before = self._known.get(oid)
            unchanged = before is not None and before[0] == row and before[1].definition == definitions.get(oid)
            known[oid] = before if before and unchanged else (row, build.relation(row, definitions.get(oid)))
            if number % _SLICE == 0:
                await asyncio.sleep(0)
        self._known = known
        return {oid: relation for oid, (_, relation) in known.items()}

    async def _definitions(
        self, connection: asyncpg.Connection, rows: list[asyncpg.Record]
    ) -> tuple[dict[int, str], bool]:
        """View definitions, and whether they are all of them and new."""
        views = [row["oid"] for row in rows if row["kind"] in "vm"]
        if not views:
            return {}, True
        found = {row["oid"]: row["definition"] for row in await _unlocked_definitions(connection)}
        missing = [oid for oid in views if found.get(oid) is None]
        for oid in missing:
            before = self._known.get(oid)
            if before and before[1].definition is not None:
                found[oid] = before[1].definition
        return found, not missing


async def read(connection: asyncpg.Connection) -> Schema:
    """The schema of the connection's database, once."""
    return (await Loader().read(connection)).schema


async def _unlocked_definitions(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    for _ in range(_ATTEMPTS):
        try:
            return list(await connection.fetch(queries.DEFINITIONS))
        except (asyncpg.LockNotAvailableError, asyncpg.InternalServerError):
            continue  # somebody locked a table just after the look into pg_locks, or dropped it
    return []


async def _system(connection: asyncpg.Connection, version: int, mark: str) -> _System:
    if (version, mark) not in _systems:
        rows = await connection.fetch(queries.SYSTEM_RELATIONS)
        functions = build.functions(await connection.fetch(queries.SYSTEM_FUNCTIONS))
        _systems[version, mark] = _System({row["oid"]: build.relation(row, None) for row in rows}, functions)
    return _systems[version, mark]


def _merged(
    system: Mapping[str, tuple[Function, ...]], user: Mapping[str, tuple[Function, ...]]
) -> dict[str, tuple[Function, ...]]:
    merged: dict[str, Any] = dict(system)
    for name, overloads in user.items():
        merged[name] = (*merged.get(name, ()), *overloads)
    return merged
