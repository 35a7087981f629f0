"""CREATE TABLE (LIKE t): the client's columns of t, listed as the server would copy them (trap T6).

Without options LIKE copies names, types, collations and NOT NULL. From PostgreSQL 18 on the constraints behind NOT NULL
have names, which are copied, too, and nobody has told us those.
"""

from lintel.analysis.resolution import LikeUse, Resolution
from lintel.plan import Add, Drop, Plan
from lintel.schema.logical import LogicalColumn
from lintel.shield.case import Case, Unserved
from lintel.shield.columns import definition, own_column
from lintel.shield.splices import Splice

_NAMED = 180000  # server_version_num from which NOT NULL is a constraint with a name


def likes(case: Case, others: list[Resolution]) -> list[Splice]:
    """The LIKE clauses that would copy other columns under one of these, as the client's columns."""
    return [_listed(case, use) for use in case.answer.likes if any(_differs(case, use, other) for other in others)]


def _differs(case: Case, use: LikeUse, other: Resolution) -> bool:
    return case.answer.bindings.get((use.at, "star")) != other.bindings.get((use.at, "star"))


def _listed(case: Case, use: LikeUse) -> Splice:
    if use.options or not use.columns:
        raise Unserved("LIKE with INCLUDING copies more than columns")
    relation, columns = use.table.relation, use.table.columns
    required = [_required(case, use, column) for column in columns]
    if any(required) and case.covered.schema.server_version >= _NAMED:
        raise Unserved("LIKE copies the names of NOT NULL constraints, which are not known")
    listed = (
        definition(case, relation, column) + " NOT NULL" * is_required
        for column, is_required in zip(columns, required, strict=True)
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
