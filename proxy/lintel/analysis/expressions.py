"""Expressions: the handlers of the nodes that mean more than the names under them (parse_expr.c, parse_func.c)."""

from collections.abc import Iterator

from lintel.analysis import scope as scopes
from lintel.analysis import values
from lintel.analysis.from_items import leftmost
from lintel.analysis.looking import COMPARED, look, starred_row
from lintel.analysis.meanings import Col, Columns, Expr, Meaning, Missing, Row
from lintel.analysis.notation import is_call
from lintel.analysis.references import fields_of, is_star, note, oids, resolve_reference, row_of, star
from lintel.analysis.resolution import Node, RowUse
from lintel.analysis.scope import Item, Scope
from lintel.analysis.walk import HANDLERS, Walk, subquery

# Functions that run SQL given as text, or read a relation given by name (manual 9.15, F.10).
_DYNAMIC = frozenset(
    [
        "query_to_xml",
        "query_to_xmlschema",
        "query_to_xml_and_xmlschema",
        "table_to_xml",
        "table_to_xmlschema",
        "table_to_xml_and_xmlschema",
        "cursor_to_xml",
        "schema_to_xml",
        "schema_to_xml_and_xmlschema",
        "database_to_xml",
        "database_to_xml_and_xmlschema",
        "dblink",
        "dblink_exec",
        "dblink_open",
        "dblink_send_query",
        "ts_stat",
        "ts_rewrite",
        "crosstab",
        "crosstab2",
        "crosstab3",
        "crosstab4",
        "crosstab_hash",
        "connectby",
        "xpath_table",
    ]
)
# What only a function's call has.
_CALLED = frozenset({"agg_order", "agg_filter", "agg_distinct", "agg_within_group", "func_variadic", "over"})


def value(walk: Walk, node: Node, at: int, scope: Scope, use: str | None = None) -> Meaning:
    """Visit an expression and say what its value means: a column passed through, or computed at `at`.

    `use`: what is done with the value if it is a whole row (looking).
    """
    reference = node.get("ColumnRef")
    if reference is not None and "A_Star" not in reference["fields"][-1]:
        return resolve_reference(walk, reference, scope, use)
    sublink = node.get("SubLink")
    if sublink is not None and sublink["subLinkType"] == "EXPR_SUBLINK":
        columns, known = _scalar(walk, sublink, scope)
        if known:
            _check_width(walk, sublink, columns)
        return columns[0][1] if walk.ours(sublink["location"]) and len(columns) == 1 else Expr(at)
    if "A_Indirection" in node:
        field = _field(walk, node["A_Indirection"], scope)
        return Expr(at) if field is None else field
    look(walk, node, scope, use)
    return _cast_to(walk, node, scope) or Expr(at)


def _cast_to(walk: Walk, node: Node, scope: Scope) -> Meaning | None:
    """What an expression in a splice of ours stands for: a column of another type, cast to the client's."""
    splice = None if walk.places is None else walk.ours(leftmost(node))
    if splice is None or not splice.casts:
        return None
    found = {splice.casts.get(meaning) for meaning in _columns_in(node, scope)}
    return found.pop() if len(found) == 1 else None


def _columns_in(node: object, scope: Scope) -> Iterator[Meaning]:
    if isinstance(node, list):
        for part in node:
            yield from _columns_in(part, scope)
    elif isinstance(node, dict):
        names = fields_of(node["ColumnRef"]) if "ColumnRef" in node else []
        item = scopes.named_item(scope, names[0]) if len(names) == 2 else None
        if isinstance(item, Item):
            yield scopes.in_item(item, names[1])
        for body in node.values():
            yield from _columns_in(body, scope)


def _column_ref(walk: Walk, node: Node, scope: Scope) -> None:
    if "A_Star" in node["fields"][-1]:
        starred_row(walk, node, scope, None)
    else:
        resolve_reference(walk, node, scope)


def _row_expr(walk: Walk, node: Node, scope: Scope) -> None:
    expression_list(walk, node.get("args", []), scope)


def expression_list(walk: Walk, nodes: list[Node], scope: Scope) -> int | None:
    """Visit a list in which t.* stands for its columns (ROW, VALUES); returns its width, None where not known."""
    width: int | None = 0
    for node in nodes:
        if is_star(node):
            columns, known = star(walk, node["ColumnRef"], scope, node["ColumnRef"]["location"])
            width = width + len(columns) if known and width is not None else None
        else:
            walk.visit(node, scope)
            width = None if width is None else width + 1
    return width


