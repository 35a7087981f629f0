"""What a report is made of: uses seen in traffic, and what of the database itself stands on the tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from lintel.analysis import analyze
from lintel.analysis.server_code import server_uses
from lintel.schema import Relation, Schema
from lintel.sql.quoting import quote_qualified
from lintel.store import Filter, Reader, Use, UseRow, Window, uses_of

_KINDS = {"v": "view", "m": "materialized view"}


class Object(NamedTuple):
    """Something in the database that uses a table by itself."""

    object: str  # "view public.v"
    use: Use


@dataclass(frozen=True, slots=True)
class Report:
    """All of it, filtered."""

    wanted: Filter
    window: Window
    uses: tuple[UseRow, ...]
    objects: tuple[Object, ...]


def gather(reader: Reader, wanted: Filter) -> Report:
    """Ask the store."""
    databases = reader.databases() if wanted.database is None else [wanted.database]
    catalogs = [catalog for catalog in map(reader.catalog, databases) if catalog is not None]
    objects = {found for catalog in catalogs for found in _objects(catalog, wanted)}
    return Report(
        wanted,
        reader.window(wanted.since, wanted.database),
        tuple(reader.uses(wanted)),
        tuple(sorted(objects, key=_order)),
    )


def _objects(schema: Schema, wanted: Filter) -> Iterator[Object]:
    """Views and server-side code say what they use; a filter on clients leaves them in."""
    for relation in schema.relations.values():
        if relation.definition is None or relation.schema in ("pg_catalog", "information_schema"):
            continue
        for use in _uses(relation, schema):
            if _about(use, wanted):
                yield Object(described(relation), use)
    for known in server_uses(schema).uses:
        if _about(use := Use(known.table, known.column, known.kind), wanted):
            yield Object(known.object, use)


def described(relation: Relation) -> str:
    """`view public.v`."""
    return f"{_KINDS.get(relation.kind, 'relation')} {quote_qualified(relation.schema, relation.name)}"


def _uses(view: Relation, schema: Schema) -> Iterator[Use]:
    return uses_of(analyze((view.definition or "").encode(), schema, ()))


def _about(use: Use, wanted: Filter) -> bool:
    table = wanted.table is None or f".{use.table}".endswith(f".{wanted.table}")
    return table and wanted.column in (None, use.column)


def _order(found: Object) -> tuple[str, ...]:
    return found.use.table, found.use.column or "", found.use.kind, found.object
