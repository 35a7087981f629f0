"""CREATE TABLE (LIKE t): the client's columns of t, listed as the server would copy them (trap T6).

Without options LIKE copies names, types, collations and NOT NULL; from PostgreSQL 18 on also the name of the constraint
behind NOT NULL. INCLUDING DEFAULTS copies the defaults too.
"""

from lintel.analysis.resolution import LikeUse, Resolution
from lintel.plan import Add, Drop, Plan
from lintel.schema.logical import LogicalColumn
from lintel.shield.case import Case, Unserved
from lintel.shield.columns import definition, own_column
from lintel.shield.splices import Splice
from lintel.sql.quoting import quote_ident

_NAMED = 180000  # server_version_num from which NOT NULL is a constraint with a name
_DEFAULTS = 1 << 3  # CREATE_TABLE_LIKE_DEFAULTS


def likes(case: Case, others: list[Resolution]) -> list[Splice]:
    """The LIKE clauses that would copy other columns under one of these, as the client's columns."""
    return [_listed(case, use) for use in case.answer.likes if any(_differs(case, use, other) for other in others)]


def _differs(case: Case, use: LikeUse, other: Resolution) -> bool:
    return case.answer.bindings.get((use.at, "star")) != other.bindings.get((use.at, "star"))


def _listed(case: Case, use: LikeUse) -> Splice:
    if use.options & ~_DEFAULTS or not use.columns:
        raise Unserved("LIKE with INCLUDING copies more than columns")
    listed = (
        definition(case, use.table.relation, column)
        + (_default(case, use, column) if use.options else "")
        + (_not_null(case, use, column) if _required(case, use, column) else "")
        for column in use.table.columns
    )
    span = case.spans.like(use.node)
    return Splice(*span, ", ".join(listed).encode(), use.at, "like", dict(use.columns))


def _required(case: Case, use: LikeUse, column: LogicalColumn) -> bool:
    """Whether it is NOT NULL in the client's table."""
    plan: Plan | None = case.plan(column.key)
    if plan is not None and isinstance(plan.change, Add):
        return plan.change.not_null
    if plan is not None and isinstance(plan.change, Drop) and case.shown_name(plan.id) is None:
        raise Unserved(f'whether "{column.name}" could be NULL is not known any longer', plan)
    return own_column(case, use.table.relation, column).not_null


def _not_null(case: Case, use: LikeUse, column: LogicalColumn) -> str:
    if case.covered.schema.server_version < _NAMED:
        return " NOT NULL"
    shown = use.table.relation.column(case.shown_name(column.key) or column.name)
    if shown is None or shown.required_by is None:
        raise Unserved("LIKE copies the name of a NOT NULL constraint, which is not known")
    return f" CONSTRAINT {quote_ident(shown.required_by)} NOT NULL"


def _default(case: Case, use: LikeUse, column: LogicalColumn) -> str:
    """As the catalog has it, which is right under any search_path (T11)."""
    plan: Plan | None = case.plan(column.key)
    shown = use.table.relation.column(case.shown_name(column.key) or column.name)
    default = _planned_default(plan) if shown is None else shown.default
    if default is not None and case.retyped(column.key) is not None:
        raise Unserved("LIKE copies the default of a column that has another type", plan)
    return "" if default is None else f" DEFAULT {default}"


def _planned_default(plan: Plan | None) -> str | None:
    """Of a column to come; of one that has gone nobody asks."""
    return plan.default_sql if plan and isinstance(plan.change, Add) and plan.change.default is not None else None
