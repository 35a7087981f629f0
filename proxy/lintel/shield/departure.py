"""In what a table departs from its plan: nothing fails at once by it, so that nobody would notice until it matters.

What is wrong with the column is said by names and types; a default is a literal, and is not shown.
"""

from collections.abc import Iterator

from lintel.plan import Add, Plan
from lintel.plan.expressions import constant_in
from lintel.schema import Column, Schema
from lintel.shield.tables import permits
from lintel.sql.quoting import quote_ident


def departure(plan: Plan, schema: Schema | None) -> str | None:
    """What of the planned column is not as the plan has it; None where it is, or is not there."""
    relation = schema.by_name.get((plan.schema, plan.name)) if schema is not None and not plan.released else None
    if relation is None:
        return None
    column = relation.column(plan.change.column)
    if column is None or len(plan.names) > 1:  # a column that is renamed
        return None if permits(plan, relation) else f"{plan.table} is neither of the plan's two"
    found = list(_departures(plan, column, typed=permits(plan, relation)))
    return f"{plan.table}.{quote_ident(column.name)} {' and '.join(found)}" if found else None


def _departures(plan: Plan, column: Column, *, typed: bool) -> Iterator[str]:
    if not typed:
        collation = f" COLLATE {column.collation}" if column.collation else ""
        yield f"is of type {column.type}{collation}, which the plan does not say"
    if not isinstance(plan.change, Add):
        return
    if column.generated or column.identity:
        yield "is generated, which the plan does not say"
    elif _differ(plan.change.default, column.default) and not (plan.fills and column.default is None):
        yield "has another default than the plan says"


def _differ(one: str | None, other: str | None) -> bool:
    """Whether two defaults are two constants; of other expressions it is not known."""
    constants = [constant_in(text) for text in (one, other)]
    return None not in constants and constants[0] != constants[1]
