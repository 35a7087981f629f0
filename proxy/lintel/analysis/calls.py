"""What a call of a function yields: one plain column, or columns with names (pg_proc, manual 7.2.1.4)."""

from lintel.analysis.resolution import Node
from lintel.analysis.walk import Walk
from lintel.schema import Function
from lintel.schema.logical import LogicalTable

Shape = tuple[str, ...] | None  # names of columns; None: one plain column

# Functions of pg_catalog that are usual in FROM, for a schema that was read from a file and so has no pg_proc.
_KNOWN: dict[str, Shape] = {
    "generate_series": None,
    "generate_subscripts": None,
    "unnest": None,
    "regexp_split_to_table": None,
    "regexp_matches": None,
    "string_to_table": None,
    "jsonb_array_elements": ("value",),
    "json_array_elements": ("value",),
    "jsonb_array_elements_text": ("value",),
    "json_array_elements_text": ("value",),
    "jsonb_object_keys": None,
    "json_object_keys": None,
    "jsonb_each": ("key", "value"),
    "json_each": ("key", "value"),
    "jsonb_each_text": ("key", "value"),
    "json_each_text": ("key", "value"),
    "jsonb_path_query": None,
}


def shapes(walk: Walk, funcname: list[Node]) -> set[Shape]:
    """One for each way in which the overloads of that name differ; empty where nothing is known of it."""
    names = [part["String"]["sval"] for part in funcname]
    found = walk.world.schema.functions.get(names[-1], ())
    if len(names) > 1:
        found = tuple(f for f in found if f.is_in(names[-2]))
    if found:
        return {None if f.record and f.columns is None else _row_columns(walk, f) for f in found}
    if names[-1] in _KNOWN and names[0] in ("pg_catalog", names[-1]):
        return {_KNOWN[names[-1]]}
    # The live catalog has every function but the system's plain scalar ones; a file of DDL has none.
    return {None} if walk.world.schema.functions else set()


def returned(walk: Walk, call: Node) -> tuple[LogicalTable, ...]:
    """The tables whose rows a call may return (trap T6), noted."""
    names = [part["String"]["sval"] for part in call["FuncCall"]["funcname"]] if "FuncCall" in call else [""]
    found = walk.world.schema.functions.get(names[-1], ())
    relations = (walk.world.schema.relations.get(f.row_type) for f in found if not names[:-1] or f.is_in(names[-2]))
    tables = tuple(
        walk.world.table(relation) for relation in relations if relation is not None and relation.kind != "c"
    )
    walk.result.row_types.update(table.relation.oid for table in tables)
    return tables


def called(node: Node) -> str | None:
    """The bare name of the function that an expression calls, if it is a call."""
    name: str | None = node["FuncCall"]["funcname"][-1]["String"]["sval"] if "FuncCall" in node else None
    return name


def _row_columns(walk: Walk, function: Function) -> Shape:
    relation = walk.world.schema.relations.get(function.row_type)
    if relation is None:
        return function.columns
    walk.result.row_types.add(relation.oid)
    return tuple(column.name for column in walk.world.table(relation).columns)
