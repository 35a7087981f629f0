"""FROM: relations, subqueries, functions, joins (transformFromClauseItem in parse_clause.c)."""

from lintel.analysis import composite, values
from lintel.analysis import scope as scopes
from lintel.analysis.calls import returned, shapes
from lintel.analysis.meanings import Ambiguous, Columns, Expr, Meaning, Merged, Missing, Unknown
from lintel.analysis.names import output_name
from lintel.analysis.resolution import FilledUse, Node, Source
from lintel.analysis.scope import Item, Scope
from lintel.analysis.walk import Walk, subquery
from lintel.schema.logical import Key, LogicalTable

_POPULATE = ("json_populate_record", "jsonb_populate_record")
_OUTER = {"larg": ("JOIN_RIGHT", "JOIN_FULL"), "rarg": ("JOIN_LEFT", "JOIN_FULL")}  # the sides that may be missing


def from_clause(walk: Walk, nodes: list[Node], scope: Scope) -> None:
    """Resolve a FROM list into the namespace of `scope`."""
    names: dict[str, Item] = {}
    for node in nodes:
        added = from_item(walk, node, scope)
        _unique(walk, names, added)
        scope.items.extend(added)


def _unique(walk: Walk, names: dict[str, Item], added: list[Item]) -> None:
    """No name twice in a namespace, but for unaliased tables of two schemas (checkNameSpaceConflicts)."""
    for item in added:
        if item.name is None or not item.named:
            continue
        before = names.setdefault(item.name, item)
        if before is item:
            continue
        before.twin = item.twin = True
        if None in (before.schema_name, item.schema_name) or before.schema_name == item.schema_name:
            walk.problem("42712", item.at, f'table name "{item.name}" specified more than once')


def from_item(walk: Walk, node: Node, scope: Scope) -> list[Item]:
    """Resolve one FROM item; returns the namespace entries that it adds. `scope` holds its left siblings."""
    ((tag, body),) = node.items()
    if tag == "RangeVar":
        return [relation_item(walk, body, scope, "from")]
    if tag == "RangeSubselect":
        return [_subselect(walk, body, scope)]
    if tag == "JoinExpr":
        return _join(walk, body, scope)
    if tag == "RangeFunction":
        return [_function(walk, body, scope)]
    if tag == "RangeTableSample":
        walk.visit([body.get("args", []), body.get("repeatable", {})], scope)
        item = relation_item(walk, body["relation"]["RangeVar"], scope, "from")
        for source in walk.result.sources[-1:]:
            source.sample = body if source.item is item else None
        return [item]
    return [_table_function(walk, tag, body, scope)]


def relation_item(walk: Walk, node: Node, scope: Scope, role: str) -> Item:
    """The namespace entry of a relation named in FROM or as a target; WITH queries come first in FROM."""
    name, schema = node["relname"], node.get("schemaname")
    at = walk.at(node["location"])
    alias, columns_alias = alias_of(node)
    cte = scope.cte(name) if schema is None and role == "from" else None
    if cte is not None:
        if cte.early:
            walk.problem("42P19", at, f'recursive reference to query "{name}" where it cannot stand')
        item = Item(at, alias or name, renamed(walk, at, cte.columns, columns_alias, known=cte.known), known=cte.known)
        item.unexpanded = frozenset(meaning for _, meaning in cte.columns[len(cte.columns) - cte.unexpanded :])
        return item
    walk.result.names.add((schema, name))
    table = walk.world.find(schema, name)
    if table is None:
        if walk.world.is_temporary(schema, name):
            return _temporary(walk, node, at, role)
        walk.opaque(f'relation "{name}" is not in the catalog')
        return Item(at, alias or name, (), known=False)
    relation = table.relation
    item = Item(at, alias or name, None)
    item.table, item.relation = table, relation
    if columns_alias:
        plain, item = item, Item(at, alias or name, renamed(walk, at, item.columns, columns_alias))
        item.relation, item.typed = relation, plain.columns
    item.schema_name = None if alias else relation.schema
    walk.result.relations[relation.oid] = relation
    if walk.ours(node["location"]) is None:
        walk.result.sources.append(Source(at, node, table, role, item, walk.level))
    return item


def _temporary(walk: Walk, node: Node, at: int, role: str) -> Item:
    """A temporary relation, in FROM with its columns where they were asked for: no plan changes what they mean."""
    name = node["relname"]
    alias, columns_alias = alias_of(node)
    shown = walk.world.temporary[name] if role == "from" else None
    columns = tuple([(column, Expr(at, column)) for column in shown or ()])
    known = shown is not None
    item = Item(at, alias or name, renamed(walk, at, columns, columns_alias) if known else (), known=known)
    item.temporary = ((at, alias or name),)
    item.typed = columns if columns_alias and known else None
    return item


