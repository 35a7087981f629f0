"""ADD-13: writes that a new NOT NULL, CHECK, FOREIGN KEY or UNIQUE refuses, or a generated column does."""

from collections.abc import Iterator
from typing import Any

from lintel.analysis.resolution import Resolution
from lintel.impact.change import Altered, Change
from lintel.impact.constraints import Constrained
from lintel.impact.hit import Hit
from lintel.sql.grammar import Node

_UNSUPPLIED = "it does not supply {required} of {{table}}, which is NOT NULL and has no default"
_DEFAULT = "it does not supply {fresh} of {{table}}, and what that column gets then is {words}"
_WRITTEN = "it writes {columns} of {{table}}, and fails with {words}"
_OLD_ROWS = "it updates rows of {{table}} that may have {words} in {columns} already, whatever it sets"


def unsupplied(supplied: set[str], table: Altered, change: Change) -> Iterator[Hit]:
    """What an INSERT or COPY meets with the columns that it does not supply."""
    required = sorted(table.required - supplied)
    if required:
        yield Hit("ADD-13", "23502", _UNSUPPLIED.format(required=", ".join(required)))
    for one in _of(table.before.oid, change):
        if one.fresh is not None and one.fresh not in supplied and one.by_default:
            yield Hit("ADD-13", one.sqlstate, _DEFAULT.format(fresh=one.fresh, words=one.words))


def hits(node: Node, before: Resolution, change: Change) -> Iterator[Hit]:
    """What a statement meets with the columns that it writes, or with the old rows that it updates."""
    if not change.constraints:
        return
    body = node.get("InsertStmt") or node.get("UpdateStmt") or node.get("MergeStmt") or {}
    for one in change.constraints:
        table = change.touched.get(one.relation)
        if table is None or one.fresh is not None or _known_already(one, table):
            continue
        keys = {column.attnum for column in table.before.columns if column.name in one.columns}
        named = ", ".join(sorted(one.columns))
        if any(oid == one.relation and key in keys for oid, key in before.writes):
            if one.sqlstate != "23502" or _may_be_null(body, one.columns, before, one.relation):
                yield Hit("ADD-13", one.sqlstate, _WRITTEN.format(columns=named, words=one.words))
        elif not one.valid and one.sqlstate == "23514" and _updates(before, one.relation):
            yield Hit("ADD-13", one.sqlstate, _OLD_ROWS.format(columns=named, words=one.words))


def _of(oid: int, change: Change) -> Iterator[Constrained]:
    return (one for one in change.constraints if one.relation == oid)


def _known_already(one: Constrained, table: Altered) -> bool:
    """NOT NULL on a column that has it."""
    old = [column for column in table.before.columns if column.name in one.columns]
    return one.sqlstate == "23502" and all(column.not_null for column in old)


def _updates(before: Resolution, oid: int) -> bool:
    return any(s.role in ("update", "merge") and s.table.relation.oid == oid for s in before.sources)


def _may_be_null(body: Node, names: frozenset[str], before: Resolution, oid: int) -> bool:
    """A value that can be NULL: all but a literal; what cannot be told from the text may be."""
    values = list(_values(body, names, before, oid))
    return not values or any(value is None or not _is_literal(value) for value in values)


def _is_literal(value: Any) -> bool:
    constant = value.get("A_Const")
    return (constant is not None and not constant.get("isnull")) or "SetToDefault" in value


def _values(body: Node, names: frozenset[str], before: Resolution, oid: int) -> Iterator[Any]:
    """The expressions that are written to the columns, None where they are not in the text."""
    for entry in body.get("targetList", []):
        if entry.get("ResTarget", {}).get("name") in names:
            yield entry["ResTarget"].get("val")
    lists = body.get("selectStmt", {}).get("SelectStmt", {}).get("valuesLists", [])
    given = [entry["ResTarget"]["name"] for entry in body.get("cols", [])]
    if not given:
        table = next((s.table.relation for s in before.sources if s.table.relation.oid == oid), None)
        given = [column.name for column in table.columns] if table is not None else []
    for row in lists:
        items = row["List"]["items"]
        yield from (items[i] if i < len(items) else {"SetToDefault": {}} for i, n in enumerate(given) if n in names)
    if "selectStmt" in body and not lists and names & {*given}:
        yield None


def computed(before: Resolution, after: Resolution, change: Change) -> Iterator[Hit]:
    """Writes to a column that the server computes itself."""
    for oid, key in after.writes - before.writes:
        table = change.altered.get(oid)
        column = next((c for c in table.added.values() if c.attnum == key), None) if table else None
        if column is not None and column.generated:
            yield Hit("ADD-13", "428C9", "it writes {columns} of {table}, which is a generated column")
