"""CREATE VIEW, MATERIALIZED VIEW and TABLE AS: columns by the resolver, the query with every table qualified."""

from dataclasses import replace

from lintel.analysis.ddl_draft import DdlProblem, Draft, numbered
from lintel.analysis.ddl_source import Source
from lintel.analysis.ddl_types import type_of
from lintel.analysis.meanings import Col, Columns, Meaning, Merged
from lintel.analysis.resolution import Resolution
from lintel.analysis.scope import Scope
from lintel.analysis.walk import QUERIES, Walk
from lintel.analysis.world import World
from lintel.schema import Column, Relation
from lintel.sql.grammar import Node, SyntaxProblem, TooDeep, parse
from lintel.sql.quoting import quote_ident


def create_view(draft: Draft, body: Node, end: int) -> Draft:
    """ViewStmt; `end` is where its text ends."""
    schema, name = draft.new_name(body["view"])
    existing = draft.schema.by_name.get((schema, name))
    if existing is not None and not body.get("replace"):
        raise DdlProblem("42P07", f'relation "{name}" already exists')
    aliases = [alias["String"]["sval"] for alias in body.get("aliases", [])]
    start = _query_start(draft.source, body["view"]["location"])
    view = _made(draft, body["query"], (schema, name), "v", aliases, (start, end))
    return draft.put(view if existing is None else replace(view, oid=existing.oid))


def create_table_as(draft: Draft, body: Node, end: int) -> Draft:
    """CreateTableAsStmt, of a table or a materialized view."""
    into = body["into"]
    schema, name = draft.new_name(into["rel"])
    if (schema, name) in draft.schema.by_name and body.get("if_not_exists"):
        return draft
    aliases = [alias["String"]["sval"] for alias in into.get("colNames", [])]
    kind = "m" if body.get("objtype") == "OBJECT_MATVIEW" else "r"
    start = _query_start(draft.source, into["rel"]["location"])
    made = _made(draft, body["query"], (schema, name), kind, aliases, (start, end))
    return draft.put(made if kind == "m" else replace(made, definition=None))


def reads(draft: Draft, view: Relation) -> set[int]:
    """The oids of the relations that a view's query names."""
    try:
        query = parse((view.definition or "").encode())[0].node
    except (SyntaxProblem, TooDeep, IndexError):
        return set()
    return set(_resolved(draft, query)[0].relations)


def _made(
    draft: Draft, query: Node, name: tuple[str, str], kind: str, aliases: list[str], span: tuple[int, int]
) -> Relation:
    result, columns = _resolved(draft, query)
    if result.problems:
        problem = result.problems[0]
        raise DdlProblem(problem.sqlstate, f"in the query of {name[1]}: {problem.message}")
    names = aliases + [column for column, _ in columns[len(aliases) :]]
    targets = query.get("SelectStmt", {}).get("targetList", [])
    plain = len(targets) == len(columns)
    made = [
        Column(name, 0, _type(draft, meaning, targets[position] if plain else {}))
        for position, (name, (_, meaning)) in enumerate(zip(names, columns, strict=True))
    ]
    definition = _qualified(draft.source.sql, result, *span)
    return Relation(draft.next_oid(), name[0], name[1], kind, numbered(made), definition=definition)


def _resolved(draft: Draft, query: Node) -> tuple[Resolution, Columns]:
    walk = Walk(World(draft.schema, draft.search_path))
    ((tag, body),) = query.items()
    columns, _ = QUERIES[tag](walk, body, Scope(None))
    return walk.result, columns


def _type(draft: Draft, meaning: Meaning, target: Node) -> str:
    """The type where it can be told from the text: of a column, or of a cast."""
    if isinstance(meaning, Merged):
        meaning = meaning.left
    if isinstance(meaning, Col) and isinstance(meaning.key, int):
        for column in draft.schema.relations[meaning.oid].columns:
            if column.attnum == meaning.key:
                return column.type
    cast = target.get("ResTarget", {}).get("val", {}).get("TypeCast")
    return type_of(cast["typeName"], draft.type_schema) if cast else "unknown"


def _query_start(source: Source, name_at: int) -> int:
    """Just behind the AS that follows the relation's name, its column list and its options."""
    depth = 0
    for token, word in source.tokens_from(name_at):
        depth += (word == b"(") - (word == b")")
        if depth == 0 and token.kind == "ident" and word == b"as":
            return token.end
    return name_at


def _qualified(sql: bytes, result: Resolution, start: int, end: int) -> str:
    """The query's text with its tables' schemas written out: a stored query does not look at search_path."""
    places = {
        source.at: source.table.relation.schema
        for source in result.sources
        if "schemaname" not in source.node and source.at >= start
    }
    text, at = b"", start
    for place in sorted(places):
        text += sql[at:place] + quote_ident(places[place]).encode() + b"."
        at = place
    return (text + sql[at:end]).decode("utf-8", "replace").strip().rstrip(";")
