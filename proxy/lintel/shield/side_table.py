"""The side table of a plan whose writes are parked, where a snapshot shows it in force.

It counts, before the column comes and after, as long as its marker says so. Every text that reads or writes it names
the marker's column where the server analyses it and never runs it, so that each fails with 42703 from the moment that
has another name.
"""

from dataclasses import dataclass

from lintel.plan import Plan, parking
from lintel.schema.snapshot import Relation, Schema
from lintel.sql.quoting import quote_ident, quote_qualified


@dataclass(frozen=True, slots=True)
class SideTable:
    """Its names as SQL writes them, and the base table's primary key."""

    plan: Plan
    oid: int  # of the base table
    table: str
    marker: str
    latest: str  # the function: (what is read where nothing is parked, *key) -> the value by now
    base: str
    keys: tuple[tuple[str, str], ...]  # (bare name in the base table, name in the side table)

    def in_force(self, alias: str) -> str:
        """A query that can be analysed as long as the side table counts."""
        return f"SELECT {alias}.{parking.IN_FORCE} FROM {self.marker} AS {alias}"

    @property
    def key_list(self) -> str:
        """Its own key columns."""
        return ", ".join(own for _, own in self.keys)

    def matches(self, side: str, base: str) -> str:
        """The condition that two aliases stand on the same row; immune to search_path (T11)."""
        pairs = ((f"{side}.{own}", f"{base}.{quote_ident(name)}") for name, own in self.keys)
        return " AND ".join(f"{left} OPERATOR(pg_catalog.=) {right}" for left, right in pairs)

    def same(self, one: str, other: str) -> str:
        """The condition that two aliases, both with the side table's key columns, stand on the same row."""
        return " AND ".join(f"{one}.{own} OPERATOR(pg_catalog.=) {other}.{own}" for _, own in self.keys)

    @property
    def replacing(self) -> str:
        """What an INSERT into it does about a value that is parked already."""
        return (
            f"ON CONFLICT ({self.key_list}) DO UPDATE "
            f"SET {parking.VALUE} = excluded.{parking.VALUE}, {parking.MOVED} = false"
        )


def side_table(plan: Plan, schema: Schema) -> SideTable | None:
    """The plan's side table; None where writes are not parked in this database, or not any longer."""
    if plan.shield.absent_writes != "park":
        return None
    base = schema.by_name.get((plan.schema, plan.name))
    names = parking.side_table(plan.id), parking.marker(plan.id)
    relation, marker = (schema.by_name.get((parking.SCHEMA, name)) for name in names)
    if base is None or relation is None or marker is None or not parkable(base):
        return None
    if marker.column(parking.IN_FORCE) is None or is_astray(plan, schema):
        return None
    keys = tuple((_name(base, attnum), parking.key_column(n)) for n, attnum in enumerate(base.primary_key, 1))
    if {column.name for column in relation.columns} != {*(own for _, own in keys), parking.VALUE, parking.MOVED}:
        return None
    table, mark, latest = (quote_qualified(parking.SCHEMA, name) for name in (*names, parking.latest(plan.id)))
    return SideTable(plan, base.oid, table, mark, latest, quote_qualified(base.schema, base.name), keys)


def is_astray(plan: Plan, schema: Schema) -> bool:
    """Whether its side table counts, and belongs to another table: one that has given its name to that of the plan."""
    if plan.shield.absent_writes != "park":
        return False
    base = schema.by_name.get((plan.schema, plan.name))
    names = parking.side_table(plan.id), parking.marker(plan.id)
    side, marker = (schema.by_name.get((parking.SCHEMA, name)) for name in names)
    if base is None or side is None or marker is None:
        return False
    return marker.column(parking.IN_FORCE) is not None and side.follows is not None and base.oid not in side.follows


def parkable(base: Relation) -> bool:
    """Whether values can be told by the key of such a relation; the rest only the database itself can say."""
    return base.kind == "r" and bool(base.primary_key) and not base.has_rules


def _name(base: Relation, attnum: int) -> str:
    return next(column.name for column in base.columns if column.attnum == attnum)
