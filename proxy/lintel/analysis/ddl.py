"""DDL -> Schema: a file of DDL as a whole, its statements step by step, or the change that one of them makes.

What concerns neither relations nor their columns (functions, grants, indexes, comments) is passed over. Knows nothing
of a live catalog: what only the server can tell, such as the type of an expression, is "unknown".
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from lintel.analysis.ddl_alter import alter_table, rename, set_schema
from lintel.analysis.ddl_columns import location_of
from lintel.analysis.ddl_draft import DdlProblem, Draft
from lintel.analysis.ddl_source import Source
from lintel.analysis.ddl_tables import create_composite, create_table
from lintel.analysis.ddl_views import create_table_as, create_view, reads
from lintel.schema import Column, Relation, Schema
from lintel.sql.grammar import Node, RawStatement, SyntaxProblem, parse

__all__ = ["DdlProblem", "Step", "apply", "apply_text", "schema_of", "steps"]

PUBLIC = ("public",)
_EMPTY = Schema(relations={}, schemas=frozenset(("public", "pg_catalog", "information_schema")))
# psql's own commands, as pg_dump writes them around a dump.
_META_COMMAND = re.compile(rb"^\\(?:un)?(?:restrict|connect)\b[^\n]*", re.MULTILINE)
_DROPPABLE = frozenset(
    ("OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_SEQUENCE", "OBJECT_FOREIGN_TABLE", "OBJECT_TYPE")
)

_SEQUENCE = (("last_value", "bigint"), ("log_cnt", "bigint"), ("is_called", "boolean"))


class Step(NamedTuple):
    """One statement of a text of DDL, the schema before and after it, and why the server would refuse it, if so."""

    statement: RawStatement
    text: str
    line: int  # of the text, from 1
    search_path: tuple[str, ...]
    before: Schema
    after: Schema
    problem: DdlProblem | None
    highest: Mapping[int, int] = MappingProxyType({})  # see Draft: for the text behind this one


def schema_of(sql: bytes) -> Schema:
    """The schema that a file of DDL makes in an empty database.

    Raises DdlProblem where the server would refuse a statement (42601: the grammar does), TooDeep for hostile text.
    """
    return apply_text(_EMPTY, sql)


def apply_text(schema: Schema, sql: bytes, search_path: tuple[str, ...] = PUBLIC) -> Schema:
    """The schema after all the statements of a text; raises as schema_of does."""
    text = _META_COMMAND.sub(lambda match: b" " * len(match[0]), sql)
    draft = Draft(schema, search_path)
    for piece in Source(text).pieces():
        draft = _all_applied(replace(draft, source=piece), _parsed(piece))
    return draft.schema


def apply(schema: Schema, statement: RawStatement, sql: bytes = b"", search_path: tuple[str, ...] = PUBLIC) -> Schema:
    """The schema after one statement; `sql` is the text that it was parsed from, for the defaults in it."""
    return _applied(Draft(schema, search_path, Source(sql)), statement).schema


def steps(
    schema: Schema,
    sql: bytes,
    search_path: tuple[str, ...] = PUBLIC,
    highest: Mapping[int, int] = MappingProxyType({}),
) -> Iterator[Step]:
    """Each statement of a text applied to what those before it have made; one that is refused changes nothing.

    `highest` is that of the last step of the text before, where there are several.

    Raises DdlProblem for a syntax error only, TooDeep for hostile text.
    """
    text = _META_COMMAND.sub(lambda match: b" " * len(match[0]), sql)
    draft = Draft(schema, search_path, highest=highest)
    for piece in Source(text).pieces():
        draft = replace(draft, source=piece)
        for statement in _parsed(piece):
            before, problem = draft, None
            try:
                draft = _applied(draft, statement)
            except DdlProblem as why:
                problem = why
            yield Step(
                statement,
                piece.sql[statement.start : statement.end].decode("utf-8", "replace").strip(),
                _first_line(draft, statement),
                draft.search_path,
                before.schema,
                draft.schema,
                problem,
                draft.highest,
            )


def _first_line(draft: Draft, statement: RawStatement) -> int:
    first, _ = next(draft.source.tokens_from(statement.start))
    return draft.source.line(first.start)


def _parsed(source: Source) -> list[RawStatement]:
    try:
        return parse(source.sql)
    except SyntaxProblem as problem:
        # The position counts characters.
        offset = len(source.sql.decode("utf-8", "replace")[: problem.position - 1].encode())
        raise DdlProblem("42601", str(problem), source.line(offset)) from None


def _all_applied(draft: Draft, statements: list[RawStatement]) -> Draft:
    for statement in statements:
        try:
            draft = _applied(draft, statement)
        except DdlProblem as problem:
            raise DdlProblem(problem.sqlstate, str(problem), _first_line(draft, statement)) from None
    return draft


def _applied(draft: Draft, statement: RawStatement) -> Draft:
    ((tag, body),) = statement.node.items()
    if tag in _WITH_TEXT:
        return _WITH_TEXT[tag](draft, body, statement.end)
    return _STATEMENTS[tag](draft, body) if tag in _STATEMENTS else draft


def _create_foreign_table(draft: Draft, body: Node) -> Draft:
    return create_table(draft, body["base"], kind="f")


def _declare(draft: Draft, body: Node) -> Draft:
    """A type without columns, so that an unqualified use of it is found."""
    names: list[Node] = body.get("domainname") or body["typeName"]
    parts = [name["String"]["sval"] for name in names]
    schema, name = draft.new_name({"relname": parts[-1], "schemaname": parts[-2] if len(parts) > 1 else None})
    schema_now = draft.schema
    base = _held(draft, body["typeName"]) if "domainname" in body else None
    if base is not None:
        schema_now = replace(schema_now, domains={**schema_now.domains, (schema, name): base.oid})
    return replace(draft, types=draft.types | {(schema, name)}, schema=schema_now)


def _held(draft: Draft, type_name: Node) -> Relation | None:
    parts = [part["String"]["sval"] for part in type_name["names"]]
    return draft.schema.find_type(parts[-2] if len(parts) > 1 else None, parts[-1], draft.search_path)


def _create_schema(draft: Draft, body: Node, end: int) -> Draft:
    name = body.get("schemaname") or body["authrole"]["rolename"]
    inner = replace(draft.with_schema(name), search_path=(name, *draft.search_path))
    elements = body.get("schemaElts", [])
    for element, following in zip(elements, [*elements[1:], None], strict=False):
        # An element's text ends somewhere before the next one's name; the word CREATE goes with that.
        until = end if following is None else draft.source.sql.upper().rindex(b"CREATE", 0, location_of(following))
        inner = _applied(inner, RawStatement(element, 0, until))
    return replace(inner, search_path=draft.search_path)


def _create_sequence(draft: Draft, body: Node) -> Draft:
    schema, name = draft.new_name(body["sequence"])
    columns = tuple(Column(n, i, t, not_null=True) for i, (n, t) in enumerate(_SEQUENCE, 1))
    return draft.put(Relation(draft.next_oid(), schema, name, "S", columns))


def _drop(draft: Draft, body: Node) -> Draft:
    cascade = body.get("behavior") == "DROP_CASCADE"
    if body["removeType"] == "OBJECT_SCHEMA":
        return _drop_schemas(draft, [entry["String"]["sval"] for entry in body["objects"]])
    if body["removeType"] not in _DROPPABLE:
        return draft
    for entry in body["objects"]:
        names = [name["String"]["sval"] for name in _name_list(entry)]
        found = draft.schema.find(names[-2] if len(names) > 1 else None, names[-1], draft.search_path)
        if found is not None:
            draft = _without(draft, set(draft.schema.family(found.oid)), cascade)
        elif not body.get("missing_ok") and body["removeType"] != "OBJECT_TYPE":
            raise DdlProblem("42P01", f'"{".".join(names)}" does not exist')
    return draft


def _name_list(entry: Node) -> list[Node]:
    found: list[Node] = entry["List"]["items"] if "List" in entry else entry["TypeName"]["names"]
    return found


def _without(draft: Draft, oids: set[int], cascade: bool) -> Draft:
    """Without these relations and, with CASCADE, the views over them."""
    while cascade:
        views = [r for r in draft.schema.relations.values() if r.definition is not None and r.oid not in oids]
        more = {view.oid for view in views if reads(draft, view) & oids}
        if not more:
            break
        oids |= more
    return draft.without(oids)


def _drop_schemas(draft: Draft, names: list[str]) -> Draft:
    draft = draft.without([oid for oid, relation in draft.schema.relations.items() if relation.schema in names])
    return replace(draft, schema=replace(draft.schema, schemas=draft.schema.schemas - set(names)))


def _create_trigger(draft: Draft, body: Node) -> Draft:
    """CreateTrigStmt: what UPDATE OF names is known of the table from then on."""
    relation = draft.find(body["relation"])
    if relation is None:
        return draft
    names = {name["String"]["sval"] for name in body.get("columns", ())}
    attnums = {column.attnum for column in relation.columns if column.name in names}
    return draft.put(replace(relation, triggered=tuple(sorted({*relation.triggered, *attnums})))) if attnums else draft


def _set_path(draft: Draft, body: Node) -> Draft:
    if body.get("name") != "search_path" or body.get("kind") != "VAR_SET_VALUE":
        return draft
    return replace(draft, search_path=tuple(_constants(body["args"])))


def _set_config(draft: Draft, body: Node) -> Draft:
    """pg_dump's SELECT pg_catalog.set_config('search_path', '', false)."""
    for target in body.get("targetList", []):
        call = target.get("ResTarget", {}).get("val", {}).get("FuncCall", {})
        arguments = _constants(call.get("args", []))
        if arguments[:1] == ["search_path"] and call["funcname"][-1]["String"]["sval"] == "set_config":
            return replace(draft, search_path=tuple(s.strip(' "') for s in arguments[1].split(",") if s.strip()))
    return draft


def _constants(nodes: list[Node]) -> list[str]:
    return [n["A_Const"]["sval"].get("sval", "") for n in nodes if "sval" in n.get("A_Const", {})]


_STATEMENTS: dict[str, Callable[[Draft, Node], Draft]] = {
    "CreateStmt": create_table,
    "CreateForeignTableStmt": _create_foreign_table,
    "CompositeTypeStmt": create_composite,
    "CreateEnumStmt": _declare,
    "CreateRangeStmt": _declare,
    "CreateDomainStmt": _declare,
    "CreateSeqStmt": _create_sequence,
    "AlterTableStmt": alter_table,
    "RenameStmt": rename,
    "AlterObjectSchemaStmt": set_schema,
    "DropStmt": _drop,
    "CreateTrigStmt": _create_trigger,
    "VariableSetStmt": _set_path,
    "SelectStmt": _set_config,
}
_WITH_TEXT: dict[str, Callable[[Draft, Node, int], Draft]] = {  # they need to know where their text ends
    "CreateSchemaStmt": _create_schema,
    "ViewStmt": create_view,
    "CreateTableAsStmt": create_table_as,
}
