"""What is not wrong in a plan but will hurt: said by `lintel plan lint`, never an error.

Only what the file itself tells. Rule ids are those of the catalogue of failure modes.
"""

from collections.abc import Iterator, Sequence

from lintel.plan.changes import Add
from lintel.plan.clients import ClientRule
from lintel.plan.expressions import parse_expression, typed_sql
from lintel.plan.model import Plan


def advice(plan: Plan) -> tuple[str, ...]:
    """One sentence or two per finding, the key first."""
    return (*_purpose(plan), *_not_null(plan), *_default(plan), *_rules(plan.shield.clients))


def _purpose(plan: Plan) -> Iterator[str]:
    if not plan.purpose:
        yield "purpose: say in a sentence why; it is what others see in errors and reports"


def _not_null(plan: Plan) -> Iterator[str]:
    if isinstance(plan.change, Add) and plan.change.not_null and plan.change.default is None:
        yield (
            "add.not_null: without a default, ADD COLUMN .. NOT NULL fails on a table that has rows (ADD-13, 23502), "
            "and so does every INSERT of code that does not know the column; give add.default, or add the column "
            "nullable, fill it, and set NOT NULL when no old writer is left"
        )


def _default(plan: Plan) -> Iterator[str]:
    if not isinstance(plan.change, Add) or plan.change.default is None:
        return
    node = parse_expression(plan.change.default)
    if "SubLink" in node or "ColumnRef" in node:
        return
    try:
        typed_sql(node, plan.type)
    except ValueError as problem:
        yield (
            f"add.default: {problem}; if PostgreSQL finds it volatile, ADD COLUMN rewrites the whole table under its "
            "lock: add the column without a default, then ALTER COLUMN .. SET DEFAULT, then fill it"
        )


def _rules(rules: Sequence[ClientRule]) -> Iterator[str]:
    for number, rule in enumerate(rules, 1):
        earlier = next((n for n, other in enumerate(rules[: number - 1], 1) if _covers(other, rule)), None)
        if earlier is not None:
            yield f"shield.clients[{number}]: never reached, shield.clients[{earlier}] matches the same clients first"


def _covers(first: ClientRule, second: ClientRule) -> bool:
    """Whether the first surely matches whatever the second does: each of its patterns is `*` or the same."""
    names = ("application_name", "user", "database", "address")
    same = all(getattr(first, n) in (None, getattr(second, n)) or getattr(first, n) == "*" for n in names)
    return same and set(first.tags) <= set(second.tags)
