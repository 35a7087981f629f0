"""Values that are rows of tables, arrays of such rows, or hold them: they are as the table is by then (trap T6).

A column of a row type, what a function returns or gives for an OUT parameter: where a text uses such a value, the
columns of each table that it has rows of are noted; of `(value).name` only what the name means.
"""

from collections.abc import Iterable, Iterator, Mapping

from lintel.analysis.meanings import Col, Expr, Meaning, Merged, Row
from lintel.analysis.resolution import Node
from lintel.analysis.walk import Walk
from lintel.schema import Function
from lintel.schema.snapshot import Held

_FILLING = frozenset(
    ("json_populate_record", "json_populate_recordset", "jsonb_populate_record", "jsonb_populate_recordset")
)


def note(walk: Walk, location: int, found: Iterable[Held]) -> None:
    """A value of these types stands here."""
    if walk.ours(location) is None:
        note_at(walk, walk.at(location), found)


def note_at(walk: Walk, at: int, found: Iterable[Held]) -> None:
    """The same at an offset of the client's text."""
    kinds = tuple(dict.fromkeys(found))
    if not kinds:
        return
    walk.held[at] = kinds
    schema = walk.world.schema
    oids = dict.fromkeys(oid for kind in kinds for oid in schema.tables_in(kind))
    walk.result.row_types.update(oids)
    if oids:
        tables = (walk.world.table(schema.relations[oid]) for oid in oids)
        walk.result.bindings[at, "type"] = tuple(table.columns for table in tables)


def may_hold(walk: Walk) -> bool:
    """Whether any column of this database, or of a function in FROM, holds such values: of few they do."""
    return bool(walk.given or walk.world.schema.rows_of)


def within(walk: Walk, meanings: Iterable[Meaning]) -> Iterator[Held]:
    """What the values of these columns hold, those of whole rows and of merged columns too."""
    columns = walk.world.schema.rows_of
    todo = list(meanings) if may_hold(walk) else []
    while todo:
        meaning = todo.pop()
        held: Held | None = None
        if isinstance(meaning, Col):
            held = columns.get((meaning.oid, meaning.key)) if isinstance(meaning.key, int) else None
        elif isinstance(meaning, Expr):
            held = walk.given.get(meaning)
        elif isinstance(meaning, Merged):
            todo += (meaning.left, meaning.right)
        elif isinstance(meaning, Row):
            todo += (column for _, column in meaning.columns)
        if held is not None:
            yield held


def of_call(walk: Walk, node: Node) -> list[Held]:
    """What a call returns, by each function that it may mean."""
    return [held for function in _called(walk, node) if (held := _returned(function)) is not None]


def of_columns(walk: Walk, node: Node) -> Mapping[str | None, int]:
    """What the columns hold that a call has in FROM, by name; None stands for the one of a call that has one."""
    found: dict[str | None, int] = {}
    for function in _called(walk, node):
        held = _returned(function)
        if isinstance(held, int) and function.columns is None:
            found[None] = held
        elif held is not None:
            found.update(walk.world.schema.fields(held))
    return found


def _called(walk: Walk, node: Node) -> Iterator[Function]:
    if "FuncCall" in node:
        names = [part["String"]["sval"] for part in node["FuncCall"]["funcname"]]
        for function in walk.world.schema.functions.get(names[-1], ()):
            if not names[:-1] or function.is_in(names[-2]):
                yield function


def _returned(function: Function) -> Held | None:
    if not function.holds:
        return function.row_type or None
    if len(function.holds) == 1:
        return function.holds[0]
    named = zip(function.columns or (), function.holds, strict=True)
    return tuple((name, oid) for name, oid in named if oid)


def fields(walk: Walk, node: Node, steps: list[Node]) -> None:
    """(f(x)).c, (r).*, (rs[1]).c: of a value that holds rows only what the steps lead to counts."""
    location = place(walk, node)
    at = walk.at(location)
    if walk.ours(location) is not None or at not in walk.held:
        return
    found = walk.held.pop(at)
    walk.result.bindings.pop((at, "type"), None)
    for step in steps:
        if "A_Indices" not in step:
            found = _step(walk, at, found, step)
    note_at(walk, at, found)


def _step(walk: Walk, at: int, kinds: tuple[Held, ...], step: Node) -> tuple[Held, ...]:
    known = [walk.world.schema.fields(kind) for kind in kinds]
    if "String" not in step:
        return tuple(held for named in known for held in named.values())
    name = step["String"]["sval"]
    relations = [walk.world.schema.relations[kind] for kind in kinds if isinstance(kind, int)]
    keys = tuple(walk.world.table(relation).keys.get(name) for relation in relations if relation.kind != "c")
    if keys:
        walk.result.bindings[at, "field"] = (*walk.result.bindings.get((at, "field"), ()), *keys)
    return tuple(named[name] for named in known if name in named)


def is_null(node: Node) -> bool:
    """Whether it is NULL::t, which has the columns of t and nothing else."""
    return "TypeCast" in node and "isnull" in node["TypeCast"]["arg"].get("A_Const", ())


def base(walk: Walk, node: Node) -> Node | None:
    """The NULL::t of json_populate_record(NULL::t, ..), filled by the names of t's columns: all that counts of it."""
    call = node.get("FuncCall", {})
    names = [part["String"]["sval"] for part in call.get("funcname", [])]
    if names[-1:] and names[-1] in _FILLING and names[:-1] in ([], ["pg_catalog"]) and is_null(call["args"][0]):
        own = {function.schema for function in walk.world.schema.functions.get(names[-1], ())} <= {"pg_catalog"}
        return call["args"][0] if own else None
    return None


def place(walk: Walk, node: Node) -> int:
    """Where the value is noted that is taken apart."""
    while "A_Indirection" in node:
        node = node["A_Indirection"]["arg"]
    node = base(walk, node) or node
    if is_null(node):
        return int(node["TypeCast"]["typeName"].get("location", -1))
    return int((node.get("FuncCall") or node.get("ColumnRef") or {}).get("location", -1))
