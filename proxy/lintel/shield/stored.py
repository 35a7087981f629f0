"""Texts that the server keeps (T18): what they read is read from the columns as they are, by whoever comes."""

from lintel.plan import Plan
from lintel.shield.case import Case, Unserved


def assert_in_place(case: Case) -> None:
    """Unserved where such a text reads a column whose values are not all in it yet."""
    for plan in filter(None, (case.plan(key) for _, key in case.answer.reads)):
        until = "the parked values have landed" if plan.id in case.covered.parked else _filling(case, plan)
        if until is not None:
            raise Unserved(
                f'a view keeps its text, and the column "{plan.change.column}" does not hold all that is to be read in '
                f"it until {until}",
                plan,
                "Make the view then",
            )


def _filling(case: Case, plan: Plan) -> str | None:
    """Whatever the transaction's own snapshot shows: others will read it."""
    relation = case.covered.schema.by_name.get((plan.schema, plan.name))
    column = relation.column(plan.change.column) if relation is not None else None
    if plan.id not in case.covered.unfilled or (column is not None and column.not_null):
        return None
    return "its rows are filled and it is NOT NULL"
