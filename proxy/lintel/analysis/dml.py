"""INSERT, UPDATE, DELETE, MERGE (analyze.c, parse_merge.c)."""

from lintel.analysis import scope as scopes
from lintel.analysis.expressions import expression_list
from lintel.analysis.from_items import from_clause, from_item, relation_item
from lintel.analysis.meanings import Col, Columns
from lintel.analysis.references import oids
from lintel.analysis.resolution import InsertUse, Node, Source, TargetName
from lintel.analysis.scope import Item, Scope
from lintel.analysis.select import target_list, with_clause
from lintel.analysis.walk import QUERIES, Walk, subquery

Outputs = tuple[Columns, bool]


def insert(walk: Walk, node: Node, outer: Scope) -> Outputs:
    """Resolve an InsertStmt."""
    walk.new_level()
    scope = Scope(outer)
    with_clause(walk, node, scope)
    if "selectStmt" in node and "cols" not in node:
        walk.result.positional.add("insert")
    target = relation_item(walk, node["relation"], scope, "insert")
    width = _source_width(walk, node, scope)
    targets(walk, node, node.get("cols", []), target, width)
    if "onConflictClause" in node:
        _on_conflict(walk, node["onConflictClause"], target, scope)
    return _returning(walk, node, target, [target], scope)


def _source_width(walk: Walk, node: Node, scope: Scope) -> int | None:
    source = node.get("selectStmt")
    if source is None:
        return 0
    select = source["SelectStmt"]
    rows = select.get("valuesLists")
    if rows and "withClause" not in select:
        # DEFAULT stands in a VALUES list of INSERT only; each row must be as wide as the target list.
        widths = {expression_list(walk, row["List"].get("items", []), Scope(scope)) for row in rows}
        return widths.pop() if len(widths) == 1 else None
    columns, known = subquery(walk, source, scope)
    return len(columns) if known else None


def targets(walk: Walk, node: Node, listed: list[Node], target: Item, width: int | None) -> None:
    """Resolve the target columns of INSERT or COPY FROM: those listed, else the first `width`."""
    if target.relation is None:
        return
    source = source_of(walk, target)
    if source is not None:
        walk.result.inserts.append(InsertUse(source, bool(listed), width, node))
    if listed:
        cols = [target_column(walk, entry, target) for entry in listed]
        walk.bind(node["relation"]["location"], "target", tuple(cols))
        return
    columns = [meaning for _, meaning in (copied(target) if "is_from" in node else target.columns)]
    if width is None:
        walk.bind(node["relation"]["location"], "target", tuple(columns))
    elif width > len(columns):
        walk.problem("42601", target.at, "INSERT has more expressions than target columns")
    else:
        columns = columns[:width]
        walk.bind(node["relation"]["location"], "target", tuple(columns))
    for column in columns:
        write(walk, column)


def copied(item: Item) -> Columns:
    """The columns that COPY without a list moves: all but generated ones."""
    generated = item.table.generated if item.table is not None else frozenset()
    return tuple(column for column in item.columns if getattr(column[1], "key", None) not in generated)


def source_of(walk: Walk, item: Item) -> Source | None:
    """The noted use of a relation behind a namespace entry."""
    return next((s for s in walk.result.sources if s.item is item), None)


def write(walk: Walk, meaning: object) -> None:
    """A target column is written."""
    if isinstance(meaning, Col):
        walk.result.writes.add((meaning.oid, meaning.key))
        walk.result.used.setdefault(meaning.item, set()).add(meaning.key)


def target_column(walk: Walk, entry: Node, target: Item) -> object:
    """A column named in a target list or SET; only user columns of the target count."""
    body = entry.get("ResTarget", entry)
    name = body["name"] if "name" in body else body["String"]["sval"]
    location = body.get("location", -1)
    if "indirection" in body:
        walk.visit(body["indirection"], Scope(None, [target]))
    meaning = scopes.in_item(target, name)
    if location >= 0 and walk.ours(location) is None:
        walk.result.named.append(TargetName(location, name, meaning))
    if isinstance(meaning, Col):
        write(walk, meaning)
    elif target.known:
        at = walk.at(location) if location >= 0 else target.at
        walk.problem("42703", at, f'column "{name}" of relation "{target.name}" does not exist')
    return meaning


