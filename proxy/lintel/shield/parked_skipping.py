"""Which of several rows an INSERT with ON CONFLICT has written, where it may leave some out: told by what is in them.

    INSERT INTO o (n, c) VALUES (1, 5), (2, 6) ON CONFLICT DO NOTHING
    WITH r (k, m) AS (INSERT INTO o (n) VALUES (1), (2) ON CONFLICT DO NOTHING RETURNING id, ROW(n)::text),
         q AS (r, numbered among equal m), t AS (VALUES (ROW(1)::text, 5), (ROW(2)::text, 6), numbered likewise)
    INSERT INTO park SELECT q.k, t.v FROM q LEFT JOIN t ON t.m = q.m AND ..

m is all that a row was given, after DO UPDATE the columns that the conflict is about. Of rows with equal keys only the
first can have been written. Where nothing tells for certain the key becomes NULL, which fails: some of several equal
rows were left out, or a trigger may have changed them. A trigger BEFORE UPDATE may only if that fails by itself: the
value that it gives the columns is another row's of the table, or none that was proposed.
"""

from dataclasses import dataclass

from lintel.plan import parking
from lintel.plan.types import parse_type
from lintel.schema.snapshot import Column
from lintel.shield.side_table import SideTable
from lintel.sql.quoting import quote_literal

_BEFORE_EACH_ROW, _INSERT, _UPDATE = 3, 4, 16  # bits of pg_trigger.tgtype


@dataclass(frozen=True, slots=True)
class Given:
    """A column by which rows are told."""

    number: int  # among those of the INSERT
    name: str  # as SQL writes it
    type: str


def column_type(column: Column) -> str:
    """Its type under any search_path (T11): format_type writes those of PostgreSQL without their schema."""
    try:
        return parse_type(column.type).sql
    except ValueError:
        return column.type


def told_by(columns: list[str]) -> str:
    """The values of a row as one text: NULL and the empty string are two, and it can be hashed."""
    return f"(ROW({', '.join(columns)}))::pg_catalog.text"


def counted(name: str, columns: list[str], query: str) -> str:
    """A WITH query that counts the rows of another through among those with the same m.

    `query` gives n, m and `columns`; it gives n, m, these, i and j: the place among equals, and how many there are.
    """
    listed = ", ".join(["n", "m", *columns])
    equal = "OVER (PARTITION BY m ORDER BY n{})"
    all_of_them = equal.format(" ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING")
    return (
        f"{name} ({listed}, i, j) AS MATERIALIZED (SELECT {listed}, pg_catalog.row_number() {equal.format('')}, "
        f"pg_catalog.count(*) {all_of_them} FROM ({query}) AS {name} ({listed}))"
    )


def triggered(side: SideTable, event: int = _INSERT) -> str:
    """Whether a trigger may have changed what a row was given: one BEFORE INSERT or UPDATE, FOR EACH ROW."""
    bits = _BEFORE_EACH_ROW | event
    return (
        f"EXISTS (SELECT FROM pg_catalog.pg_trigger AS g WHERE g.tgrelid OPERATOR(pg_catalog.=) "
        f"{quote_literal(side.base)}::pg_catalog.regclass AND NOT g.tgisinternal "
        f"AND (g.tgtype OPERATOR(pg_catalog.&) {bits}::smallint) OPERATOR(pg_catalog.=) {bits})"
    )


def looked_up(side: SideTable, g: str, proposed: str, columns: list[str], column: str, excluded: str) -> str:
    """What was proposed for a parked column of the row that ON CONFLICT DO UPDATE calls excluded.

    `proposed` gives n, m and the parked `columns`. Where it cannot be told for certain which row that is there are two,
    which fails (21000): proposed rows have equal keys, or a trigger may have changed them.
    """
    told = f"(SELECT {excluded} AS m OFFSET 0) AS e"  # made once, not for each row that it is compared with
    return (
        f"(WITH {g} (n, m, {', '.join(columns)}) AS MATERIALIZED ({proposed}) SELECT {g}.{column} FROM {told}, {g} "
        f"WHERE {g}.m OPERATOR(pg_catalog.=) e.m "
        f"UNION ALL SELECT NULL FROM pg_catalog.generate_series(1, 2) WHERE {triggered(side)})"
    )


def paired(side: SideTable, q: str, t: str, value: str, *, first: bool, partial: bool) -> str:
    """The keys of the rows that were written with what is parked for each; `first`: of equals only the first can be.

    `partial`: the index of the conflict is, so that rows may have equal columns.
    """
    certain = f"{t}.i IS NOT NULL" if first else f"{q}.j OPERATOR(pg_catalog.=) {t}.j"
    certain += f" AND NOT {triggered(side)}" + (f" AND NOT {triggered(side, _UPDATE)}" if partial else "")
    keys = ", ".join(f"CASE WHEN {certain} THEN {q}.{own} END" for _, own in side.keys)
    on = f"{t}.m OPERATOR(pg_catalog.=) {q}.m AND {t}.i OPERATOR(pg_catalog.=) {q}.i"
    return f"({side.key_list}, {parking.VALUE}) SELECT {keys}, {value} FROM {q} LEFT JOIN {t} ON {on} ORDER BY {q}.n"