def alias_of(node: Node) -> tuple[str | None, list[str]]:
    """(alias or None, column aliases)."""
    alias = node.get("alias")
    if alias is None:
        return None, []
    return alias.get("aliasname"), [name["String"]["sval"] for name in alias.get("colnames", [])]


def renamed(walk: Walk, at: int, columns: Columns, names: list[str], *, known: bool = True) -> Columns:
    """The columns with the first ones renamed by position, as `AS t(a, b)` does (buildRelationAliases)."""
    if not names:
        return columns
    if known and len(names) > len(columns):
        walk.problem("42P10", at, f"{len(columns)} columns available but {len(names)} columns specified")
    return tuple((names[i] if i < len(names) else name, m) for i, (name, m) in enumerate(columns))


def leftmost(node: object) -> int:
    """The smallest location under a node: where its text is, for nodes that carry none themselves."""
    best = -1
    stack = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, list):
            stack.extend(current)
        elif isinstance(current, dict):
            location = current.get("location")
            if isinstance(location, int) and location >= 0 and (best < 0 or location < best):
                best = location
            if "fields" not in current:  # a ColumnRef, of which nothing stands further left
                stack.extend(current.values())
    return best


def nullable(node: object) -> set[int]:
    """Where the relations stand that an outer join may have no row of."""
    if isinstance(node, list):
        return set().union(*map(nullable, node))
    if not isinstance(node, dict):
        return set()
    join = node.get("JoinExpr", {})
    sides = [side for side, kinds in _OUTER.items() if join.get("jointype") in kinds]
    return set().union(*map(nullable, node.values()), *(_relations(join[side]) for side in sides))


def _relations(node: object) -> set[int]:
    if isinstance(node, list):
        return set().union(*map(_relations, node))
    if not isinstance(node, dict):
        return set()
    own = {node["RangeVar"]["location"]} if "RangeVar" in node else set()
    return own.union(*map(_relations, node.values()))


def _subselect(walk: Walk, node: Node, scope: Scope) -> Item:
    around = scope if node.get("lateral") else _without_siblings(scope)
    columns, known = subquery(walk, node["subquery"], around)
    alias, columns_alias = alias_of(node)
    location = leftmost(node["subquery"])
    splice = walk.ours(location) if location >= 0 else None
    if splice is not None and walk.places is not None and alias == walk.places.helper:
        columns = tuple((name, splice.constants[name]) for name, _ in columns)
    at = walk.at(location)
    item = Item(at, alias, renamed(walk, at, columns, columns_alias, known=known), known=known)
    item.typed = item.columns if columns_alias else None
    return item


def _without_siblings(scope: Scope) -> Scope:
    """The scope of a FROM item that is not LATERAL: the WITH queries of this level, then what lies outside."""
    return Scope(scope.parent, ctes=scope.ctes)


def _function(walk: Walk, node: Node, scope: Scope) -> Item:
    alias, columns_alias = alias_of(node)
    calls = [call for entry in node["functions"] for call in _unnested(entry["List"]["items"])]
    columns: list[tuple[str, Meaning]] = []
    known, scalar, typed = True, False, False
    for call in calls:
        walk.visit(call[0], scope)
        location = leftmost(call[0])
        defined = call[1].get("List", {}).get("items", []) if len(call) > 1 else []
        only_alias = alias if len(calls) == 1 else None
        defined = defined or node.get("coldeflist", [])
        walk.visit(defined, scope)
        names, call_known, scalar = _outputs(walk, call[0], defined, only_alias, scope)
        known = known and call_known
        numbers = range(len(columns), len(columns) + len(names))
        table = _filled(walk, call[0], names, scope)
        told = _keys(walk, call[0], names) or ([column.key for column in table.columns] if table is not None else [])
        keys, typed = told or numbers, bool(told) and len(calls) == 1
        splice = walk.ours(location)
        if splice is not None and splice.kind == "filled":
            added = [(name, splice.constants[name]) for name in names]
        else:
            added = [(name, Expr(walk.at(location), key)) for name, key in zip(names, keys, strict=True)]
        held = values.of_columns(walk, call[0])
        walk.given |= {meaning: held[name] for name, meaning in added if name in held}
        walk.given |= {meaning: held[None] for _, meaning in added if None in held}
        columns += added
    if node.get("ordinality"):
        columns.append(("ordinality", Expr(-1, len(columns))))
    name = alias or output_name(calls[0][0], walk.subqueries)
    at = walk.at(leftmost(node["functions"]))
    outputs = renamed(walk, at, tuple(columns), columns_alias, known=known)
    item = Item(at, name, outputs, known=known or bool(columns_alias))
    item.scalar = scalar and len(calls) == 1
    item.typed = tuple(columns) if typed and columns_alias and not node.get("ordinality") else None
    if table is not None and typed and _is_plainly_filled(walk, node, calls[0][0]["FuncCall"]):
        function = calls[0][0]["FuncCall"]["funcname"][-1]["String"]["sval"]
        walk.result.filled.append(FilledUse(at, item, function, node, table, tuple(columns)))
    return item