def _set_list(walk: Walk, entries: list[Node], target: Item, scope: Scope) -> None:
    for entry in entries:
        body = entry["ResTarget"]
        meaning = target_column(walk, entry, target)
        walk.bind(body["location"], "set", meaning)
        value = body.get("val", {})
        if "MultiAssignRef" in value:
            if value["MultiAssignRef"].get("colno") == 1:
                _multi_assign(walk, value["MultiAssignRef"], scope)
        else:
            walk.visit(value, scope)


def _multi_assign(walk: Walk, node: Node, scope: Scope) -> None:
    source, expected = node["source"], node["ncolumns"]
    if "SubLink" in source:
        columns, known = subquery(walk, source["SubLink"]["subselect"], scope)
        width = len(columns) if known else None
        at = source["SubLink"]["location"]
    elif "RowExpr" in source:
        width = expression_list(walk, source["RowExpr"].get("args", []), scope)
        at = source["RowExpr"]["location"]
    else:
        walk.visit(source, scope)
        return
    if width is not None and width != expected:
        walk.problem("42601", walk.at(at), "number of columns does not match number of values")


def _on_conflict(walk: Walk, node: Node, target: Item, scope: Scope) -> None:
    arbiter = Scope(scope, [target])
    infer = node.get("infer", {})
    for element in infer.get("indexElems", []):
        body = element["IndexElem"]
        if "name" in body:
            _arbiter_column(walk, body["name"], target, infer["location"])
        walk.visit(body.get("expr", {}), arbiter)
    walk.visit(infer.get("whereClause", {}), arbiter)
    if "conname" in infer:
        _constraint(walk, infer["conname"], target)
    if node["action"] != "ONCONFLICT_UPDATE":
        return
    # Unqualified names are ambiguous here, as the server has it: the target and excluded have the same columns.
    excluded = _again(target, "excluded")
    inner = Scope(scope, [target, excluded])
    _set_list(walk, node.get("targetList", []), target, inner)
    walk.visit(node.get("whereClause", {}), inner)


def _again(target: Item, name: str) -> Item:
    """The target's row under another name."""
    item = Item(target.at, name, None if target.table is not None else target.columns, known=target.known)
    item.table, item.relation, item.temporary = target.table, target.relation, target.temporary
    return item


def _constraint(walk: Walk, name: str, target: Item) -> None:
    """ON CONFLICT ON CONSTRAINT reads the constraint's columns (transformOnConflictArbiter)."""
    relation = target.relation
    if relation is None:
        return
    known = dict(relation.constraints)
    if not known and name == f"{relation.name}_pkey":  # a file of DDL: the name that the server gives a primary key
        known = {name: relation.primary_key}
    if name not in known:
        walk.opaque(f'the columns of constraint "{name}" are not known')
    table = walk.world.table(relation)
    for attnum in known.get(name, ()):
        if attnum:
            walk.read(Col(target.at, relation.oid, table.key(attnum)))
        else:
            _whole(walk, target)  # what an expression counts as


def _whole(walk: Walk, item: Item) -> None:
    walk.result.whole.update(oids(item))
    for _, column in item.columns:
        walk.read(column)


def _arbiter_column(walk: Walk, name: str, target: Item, clause: int) -> None:
    meaning = scopes.in_item(target, name)
    walk.result.named.append(TargetName(walk.at(clause), name, meaning, arbiter=True))
    walk.read(meaning)
    if not isinstance(meaning, Col) and target.known:
        walk.problem("42703", target.at, f'column "{name}" does not exist')


