"""What DDL makes of routines and of names of types: what their values are rows of, as a snapshot would show it.

Beside `ddl`, which follows relations and their columns: there a file of DDL would pass for all the functions that a
server has. What has been dropped, replaced or renamed stays known beside what is new: a name may mean more than it
does, never less.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from lintel.schema import Function, Relation, Schema
from lintel.schema.bodies import settles, temporary_in
from lintel.sql.grammar import Node
from lintel.sql.quoting import quote_qualified

_GIVEN = frozenset(("FUNC_PARAM_DEFAULT", "FUNC_PARAM_IN", "FUNC_PARAM_INOUT", "FUNC_PARAM_VARIADIC"))
_RESULTS = frozenset(("FUNC_PARAM_OUT", "FUNC_PARAM_INOUT", "FUNC_PARAM_TABLE"))
_STRINGS = frozenset(("text", "varchar", "bpchar", "name"))
_ROUTINES = frozenset(("OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE", "OBJECT_AGGREGATE"))
_TYPES = frozenset(("OBJECT_TYPE", "OBJECT_DOMAIN"))

Path = tuple[str, ...]
_Functions = Mapping[str, tuple[Function, ...]]


def with_routines(schema: Schema, node: Node, path: Path) -> Schema:
    """The schema after one statement, as far as `ddl.apply` does not say; unqualified names are found in that path."""
    ((tag, body),) = node.items()
    handler = _STATEMENTS.get(tag)
    return schema if handler is None else handler(schema, body, path)


def with_types(before: Schema, after: Schema) -> Schema:
    """After `ddl.apply`: what the columns of others' types are called by now, and what is made of composites.

    A column says its type's name as it was: the name that a relation has had stands for it from here on. Which tables
    are OF a composite type is not known: CASCADE may change all that have its columns.
    """
    moved = {oid: old for oid, old in before.relations.items() if after.relations.get(oid, old) is not old}
    if not moved:
        return after
    aliases = {(r.schema, r.name): oid for oid, r in moved.items() if _called(r) != _called(after.relations[oid])}
    composites = {oid: _names(old) for oid, old in moved.items() if old.kind == "c"}
    functions = {name: found for name, found in after.functions.items() if any(f.holds for f in found)}
    changed = {name: tuple(_told(f, composites, after) for f in found) for name, found in functions.items()}
    if not aliases and not composites:
        return after
    typed = {r.oid: replace(r, columns=after.relations[oid].columns) for oid in composites for r in _of(before, oid)}
    return after.changed(typed, functions={**after.functions, **changed}, domains={**after.domains, **aliases})


def _called(relation: Relation) -> tuple[str, str]:
    return relation.schema, relation.name


def _names(relation: Relation) -> Path:
    return tuple(column.name for column in relation.columns)


def _of(schema: Schema, composite: int) -> list[Relation]:
    columns = [(column.name, column.type) for column in schema.relations[composite].columns]
    tables = (relation for relation in schema.relations.values() if relation.kind in "rp")
    return [table for table in tables if [(column.name, column.type) for column in table.columns] == columns]


def _told(function: Function, composites: dict[int, Path], after: Schema) -> Function:
    (first, *others) = function.holds or (0,)
    if others or composites.get(first) != function.columns:
        return function
    return replace(function, columns=_names(after.relations[first]))


def _create(schema: Schema, body: Node, path: Path) -> Schema:
    space, name = _new_name(body["funcname"], schema, path)
    parameters = [entry["FunctionParameter"] for entry in body.get("parameters", ())]
    made = _function(schema, (space, name), body, parameters, path)
    if body.get("is_procedure"):
        return schema.changed({}, procedures=_with(schema.procedures, [made]))
    return _entered(schema, made)


def _function(schema: Schema, name: tuple[str, str], body: Node, parameters: list[Node], path: Path) -> Function:
    """As catalog.queries.FUNCTIONS reads it. A domain's values are not told from what they may hold."""
    results = [p for p in parameters if p.get("mode") in _RESULTS]
    given = [p["argType"] for p in parameters if p.get("mode", "FUNC_PARAM_DEFAULT") in _GIVEN]
    returned = body.get("returnType") or (results[0]["argType"] if len(results) == 1 else {})
    parts = _parts(returned)
    anything = parts[-1:] in ([], ["record"])
    row = None if anything else _row(schema, returned, path)
    named = tuple(p.get("name") or f"column{number}" for number, p in enumerate(results, 1))
    scalar = not named or (len(named) == 1 and not results[0].get("name"))
    types = [p["argType"] for p in results] if anything else [returned]
    holds = tuple(_held(schema, each, path) for each in types)
    said = _body(body)
    function = Function(
        *name,
        columns=None if scalar else named,
        set_returning=bool(returned.get("setof")) or any(p.get("mode") == "FUNC_PARAM_TABLE" for p in results),
        record=anything and not results,
        takes=tuple(oid for each in given if (oid := _held(schema, each, path))),
        text=parts[-1:] != [] and parts[-1] in _STRINGS,
        holds=holds if any(holds) else (),
        dyadic=len(given) == 2,
        settles=settles(said),
        makes=temporary_in(said),
    )
    return _returning(function, row)


def _body(body: Node) -> str:
    """What stands behind AS; of a library two names."""
    said = (option["DefElem"] for option in body.get("options", ()))
    texts = (one["arg"]["List"]["items"] for one in said if one["defname"] == "as")
    return "\n".join(text["String"].get("sval", "") for each in texts for text in each)


