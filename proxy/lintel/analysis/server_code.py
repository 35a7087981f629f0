"""Who of the database itself uses what: views, rules, functions, triggers, policies, indexes, constraints and more.

What pg_depend says is said as it says it; views and bodies that are text are resolved here.
"""

from collections.abc import Iterator
from typing import NamedTuple

from lintel.analysis.routines import uses_of
from lintel.schema.snapshot import Column, Relation, Schema
from lintel.sql.quoting import quote_ident, quote_qualified


class ObjectUse(NamedTuple):
    """A use as a report tells it."""

    object: str  # "function public.f(integer)"
    table: str  # "public.orders", as SQL writes it
    column: str | None  # None: the table as a whole
    kind: str  # read | write | star | whole_row


class Unread(NamedTuple):
    """An object that may use more than is known, and why."""

    object: str
    reason: str


class ServerUses(NamedTuple):
    """All of it but views."""

    uses: tuple[ObjectUse, ...]
    unread: tuple[Unread, ...]


def server_uses(schema: Schema, search_path: tuple[str, ...] = ("public",)) -> ServerUses:
    """What the objects of a snapshot's server code use; `search_path` is that of a fresh session."""
    found = {*_depending(schema), *_remote(schema)}
    unread = []
    for routine in schema.code.routines:
        known = uses_of(routine, schema, search_path)
        found.update(_named(routine.object, schema, *use) for use in known.uses)
        unread += [Unread(routine.object, known.opaque)] if known.opaque else []
    return ServerUses(tuple(sorted(filter(None, found), key=_order)), tuple(unread))


def _depending(schema: Schema) -> Iterator[ObjectUse | None]:
    for one in schema.code.dependencies:
        yield _named(one.object, schema, one.relation, one.attnum, one.kind)


def _remote(schema: Schema) -> Iterator[ObjectUse | None]:
    """A foreign table under a local parent has the parent's columns, and so must the table that it stands for."""
    for relation in schema.relations.values():
        for parent in relation.parents if relation.kind == "f" else ():
            name = f"foreign table {quote_qualified(relation.schema, relation.name)}"
            yield from (_named(name, schema, parent, column.attnum, "read") for column in _columns(schema, parent))


def _columns(schema: Schema, oid: int) -> tuple[Column, ...]:
    return schema.relations[oid].columns if oid in schema.relations else ()


def _named(name: str, schema: Schema, oid: int, attnum: int, kind: str) -> ObjectUse | None:
    """None where the snapshot is of another moment."""
    relation = schema.relations.get(oid)
    if relation is None:
        return None
    table = quote_qualified(relation.schema, relation.name)
    if attnum == 0:
        return ObjectUse(name, table, None, kind)
    column = _column(relation, attnum)
    return None if column is None else ObjectUse(name, table, quote_ident(column), kind)


def _column(relation: Relation, attnum: int) -> str | None:
    return next((column.name for column in relation.columns if column.attnum == attnum), None)


def _order(use: ObjectUse) -> tuple[str, ...]:
    return use.table, use.column or "", use.kind, use.object
