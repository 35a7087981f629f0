"""What is done with a whole row: much does no more than look at it, so that a record does as well (trap T6).

A use is passed down to the name that means the row, through what hands a value on as it is: array_agg(t), ARRAY[t],
COALESCE(t, NULL), (SELECT t FROM ..). Which uses are exact is for others to say (shield.items).
"""

from lintel.analysis.references import fields_of, is_star, note, resolve_reference, row_of, starred
from lintel.analysis.resolution import Node
from lintel.analysis.scope import Scope
from lintel.analysis.walk import BETWEEN, HANDLERS, Walk, may_be_row

COMPARED = "(compared)"
_COMPARE = frozenset(("=", "<>", "<", ">", "<=", ">="))
_QUERIES = frozenset(("EXPR_SUBLINK", "ARRAY_SUBLINK"))


def look(walk: Walk, node: Node, scope: Scope, use: str | None) -> None:
    """Visit an expression whose value, should it be a whole row or an array of them, is used in this way."""
    ((tag, body),) = node.items()
    if tag == "ColumnRef" and is_star(node):
        starred_row(walk, body, scope, use)
    elif tag == "ColumnRef":
        resolve_reference(walk, body, scope, use)
    elif tag in ("FuncCall", "SubLink"):
        walk.use = (use,) if _hands_on(tag, body) else None
        HANDLERS[tag](walk, body, scope)
    elif tag in ("CoalesceExpr", "A_ArrayExpr") and _is_one(body.get("args") or body.get("elements", [])):
        noted, parts = len(walk.result.rows), body.get("args") or body["elements"]
        for part in parts:
            look(walk, part, scope, use)
        if len(walk.result.rows) > noted and any("sval" in part.get("A_Const", ()) for part in parts):
            walk.result.exact = True  # beside an array that is not empty the row is another one
    else:
        walk.visit(node, scope)


def _hands_on(tag: str, body: Node) -> bool:
    if tag == "SubLink":
        return body["subLinkType"] in _QUERIES
    return [part["String"]["sval"] for part in body["funcname"]] in (["array_agg"], ["pg_catalog", "array_agg"])


def _is_one(parts: list[Node]) -> bool:
    """Whether beside one expression there are only NULLs and empty arrays: of whichever type the other is."""
    constants = [part["A_Const"] for part in parts if "A_Const" in part]
    empty = all("isnull" in one or one.get("sval", {}).get("sval") == "{}" for one in constants)
    return len(parts) == len(constants) + 1 and empty


def starred_row(walk: Walk, node: Node, scope: Scope, use: str | None) -> None:
    """t.* as one value, as in f(t.*): the whole row (transformWholeRowRef)."""
    for item in starred(walk, fields_of(node), scope, node["location"]):
        note(walk, node["location"], row_of(walk, item, node["location"], use))


def _looking(walk: Walk, node: Node, scope: Scope) -> None:
    """t::text and t IS NULL."""
    cast = node.get("typeName")
    look(walk, node["arg"], scope, "(null)" if cast is None else "(text)" if _is_text(cast) else None)
    if cast is not None:
        HANDLERS["typeName"](walk, cast, scope)


def _is_text(cast: Node) -> bool:
    names = [part["String"]["sval"] for part in cast.get("names", [])]
    return names in (["text"], ["pg_catalog", "text"], ["pg_catalog", "varchar"]) and "arrayBounds" not in cast


def _comparing(walk: Walk, node: Node, scope: Scope) -> None:
    """a = b, a IN (b, ROW(1)), a BETWEEN b AND c: a constant or a parameter beside a row would be of its type."""
    names = [part["String"]["sval"] for part in node["name"]]
    listed = node["rexpr"]["List"]["items"] if "List" in node["rexpr"] else [node["rexpr"]]
    known = names[-1] in _COMPARE and names[:-1] in ([], ["pg_catalog"])
    rows = all(may_be_row(part) for part in listed) and (known or node["kind"] in BETWEEN)
    look(walk, node["lexpr"], scope, COMPARED if rows else None)
    if not rows:
        walk.visit(node["rexpr"], scope)
        return
    for part in listed:
        look(walk, part, scope, COMPARED)


def _sort_by(walk: Walk, node: Node, scope: Scope) -> None:
    """ORDER BY of an aggregate or a window."""
    look(walk, node["node"], scope, COMPARED if "useOp" not in node else None)


def _json_value(walk: Walk, node: Node, scope: Scope) -> None:
    """A value of JSON_OBJECT, JSON_ARRAY and their aggregates."""
    look(walk, node, scope, "to_json")


HANDLERS.update({"looking": _looking, "comparing": _comparing, "SortBy": _sort_by, "raw_expr": _json_value})
