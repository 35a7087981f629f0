"""The columns of a value of a composite type, where the schema tells them: a column of that type, its fields, elements.

The row type of a table grows with the table: where it is expanded, its columns are noted (trap T6), so that a text that
means other columns after a change is known to.
"""

from lintel.analysis import scope as scopes
from lintel.analysis import values
from lintel.analysis.calls import Shape, called, shapes
from lintel.analysis.ddl_types import BUILT_IN
from lintel.analysis.meanings import Col, Missing
from lintel.analysis.references import fields_of, is_star
from lintel.analysis.resolution import Node
from lintel.analysis.scope import Item, Scope
from lintel.analysis.walk import HANDLERS, Walk
from lintel.schema.logical import LogicalTable
from lintel.schema.snapshot import Relation
from lintel.sql.quoting import quote_ident

# Functions of pg_catalog that return an array of what the argument has that is an array (manual 9.19): its place.
_ARRAYS = {
    "array_append": 0, "array_cat": 0, "array_prepend": 1, "array_remove": 0, "array_replace": 0, "array_reverse": 0,
    "array_sample": 0, "array_shuffle": 0, "array_sort": 0, "trim_array": 0,
}  # fmt: skip
# Functions that return an array of a built-in scalar type.
_PLAIN_ARRAYS = frozenset({"string_to_array", "regexp_split_to_array", "regexp_match"})
_PLAIN = frozenset({"A_Const", "ParamRef", "A_Expr", "BoolExpr", "NullTest", "SQLValueFunction"})


def columns(walk: Walk, node: Node, scope: Scope) -> tuple[str, ...] | None:
    """The names of the columns that an expression's value has; None where that is not known."""
    if "RowExpr" in node:
        args = node["RowExpr"].get("args", [])
        return None if any(map(is_star, args)) else tuple(f"f{i}" for i in range(1, len(args) + 1))
    if "FuncCall" in node:
        return _called_columns(walk, node["FuncCall"], scope)
    item = _row_of(node, scope)
    if item is not None:
        return tuple(name for name, _ in item.typed or item.columns) if item.known else None
    if _is_missing(node, scope):
        return ()
    return _fields(walk, _type(walk, node, scope))


def row_of(walk: Walk, node: Node, scope: Scope) -> LogicalTable | None:
    """The table whose row an expression's value is, where that is known."""
    relation = _composite(walk, _type(walk, node, scope))
    return walk.world.table(relation) if relation is not None and relation.kind != "c" else None


def unnested(walk: Walk, array: Node, scope: Scope) -> set[Shape]:
    """What unnest of this value yields: {None} one plain column, {names} the columns of a row, {} not known."""
    if "A_ArrayExpr" in array:
        return _element(walk, array["A_ArrayExpr"].get("elements", []), scope)
    if called(array) in _PLAIN_ARRAYS:
        return {None}
    for part in _alike(walk, array):
        if told := unnested(walk, part, scope):
            return told
    if _is_missing(array, scope):
        return {None}
    found = _type(walk, array, scope)
    if found == "tsvector":
        return {("lexeme", "positions", "weights")}
    if found is None or not found.endswith("[]"):
        return set()
    return {_fields(walk, found[:-2])}


def _alike(walk: Walk, array: Node) -> list[Node]:
    """Expressions of which every one that is an array has the type of this one."""
    if "CoalesceExpr" in array:
        return list(array["CoalesceExpr"]["args"])
    if "CaseExpr" in array:
        case = array["CaseExpr"]
        results = [when["CaseWhen"]["result"] for when in case["args"]]
        return [*results, case["defresult"]] if "defresult" in case else results
    if "A_Expr" in array and [part["String"]["sval"] for part in array["A_Expr"]["name"]] == ["||"]:
        return [array["A_Expr"]["lexpr"], array["A_Expr"]["rexpr"]]
    name = called(array)
    args = array["FuncCall"].get("args", []) if name in _ARRAYS and name not in walk.world.schema.functions else []
    return args[_ARRAYS[name] :][:1] if name in _ARRAYS else []


def _element(walk: Walk, elements: list[Node], scope: Scope) -> set[Shape]:
    """What an array's elements are, by the first that tells it."""
    for node in elements:
        found = columns(walk, node, scope)
        if found is not None:
            return {found}
        if not _PLAIN.isdisjoint(node) or _type(walk, node, scope) is not None:
            return {None}
        if "FuncCall" in node and shapes(walk, node["FuncCall"]["funcname"]) == {None}:
            return {None}
    return set()


def _called_columns(walk: Walk, call: Node, scope: Scope) -> tuple[str, ...] | None:
    name, args = call["funcname"][-1]["String"]["sval"], call.get("args", [])
    if name.startswith(("json_populate_record", "jsonb_populate_record")) and args:
        return columns(walk, args[0], scope)
    found = unnested(walk, args[0], scope) if name == "unnest" and len(args) == 1 else shapes(walk, call["funcname"])
    return found.pop() if len(found) == 1 else None