def _keys(walk: Walk, call: Node, names: list[str]) -> list[Key]:
    """Of the columns of a table whose rows the call returns. Their list is all that counts of it in FROM."""
    tables = [table for table in returned(walk, call) if [column.name for column in table.columns] == names]
    if "FuncCall" in call:
        at = walk.at(call["FuncCall"]["location"])
        walk.held.pop(at, None)
        walk.result.bindings.pop((at, "type"), None)
    return [column.key for column in tables[0].columns] if tables else []


def _filled(walk: Walk, call: Node, names: list[str], scope: Scope) -> LogicalTable | None:
    """The t of json_populate_record(NULL::t, ..), filled by the names of its columns, which are all that counts."""
    if not output_name(call, walk.subqueries).startswith(_POPULATE):
        return None
    base = call["FuncCall"]["args"][0]
    table = composite.row_of(walk, base, scope) if values.is_null(base) else None
    if table is None or [column.name for column in table.columns] != names:
        return None
    if walk.world.schema.fields(table.relation.oid):  # some of them are rows again
        return None
    at = walk.at(values.place(walk, base))
    walk.held.pop(at, None)
    walk.result.bindings.pop((at, "type"), None)
    return table


def _is_plainly_filled(walk: Walk, node: Node, call: Node) -> bool:
    """Whether the call stands alone, and has but a NULL of the table's own type and a value."""
    args = call["args"]
    beside = {"ordinality", "is_rowsfrom", "coldeflist"} & node.keys()
    if beside or len(args) != 2 or "NamedArgExpr" in args[1] or walk.ours(call["location"]) is not None:
        return False
    parts = [part["String"]["sval"] for part in args[0]["TypeCast"]["typeName"]["names"]]
    schema = parts[-2] if len(parts) > 1 else None
    own = walk.world.schema.find(schema, parts[-1], walk.world.search_path) is not None  # no domain
    return own and [part["String"]["sval"] for part in call["funcname"]][:-1] in ([], ["pg_catalog"])


def _unnested(call: list[Node]) -> list[list[Node]]:
    """unnest of several arrays stands for ROWS FROM of one unnest each (transformRangeFunction)."""
    function = call[0].get("FuncCall", {})
    names = [part["String"]["sval"] for part in function.get("funcname", [])]
    args = function.get("args", [])
    if names[-1:] != ["unnest"] or len(args) < 2 or (len(call) > 1 and call[1]):
        return [call]
    return [[{"FuncCall": {**function, "args": [arg]}}] for arg in args]


def _outputs(
    walk: Walk, call: Node, defined: list[Node], alias: str | None, scope: Scope
) -> tuple[list[str], bool, bool]:
    """(column names, whether they are all known, whether it is one scalar)."""
    if defined:
        return [column["ColumnDef"]["colname"] for column in defined], True, False
    name = output_name(call, walk.subqueries)
    if "FuncCall" not in call:
        return [alias or name], True, True
    found = shapes(walk, call["FuncCall"]["funcname"])
    if name.startswith(_POPULATE):
        names = composite.columns(walk, call["FuncCall"]["args"][0], scope)
        found = set() if names is None else {names}
    if name == "unnest":
        found = composite.unnested(walk, call["FuncCall"]["args"][0], scope)
    if found == {None}:
        return [alias or name], True, True
    if len(found) == 1:
        # A single OUT parameter names the column whatever the alias (chooseScalarFunctionAlias).
        only = found.pop() or ()
        return list(only), True, len(only) == 1
    # Overloads differ, or nothing is known of it: it may be a scalar or a row.
    return [alias or name], False, True


def _table_function(walk: Walk, tag: str, node: Node, scope: Scope) -> Item:
    """XMLTABLE and JSON_TABLE: their column clauses name their columns."""
    walk.visit(node, scope)
    alias, columns_alias = alias_of(node)
    names = _column_names(node.get("columns", []))
    at = walk.at(node.get("location", -1))
    columns: Columns = tuple((name, Expr(at, i)) for i, name in enumerate(names))
    if tag not in ("RangeTableFunc", "JsonTable"):
        walk.opaque(f"FROM item {tag} is not understood")
    return Item(at, alias or ("xmltable" if tag == "RangeTableFunc" else "json_table"),
                renamed(walk, at, columns, columns_alias), known=tag in ("RangeTableFunc", "JsonTable"))  # fmt: skip


