"""DDL that the server refuses because of what the table is: ADD-14."""

from collections.abc import Iterator
from typing import NamedTuple

from lintel.analysis.ddl import Step
from lintel.impact.hit import Hit
from lintel.schema import Relation
from lintel.sql.quoting import quote_qualified

_PARTITION = "it is a partition: columns are added to its parent"
_TYPED = "it is made OF a type: columns are added to the type"


class Refused(NamedTuple):
    """A hit of the statement itself."""

    hit: Hit
    object: str


def refused(step: Step) -> Iterator[Refused]:
    """Of one statement of the change."""
    statement = step.statement.node.get("AlterTableStmt")
    if statement is None:
        return
    named = statement["relation"]
    table = step.before.find(named.get("schemaname"), named["relname"], step.search_path)
    if table is None:
        return
    name = f"table {quote_qualified(table.schema, table.name)}"
    if step.problem is not None:
        text = str(step.problem).replace("{", "{{").replace("}", "}}")
        yield Refused(Hit("ADD-14", step.problem.sqlstate, text), name)
    elif any(entry["AlterTableCmd"].get("subtype") == "AT_AddColumn" for entry in statement["cmds"]):
        why = _why(table, step)
        if why is not None:
            yield Refused(Hit("ADD-14", "42809", why), name)


def _why(table: Relation, step: Step) -> str | None:
    if table.oid in step.before.code.typed:
        return _TYPED
    parents = [step.before.relations[oid] for oid in table.parents if oid in step.before.relations]
    return _PARTITION if any(parent.kind == "p" for parent in parents) else None
