"""`(a, c) = (SELECT x, y ..)` in an UPDATE that parks: the query is evaluated once for each row, as a record.

    UPDATE o SET (a, c) = (SELECT x, y FROM t WHERE t.id = o.id)
    WITH l (k, s0) AS (SELECT o.id, (SELECT ROW(v.a, v.c) FROM (SELECT x, y FROM t WHERE ..) v (a, c)) FROM o ..),
         f AS (SELECT l.*, f0.* FROM l LEFT JOIN LATERAL unnest(ARRAY[l.s0]) f0 (a int, c text) ON true)

PostgreSQL has no other way to get several values of a subquery that is read again with its row. What types a record's
fields have must be said, so each is made one of its column's within the record, as an assignment does.
"""

from dataclasses import dataclass

from lintel.plan.types import TypeName, parse_type
from lintel.schema.snapshot import Relation
from lintel.shield.case import Unserved
from lintel.shield.casts import is_alike, unlimited, written


@dataclass(frozen=True, slots=True)
class Record:
    """What one query gives, as a column of the rows that were found; all names are ours."""

    column: str
    types: list[TypeName]
    alias: str

    @property
    def names(self) -> list[str]:
        """Of its fields, as columns."""
        return [f"{self.column}_{number}" for number in range(len(self.types))]

    @property
    def opening(self) -> str:
        """What stands before the query."""
        pairs = zip(self.names, self.types, strict=True)
        return f"(SELECT ROW({', '.join(written(f'{self.alias}.{name}', kind) for name, kind in pairs)}) FROM "

    @property
    def closing(self) -> str:
        """What stands behind it."""
        return f" AS {self.alias} ({', '.join(self.names)}))"

    def joined(self, rows: str) -> str:
        """A join of rows that have the record with its fields. Where the query has found nothing they are NULL."""
        typed = ", ".join(f"{name} {unlimited(kind)}" for name, kind in zip(self.names, self.types, strict=True))
        array = f"ARRAY[{rows}.{self.column}]"
        return f" LEFT JOIN LATERAL pg_catalog.unnest({array}) AS {self.column} ({typed}) ON true"


def type_of(relation: Relation, name: str) -> TypeName:
    """The type of one of the columns of the table itself that a query gives a value. Raises Unserved."""
    column = relation.column(name)
    try:
        kind = None if column is None else parse_type(column.type)
    except ValueError:
        kind = None
    return assert_alike(kind)


def assert_alike(kind: TypeName | None) -> TypeName:
    """The type, where what may be assigned to it is known. Raises Unserved."""
    if kind is None or not is_alike(kind):
        raise Unserved("a query gives values to several columns, and one of them has a type of an unusual kind")
    return kind
