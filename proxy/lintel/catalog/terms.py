"""What a table's columns are bound by: constraints, privileges by column, publications of all tables, types.

Read on demand, with the server-side code: for `impact`, and nothing that is decided for a client depends on it.
"""

import asyncpg

from lintel.schema.code import Constraint, Dependency, Domain, Grant
from lintel.sql.shape import shape_of

_USERS = "c.oid >= 16384 AND c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
_CONSTRAINTS = f"""
SELECT k.conrelid AS relation, k.conname AS name, k.contype::pg_catalog.text AS kind, k.convalidated AS valid,
       pg_catalog.pg_get_constraintdef(k.oid) AS definition
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
WHERE {_USERS} AND k.contype IN ('c', 'f', 'n', 'p', 'u', 'x')
"""
# A table-level privilege of the role itself; those of roles that it is a member of count too.
_GRANTS = f"""
SELECT DISTINCT c.oid AS relation, r.rolname::pg_catalog.text AS role
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attacl IS NOT NULL AND a.attnum > 0
CROSS JOIN LATERAL pg_catalog.aclexplode(a.attacl) e
JOIN pg_catalog.pg_roles r ON r.oid = e.grantee
WHERE {_USERS} AND NOT pg_catalog.has_table_privilege(r.oid, c.oid, e.privilege_type)
"""
_TYPED = "SELECT c.oid FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.reloftype <> 0"
_DOMAINS = """
SELECT pg_catalog.format_type(t.oid, NULL) AS name, pg_catalog.format_type(t.typbasetype, t.typtypmod) AS base,
       t.typnotnull OR EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.contypid = t.oid) AS strict
FROM pg_catalog.pg_type t WHERE t.typtype = 'd' AND t.oid >= 16384
"""
# pg_publication_rel has those with a list of tables, pg_depend knows them; a table may be published as one of all too.
_PUBLISHED = f"""
SELECT p.pubname::pg_catalog.text AS name, c.oid AS relation
FROM pg_catalog.pg_publication p CROSS JOIN pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE p.puballtables AND {_USERS} AND c.relkind IN ('r', 'p') AND c.relpersistence = 'p'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema')
"""


async def constraints(connection: asyncpg.Connection) -> tuple[Constraint, ...]:
    """Those of every table."""
    rows = await connection.fetch(_CONSTRAINTS)
    return tuple(sorted(Constraint(*row.values())._replace(definition=_plain(row["definition"])) for row in rows))


async def grants(connection: asyncpg.Connection) -> tuple[Grant, ...]:
    """Roles that may use a table's columns, but not the table."""
    return tuple(sorted(Grant(*row.values()) for row in await connection.fetch(_GRANTS)))


async def typed(connection: asyncpg.Connection) -> tuple[int, ...]:
    """Tables that have their columns from a type."""
    return tuple(sorted(row["oid"] for row in await connection.fetch(_TYPED)))


async def domains(connection: asyncpg.Connection) -> tuple[Domain, ...]:
    """All of them."""
    return tuple(sorted(Domain(*row.values()) for row in await connection.fetch(_DOMAINS)))


async def published(connection: asyncpg.Connection) -> list[Dependency]:
    """Publications of all tables."""
    rows = await connection.fetch(_PUBLISHED)
    return [Dependency(f"publication {row['name']}", row["relation"], 0, False, "star") for row in rows]


def _plain(text: str) -> str:
    return shape_of(text.encode()).key.decode("utf-8", "replace")
