"""What is said of a finding: the rule's message with the names of the tables and columns that it is about."""

from collections.abc import Iterable

from lintel.impact.change import Altered
from lintel.impact.hit import Hit
from lintel.impact.rules import RULES
from lintel.sql.quoting import quote_ident


def message(hit: Hit, tables: tuple[Altered, ...], roles: Iterable[str] = ()) -> str:
    """For people; columns that the rule cannot be about are left out."""
    text = RULES[hit.rule].message if hit.message is None else hit.message
    names = ", ".join(dict.fromkeys(table.table for table in tables))
    columns = ", ".join(dict.fromkeys(_columns(hit.rule[:3], tables)))
    return text.format(table=names, columns=columns, roles=", ".join(sorted(map(quote_ident, roles))))


def _columns(family: str, tables: tuple[Altered, ...]) -> list[str]:
    groups = {"ADD": _added, "DRP": _dropped, "REN": _renamed, "TYP": _retyped, "NEW": _new}
    found = [name for table in tables for name in groups[family](table)]
    return found or [name for table in tables for group in groups.values() for name in group(table)]


def _added(table: Altered) -> list[str]:
    return sorted(map(quote_ident, table.added))


def _dropped(table: Altered) -> list[str]:
    return sorted(map(quote_ident, table.dropped))


def _renamed(table: Altered) -> list[str]:
    return [f"{quote_ident(old)} (now {quote_ident(new)})" for old, new in table.renamed.items()]


def _retyped(table: Altered) -> list[str]:
    names = {column.attnum: quote_ident(column.name) for column in table.before.columns}
    return [f"{names[number]} ({old}, then {new})" for number, (old, new) in table.retyped.items()]


def _new(table: Altered) -> list[str]:
    return [*_added(table), *map(quote_ident, table.renamed.values())]
