"""What of the database's own meets the change: views that list, use or expose the columns."""

from collections.abc import Iterator

from lintel.analysis import analyze
from lintel.impact.change import Altered, Change
from lintel.schema import Relation
from lintel.sql.quoting import quote_ident, quote_qualified

_KINDS = {"v": "view", "m": "materialized view"}


def findings(change: Change) -> Iterator[tuple[str, str, Altered]]:
    """(rule, object, table) for every view."""
    for view in change.before.relations.values():
        if view.definition is None or view.schema in ("pg_catalog", "information_schema"):
            continue
        reads = set(analyze(view.definition.encode(), change.before, ()).reads)
        for table in change.altered.values():
            yield from ((rule, described(view), table) for rule in _rules(reads, table))


def described(view: Relation) -> str:
    """`view public.v`."""
    return f"{_KINDS.get(view.kind, 'relation')} {quote_qualified(view.schema, view.name)}"


def _rules(reads: set[str], table: Altered) -> Iterator[str]:
    named = {column.name for column in table.before.columns if f"{table.table}.{quote_ident(column.name)}" in reads}
    if named & table.dropped:
        yield "DRP-05"
    if named & table.renamed.keys():
        yield "REN-03"
    if table.added and len(named) == len(table.before.columns):
        yield "ADD-09"