def _handed(name: str, args: list[Node]) -> set[str | None]:
    """What such a function may reach of this database."""
    if name.startswith(("cursor_", "dblink", "xpath_")):  # what was judged when it was opened, or is elsewhere
        return set()
    if name.startswith(("schema_", "database_")):
        return {None}
    texts = args[1:2] if name == "ts_rewrite" else args[:2] if name in ("crosstab", "crosstab_hash") else args[:1]
    return {_text(arg) for arg in texts}


def _text(node: Node) -> str | None:
    """A constant, whatever its type."""
    while "TypeCast" in node:
        node = node["TypeCast"]["arg"]
    found: str | None = node["A_Const"].get("sval", {}).get("sval", "") if "A_Const" in node else None
    return found


def _func_call(walk: Walk, node: Node, scope: Scope) -> None:
    carried = walk.taken_use()
    name = node["funcname"][-1]["String"]["sval"]
    walk.result.functions.add(name)
    args = node.get("args", [])
    if name in _DYNAMIC and not (name == "ts_rewrite" and len(args) == 3):  # of three tsqueries it runs nothing
        walk.opaque(f"{name} runs SQL inside the server")
        walk.result.handed |= _handed(name, args)
    if len(args) == 1 and "ColumnRef" in args[0] and _projection(walk, node, name, args[0]["ColumnRef"], scope):
        return
    level, walk.level = walk.level, None if _aggregates(node) else walk.level
    called: str | None = name if len(node["funcname"]) == 1 else _qualified(node["funcname"])
    if carried is not None:
        (called,) = carried
    for arg in args:
        look(walk, arg, scope, called)
    for part in ("agg_order", "agg_filter", "over"):
        if part in node:
            walk.visit(node[part], scope)
    walk.level = level
    values.note(walk, node["location"], values.of_call(walk, {"FuncCall": node}))


def _qualified(names: list[Node]) -> str:
    schema, name = (part["String"]["sval"] for part in names[-2:])
    return str(name) if schema == "pg_catalog" else f"{schema}.{name}"


def _aggregates(node: Node) -> bool:
    # Which calls are aggregates needs pg_proc; these flags are certain. T1 only adds columns to GROUP BY, which
    # an aggregate's argument does not need and is not harmed by.
    return "agg_filter" in node or node.get("agg_distinct", False) or node.get("agg_within_group", False)


def _projection(walk: Walk, call: Node, name: str, reference: Node, scope: Scope) -> bool:
    """c(t), functional notation for (t).c, unless there is a function of that name (ParseFuncOrColumn)."""
    names = fields_of(reference)
    if "A_Star" in reference["fields"][-1] or len(call["funcname"]) > 1 or name in walk.world.schema.functions:
        return False
    if not _CALLED.isdisjoint(call):
        return False
    if len(names) == 1 and not isinstance(scopes.column(scope, names[0]), Missing):
        return False
    item = scopes.named_item(scope, names[-1], names[-2] if len(names) > 1 else None)
    if not isinstance(item, Item):
        return False
    meaning = scopes.in_item(item, name)
    if isinstance(meaning, Missing):
        return False
    built_in = walk.world.schema.built_in
    if built_in and name not in built_in:
        _field(walk, {"arg": {"ColumnRef": reference}, "indirection": [{"String": {"sval": name}}]}, scope)
        return True
    if not isinstance(meaning, Col):
        return False
    # The name stands where the call does; a splice could not serve it, so it is a whole-row use as well.
    note(walk, call["location"], meaning)
    walk.read(row_of(walk, item, reference["location"], name))
    return True


def _indirection(walk: Walk, node: Node, scope: Scope) -> None:
    _field(walk, node, scope)


