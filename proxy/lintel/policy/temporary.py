"""A temporary relation with the name of a table under a plan: pinned down as pg_temp's, it cannot be that table.

Nothing is known of the temporary relation, nor needed: `pg_temp.o` is the relation that the client means, or it is
not there and the statement fails. What cannot be pinned for certain is left to be refused.
"""

from collections.abc import Iterator
from typing import Any

from lintel.policy.edits import Edit
from lintel.sql.grammar import Node, RawStatement

_SCHEMA = "pg_temp"
_PINNED = frozenset(
    ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt", "ExplainStmt",
     "DeclareCursorStmt", "PrepareStmt", "TruncateStmt", "LockStmt", "VacuumStmt"]
)  # fmt: skip
# Names in these are aliases, columns and constants: they mean what the FROM items make of them.
_WITHIN = frozenset(["alias", "ColumnRef", "lockedRels", "A_Const"])


class _Unpinned(Exception):
    """A name stands where more than a temporary relation may be meant."""


def pinned(statements: list[RawStatement], names: set[str], shadowed: frozenset[str]) -> tuple[Edit, ...] | None:
    """The edits after which none of `names` can be anything but a temporary relation; None where that is not certain.

    `shadowed` are the temporary relations that the session is thought to have, `names` those that the text mentions.
    """
    try:
        return tuple(sorted(edit for raw in statements for edit in _of_statement(raw.node, names, shadowed)))
    except (_Unpinned, RecursionError):
        return None


def first_in(search_path: tuple[str, ...] | None) -> bool:
    """Whether a temporary relation comes before others of its name (manual 20.11, search_path)."""
    return search_path is not None and _SCHEMA not in search_path[1:]


def _of_statement(node: Node, names: set[str], shadowed: frozenset[str]) -> Iterator[Edit]:
    found = list(_edits(node, names, shadowed))
    if found and not _PINNED.issuperset(node):
        raise _Unpinned
    yield from found


def _edits(value: Any, names: set[str], shadowed: frozenset[str]) -> Iterator[Edit]:
    if isinstance(value, list):
        for part in value:
            yield from _edits(part, names, shadowed)
    elif isinstance(value, dict):
        if "relpersistence" in value and value["relname"] in names:
            yield from _of_relation(value, shadowed)
            return
        if "intoClause" in value and value["intoClause"]["rel"]["relpersistence"] != "t":
            raise _Unpinned  # there pg_temp would decide what is made
        target = "ResTarget" in value
        for key, part in (value["ResTarget"] if target else value).items():
            if key not in _WITHIN and not (target and key == "name"):
                yield from _edits(part, names, shadowed)
    elif isinstance(value, str) and value in names:
        raise _Unpinned


def _of_relation(relation: Node, shadowed: frozenset[str]) -> Iterator[Edit]:
    schema = relation.get("schemaname", "")
    if relation["relpersistence"] == "t" or schema.startswith(_SCHEMA):
        return
    if schema or relation["relname"] not in shadowed:
        raise _Unpinned
    at = relation.get("location", 0)
    yield at, at, b"pg_temp."
