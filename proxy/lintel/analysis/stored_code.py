"""Rules and BEGIN ATOMIC bodies, as the server deparses them: which of the columns they use they write.

That they use them the catalog knows (pg_depend); their text names every target and its columns, and qualifies tables.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from lintel.sql.grammar import Node, SyntaxProblem, TooDeep, parse

Target = tuple[str, str, str]  # (schema, relation, column)


class Stored(NamedTuple):
    """Columns that a stored text writes, and names of columns that stand anywhere else in it."""

    writes: frozenset[Target]
    named: frozenset[str]

    def kinds(self, target: Target) -> tuple[str, ...]:
        """How a column that the text depends on is used."""
        if target not in self.writes:
            return ("read",)
        return ("read", "write") if target[2] in self.named else ("write",)


def stored(text: str) -> Stored:
    """Of CREATE RULE or CREATE FUNCTION; of what cannot be read, nothing: all that is known then is a use."""
    try:
        statements = [raw.node for raw in parse(text.encode())]
    except (SyntaxProblem, TooDeep):
        return Stored(frozenset(), frozenset())
    return Stored(frozenset(_writes(statements)), frozenset(_names(statements)))


def _writes(value: Any) -> Iterator[Target]:
    for tag, body in nodes(value):
        if tag == "InsertStmt":
            conflict = body.get("onConflictClause", {}).get("targetList", [])
            yield from _targets(body["relation"], [*body.get("cols", []), *conflict])
        elif tag == "UpdateStmt":
            yield from _targets(body["relation"], body.get("targetList", []))
        elif tag == "MergeStmt":
            for clause in body.get("mergeWhenClauses", []):
                yield from _targets(body["relation"], clause["MergeWhenClause"].get("targetList", []))


def _targets(relation: Node, entries: list[Node]) -> Iterator[Target]:
    for entry in entries:
        yield relation.get("schemaname", ""), relation["relname"], entry["ResTarget"].get("name", "")


def _names(value: Any) -> Iterator[str]:
    for tag, body in nodes(value):
        if tag == "ColumnRef":
            yield from (field["String"]["sval"] for field in body["fields"][-1:] if "String" in field)


def nodes(value: Any) -> Iterator[tuple[str, Node]]:
    """Every node below; iterative, as bodies may be long."""
    stack = [value]
    while stack:
        value = stack.pop()
        if isinstance(value, list):
            stack.extend(value)
        elif isinstance(value, dict):
            for tag, body in value.items():
                if isinstance(body, dict):
                    yield tag, body
                if isinstance(body, (dict, list)):
                    stack.append(body)
