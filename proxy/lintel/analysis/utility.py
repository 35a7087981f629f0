"""Utility statements: those that hold a query are entered, the others named or flagged opaque."""

from lintel.analysis import values
from lintel.analysis.dml import copied, targets
from lintel.analysis.from_items import relation_item
from lintel.analysis.meanings import Col, Columns, Expr
from lintel.analysis.resolution import InsertUse, LikeUse, Node
from lintel.analysis.scope import Scope
from lintel.analysis.sequence import dropped
from lintel.analysis.walk import QUERIES, Walk, subquery

# Statements whose inside is a query, and the key that it stands under.
_HOLDERS = {
    "ExplainStmt": "query",
    "DeclareCursorStmt": "query",
    "PrepareStmt": "query",
    "CreateTableAsStmt": "query",
    "ViewStmt": "query",
}
# What the server runs on its own, out of our sight.
_OUT_OF_SIGHT = {
    "DoStmt": "DO runs code inside the server",
    "CallStmt": "CALL runs code inside the server",
    "ExecuteStmt": "EXECUTE runs a statement that was prepared before",
}
_VERBS = {
    "SelectStmt": "select",
    "InsertStmt": "insert",
    "UpdateStmt": "update",
    "DeleteStmt": "delete",
    "MergeStmt": "merge",
    "CopyStmt": "copy",
    "DoStmt": "do",
    "CallStmt": "call",
    "ExecuteStmt": "execute",
    "VariableSetStmt": "set",
    "VariableShowStmt": "show",
    "CreateStmt": "create table",
    "CreateTableAsStmt": "create table as",
    "ViewStmt": "create view",
    "AlterTableStmt": "alter table",
    "IndexStmt": "create index",
    "TruncateStmt": "truncate",
    "LockStmt": "lock",
    "DropStmt": "drop",
    "RenameStmt": "alter",
    "DeclareCursorStmt": "declare",
    "FetchStmt": "fetch",
    "ClosePortalStmt": "close",
    "ListenStmt": "listen",
    "NotifyStmt": "notify",
    "UnlistenStmt": "unlisten",
    "DiscardStmt": "discard",
    "PrepareStmt": "prepare",
    "DeallocateStmt": "deallocate",
    "ExplainStmt": "explain",
    "VacuumStmt": "vacuum",
    "RefreshMatViewStmt": "refresh materialized view",
}
_RELATIONS = frozenset(["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_FOREIGN_TABLE", "OBJECT_SEQUENCE"])
# Neither reads nor writes a column, or only by name of the whole table.
_PLAIN = frozenset(
    [
        "TransactionStmt",
        "VariableSetStmt",
        "VariableShowStmt",
        "FetchStmt",
        "ClosePortalStmt",
        "ListenStmt",
        "NotifyStmt",
        "UnlistenStmt",
        "DiscardStmt",
        "DeallocateStmt",
        "CheckPointStmt",
        "ConstraintsSetStmt",
        "LoadStmt",
        "LockStmt",
        "TruncateStmt",
        "VacuumStmt",
        "RefreshMatViewStmt",
        "ReindexStmt",
        "ClusterStmt",
        "GrantStmt",
        "GrantRoleStmt",
        "CommentStmt",
        "DropStmt",
        "RenameStmt",
        "AlterTableStmt",
        "CreateStmt",
        "AlterOwnerStmt",
        "AlterObjectSchemaStmt",
        "CreateSchemaStmt",
        "CreateSeqStmt",
        "AlterSeqStmt",
        "DropdbStmt",
        "CreatedbStmt",
        "CreateRoleStmt",
        "AlterRoleStmt",
        "DropRoleStmt",
        "AlterRoleSetStmt",
        "AlterDatabaseSetStmt",
        "CreateExtensionStmt",
        "CreateEnumStmt",
        "AlterEnumStmt",
        "CompositeTypeStmt",
        "CreateDomainStmt",
        "DefineStmt",
        "AlterSystemStmt",
    ]
)


def statement(walk: Walk, node: Node) -> None:
    """Resolve one statement of a text."""
    ((tag, body),) = node.items()
    scope = Scope(None)
    walk.result.verb = walk.result.verb or verb_of(node)
    if tag in QUERIES:
        _query(walk, node, scope)
    elif tag in _HOLDERS:
        _held(walk, tag, body)
    elif tag == "CopyStmt":
        _copy(walk, body, scope)
    elif tag in _OUT_OF_SIGHT:
        walk.visit(body.get("params", body.get("funccall", {})), scope)
        walk.opaque(_OUT_OF_SIGHT[tag])
    else:
        _other(walk, tag, body)


def verb_of(node: Node) -> str:
    """The verb, that of the statement inside EXPLAIN, PREPARE, DECLARE or COPY (query)."""
    ((tag, body),) = node.items()
    if tag in ("ExplainStmt", "DeclareCursorStmt", "PrepareStmt") and "query" in body:
        return verb_of(body["query"])
    if tag == "CopyStmt" and "query" in body:
        return verb_of(body["query"])
    if tag == "TransactionStmt":
        return str(body["kind"]).removeprefix("TRANS_STMT_").replace("_", " ").lower()
    if tag == "CreateTableAsStmt" and body.get("objtype") == "OBJECT_MATVIEW":
        return "create materialized view"
    return _VERBS.get(tag) or _words(tag)