def _cast_type(walk: Walk, node: Node) -> str:
    target = node["TypeCast"]["typeName"]
    names = [part["String"]["sval"] for part in target["names"]]
    # A row type bears its relation's name.
    found = walk.world.find_type(names[-2] if len(names) > 1 else None, names[-1])
    name = names[-1] if found is None else _type_of(found)
    return name + "[]" * len(target.get("arrayBounds", []))


def _type_of(relation: Relation) -> str:
    return f"{quote_ident(relation.schema)}.{quote_ident(relation.name)}"


def _type(walk: Walk, node: Node, scope: Scope) -> str | None:
    """The type of a column, of its field or element, as format_type writes it."""
    if "ColumnRef" in node:
        item = _row_of(node, scope)
        if item is not None:
            return _type_of(item.relation) if item.relation is not None else None
        return _column_type(walk, node["ColumnRef"], scope)
    if "TypeCast" in node:
        return _cast_type(walk, node)
    if called(node) == "array_agg":
        found = _type(walk, node["FuncCall"]["args"][0], scope)
        return None if found is None else f"{found}[]"
    if "FuncCall" in node:
        return _returned_type(walk, node)
    return _type_after(walk, node["A_Indirection"], scope) if "A_Indirection" in node else None


def _returned_type(walk: Walk, call: Node) -> str | None:
    """Of a call that gives rows of one relation, or arrays of them."""
    base = values.base(walk, call)
    if base is not None:
        return _cast_type(walk, base)
    found = set(values.of_call(walk, call))
    held = found.pop() if len(found) == 1 else None
    if not isinstance(held, int):
        return None
    is_array = None in values.of_columns(walk, call)
    return _type_of(walk.world.schema.relations[held]) + "[]" * is_array


def _type_after(walk: Walk, node: Node, scope: Scope) -> str | None:
    steps = node["indirection"]
    found = _type(walk, node["arg"], scope)
    if found is None and steps and "String" in steps[0]:  # one of several OUT parameters
        held = values.of_columns(walk, node["arg"]).get(steps[0]["String"]["sval"])
        found, steps = None if held is None else _type_of(walk.world.schema.relations[held]), steps[1:]
    for step in steps:
        found = _step(walk, found, step)
    return found


def _row_of(node: Node, scope: Scope) -> Item | None:
    """The item whose whole row a name means."""
    names = fields_of(node["ColumnRef"]) if "ColumnRef" in node else []
    if len(names) != 1 or is_star(node) or not isinstance(scopes.column(scope, names[0]), Missing):
        return None
    item = scopes.named_item(scope, names[0])
    return item if isinstance(item, Item) and not item.scalar else None


def _meaning(reference: Node, scope: Scope) -> object:
    names = fields_of(reference)
    if len(names) == 1:
        return scopes.column(scope, names[0])
    if not names:
        return None
    item = scopes.named_item(scope, names[-2], names[-3] if len(names) > 2 else None)
    return scopes.in_item(item, names[-1]) if isinstance(item, Item) else item


def _is_missing(node: Node, scope: Scope) -> bool:
    """Whether a statement that asks for it fails, whatever else is not known."""
    return "ColumnRef" in node and isinstance(_meaning(node["ColumnRef"], scope), Missing)


def _column_type(walk: Walk, reference: Node, scope: Scope) -> str | None:
    meaning = _meaning(reference, scope)
    relation = walk.world.schema.relations.get(meaning.oid) if isinstance(meaning, Col) else None
    if relation is None or not isinstance(meaning, Col):
        return None
    return walk.world.table(relation).type(meaning.key)


def _fields(walk: Walk, type_name: str | None) -> tuple[str, ...] | None:
    """The names of a composite type's columns; those of a table's row type are noted."""
    relation = _composite(walk, type_name)
    if relation is None:
        return None
    if relation.kind == "c":
        return tuple(column.name for column in relation.columns)
    table = walk.world.table(relation)
    walk.result.row_types.add(relation.oid)
    return tuple(column.name for column in table.columns)


def _step(walk: Walk, found: str | None, step: Node) -> str | None:
    if "A_Indices" in step:
        return found[:-2] if found is not None and found.endswith("[]") else None
    relation = _composite(walk, found)
    column = relation.column(step["String"]["sval"]) if relation is not None and "String" in step else None
    return column.type if column is not None else None


def _composite(walk: Walk, type_name: str | None) -> Relation | None:
    return walk.world.schema.row_type(type_name or "")


def _type_name(walk: Walk, node: Node, _: Scope) -> None:
    """A table's row type, as in NULL::t, or a domain over it: it has the columns that the table has (trap T6).

    Another type's name, but for those that PostgreSQL brings along, may become one.
    """
    names = [part["String"]["sval"] for part in node.get("names", [])]
    if not names or names[0] == "pg_catalog":
        return
    schema = names[-2] if len(names) > 1 else None
    relation = walk.world.find_type(schema, names[-1])
    if relation is not None or names[-1] not in BUILT_IN:
        walk.result.names.add((schema, names[-1]))
    if relation is not None:
        values.note(walk, node["location"], (relation.oid,))


HANDLERS["TypeName"] = HANDLERS["typeName"] = _type_name
