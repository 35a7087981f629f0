"""What a column that is not there, or does not count yet, reads as in a row that no derived table stands for."""

from lintel.analysis.resolution import Source
from lintel.analysis.scope import Item
from lintel.plan import Plan
from lintel.shield import parked_value
from lintel.shield.case import Case, Unserved, imagined
from lintel.shield.splices import HELPER
from lintel.shield.values import updates
from lintel.sql.quoting import quote_ident


def stand_in(case: Case, source: Source, item: Item, plan: Plan) -> str:
    """What a column that is not there, or not yet what counts, reads as in a row of the target or of excluded.

    Raises Unserved where that cannot be said.
    """
    _assert_there(item, source, plan)
    case.assert_imaginable(plan.id)
    qualifier = item.name or source.item.name or ""
    side = case.parked(plan.id)
    updating = any(use.source is source and updates(use.node) for use in case.answer.inserts)
    if side is None or (source.role == "insert" and not updating):
        return imagined(case, qualifier, plan.change.column, plan, where_there(item, source))
    if qualifier == "excluded":
        d, column = case.alias(HELPER), quote_ident(plan.change.column)
        value = case.proposed.get((source.at, plan.id), plan.default_sql)
        return f"(SELECT {d}.{column} FROM (SELECT {value} AS {column}) {d})"
    if source.role == "merge":  # which version of the row it looks at, its conditions cannot ask (manual, MERGE: ctid)
        raise Unserved("MERGE reads a parked column of the rows that it merges into", plan)
    return parked_value.reference(case, quote_ident(qualifier), plan, side)


def where_there(item: Item, source: Source) -> str:
    """For RETURNING's old and new (PostgreSQL 18) of a row that may not be: it has NULLs, not defaults."""
    if not _may_be_missing(item, source):
        return ""
    return f" WHERE {quote_ident(item.name or source.item.name or '')}.tableoid IS NOT NULL"


def _may_be_missing(item: Item, source: Source) -> bool:
    return source.role not in ("from", "update") and not item.open


def _assert_there(item: Item, source: Source, plan: Plan) -> None:
    returned = source.role != "from" and not item.open
    if returned and plan.shield.absent_writes == "park":
        raise Unserved("a column that is not there, of the old or new row of RETURNING", plan)