def _words(tag: str) -> str:
    """CreateFunctionStmt -> create function."""
    name = tag.removesuffix("Stmt")
    return "".join(" " + c.lower() if c.isupper() else c for c in name).strip()


def _query(walk: Walk, node: Node, scope: Scope) -> None:
    columns, known = subquery(walk, node, scope)
    if known and walk.result.outputs is None:
        walk.result.outputs = columns


def _held(walk: Walk, tag: str, body: Node) -> None:
    if tag == "ViewStmt" or body.get("objtype") == "OBJECT_MATVIEW":
        walk.result.stored = True
    statement(walk, body["query"])


def _copy(walk: Walk, body: Node, scope: Scope) -> None:
    if "query" in body:
        statement(walk, body["query"])
        return
    writes = bool(body.get("is_from"))
    item = relation_item(walk, body["relation"], scope, "copy_from" if writes else "copy_to")
    listed = body.get("attlist", [])
    if not listed:
        walk.result.positional.add("copy")
    if writes:
        targets(walk, body, listed, item, len(copied(item)))
        walk.visit(body.get("whereClause", {}), Scope(None, [item]))
        return
    _copy_to(walk, body, listed, item)


def _copy_to(walk: Walk, body: Node, listed: list[Node], item: object) -> None:
    source = walk.result.sources[-1] if walk.result.sources else None
    if source is None or source.item is not item:
        return
    by_name = dict(source.item.columns)
    names = [entry["String"]["sval"] for entry in listed] or [name for name, _ in copied(source.item)]
    found = []
    for name in names:
        meaning = by_name.get(name)
        if isinstance(meaning, Col):
            walk.read(meaning)
        else:
            walk.problem("42703", source.at, f'column "{name}" of relation "{source.item.name}" does not exist')
        found.append(meaning)
    known = [meaning for meaning in found if meaning is not None]
    values.note(walk, body["relation"]["location"], values.within(walk, known))
    walk.result.inserts.append(InsertUse(source, bool(listed), len(names), body))
    walk.bind(body["relation"]["location"], "target", tuple(found))


def _other(walk: Walk, tag: str, body: Node) -> None:
    walk.result.utility = True
    _name_relations(walk, body)
    for element in body.get("tableElts", []):
        if "TableLikeClause" in element:
            _like(walk, element["TableLikeClause"])
    _listed(walk, body.get("tableElts", []))
    if tag not in _PLAIN or "schemaElts" in body:
        walk.opaque(f"{_words(tag)} is not analysed")


def _object_names(body: Node) -> list[list[str]]:
    """The dotted names of relations that DROP and COMMENT ON speak of."""
    kind = body.get("removeType") or body.get("objtype")
    if kind not in _RELATIONS and kind != "OBJECT_COLUMN":
        return []
    names = dropped(body) + dropped({"objects": [body["object"]] if "object" in body else []})
    return [found[:-1] for found in names if found[1:]] if kind == "OBJECT_COLUMN" else names


def _range_var(names: list[str]) -> Node:
    return {"relname": names[-1], **({"schemaname": names[-2]} if len(names) > 1 else {})}


def _like(walk: Walk, clause: Node) -> None:
    """CREATE TABLE (LIKE t) copies t's columns as they are (trap T6)."""
    node = clause["relation"]
    table = walk.world.find(node.get("schemaname"), node["relname"])
    if table is not None:
        at = walk.at(node["location"])
        columns: Columns = tuple((column.name, Expr(at, column.key)) for column in table.columns)
        walk.result.relations[table.relation.oid] = table.relation
        walk.bind(node["location"], "star", columns)
        walk.result.likes.append(LikeUse(at, node, clause.get("options", 0), table, columns))


def _listed(walk: Walk, elements: list[Node]) -> None:
    """Columns in a splice of ours, for LIKE."""
    for column in (element["ColumnDef"] for element in elements if "ColumnDef" in element):
        splice = walk.ours(column["location"])
        if splice is not None and splice.kind == "like":
            key, name = (splice.origin, "star"), column["colname"]
            before = walk.result.bindings.get(key, ())
            walk.result.bindings[key] = (*before, (name, splice.constants[name]))


def _name_relations(walk: Walk, body: Node) -> None:
    """LOCK, TRUNCATE, ALTER TABLE and the like name tables without naming columns to read."""
    found: list[Node] = []
    relation = body.get("relation")
    if isinstance(relation, dict):
        found.append(relation.get("RangeVar", relation))
    for entry in [*body.get("relations", []), *body.get("rels", []), *body.get("objects", [])]:
        inner = entry.get("RangeVar") or entry.get("VacuumRelation", {}).get("relation")
        if inner:
            found.append(inner.get("RangeVar", inner))
    found += [_range_var(names) for names in _object_names(body)]
    for node in found:
        table = walk.world.find(node.get("schemaname"), node["relname"]) if "relname" in node else None
        if table is not None:
            walk.result.relations[table.relation.oid] = table.relation