def _returning(function: Function, row: Relation | None) -> Function:
    """One whose value is a row of that relation."""
    if row is None:
        return function
    return replace(function, columns=_names(row), row_type=row.oid if row.kind != "c" else 0)


def _define(schema: Schema, body: Node, path: Path) -> Schema:
    """An aggregate gives its state, or what its final function makes of that."""
    if body["kind"] != "OBJECT_AGGREGATE":
        return schema
    options = {entry["DefElem"]["defname"]: entry["DefElem"].get("arg", {}) for entry in body.get("definition", ())}
    state, last = (options.get(option, {}).get("TypeName", {}) for option in ("stype", "finalfunc"))
    space, name = _new_name(body["defnames"], schema, path)
    found = [replace(f, schema=space, name=name) for f in schema.functions.get(_parts(last)[-1] if last else "", ())]
    held, row = _held(schema, state, path), _row(schema, state, path)
    return _entered(schema, _returning(Function(space, name, None, holds=(held,) if held else ()), row), *found)


def _renamed(schema: Schema, body: Node, path: Path) -> Schema:
    if body["renameType"] == "OBJECT_SCHEMA":
        return _schema_renamed(schema, body["subname"], body["newname"])
    return _also(schema, body["renameType"], body.get("object", {}), path, {"name": body["newname"]})


def _moved(schema: Schema, body: Node, path: Path) -> Schema:
    return _also(schema, body["objectType"], body.get("object", {}), path, {"schema": body["newschema"]})


def _also(schema: Schema, kind: str, node: Node, path: Path, to: dict[str, str]) -> Schema:
    """What has a name has another one too."""
    if kind in _ROUTINES:
        name = _parts({"names": node["ObjectWithArgs"]["objname"]})[-1]
        found = [_with_name(function, to) for function in schema.functions.get(name, ())]
        called = [_with_name(procedure, to) for procedure in schema.procedures.get(name, ())]
        changed = schema.changed({}, procedures=_with(schema.procedures, called)) if called else schema
        return _entered(changed, *found)
    if kind not in _TYPES:
        return schema
    parts = _parts({"names": node["List"]["items"]})
    relation = schema.find_type(parts[-2] if len(parts) > 1 else None, parts[-1], path)
    if relation is None:
        return schema
    spaces = parts[-2:-1] or [space for space in path if _is_type(schema, (space, parts[-1]))]
    names = {(to.get("schema", space), to.get("name", parts[-1])): relation.oid for space in spaces}
    return schema.changed({}, domains={**schema.domains, **names})


def _with_name(function: Function, to: dict[str, str]) -> Function:
    return replace(function, schema=to.get("schema", function.schema), name=to.get("name", function.name))


def _is_type(schema: Schema, name: tuple[str, str]) -> bool:
    return name in schema.by_name or name in schema.domains


def _schema_renamed(schema: Schema, old: str, new: str) -> Schema:
    found = [replace(f, schema=new) for each in schema.functions.values() for f in each if f.schema == old]
    domains = {(new, name): oid for (space, name), oid in schema.domains.items() if space == old}
    return _entered(schema.changed({}, domains={**schema.domains, **domains}), *found)


def _entered(schema: Schema, *functions: Function) -> Schema:
    return schema.changed({}, functions=_with(schema.functions, functions)) if functions else schema


def _with(known: _Functions, more: Iterable[Function]) -> _Functions:
    found = dict(known)
    for function in more:
        found[function.name] = (*found.get(function.name, ()), function)
    return found


def _new_name(nodes: list[Node], schema: Schema, path: Path) -> tuple[str, str]:
    parts = _parts({"names": nodes})
    space = parts[-2] if len(parts) > 1 else next((name for name in path if name in schema.schemas), "public")
    return space, parts[-1]


def _parts(type_name: Node) -> list[str]:
    return [part["String"]["sval"] for part in type_name.get("names", ())]


def _row(schema: Schema, type_name: Node, path: Path) -> Relation | None:
    """The relation whose own row type this is."""
    if type_name.get("arrayBounds"):
        return None
    if not type_name.get("pct_type"):
        return _found(schema.find, _parts(type_name), path)
    written = _type_of_column(schema, type_name, path)
    relation = schema.row_type(written)
    return relation if relation is not None and quote_qualified(*_called(relation)) == written else None


def _held(schema: Schema, type_name: Node, path: Path) -> int:
    """The relation whose rows the values of a type are, or hold; 0: of none."""
    if type_name.get("pct_type"):
        relation = schema.row_type(_type_of_column(schema, type_name, path).removesuffix("[]"))
    else:
        relation = _found(schema.find_type, _parts(type_name), path)
    return relation.oid if relation is not None else 0


def _type_of_column(schema: Schema, type_name: Node, path: Path) -> str:
    """t.c%TYPE, as format_type writes it."""
    *table, name = _parts(type_name)
    relation = _found(schema.find, table, path)
    column = relation.column(name) if relation is not None else None
    return column.type if column is not None else ""


def _found(
    look: Callable[[str | None, str, Iterable[str]], Relation | None], parts: list[str], path: Path
) -> Relation | None:
    return look(parts[-2] if len(parts) > 1 else None, parts[-1], path) if parts else None


_STATEMENTS: dict[str, Callable[[Schema, Node, Path], Schema]] = {
    "CreateFunctionStmt": _create,
    "DefineStmt": _define,
    "RenameStmt": _renamed,
    "AlterObjectSchemaStmt": _moved,
}
