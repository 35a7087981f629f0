"""What of the database's own meets the change: views that list, use or expose the columns."""

from collections.abc import Iterator

from lintel.analysis import analyze
from lintel.impact.change import Altered, Change
from lintel.impact.hit import Hit
from lintel.impact.met import Met
from lintel.schema import Relation
from lintel.sql.quoting import quote_ident, quote_qualified

_KINDS = {"v": "view", "m": "materialized view"}


def findings(change: Change) -> Iterator[Met]:
    """For every view."""
    tables = [*change.altered.values(), *filter(None, map(change.about, change.gone))]
    if not tables:
        return
    for view in change.before.relations.values():
        if view.definition is None or view.schema in ("pg_catalog", "information_schema"):
            continue
        facts = analyze(view.definition.encode(), change.before, ())
        for table in tables:
            yield from (Met(hit, described(view), table) for hit in _hits(view, set(facts.reads), facts.tables, table))


def described(view: Relation) -> str:
    """`view public.v`."""
    return f"{_KINDS.get(view.kind, 'relation')} {quote_qualified(view.schema, view.name)}"


def _hits(view: Relation, reads: set[str], tables: tuple[str, ...], table: Altered) -> Iterator[Hit]:
    named = {column.name for column in table.before.columns if f"{table.table}.{quote_ident(column.name)}" in reads}
    if named & table.dropped or (not table.after.columns and table.table in tables):
        yield Hit("DRP-05")
    if named & table.renamed.keys():
        yield Hit("REN-03")
    if table.added and len(named) == len(table.before.columns) and _is_starred(view, table):
        yield Hit("ADD-09")
    if any(column.name in named for column in table.before.columns if column.attnum in table.retyped):
        yield Hit("TYP-04")


def _is_starred(view: Relation, table: Altered) -> bool:
    """Whether it has the table's columns side by side, as `*` makes them."""
    names, wanted = ([column.name for column in relation.columns] for relation in (view, table.before))
    return any(names[at : at + len(wanted)] == wanted for at in range(len(names)))
