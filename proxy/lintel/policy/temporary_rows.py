"""Temporary relations and types that would have rows of a table under a plan: as its children, or in their columns.

What a temporary relation has is in no catalog that Lintel reads, so that what it gives later could not be told from a
table of its own. So it is refused where it is made, or comes to have them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from lintel.policy.after import after
from lintel.policy.mentions import mentions
from lintel.schema import Schema
from lintel.shield import Question, Verdict
from lintel.shield.tables import Covered
from lintel.sql.grammar import Node, RawStatement

_GIVING = frozenset(("AT_AddColumn", "AT_AlterColumnType", "AT_AddInherit", "AT_AddOf"))
_HINT = "Name the columns that it needs, make it a table that is not temporary, or release the plan."


def refused(verdict: Verdict, text: bytes, raw: RawStatement, question: Question) -> Verdict:
    """The verdict, or a refusal in its place; of a text of one statement."""
    ids = () if verdict.kind == "refuse" else tuple(sorted(_plans(text, raw, question)))
    if not ids:
        return verdict
    plan = question.covered.plans[ids[0]]
    message = f'lintel: plan "{plan.id}" on {plan.table}: rows of the table in a temporary relation cannot be followed'
    return replace(verdict, kind="refuse", edits=(), sqlstate="42501", message=message, hint=_HINT, plans=ids)


def _plans(text: bytes, raw: RawStatement, question: Question) -> set[str]:
    ((tag, body),) = raw.node.items()
    covered = question.covered
    if tag == "AlterTableStmt" and _is_temporary(body["relation"], question.shadowed):
        return _added(text, body, covered)
    made = body.get("relation") if tag == "CreateStmt" else body.get("typevar") if tag == "CompositeTypeStmt" else None
    domain = tag == "CreateDomainStmt" and body["domainname"][0]["String"]["sval"].startswith("pg_temp")
    if not domain and (made is None or not _is_temporary(made, frozenset())):
        return set()
    left = after(covered.schema, raw, text, question.search_path)
    if (
        left is None
    ):  # it is LIKE another temporary relation, say, whose columns are not known: what else it names still counts
        return _plans_of(_parents_and_types(body), _holding(covered))
    return {plan.id for oid in _had(covered.schema, left) for plan in covered.by_oid.get(oid, ())}


def _is_temporary(relation: Node, shadowed: frozenset[str]) -> bool:
    schema = relation.get("schemaname", "")
    named = not schema and relation["relname"] in shadowed
    return named or relation.get("relpersistence") == "t" or schema.startswith("pg_temp")


def _added(text: bytes, body: Node, covered: Covered) -> set[str]:
    """A column or parent that may be such a table's: its name is in the text, beside the temporary relation's."""
    if not any(entry["AlterTableCmd"].get("subtype", "AT_AddColumn") in _GIVING for entry in body["cmds"]):
        return set()
    holding = _holding(covered)
    holding.pop(body["relation"]["relname"], None)
    return _plans_of(mentions(text, holding), holding)


def _plans_of(names: Iterable[str], holding: Mapping[str, set[str]]) -> set[str]:
    return {plan_id for name in names for plan_id in holding.get(name, ())}


def _holding(covered: Covered) -> dict[str, set[str]]:
    """Bare names of the relations, types and domains whose values have rows of tables under plans -> ids of these."""
    schema, found = covered.schema, dict[str, set[str]]()
    for oid, plans in covered.by_oid.items():
        holders = schema.holders(oid)
        domains = (name for (_, name), held in schema.domains.items() if held in holders)
        for name in (*(schema.relations[each].name for each in holders), *domains):
            found.setdefault(name, set()).update(plan.id for plan in plans)
    return found


def _parents_and_types(body: Node) -> Iterator[str]:
    """Bare names of the tables that what is made inherits from, and of the types of its columns."""
    yield from (parent["RangeVar"]["relname"] for parent in body.get("inhRelations", ()))
    columns = (entry.get("ColumnDef", {}) for key in ("tableElts", "coldeflist") for entry in body.get(key, ()))
    typed = [body.get("typeName"), body.get("ofTypename"), *(column.get("typeName") for column in columns)]
    yield from (name["names"][-1]["String"]["sval"] for name in typed if name is not None)


def _had(before: Schema, after: Schema) -> Iterator[int]:
    """The relations whose rows what was made has: its ancestors, and those in its columns."""
    for oid in after.relations.keys() - before.relations.keys():
        todo = list(after.relations[oid].parents)
        while todo:
            yield (parent := todo.pop())
            todo += after.relations[parent].parents
        yield from after.tables_in(oid)
    for name, oid in after.domains.items():
        if name not in before.domains:
            yield from after.tables_in(oid)
