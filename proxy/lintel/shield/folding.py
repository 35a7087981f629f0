"""Whether the planner would see through a constant in a column's place where it must not.

CASE and COALESCE have a length (typmod) where all their branches have the same. What the client is told of a result is
what the planner leaves of them: of one that a constant decides a single branch, with a length of its own.

A condition on a column makes an outer join a plainer one, one on a constant does not (reduce_outer_joins). That is what
FULL JOIN by other operators than `=`, and FOR UPDATE of the side that may be missing, have to have (else 0A000).
"""

from collections.abc import Iterator

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import Node
from lintel.plan import Add, Drop
from lintel.shield.case import Case, offsets

_CHOOSING = ("CaseExpr", "CoalesceExpr", "MinMaxExpr")
_CONDITIONS = ("whereClause", "quals")


def barrier(case: Case) -> str:
    """What keeps the planner from it, behind the constants; nothing where it may see through them."""
    choosing = list(_choosing(case.statement, output=False))
    if not choosing and b"join" not in case.text.lower():
        return ""
    columns = {r.at: r.meaning for r in case.answer.references if isinstance(r.meaning, Col)}
    seen = any(_shows(case, columns, node) for node in choosing) or _reduces(case, columns)
    return " OFFSET 0" if seen else ""


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


def _reduces(case: Case, columns: dict[int, Col]) -> bool:
    """Whether a condition is on an imagined column, beside an outer join that PostgreSQL may refuse as it stands."""
    if not any(_is_imagined(case, columns[at]) for at in _conditions(case.statement) if at in columns):
        return False
    outer = _says(case.statement, ("JOIN_LEFT", "JOIN_RIGHT"))
    return _says(case.statement, ("JOIN_FULL",)) or (outer and _says(case.statement, ("lockingClause",)))


def _conditions(node: object) -> set[int]:
    """Where the nodes of WHERE and ON stand."""
    if isinstance(node, list):
        return set().union(*map(_conditions, node))
    if not isinstance(node, dict):
        return set()
    return set().union(*(offsets(body) if tag in _CONDITIONS else _conditions(body) for tag, body in node.items()))


def _says(node: object, words: tuple[str, ...]) -> bool:
    """Whether one of them is a key, or a value, under a node."""
    if isinstance(node, list):
        return any(_says(part, words) for part in node)
    if isinstance(node, dict):
        return any(key in words or _says(body, words) for key, body in node.items())
    return node in words


def _is_imagined(case: Case, column: Col) -> bool:
    plan = case.plan(column.key)
    return plan is not None and isinstance(plan.change, Add | Drop)


def _shows(case: Case, columns: dict[int, Col], node: Node) -> bool:
    named = [columns[at] for at in offsets(node) if at in columns]
    imagined = any(_is_imagined(case, column) for column in named)
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
