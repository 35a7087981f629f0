"""Scopes and the look-up of names in them, by the rules of parse_relation.c (manual 7.2, 4.2.1).

One Scope per query level; look-ups go outwards. Knows nothing of statements.
"""

from dataclasses import dataclass, field

from lintel.analysis.meanings import Ambiguous, Col, Columns, Meaning, Missing, Unknown
from lintel.schema.snapshot import Relation

SYSTEM_COLUMNS = {"ctid": -1, "xmin": -2, "cmin": -3, "xmax": -4, "cmax": -5, "tableoid": -6}


@dataclass(slots=True)
class Item:
    """One entry of a namespace: a FROM item, a join, a DML target, excluded."""

    at: int  # offset in the client's text: the identity of the item
    name: str | None  # what qualifies its columns
    columns: Columns
    relation: Relation | None = None  # base relation: has system columns
    schema_name: str | None = None  # set where schema.table.column may name it (no alias)
    known: bool = True  # False: it may have columns that are not listed
    named: bool = True  # visible to name.column
    open: bool = True  # visible to unqualified names and to *
    scalar: bool = False  # a function returning one scalar: its name is its column
    parts: "tuple[Item, ...]" = ()  # of a join: its sides


@dataclass(slots=True)
class Cte:
    """A WITH query: what its name yields."""

    columns: Columns
    known: bool = True


@dataclass(slots=True)
class Scope:
    """The namespace of one query level."""

    parent: "Scope | None"
    items: list[Item] = field(default_factory=list)
    ctes: dict[str, Cte] = field(default_factory=dict)

    def cte(self, name: str) -> Cte | None:
        """The WITH query of that name, from here outwards."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.ctes:
                return scope.ctes[name]
            scope = scope.parent
        return None


def column(scope: Scope | None, name: str, *, local: bool = False) -> Meaning:
    """What an unqualified name means as a column (colNameToVar): the innermost level that has it decides."""
    while scope is not None:
        found = [m for item in scope.items if item.open for m in _in_item(item, name)]
        if len(found) == 1:
            return found[0]
        if found:
            return Ambiguous(name, frozenset(found))
        if any(item.open and not item.known for item in scope.items):
            return Unknown(name, f'column "{name}" may come from an item whose columns are not known')
        if local:
            break
        scope = scope.parent
    return Missing(name)


def _in_item(item: Item, name: str) -> list[Meaning]:
    found = [meaning for column_name, meaning in item.columns if column_name == name]
    if not found and item.relation is not None and name in SYSTEM_COLUMNS:
        return [Col(item.at, item.relation.oid, SYSTEM_COLUMNS[name])]
    return found


def in_item(item: Item, name: str) -> Meaning:
    """What item.name means as a column of that item."""
    found = _in_item(item, name)
    if len(found) == 1:
        return found[0]
    if found:
        return Ambiguous(name, frozenset(found))
    if not item.known:
        return Unknown(name, f'the columns of "{item.name}" are not known')
    return Missing(name)


def named_item(scope: Scope | None, name: str, schema: str | None = None) -> Item | Missing | Ambiguous:
    """The item that a qualifier names (refnameNamespaceItem)."""
    while scope is not None:
        found = [
            item
            for item in scope.items
            if item.named and item.name == name and (schema is None or item.schema_name == schema)
        ]
        if len(found) == 1:
            return found[0]
        if found:
            return Ambiguous(name, frozenset(Col(item.at, 0, 0) for item in found))
        scope = scope.parent
    return Missing(name)