def _field(walk: Walk, node: Node, scope: Scope) -> Meaning | None:
    """(t).c, (t).*, (expression).c, a[1]: the meaning where it is a column of a whole row, passed through."""
    reference = node["arg"].get("ColumnRef")
    walk.visit(node["indirection"], scope)
    if reference is None or "A_Star" in reference["fields"][-1]:
        walk.visit(node["arg"], scope)
        values.fields(walk, node["arg"], node["indirection"])
        return None
    steps = node["indirection"]
    uses = len(walk.result.rows)
    meaning = resolve_reference(walk, reference, scope, "(row)")
    if not isinstance(meaning, Row):
        values.fields(walk, node["arg"], steps)
        return None
    if "A_Star" in steps[0]:
        _all_fields(walk, reference["location"], meaning, walk.result.rows[uses:])
    elif "String" in steps[0]:
        found = _one_field(walk, reference["location"], meaning, steps[0]["String"]["sval"])
        if found is not None and walk.ours(reference["location"]) is None:
            walk.result.bindings.pop((walk.at(reference["location"]), "ref"), None)  # the field is all that counts
        values.note(walk, reference["location"], values.within(walk, () if found is None else (found,)))
        values.fields(walk, node["arg"], steps[1:])
        return found if len(steps) == 1 else None
    return None


def _all_fields(walk: Walk, location: int, row: Row, uses: list[RowUse]) -> None:
    for _, meaning in row.columns:
        walk.read(meaning)
    walk.bind(location, "star", row.columns)
    values.note(walk, location, values.within(walk, (row,)))
    for use in uses:
        walk.result.starred.update(oids(use.item))


def _one_field(walk: Walk, location: int, row: Row, name: str) -> Meaning | None:
    found = [meaning for column, meaning in row.columns if column == name]
    _note_field(walk, location, row.item, name, found)
    return found[0] if len(found) == 1 else None


def _note_field(walk: Walk, location: int, item: int, name: str, found: list[Meaning]) -> None:
    if len(found) > 1:
        walk.problem("42702", walk.at(location), f'column reference "{name}" is ambiguous')
    elif found:
        walk.read(found[0])
        walk.bind(location, "field", found[0])
    elif name not in walk.world.schema.functions:
        called = is_call(walk, item, name)
        walk.problem("42703", walk.at(location), f'column "{name}" not found in data type', certain=not called)


def _sub_link(walk: Walk, node: Node, scope: Scope) -> None:
    carried = walk.taken_use()
    if "testexpr" in node:
        carried = ("(compared)",) if not {"ColumnRef", "RowExpr"}.isdisjoint(node["testexpr"]) else None
        look(walk, node["testexpr"], scope, carried and COMPARED)
    walk.use = ("(null)",) if node["subLinkType"] == "EXISTS_SUBLINK" else carried
    if node["subLinkType"] == "EXPR_SUBLINK":
        columns, known = _scalar(walk, node, scope)
    else:
        columns, known = subquery(walk, node["subselect"], scope)
    if node["subLinkType"] != "EXISTS_SUBLINK" and known:
        _check_width(walk, node, columns)


def _check_width(walk: Walk, node: Node, columns: Columns) -> None:
    """A subquery that stands for a value, or is compared with a row, has as many columns."""
    expected = _test_width(node)
    if expected is not None and len(columns) != expected:
        walk.problem("42601", walk.at(node["location"]), "the subquery has the wrong number of columns")


def _scalar(walk: Walk, node: Node, scope: Scope) -> tuple[Columns, bool]:
    columns, known = subquery(walk, node["subselect"], scope)
    if columns:
        walk.subqueries[node["location"]] = columns[0][0]
    splice = walk.ours(node["location"])
    if splice is not None and splice.kind in ("reference", "row") and len(columns) == 1:
        meaning = columns[0][1]
        if splice.kind == "reference":
            walk.stands(splice, meaning)
        elif isinstance(meaning, Row):
            walk.result.bindings[splice.origin, "ref"] = _own_row(meaning)
    return columns, known


def _own_row(row: Row) -> Row:
    """A row that is spelled out in a splice of ours: of the item that its columns are of."""
    items = {column.item for _, column in row.columns if isinstance(column, Col)}
    return Row(items.pop(), row.columns) if len(items) == 1 else row


def _test_width(node: Node) -> int | None:
    row = node.get("testexpr", {}).get("RowExpr")
    if row is None:
        return 1
    args = row.get("args", [])
    return None if any(is_star(arg) for arg in args) else len(args)


def _nothing(walk: Walk, node: Node, scope: Scope) -> None:
    """Constants, parameters and types hold no names."""


HANDLERS.update(
    {
        "ColumnRef": _column_ref,
        "RowExpr": _row_expr,
        "FuncCall": _func_call,
        "A_Indirection": _indirection,
        "SubLink": _sub_link,
        "A_Const": _nothing,
        "ParamRef": _nothing,
        "String": _nothing,
    }
)
