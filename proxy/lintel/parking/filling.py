"""Backfilling: rows that have NULL in a column that is never to be NULL get what the plan's expression gives them.

By primary key, a batch a transaction. Only what is still NULL when its row is locked is written, so nobody's value is
lost; and what has been done is in the table itself, so whoever comes later goes on from there.
"""

import asyncio
from dataclasses import dataclass

from lintel.catalog import Control
from lintel.plan import Plan
from lintel.sql.quoting import quote_ident

_NO_KEY = "the table has no primary key by which its rows could be filled"
SLICE_SECONDS = 1.0  # of work at a time; then others have their turn
_TRY = "SELECT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))"
_KEYS = """
SELECT a.attname::pg_catalog.text AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type
FROM pg_catalog.pg_constraint k
CROSS JOIN LATERAL pg_catalog.unnest(k.conkey) WITH ORDINALITY u (number, place)
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number
WHERE k.conrelid = pg_catalog.to_regclass($1) AND k.contype = 'p' ORDER BY u.place
"""
# Seconds; NULL where there are no replicas, they have nothing to replay, or the role may not see it.
_LAG = "SELECT pg_catalog.max(pg_catalog.date_part('epoch', replay_lag)) FROM pg_catalog.pg_stat_replication"


_MAY = "SELECT pg_catalog.has_table_privilege(pg_catalog.to_regclass($1)::pg_catalog.oid, $2)"


class NotFillable(Exception):
    """Why the rows cannot be filled by Lintel."""


async def check(connection: Control, plan: Plan) -> None:
    """NotFillable where the rows could not be filled, found by looking only."""
    for privilege in ("SELECT", "UPDATE"):
        if not await connection.fetchval(_MAY, plan.table, privilege):
            raise NotFillable(f"the role lacks {privilege} on {plan.table}")
    if not await connection.fetch(_KEYS, plan.table):
        raise NotFillable(_NO_KEY)


@dataclass(slots=True)
class Filling:
    """How far one plan's backfill has come in this process."""

    plan: Plan
    after: tuple[str, ...] | None = None  # the last key that was filled, as text
    rows: int = 0

    async def slice(self, connection: Control) -> bool | None:
        """Fill for a while; whether the end was reached. None: another Lintel is at it, or replicas are behind.

        Raises NotFillable, or what asyncpg does where a lock is not to be had.
        """
        keys = [(row["name"], row["type"]) for row in await connection.fetch(_KEYS, self.plan.table)]
        if not keys:
            raise NotFillable(_NO_KEY)
        text = _batch(self.plan, keys, more=self.after is not None)
        clock = asyncio.get_running_loop().time
        until = clock() + SLICE_SECONDS
        await connection.search_as_sessions()  # triggers run under that of a session
        while clock() < until:
            found = await self._batch(connection, text)
            if found is None:
                return None
            if found < _rows(self.plan):
                self.after = None
                return True
            text = _batch(self.plan, keys, more=True)
        return False

    async def _batch(self, connection: Control, text: str) -> int | None:
        backfill = self.plan.backfill
        assert backfill is not None
        if (await connection.fetchval(_LAG) or 0.0) > backfill.max_replica_lag:
            return None
        async with connection.transaction():
            await connection.execute(f"SET LOCAL lock_timeout = {max(1, round(backfill.max_lock_wait * 1000))}")
            if not await connection.fetchval(_TRY, f"lintel filling {self.plan.id}"):
                return None
            given = [] if self.after is None else list(self.after)
            found = await connection.fetchrow(text, *given, _rows(self.plan))
        if found["last"] is not None:
            self.after = tuple(found["last"])
        self.rows += found["filled"]
        rows: int = found["found"]
        return rows


def _rows(plan: Plan) -> int:
    assert plan.backfill is not None
    return plan.backfill.batch_rows


def _batch(plan: Plan, keys: list[tuple[str, str]], *, more: bool) -> str:
    """A query for one batch: how many rows were found and filled, and the last one's key."""
    names = [quote_ident(name) for name, _ in keys]
    listed, column = ", ".join(f"b.{name}" for name in names), quote_ident(plan.change.column)
    behind = ""
    if more:
        given = ", ".join(f"${number}::pg_catalog.text::{kind}" for number, (_, kind) in enumerate(keys, 1))
        behind = f" AND ({listed}) > ({given})"
    same = " AND ".join(f"b.{name} = l.{name}" for name in names)
    last = ", ".join(f"l.{name}::pg_catalog.text" for name in names)
    backwards = ", ".join(f"l.{name} DESC" for name in names)
    empty = f"WHERE b.{column} IS NULL"
    return (
        f"WITH l AS MATERIALIZED (SELECT {listed} FROM {plan.table} AS b {empty}{behind} "
        f"ORDER BY {listed} LIMIT ${len(keys) * more + 1} FOR NO KEY UPDATE), "
        f"w AS (UPDATE {plan.table} AS b SET {column} = {plan.filling('b')} FROM l {empty} AND {same} RETURNING 1) "
        "SELECT (SELECT pg_catalog.count(*) FROM l) AS found, (SELECT pg_catalog.count(*) FROM w) AS filled, "
        f"(SELECT ARRAY[{last}] FROM l ORDER BY {backwards} LIMIT 1) AS last"
    )
