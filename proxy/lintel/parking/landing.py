"""Landing: the column has come, and the parked values move into it.

The side table counts until the marker goes. Values are copied ahead in batches, each under the locks of its rows of
the base table, which is what every statement that parks a value locks first; a value that is parked again after it was
copied is copied again. Then one short transaction locks the marker, which waits for every transaction that has used
the side table, moves what is left and gives the marker's column another name. Who comes later waits for it and fails in
analysis, or finds in a probe that it would.
"""

from collections.abc import Sequence

from lintel.catalog import Control
from lintel.parking.side_table import LOCK, Names, NotParkable
from lintel.plan import Plan, parking
from lintel.sql.quoting import quote_ident, quote_qualified

BATCH_ROWS = 1000
LOCK_SECONDS = 0.5
_TRY = "SELECT pg_catalog.pg_try_advisory_xact_lock(pg_catalog.hashtextextended($1, 0))"
_XID = "SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text::pg_catalog.int8"
_KEYS = """
SELECT a.attname::pg_catalog.text AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) AS type
FROM pg_catalog.pg_constraint k
CROSS JOIN LATERAL pg_catalog.unnest(k.confkey) WITH ORDINALITY u (number, place)
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.number
WHERE k.conrelid = pg_catalog.to_regclass($1) AND k.contype = 'f' AND k.confrelid = pg_catalog.to_regclass($2)
ORDER BY u.place
"""


class Landing:
    """One plan's, over one connection whose search_path is what a session's is: triggers run under it."""

    def __init__(self, connection: Control, plan: Plan, keys: Sequence[tuple[str, str]]) -> None:
        self._connection = connection
        self._plan = plan
        self._names = Names.of(plan)
        self._keys = [
            (quote_ident(name), parking.key_column(number), kind) for number, (name, kind) in enumerate(keys, 1)
        ]

    @classmethod
    async def of(cls, connection: Control, plan: Plan) -> "Landing":
        """With the base table's key, which the side table references."""
        found = await connection.fetch(_KEYS, Names.of(plan).side, plan.table)
        await connection.search_as_sessions()
        return cls(connection, plan, [(row["name"], row["type"]) for row in found])

    async def batch(self) -> int | None:
        """Copy some rows that nobody else has locked; how many, None where another Lintel is at it.

        Raises NotParkable where the table is another one than that for which the values were parked.
        """
        if not self._keys:
            raise NotParkable(
                f"{self._names.side} does not reference {self._plan.table}: its values are another table's"
            )
        async with self._connection.transaction():
            if not await self._ours():
                return None
            found = await self._connection.fetch(self._to_copy(), self._rows)
            keys = [[row[at] for row in found] for at in range(len(self._keys))]
            if found:
                await self._connection.execute(self._copy(self._given()), *keys)
            return len(found)

    async def flip(self) -> bool | None:
        """Move what is left and turn the marker; whether that was done: not where too much is left."""
        async with self._connection.transaction():
            if not await self._ours():
                return None
            await self._connection.execute(f"LOCK TABLE {self._names.marker} IN ACCESS EXCLUSIVE MODE")
            left = f"SELECT FROM {self._names.side} WHERE NOT {parking.MOVED} LIMIT {self._rows + 1}"
            if await self._connection.fetchval(f"SELECT pg_catalog.count(*) FROM ({left}) x") > self._rows:
                return False
            await self._connection.execute(self._copy(""))
            xid = await self._connection.fetchval(_XID)
            renamed = f"RENAME COLUMN {parking.IN_FORCE} TO {parking.landed(xid)}"
            await self._connection.execute(f"ALTER TABLE {self._names.marker} {renamed}")
            return True

    async def clean(self) -> None:
        """Drop the side table and the marker, and the schema with the last ones."""
        async with self._connection.transaction():
            await self._connection.execute(LOCK)
            await self._connection.execute(f"DROP TABLE IF EXISTS {self._names.side}, {self._names.marker}")
            for name in (parking.latest(self._plan.id), parking.fresh(self._plan.id)):
                await self._connection.execute(f"DROP FUNCTION IF EXISTS {quote_qualified(parking.SCHEMA, name)}")
            if not await self._connection.fetchval(
                "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
                "n.oid = c.relnamespace WHERE n.nspname = 'lintel')"
            ):
                await self._connection.execute("DROP FUNCTION IF EXISTS lintel.row_security()")
                await self._connection.execute("DROP SCHEMA lintel")

    async def _ours(self) -> bool:
        await self._wait_at_most()
        found: bool = await self._connection.fetchval(_TRY, f"lintel landing {self._plan.id}")
        return found

    async def _wait_at_most(self) -> None:
        backfill = self._plan.backfill
        seconds = LOCK_SECONDS if backfill is None else backfill.max_lock_wait
        await self._connection.execute(f"SET LOCAL lock_timeout = {max(1, round(seconds * 1000))}")

    @property
    def _rows(self) -> int:
        return BATCH_ROWS if self._plan.backfill is None else self._plan.backfill.batch_rows

    def _pairs(self, one: str, other: str) -> str:
        """The side table's row `one` stands for the base table's `other`."""
        return " AND ".join(f"{one}.{own} OPERATOR(pg_catalog.=) {other}.{name}" for name, own, _ in self._keys)

    def _to_copy(self) -> str:
        keys = ", ".join(f"p.{own}::pg_catalog.text" for _, own, _ in self._keys)
        order = ", ".join(f"p.{own}" for _, own, _ in self._keys)
        return (
            f"SELECT {keys} FROM {self._names.side} p JOIN {self._names.base} b ON {self._pairs('p', 'b')} "
            f"WHERE NOT p.{parking.MOVED} ORDER BY {order} LIMIT $1 FOR NO KEY UPDATE OF b SKIP LOCKED"
        )

    def _given(self) -> str:
        arrays = (f"pg_catalog.unnest(${number}::pg_catalog.text[])" for number in range(1, len(self._keys) + 1))
        own = ", ".join(name for _, name, _ in self._keys)
        same = " AND ".join(f"p.{name} OPERATOR(pg_catalog.=) g.{name}::{kind}" for _, name, kind in self._keys)
        return f"JOIN ROWS FROM ({', '.join(arrays)}) g ({own}) ON {same}"

    def _copy(self, given: str) -> str:
        """Of the rows not yet copied those that are given; all of them where nothing is."""
        own = ", ".join(f"p.{name}" for _, name, _ in self._keys)
        same = " AND ".join(f"p.{name} OPERATOR(pg_catalog.=) m.{name}" for _, name, _ in self._keys)
        return (
            f"WITH m AS MATERIALIZED (SELECT {own}, p.{parking.VALUE} FROM {self._names.side} p {given} "
            f"WHERE NOT p.{parking.MOVED}), w AS (UPDATE {self._names.base} b SET {self._names.column} = "
            f"m.{parking.VALUE} FROM m WHERE {self._pairs('m', 'b')}) "
            f"UPDATE {self._names.side} p SET {parking.MOVED} = true FROM m WHERE {same}"
        )
