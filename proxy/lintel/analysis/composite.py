"""The columns of a value of a composite type, where the schema tells them: a column of that type, its fields, elements.

Knows the fields of free-standing types only. The row type of a table grows with the table: where a text names it, its
columns are noted; a statement that expands it without naming the table is not understood (opaque).
"""

from lintel.analysis import scope as scopes
from lintel.analysis.meanings import Col
from lintel.analysis.references import fields_of
from lintel.analysis.resolution import Node
from lintel.analysis.scope import Item, Scope
from lintel.analysis.walk import HANDLERS, Walk
from lintel.schema.snapshot import Relation
from lintel.sql.quoting import quote_ident

# Functions that return an array of a built-in scalar type.
_PLAIN_ARRAYS = frozenset({"string_to_array", "regexp_split_to_array", "regexp_match"})


def columns(walk: Walk, node: Node, scope: Scope) -> tuple[str, ...] | None:
    """The names of the columns that an expression's value has; None where that is not known."""
    found = _composite(walk, _type(walk, node, scope))
    return tuple(column.name for column in found.columns) if found is not None else None


def unnested(walk: Walk, array: Node, scope: Scope) -> set[tuple[str, ...] | None]:
    """What unnest of this value yields: {None} one plain column, {names} the columns of a row, {} not known."""
    if "A_ArrayExpr" in array or _function(array) in _PLAIN_ARRAYS:
        return {None}
    found = _type(walk, array, scope)
    if found == "tsvector":
        return {("lexeme", "positions", "weights")}
    if found is None or not found.endswith("[]"):
        return set()
    relation = _composite(walk, found[:-2])
    return {tuple(column.name for column in relation.columns) if relation is not None else None}


def _function(node: Node) -> str | None:
    name: str | None = node["FuncCall"]["funcname"][-1]["String"]["sval"] if "FuncCall" in node else None
    return name


def _cast_type(walk: Walk, node: Node) -> str | None:
    target = node["TypeCast"]["typeName"]
    names = [part["String"]["sval"] for part in target["names"]]
    # A row type bears its relation's name.
    found = walk.world.schema.find(names[-2] if len(names) > 1 else None, names[-1], walk.world.search_path)
    if found is not None and found.kind != "c":
        return None
    name = names[-1] if found is None else f"{quote_ident(found.schema)}.{quote_ident(found.name)}"
    return name + "[]" * len(target.get("arrayBounds", []))


def _type(walk: Walk, node: Node, scope: Scope) -> str | None:
    """The type of a column, of its field or element, as format_type writes it."""
    if "ColumnRef" in node:
        return _column_type(walk, node["ColumnRef"], scope)
    if "TypeCast" in node:
        return _cast_type(walk, node)
    if "A_Indirection" not in node:
        return None
    found = _type(walk, node["A_Indirection"]["arg"], scope)
    for step in node["A_Indirection"]["indirection"]:
        found = _step(walk, found, step)
    return found


def _column_type(walk: Walk, reference: Node, scope: Scope) -> str | None:
    names = fields_of(reference)
    meaning: object = None
    if len(names) == 1:
        meaning = scopes.column(scope, names[0])
    elif names:
        item = scopes.named_item(scope, names[-2], names[-3] if len(names) > 2 else None)
        meaning = scopes.in_item(item, names[-1]) if isinstance(item, Item) else None
    relation = walk.world.schema.relations.get(meaning.oid) if isinstance(meaning, Col) else None
    if relation is None or not isinstance(meaning, Col):
        return None
    return next((column.type for column in relation.columns if column.attnum == meaning.key), None)


def _step(walk: Walk, found: str | None, step: Node) -> str | None:
    if "A_Indices" in step:
        return found[:-2] if found is not None and found.endswith("[]") else None
    relation = _composite(walk, found)
    column = relation.column(step["String"]["sval"]) if relation is not None and "String" in step else None
    return column.type if column is not None else None


def _composite(walk: Walk, type_name: str | None) -> Relation | None:
    schema, _, name = (type_name or "").partition(".")
    relation = walk.world.schema.by_name.get((_bare(schema), _bare(name)))
    return relation if relation is not None and relation.kind == "c" else None


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name


def _type_name(walk: Walk, node: Node, _: Scope) -> None:
    """A table's row type, as in NULL::t: it has the columns that the table has (trap T6)."""
    names = [part["String"]["sval"] for part in node.get("names", [])]
    if not names or names[0] == "pg_catalog":
        return
    table = walk.world.find(names[-2] if len(names) > 1 else None, names[-1])
    if table is not None:
        walk.result.names.add((names[-2] if len(names) > 1 else None, names[-1]))
        walk.result.row_types.add(table.relation.oid)
        walk.bind(node["location"], "type", table.columns)


HANDLERS["TypeName"] = HANDLERS["typeName"] = _type_name
