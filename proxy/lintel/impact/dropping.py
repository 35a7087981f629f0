"""Objects that an earlier statement of a migration drops: those behind it do not meet them any more.

Names are looked for as catalog.code has them, which are pg_describe_object's. An overloaded function is kept: which of
them goes is not read off its argument types.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from lintel.analysis.ddl import Step
from lintel.schema import Schema, ServerCode
from lintel.sql.grammar import Node
from lintel.sql.quoting import quote_qualified

_ON_TABLES = {"OBJECT_TRIGGER": "trigger", "OBJECT_RULE": "rule", "OBJECT_POLICY": "policy"}
_OF_SCHEMAS = {"OBJECT_INDEX": "index", "OBJECT_STATISTIC_EXT": "statistics object"}
_ROUTINES = frozenset({"OBJECT_FUNCTION", "OBJECT_PROCEDURE", "OBJECT_ROUTINE"})


def without_dropped(code: ServerCode, step: Step) -> ServerCode:
    """The server-side code that is left behind a statement; the same one where it drops none."""
    ((tag, body),) = step.statement.node.items()
    if step.problem is not None or tag not in ("DropStmt", "AlterTableStmt"):
        return code
    gone = set(_dropped(body, code, step) if tag == "DropStmt" else _constraints(body, step))
    kept = tuple(one for one in code.dependencies if one.object not in gone)
    routines = tuple(one for one in code.routines if one.object not in gone)
    if len(kept) == len(code.dependencies) and len(routines) == len(code.routines):
        return code
    return replace(code, dependencies=kept, routines=routines)


def _dropped(body: Node, code: ServerCode, step: Step) -> Iterator[str]:
    kind = body["removeType"]
    for entry in body["objects"]:
        if kind in _ON_TABLES:
            *table, name = _names(entry["List"]["items"])
            yield from _on_table(f"{_ON_TABLES[kind]} {name}", table, step)
        elif kind in _OF_SCHEMAS:
            *schema, name = _names(entry["List"]["items"])
            schemas = schema[-1:] or step.search_path
            known = [f"{_OF_SCHEMAS[kind]} {quote_qualified(one, name)}" for one in schemas]
            yield from _first(known, code)
        elif kind in _ROUTINES:
            yield from _routine(_names(entry["ObjectWithArgs"]["objname"]), code, step)
        elif kind == "OBJECT_PUBLICATION":
            end = f" in publication {entry['String']['sval']}"
            yield from (one.object for one in code.dependencies if one.object.endswith(end))


def _constraints(body: Node, step: Step) -> Iterator[str]:
    for command in (entry["AlterTableCmd"] for entry in body["cmds"]):
        if command.get("subtype") == "AT_DropConstraint":
            node = body["relation"]
            table = [part for part in (node.get("schemaname"), node["relname"]) if part]
            yield from _on_table(f"constraint {command['name']}", table, step)


def _on_table(name: str, table: list[str], step: Step) -> Iterator[str]:
    found = step.before.find(table[-2] if len(table) > 1 else None, table[-1], step.search_path)
    if found is not None:
        yield f"{name} on table {quote_qualified(found.schema, found.name)}"


def _routine(names: list[str], code: ServerCode, step: Step) -> Iterator[str]:
    objects = {one.object for one in code.dependencies} | {one.object for one in code.routines}
    for schema in names[-2:-1] or step.search_path:
        starts = tuple(f"{kind} {quote_qualified(schema, names[-1])}(" for kind in ("function", "procedure"))
        found = [one for one in objects if one.startswith(starts)]
        if found:
            yield from found if len(found) == 1 else ()
            return


def _first(names: Iterable[str], code: ServerCode) -> Iterator[str]:
    """The one that a search_path leads to."""
    known = {one.object for one in code.dependencies}
    yield from [name for name in names if name in known][:1]


def _names(nodes: list[Node]) -> list[str]:
    return [node["String"]["sval"] for node in nodes]


def with_code(schema: Schema, code: ServerCode) -> Schema:
    """The schema with that code."""
    return schema if schema.code is code else replace(schema, code=code)