def _column_names(columns: list[Node]) -> list[str]:
    """A path's own columns come before those of the paths nested in it (transformJsonTableColumns)."""
    bodies = [column.get("RangeTableFuncCol") or column.get("JsonTableColumn") or {} for column in columns]
    nested = [body.get("columns", []) for body in bodies if body.get("coltype") == "JTC_NESTED"]
    own = [body for body in bodies if body.get("coltype") != "JTC_NESTED"]
    names = [body.get("colname") or body["name"] for body in own if "colname" in body or "name" in body]
    return names + [name for inner in nested for name in _column_names(inner)]


def _join(walk: Walk, node: Node, scope: Scope) -> list[Item]:
    left = from_item(walk, node["larg"], scope)
    sideways = Scope(scope.parent, [*scope.items, *left], scope.ctes)
    right = from_item(walk, node["rarg"], sideways)
    _unique(walk, {item.name: item for item in left if item.named and item.name}, right)
    merged = _merge(walk, node, left, right)
    if "quals" in node:
        walk.visit(node["quals"], Scope(scope.parent, left + right, scope.ctes))
    return _joined(walk, node, left, right, merged)


def _joined(walk: Walk, node: Node, left: list[Item], right: list[Item], merged: dict[str, Meaning]) -> list[Item]:
    """The namespace after a join: what of its sides can still be named, and the join itself."""
    inside = left + right
    alias, columns_alias = alias_of(node)
    joined = Item(left[0].at, alias, None)
    joined.sides = tuple([side for item in inside if item.open for side in item.shown()])
    joined.known = all(side.known for side in joined.sides)
    if all(side.known or side.temporary for side in joined.sides):
        joined.temporary = tuple([each for side in joined.sides for each in side.temporary])
    joined.parts, joined.merged, joined.named = tuple(inside), merged, alias is not None
    joined.unexpanded = frozenset().union(*(side.unexpanded for side in joined.sides))
    if columns_alias:
        outputs = renamed(walk, joined.at, joined.columns, columns_alias, known=joined.known)
        plain, joined = joined, Item(joined.at, alias, outputs, known=joined.known)
        joined.parts, joined.sides, joined.unexpanded = plain.parts, plain.sides, plain.unexpanded
    for item in inside:
        item.open = False
        item.named = item.named and alias is None
    items = [*[item for item in inside if item.named], joined]
    if "join_using_alias" in node:
        name = node["join_using_alias"]["aliasname"]
        using = Item(left[0].at, name, tuple(merged.items()), known=joined.known)
        using.open = False
        items.append(using)
    return items


def _merge(walk: Walk, node: Node, left: list[Item], right: list[Item]) -> dict[str, Meaning]:
    """The columns that USING or NATURAL merges."""
    names = [name["String"]["sval"] for name in node.get("usingClause", [])]
    natural = bool(node.get("isNatural"))
    at = right[0].at
    if natural:
        names = _common(walk, left, right)
    merged: dict[str, Meaning] = {}
    for name in names:
        pair = (_one(walk, left, name, at), _one(walk, right, name, at))
        values.note_at(walk, at, values.within(walk, pair))
        for meaning in pair:
            walk.read(meaning)
            if isinstance(meaning, Unknown):
                walk.opaque(meaning.why)
        merged[name] = Merged(*pair)
    if names or natural:
        walk.result.bindings[(at, "natural" if natural else "using")] = tuple(merged.items())
    return merged


def _common(walk: Walk, left: list[Item], right: list[Item]) -> list[str]:
    walk.result.positional.add("natural_join")
    if not all(item.known for item in left + right if item.open):
        walk.opaque("NATURAL JOIN of an item whose columns are not known")
    walk.spend(sum(len(item.columns) for item in left + right if item.open))
    right_names = {name for item in right if item.open for name, _ in item.columns}
    return [name for item in left if item.open for name, _ in item.columns if name in right_names]


def _one(walk: Walk, items: list[Item], name: str, at: int) -> Meaning:
    found = [meaning for item in items if item.open for meaning in item.find(name)]
    if len(found) == 1:
        return found[0]
    if found:
        walk.problem("42702", at, f'common column name "{name}" appears more than once')
        return Ambiguous(name, frozenset(found))
    opened = [item for item in items if item.open]
    if all(item.known for item in opened):
        walk.problem("42703", at, f'column "{name}" specified in USING clause does not exist')
        return Missing(name)
    return scopes.unlisted(opened, name, Missing(name))
