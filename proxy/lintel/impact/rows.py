"""Rows as values of a table's type, and rows that are compared: what a column does to them (ADD-10, ADD-11)."""

from collections.abc import Iterator
from typing import Any

from lintel.analysis.meanings import Row
from lintel.analysis.resolution import Resolution
from lintel.analysis.stored_code import nodes
from lintel.impact.change import Altered, Change
from lintel.impact.hit import Hit
from lintel.schema import Column
from lintel.sql.grammar import Node

# Types without an equality operator of a default operator class (pg_opclass): rows with them cannot be compared.
_INCOMPARABLE = frozenset({"json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle", "jsonpath"})


def hits(node: Node, before: Resolution, after: Resolution, change: Change) -> Iterator[Hit]:
    """Of one statement that still can be analysed."""
    if before.row_types & change.altered.keys() or _rows_differ(before, after):
        yield from _casts(node, before, after, change)
    if any(_is_incomparable(c) for table in change.altered.values() for c in table.added.values()):
        yield from _compared(node, before, after, change)


def _rows_differ(before: Resolution, after: Resolution) -> bool:
    return any(isinstance(value, Row) and value != after.bindings.get(key) for key, value in before.bindings.items())


def _casts(node: Node, before: Resolution, after: Resolution, change: Change) -> Iterator[Hit]:
    for tag, body in nodes(node):
        if tag != "TypeCast" or body["typeName"].get("arrayBounds"):
            continue
        table = _target(body["typeName"], before, change)
        argument = body["arg"]
        grows = table is not None and table.added
        if grows and "RowExpr" in argument:
            yield Hit("ADD-10", "42846")
        elif grows and ("A_Const" in argument or "TypeCast" in argument) and not _is_null(argument):
            yield Hit("ADD-10", "22P02")
        elif table is not None and table.dropped and ("RowExpr" in argument or "A_Const" in argument):
            yield Hit(
                "DRP-03", "42846" if "RowExpr" in argument else "22P02", "it makes a row of {table} with {columns}"
            )
        elif _is_row_type(body["typeName"], change) and _row_differs(argument, before, after):
            yield Hit("ADD-10", "42846")


def _target(name: Node, before: Resolution, change: Change) -> Altered | None:
    names = [part["String"]["sval"] for part in name["names"]]
    for oid in before.row_types:
        table = change.altered.get(oid)
        if table is not None and table.before.name == names[-1] and names[:-1] in ([], [table.before.schema]):
            return table
    return None


def _is_row_type(name: Node, change: Change) -> bool:
    last = name["names"][-1]["String"]["sval"]
    return any(relation.name == last for relation in change.before.relations.values() if relation.oid >= 16384)


def _is_null(node: Node) -> bool:
    return bool(node.get("A_Const", {}).get("isnull"))


def _row_differs(argument: Node, before: Resolution, after: Resolution) -> bool:
    """A row of a subquery is cast column by column; that of a table never is."""
    key = (argument.get("ColumnRef", {}).get("location", -1), "ref")
    was, becomes = before.bindings.get(key), after.bindings.get(key)
    of_table = isinstance(was, Row) and any(source.at == was.item for source in before.sources)
    return isinstance(was, Row) and was != becomes and not of_table


def _compared(node: Node, before: Resolution, after: Resolution, change: Change) -> Iterator[Hit]:
    """A star or whole row that is compared has such a column among its new ones."""
    places = {at for at in _places(node) if _gains(before, after, at, change)}
    if places:
        yield Hit("ADD-11")


def _places(node: Any) -> Iterator[int]:
    """Offsets of stars and names whose values DISTINCT, UNION, GROUP BY or ORDER BY compares."""
    for tag, body in nodes(node):
        if tag == "SelectStmt":
            if "larg" in body and not body.get("all"):
                yield from _stars(body)
            if body.get("distinctClause") == [{}]:
                yield from _listed(body.get("targetList", []))
            yield from _listed([*body.get("groupClause", []), *body.get("sortClause", [])])
        elif tag == "FuncCall" and body.get("agg_distinct"):
            yield from _listed(body.get("args", []))


def _stars(body: Node) -> Iterator[int]:
    if "larg" in body:
        yield from _stars(body["larg"])
        yield from _stars(body["rarg"])
    else:
        yield from _listed(body.get("targetList", []))


def _listed(entries: Any) -> Iterator[int]:
    return (body["location"] for tag, body in nodes(entries) if tag == "ColumnRef" and "location" in body)


def _gains(before: Resolution, after: Resolution, at: int, change: Change) -> bool:
    for tag in ("star", "ref"):
        was, becomes = before.bindings.get((at, tag)), after.bindings.get((at, tag))
        if was != becomes:
            new = {meaning for _, meaning in _columns(becomes)} - {meaning for _, meaning in _columns(was)}
            return any(_is_new_and_incomparable(meaning, change) for meaning in new)
    return False


def _columns(value: Any) -> Any:
    return value.columns if isinstance(value, Row) else value if isinstance(value, tuple) else ()


def _is_new_and_incomparable(meaning: Any, change: Change) -> bool:
    table = change.altered.get(getattr(meaning, "oid", 0))
    if table is None:
        return False
    return any(c.attnum == meaning.key and _is_incomparable(c) for c in table.added.values())


def _is_incomparable(column: Column) -> bool:
    return column.type.removesuffix("[]") in _INCOMPARABLE
