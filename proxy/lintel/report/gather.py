"""What a report is made of: uses seen in traffic, and what of the database itself stands on the tables."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lintel.analysis import analyze
from lintel.analysis.server_code import server_uses
from lintel.schema import Relation, Schema
from lintel.sql.quoting import quote_ident, quote_qualified
from lintel.store import Activity, Filter, Reader, SideRow, Traffic, UnplannedRow, Use, UseRow, Window, uses_of

_KINDS = {"v": "view", "m": "materialized view"}
_HOURLY = 3 * 86_400.0  # a window that is not longer is plotted by the hour
_SYSTEM = ("pg_catalog", "information_schema")


class Object(NamedTuple):
    """Something in the database that uses a table by itself."""

    object: str  # "view public.v"
    use: Use


@dataclass(frozen=True, slots=True)
class Report:
    """All of it, filtered."""

    wanted: Filter
    window: Window
    uses: tuple[UseRow, ...] = ()
    objects: tuple[Object, ...] = ()
    daily: float | None = None  # of one call in the window, the calls per day; None: less than a day was watched
    windows: Mapping[str, Window] = field(default_factory=dict)  # by database
    traffic: Mapping[tuple[str, str], Traffic] = field(default_factory=dict)  # by statement and client
    activity: tuple[Activity, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()  # objects that may use more than is known, and why
    columns: Mapping[str, frozenset[str]] = field(default_factory=dict)  # of the tables, as the catalogs know them
    compared: tuple[str, Window] | None = None  # what is before and after this moment, and the window since then
    sides: tuple[SideRow, ...] = ()  # by plan, database and client
    unplanned: tuple[UnplannedRow, ...] = ()  # changes that no plan announced
    carried: Mapping[str, Window] = field(default_factory=dict)  # when plans were in force, by id

    @property
    def whole(self) -> bool:
        """True if absence in it is evidence."""
        return self.window.whole and not self.unread


def gather(reader: Reader, wanted: Filter, compare: str | None = None) -> Report:
    """Ask the store."""
    databases = reader.databases() if wanted.database is None else [wanted.database]
    catalogs = [catalog for catalog in map(reader.catalog, databases) if catalog is not None]
    objects = {found for catalog in catalogs for found in _objects(catalog, wanted)}
    window = reader.window(wanted.since, wanted.database)
    sides = tuple(reader.sides(wanted))
    return Report(
        wanted,
        window,
        tuple(reader.uses(wanted)),
        tuple(sorted(objects, key=_order)),
        window.per_day(1),
        {database: reader.window(wanted.since, database) for database in databases},
        {(sent.statement, sent.client): sent for sent in reader.traffic(wanted)},
        tuple(reader.activity(wanted, by_day=_by_day(window))),
        tuple(sorted({(one.object, one.reason) for catalog in catalogs for one in server_uses(catalog).unread})),
        _columns(catalogs),
        None if compare is None else (compare, reader.window(compare, wanted.database)),
        sides,
        tuple(reader.unplanned(wanted)),
        {plan: reader.carried(plan, wanted.since) for plan in {row.key.plan for row in sides}},
    )


def _by_day(window: Window) -> bool:
    return window.seconds + sum(Window(*gap).seconds for gap in window.gaps) > _HOURLY


def _columns(catalogs: Iterable[Schema]) -> dict[str, frozenset[str]]:
    """Of every table; the union, where several databases have one of its name."""
    found: dict[str, frozenset[str]] = {}
    for relation in (relation for catalog in catalogs for relation in catalog.relations.values()):
        if relation.schema not in _SYSTEM:
            name = quote_qualified(relation.schema, relation.name)
            found[name] = found.get(name, frozenset()).union(quote_ident(c.name) for c in relation.columns)
    return found


def _objects(schema: Schema, wanted: Filter) -> Iterator[Object]:
    """Views and server-side code say what they use; a filter on clients leaves them in."""
    for relation in schema.relations.values():
        if relation.definition is None or relation.schema in _SYSTEM:
            continue
        for use in _uses(relation, schema):
            if about(use, wanted):
                yield Object(described(relation), use)
    for known in server_uses(schema).uses:
        if about(use := Use(known.table, known.column, known.kind), wanted):
            yield Object(known.object, use)


def described(relation: Relation) -> str:
    """`view public.v`."""
    return f"{_KINDS.get(relation.kind, 'relation')} {quote_qualified(relation.schema, relation.name)}"


def _uses(view: Relation, schema: Schema) -> Iterator[Use]:
    return uses_of(analyze((view.definition or "").encode(), schema, ()))


def about(use: Use, wanted: Filter) -> bool:
    """Whether the filter's table and column mean it."""
    table = wanted.table is None or f".{use.table}".endswith(f".{wanted.table}")
    return table and wanted.column in (None, use.column)


def _order(found: Object) -> tuple[str, ...]:
    return found.use.table, found.use.column or "", found.use.kind, found.object
