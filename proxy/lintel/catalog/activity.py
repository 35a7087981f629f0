"""What goes on at tables right now: their size, and who has locks on them. Waits for nobody."""

from collections.abc import Iterable

import asyncpg

from lintel.impact.blockers import Holder, Standing

_FAMILY = """
WITH RECURSIVE family (oid) AS (
    SELECT pg_catalog.to_regclass($1)::pg_catalog.oid
    UNION
    SELECT i.inhrelid FROM family f JOIN pg_catalog.pg_inherits i ON i.inhparent = f.oid
)
"""
_ROWS = (
    _FAMILY
    + """
SELECT CASE WHEN pg_catalog.bool_or(c.reltuples >= 0) THEN pg_catalog.sum(greatest(c.reltuples, 0)) END
FROM family JOIN pg_catalog.pg_class c USING (oid) WHERE c.relkind IN ('r', 'm', 'f')
"""
)
_BYTES = _FAMILY + "SELECT pg_catalog.sum(pg_catalog.pg_total_relation_size(oid))::pg_catalog.int8 FROM family"
_HOLDERS = (
    _FAMILY
    + """
SELECT l.pid, coalesce(nullif(a.application_name, ''), a.usename::pg_catalog.text, 'nobody') AS client,
       coalesce(a.state, 'prepared') AS state, l.mode,
       coalesce(pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.xact_start), 0) AS seconds
FROM family
JOIN pg_catalog.pg_locks l ON l.relation = family.oid AND l.locktype = 'relation' AND l.granted
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
  AND l.pid IS DISTINCT FROM pg_catalog.pg_backend_pid()
"""
)
_OTHERS = """
SELECT a.pid, coalesce(nullif(a.application_name, ''), a.usename::pg_catalog.text, 'nobody') AS client, a.state,
       CASE WHEN a.backend_xmin IS NULL THEN '' ELSE 'snapshot' END AS mode,
       pg_catalog.date_part('epoch', pg_catalog.clock_timestamp() - a.xact_start) AS seconds
FROM pg_catalog.pg_stat_activity a
WHERE a.datname = pg_catalog.current_database() AND a.xact_start IS NOT NULL AND a.state IS NOT NULL
  AND a.backend_type = 'client backend' AND a.pid <> pg_catalog.pg_backend_pid()
"""


async def read_activity(connection: asyncpg.Connection, tables: Iterable[str]) -> dict[str, Standing]:
    """By table, named as SQL writes it; those that are not there are left out."""
    found = {}
    open_ = await connection.fetch(_OTHERS)
    for table in tables:
        if await connection.fetchval("SELECT pg_catalog.to_regclass($1) IS NOT NULL", table):
            rows = await connection.fetchval(_ROWS, table)
            holders = await connection.fetch(_HOLDERS, table)
            size = await _bytes(connection, table)
            locking = tuple(sorted({Holder(*row.values()) for row in holders}))
            pids = {holder.pid for holder in locking}
            others = tuple(sorted(Holder(*row.values()) for row in open_ if row["pid"] not in pids))
            found[table] = Standing(None if rows is None else int(rows), size, locking, others)
    return found


async def _bytes(connection: asyncpg.Connection, table: str) -> int | None:
    """Asking opens the table, so somebody's ALTER may be in the way."""
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL lock_timeout = '200ms'")
            size: int | None = await connection.fetchval(_BYTES, table)
            return size
    except asyncpg.LockNotAvailableError:
        return None
