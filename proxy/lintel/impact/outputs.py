"""Which stars of a statement reach its result: those in the outermost target list, or in each one of a UNION."""

from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]

_HOLDERS = {"PrepareStmt": "query", "DeclareCursorStmt": "query", "CopyStmt": "query"}  # EXPLAIN shows no columns


@dataclass(frozen=True, slots=True)
class Output:
    """The offsets of those stars; `distinct` where they are compared."""

    stars: frozenset[int]
    distinct: bool = False

    def shows(self, at: int) -> bool:
        """Whether a star at this offset is seen by the client."""
        return at in self.stars


def output_of(node: Node) -> Output:
    """The stars of one statement that its client sees."""
    ((tag, body),) = node.items()
    if tag in _HOLDERS and "query" in body:
        return output_of(body["query"])
    if tag == "SelectStmt":
        return _select(body)
    if tag in ("InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"):
        return Output(_stars(body.get("returningClause", {}).get("exprs", []), body))
    return Output(frozenset())


def _select(body: Node) -> Output:
    if "larg" in body:
        sides = _select(body["larg"]), _select(body["rarg"])
        distinct = not body.get("all") or any(side.distinct for side in sides)
        return Output(sides[0].stars | sides[1].stars, distinct)
    return Output(_stars(body.get("targetList", []), body), "distinctClause" in body)


def _stars(targets: list[Node], body: Node) -> frozenset[int]:
    found = set()
    for target in targets:
        value = target["ResTarget"]["val"]
        indirection = value.get("A_Indirection", {})
        if any("A_Star" in step for step in indirection.get("indirection", [])):
            value = indirection["arg"]
        elif "A_Star" not in value.get("ColumnRef", {}).get("fields", [{}])[-1]:
            continue
        location = value.get("ColumnRef", {}).get("location", -1)
        found.add(location if location >= 0 else _table_command(body))
    return frozenset(found)


def _table_command(body: Node) -> int:
    """`TABLE t` has a star that is not in the text; it stands where the table's name does."""
    sources = body.get("fromClause", [])
    return int(sources[0]["RangeVar"]["location"]) if sources and "RangeVar" in sources[0] else -1