def update(walk: Walk, node: Node, outer: Scope) -> Outputs:
    """Resolve an UpdateStmt."""
    target, scope = _joined_target(walk, node, outer, "update", "fromClause")
    _set_list(walk, node.get("targetList", []), target, scope)
    walk.visit(node.get("whereClause", {}), scope)
    return _returning(walk, node, target, scope.items, scope)


def delete(walk: Walk, node: Node, outer: Scope) -> Outputs:
    """Resolve a DeleteStmt."""
    target, scope = _joined_target(walk, node, outer, "delete", "usingClause")
    walk.visit(node.get("whereClause", {}), scope)
    return _returning(walk, node, target, scope.items, scope)


def _joined_target(walk: Walk, node: Node, outer: Scope, verb: str, clause: str) -> tuple[Item, Scope]:
    walk.new_level()
    scope = Scope(outer)
    with_clause(walk, node, scope)
    target = relation_item(walk, node["relation"], scope, verb)
    # FROM items do not see the target, except as an error; the namespace has the target first.
    from_clause(walk, node.get(clause, []), scope)
    scope.items.insert(0, target)
    return target, scope


def merge(walk: Walk, node: Node, outer: Scope) -> Outputs:
    """Resolve a MergeStmt."""
    walk.new_level()
    scope = Scope(outer)
    with_clause(walk, node, scope)
    target = relation_item(walk, node["relation"], scope, "merge")
    sources = from_item(walk, node["sourceRelation"], scope)
    both = Scope(outer, [target, *sources], scope.ctes)
    source_only = Scope(outer, list(sources), scope.ctes)
    walk.visit(node.get("joinCondition", {}), both)
    for entry in node.get("mergeWhenClauses", []):
        clause = entry["MergeWhenClause"]
        unmatched = clause["matchKind"] == "MERGE_WHEN_NOT_MATCHED_BY_TARGET"
        visible = source_only if unmatched else both
        if clause["matchKind"] == "MERGE_WHEN_NOT_MATCHED_BY_SOURCE":
            visible = Scope(outer, [target], scope.ctes)
        walk.visit(clause.get("condition", {}), visible)
        _merge_action(walk, clause, target, visible, node)
    # RETURNING * lists the source's columns first.
    return _returning(walk, node, target, [*sources, target], Scope(outer, [*sources, target], scope.ctes))


def _merge_action(walk: Walk, clause: Node, target: Item, scope: Scope, node: Node) -> None:
    if clause["commandType"] == "CMD_UPDATE":
        _set_list(walk, clause.get("targetList", []), target, scope)
    elif clause["commandType"] == "CMD_INSERT" and "values" in clause:
        width = expression_list(walk, clause["values"], scope)
        listed = clause.get("targetList", [])
        if not listed:
            walk.result.positional.add("insert")
        targets(walk, {**clause, "relation": node["relation"]}, listed, target, width)


def _returning(walk: Walk, node: Node, target: Item, items: list[Item], scope: Scope) -> Outputs:
    clause = node.get("returningClause")
    if clause is None:
        return (), True
    inner = Scope(scope.parent, list(items), scope.ctes)
    for name in _old_and_new(clause):
        if not any(item.name == name for item in inner.items):
            alias = _again(target, name)
            alias.open = False
            inner.items.append(alias)
    walk.returning = True
    columns, known = target_list(walk, clause["exprs"], inner)
    walk.returning = False
    walk.result.returned[target.at] = columns if known else None
    return columns, known


def _old_and_new(clause: Node) -> list[str]:
    """old and new of RETURNING (PostgreSQL 18), under the names that WITH (OLD AS o, NEW AS n) gives them."""
    names = {"RETURNING_OPTION_OLD": "old", "RETURNING_OPTION_NEW": "new"}
    for entry in clause.get("options", []):
        option = entry["ReturningOption"]
        names[option["option"]] = option["value"]
    return list(names.values())


QUERIES.update({"InsertStmt": insert, "UpdateStmt": update, "DeleteStmt": delete, "MergeStmt": merge})
