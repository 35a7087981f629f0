"""Whether the planner would see through a constant in a column's place, and give an output another length.

CASE and COALESCE have a length (typmod) where all their branches have the same. What the client is told of a result is
what the planner leaves of them: of one that a constant decides a single branch, with a length of its own.
"""

from collections.abc import Iterator

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import Node
from lintel.plan import Add, Drop
from lintel.shield.case import Case, offsets

_CHOOSING = ("CaseExpr", "CoalesceExpr", "MinMaxExpr")


def barrier(case: Case) -> str:
    """What keeps the planner from it, behind the constants; nothing where no output could have another length."""
    columns = {r.at: r.meaning for r in case.answer.references if isinstance(r.meaning, Col)}
    return " OFFSET 0" if any(_shows(case, columns, node) for node in _choosing(case.statement, output=False)) else ""


def _choosing(node: object, *, output: bool) -> Iterator[Node]:
    """The outermost expressions in select lists that choose one of several values."""
    if isinstance(node, list):
        for part in node:
            yield from _choosing(part, output=output)
    elif isinstance(node, dict):
        for tag, body in node.items():
            if output and tag in _CHOOSING:
                yield body
            else:
                yield from _choosing(body, output=output or tag == "ResTarget")


def _shows(case: Case, columns: dict[int, Col], node: Node) -> bool:
    named = [columns[at] for at in offsets(node) if at in columns]
    plans = [case.plan(column.key) for column in named]
    imagined = any(plan is not None and isinstance(plan.change, Add | Drop) for plan in plans)
    return imagined and (_cuts(node) or any(_has_length(case, column) for column in named))


def _cuts(node: object) -> bool:
    """Whether something is cast to a type with a length."""
    if isinstance(node, list):
        return any(map(_cuts, node))
    return isinstance(node, dict) and ("typmods" in node or any(map(_cuts, node.values())))


def _has_length(case: Case, column: Col) -> bool:
    plan = case.plan(column.key)
    if plan is not None and isinstance(plan.change, Add | Drop):
        try:
            return "(" in plan.type.sql
        except LookupError:
            return False  # it cannot be imagined either
    relation = case.covered.schema.relations.get(column.oid)
    found = relation.columns if relation is not None else ()
    names = plan.names if plan is not None else ()
    return any("(" in c.type for c in found if c.attnum == column.key or c.name in names)
