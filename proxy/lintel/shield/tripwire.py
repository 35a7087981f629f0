"""What makes a text loud that a write was taken out of: it must not run once the column is there.

A WITH query that is analysed and never executed, and that fails with 42702 as soon as the table has the column. The
dropped constants stand in it, so that parameters keep their numbers and types (trap T12).
"""

from lintel.shield.case import Case, Unserved
from lintel.shield.splices import Splice
from lintel.shield.values import entered
from lintel.sql.quoting import quote_ident, quote_qualified


def tripwire(case: Case, values: dict[tuple[int, str], list[str]]) -> list[Splice]:
    """The texts of the dropped values are by (oid, plan id). Raises Unserved where there is no place for the query."""
    queries = ", ".join(_query(case, *key, values[key], number) for number, key in enumerate(sorted(values)))
    at, first = _with(case)
    text = f" {queries}," if first else f"WITH {queries} "
    return [Splice(at, at, text.encode("utf-8", "surrogateescape"), at, "words")]


def _query(case: Case, oid: int, plan_id: str, values: list[str], number: int) -> str:
    relation = case.covered.schema.relations[oid]
    if relation.has_rules:
        raise Unserved("a table with rules takes no WITH query, which would have to guard the dropped write")  # T17
    plan = case.covered.plans[plan_id]
    name = quote_ident(plan.change.column)
    listed = ", ".join(f"(({text})::{plan.type.sql})" for text in dict.fromkeys(values))  # of rows there may be many
    table = f"{quote_qualified(relation.schema, relation.name)} AS {case.alias('o')}"
    query = f"SELECT {name} FROM (VALUES {listed}) {case.alias('v')} ({name}), {table} WHERE false"
    return f"{case.alias(f'absent{number}')} AS ({query})"


def _with(case: Case) -> tuple[int, bool]:
    """Where a WITH query goes, and whether there is a WITH already."""
    _, body = entered(case.statement)
    spans = case.spans
    if "withClause" in body:
        return spans.after_with(body["withClause"].get("location", 0)), True
    if "relation" not in body:
        raise Unserved("there is no place for the WITH query that would have to guard the dropped write")
    return spans.verb(body["relation"]["location"]), False
