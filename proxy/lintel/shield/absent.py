"""What a column that is not there, or does not count yet, reads as in a row that no derived table stands for."""

from lintel.analysis.resolution import Source
from lintel.analysis.scope import Item
from lintel.plan import Plan
from lintel.shield import parked_value
from lintel.shield.case import Case, Unserved, imagined
from lintel.shield.splices import HELPER
from lintel.shield.values import updates
from lintel.sql.quoting import quote_ident


def stand_in(case: Case, source: Source, qualifier: str, plan: Plan) -> str:
    """What a column that is not there, or not yet what counts, reads as in a row of the target or of excluded."""
    side = case.parked(plan.id)
    updating = any(use.source is source and updates(use.node) for use in case.answer.inserts)
    if side is None or (source.role == "insert" and not updating):
        return imagined(case, qualifier, plan.change.column, plan)
    if qualifier == "excluded":  # of an INSERT that does not write the column
        d, column = case.alias(HELPER), quote_ident(plan.change.column)
        return f"(SELECT {d}.{column} FROM (SELECT {plan.default_sql} AS {column}) {d})"
    if source.role == "merge":  # which version of the row it looks at, its conditions cannot ask (manual, MERGE: ctid)
        raise Unserved("MERGE reads a parked column of the rows that it merges into", plan)
    return parked_value.reference(case, quote_ident(qualifier), plan, side)


def assert_there(item: Item, source: Source, plan: Plan) -> None:
    """Unserved for RETURNING's old and new (PostgreSQL 18) of a row that may not be: it has NULLs for defaults."""
    if source.role != "from" and not item.open and (source.role != "update" or plan.shield.absent_writes == "park"):
        raise Unserved("a column that is not there, of the old or new row of RETURNING", plan)
