"""The value of a parked column in a row that the statement locks, or has just changed.

In READ COMMITTED such a row may be read twice (manual 13.2.1): as the snapshot has it, and, where the statement had to
wait for somebody else's change of it, as that has left it. The side table is read from the snapshot both times, unless
something is done about it. So a version of the row that is not in the snapshot is looked up by a function that takes a
snapshot of its own. By then the row is locked, and whoever parks a value locks its row first: nothing can be later.
"""

from lintel.plan import Plan, parking
from lintel.shield.case import Case, own_value
from lintel.shield.side_table import SideTable
from lintel.shield.splices import HELPER
from lintel.sql.quoting import quote_ident


def reference(case: Case, row: str, plan: Plan, side: SideTable) -> str:
    """A scalar subquery for a reference to the column of `row`, a DML target; `row` is as SQL writes it.

    The marker stands first: analysis meets it before it looks for the function.
    """
    column = quote_ident(plan.change.column)
    i, d, q = case.alias("i"), case.alias(HELPER), case.alias("q")
    return (
        f"(SELECT {d}.{column} FROM (SELECT {plan.imagined_in(row)} AS {column} "
        f"WHERE true OR EXISTS ({side.in_force(case.alias('m'))})) {i}, "
        f"LATERAL (SELECT {value(case, row, plan, side)} AS {column} FROM (SELECT {row}.*) {q}) {d})"
    )


def seen(case: Case, row: str, side: SideTable) -> str:
    """Whether this version of the row is the one that the statement's snapshot shows."""
    v = case.alias("v")
    return f"EXISTS (SELECT FROM {side.base} AS {v} WHERE {v}.ctid OPERATOR(pg_catalog.=) {row}.ctid)"


def value(case: Case, row: str, plan: Plan, side: SideTable) -> str:
    """The expression, where the column's bare name means what is read if nothing is parked for the row."""
    p, e = case.alias("p"), case.alias("e")
    column, parked = own_value(case, plan), f"{p}.{parking.VALUE}"
    keys = "".join(f", {row}.{quote_ident(name)}" for name, _ in side.keys)
    collation = f" COLLATE {plan.type.collation}" if plan.type.collation else ""
    return (
        f"CASE WHEN {seen(case, row, side)} "
        f"THEN (SELECT CASE WHEN {p}.{parking.key_column(1)} IS NOT NULL THEN {parked} ELSE {column} END "
        f"FROM (SELECT) AS {e} LEFT JOIN {side.table} AS {p} ON {side.matches(p, row)}) "
        f"ELSE {side.latest}({column}{keys})::{plan.type.sql}{collation} END"
    )
