"""Scopes and the look-up of names in them, by the rules of parse_relation.c (manual 7.2, 4.2.1).

One Scope per query level; look-ups go outwards. Knows nothing of statements.
"""

from dataclasses import dataclass, field

from lintel.analysis.meanings import Ambiguous, Col, Columns, Expr, Meaning, Missing, Unknown, Unlisted
from lintel.schema.logical import LogicalTable
from lintel.schema.snapshot import Relation

SYSTEM_COLUMNS = {"ctid": -1, "xmin": -2, "cmin": -3, "xmax": -4, "cmax": -5, "tableoid": -6}


class Item:
    """One entry of a namespace: a FROM item, a join, a DML target, excluded.

    Its columns are listed only where something needs the list (a star, a whole row, NATURAL JOIN): most statements name
    a few columns of wide tables.
    """

    __slots__ = (
        "_columns", "_index", "at", "known", "merged", "name", "named", "open", "parts", "relation", "scalar",
        "schema_name", "sides", "table", "temporary", "twin", "typed", "unexpanded",
    )  # fmt: skip

    def __init__(self, at: int, name: str | None, columns: Columns | None, *, known: bool = True) -> None:
        self.at = at  # offset in the client's text: the identity of the item
        self.name = name  # what qualifies its columns
        self.known = known  # False: it may have columns that are not listed
        self.temporary: tuple[tuple[int, str], ...] = ()  # the temporary relations in it, which alone may have such
        self.open = True  # visible to unqualified names and to *
        self.named = True  # visible to name.column
        self.scalar = False  # a function returning one scalar: its name is its column
        self.unexpanded: frozenset[Meaning] = frozenset()  # columns that a star leaves out
        self.twin = False  # another item of its scope has its name: tables of two schemas
        self.schema_name: str | None = None  # set where schema.table.column may name it (no alias)
        self.table: LogicalTable | None = None  # of a relation whose columns have their own names
        self.typed: Columns | None = None  # of one with a list of other column names: as its rows have them
        self.relation: Relation | None = None  # base relation: has system columns
        self.parts: tuple[Item, ...] = ()  # of a join: all items inside
        self.sides: tuple[Item, ...] = ()  # of a join: those whose columns it shows
        self.merged: dict[str, Meaning] = {}  # of a join: by USING or NATURAL
        self._columns = columns
        self._index: dict[str, list[Meaning]] | None = None

    @property
    def columns(self) -> Columns:
        """(name, meaning) of each column, in order."""
        if self._columns is None:
            self._columns = self._listed()
        return self._columns

    def own(self, name: str) -> Col | None:
        """What the name means as a column of the relation itself, where its columns have their own names."""
        table = self.table
        key = None if table is None or self._columns is not None else table.keys.get(name)
        return None if key is None or table is None else Col(self.at, table.relation.oid, key)

    def find(self, name: str) -> list[Meaning]:
        """What the name means here; several where it is ambiguous."""
        if self._columns is None:
            if self.table is not None:
                own = self.own(name)
                return [] if own is None else [own]
            if name in self.merged:
                return [self.merged[name]]
            return [meaning for side in self.sides for meaning in side.find(name)]
        if self._index is None:
            self._index = {}
            for column_name, meaning in self._columns:
                self._index.setdefault(column_name, []).append(meaning)
        return self._index.get(name, [])

    def shown(self) -> "tuple[Item, ...]":
        """The items whose columns these are: a join that merged and renamed nothing is its sides."""
        plain = self.sides and self._columns is None and not self.merged
        return self.sides if plain else (self,)

    def _listed(self) -> Columns:
        if self.table is not None:
            at, oid = self.at, self.table.relation.oid
            return tuple([(column.name, Col(at, oid, column.key)) for column in self.table.columns])
        rest = [column for side in self.sides for column in side.columns if column[0] not in self.merged]
        return (*self.merged.items(), *rest)


@dataclass(slots=True)
class Cte:
    """A WITH query: what its name yields."""

    columns: Columns
    known: bool = True
    unexpanded: int = 0  # columns at its end that a star inside the query itself leaves out: of SEARCH and CYCLE
    early: bool = False  # of a WITH RECURSIVE, named before its columns are decided: the server answers 42P19


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
    inmost = scope
    while scope is not None:
        found = [m for item in scope.items if item.open for m in _in_item(item, name)]
        if len(found) == 1:
            return found[0]
        if found:
            doubted = (meaning for meaning in found if isinstance(meaning, Unknown))
            return next(doubted, None) or Ambiguous(name, frozenset(found))
        if any(item.open and not item.known for item in scope.items):
            if not isinstance(named_item(inmost, name), Missing):
                return Unknown(name, f'"{name}" may be a column of an item whose columns are not known, or a row')
            items = [item for item in scope.items if item.open]
            return unlisted(items, name, Missing(name) if local else column(scope.parent, name))
        if local:
            break
        scope = scope.parent
    return Missing(name)


def doubted(scope: Scope | None, name: str) -> Item | None:
    """Of a column that an item has: another item beside it that may have it as well, for all that is known."""
    while scope is not None:
        items = [item for item in scope.items if item.open]
        if any(_in_item(item, name) for item in items):
            return next((item for item in items if not item.known), None)
        scope = scope.parent
    return None


def holder(scope: Scope | None, name: str) -> Item | None:
    """The item that an unqualified name is a column of, by whose name it can be qualified; None where there is none."""
    while scope is not None:
        found = [item for item in scope.items if item.open and _in_item(item, name)]
        if found:
            return _side(found[0], name) if len(found) == 1 else None
        scope = scope.parent
    return None


def _side(item: Item, name: str) -> Item | None:
    """The item itself, or of a join without a name the side that has the column; what it merged may be of neither."""
    if item.name is not None:
        return item
    found = [side for side in item.sides if side.find(name) and name not in item.merged]
    return _side(found[0], name) if len(found) == 1 else None


def _in_item(item: Item, name: str) -> list[Meaning]:
    found = item.find(name)
    if not found and name in SYSTEM_COLUMNS:
        if item.relation is not None:
            return [Col(item.at, item.relation.oid, SYSTEM_COLUMNS[name])]
        if item.temporary and item.known and not item.sides:  # a table has it, a view has not
            return [Unknown(name, f'"{name}" may be a system column of "{item.name}"')]
    return found


def in_item(item: Item, name: str) -> Meaning:
    """What item.name means as a column of that item."""
    if (own := item.own(name)) is not None:
        return own
    if item.temporary and item.known and name in SYSTEM_COLUMNS:
        return Expr(item.at, name)  # or the server says that there is none
    found = _in_item(item, name)
    if len(found) == 1:
        return found[0]
    if found:
        return Ambiguous(name, frozenset(found))
    if not item.known:
        if item.temporary:
            return Unlisted(name, item.temporary, Missing(name))
        return Unknown(name, f'the columns of "{item.name}" are not known')
    return Missing(name)


def unlisted(items: list[Item], name: str, outside: Meaning) -> Meaning:
    """What a name means that is not listed among the columns of these items, not all of which are known."""
    if isinstance(outside, Unknown) or not all(item.known or item.temporary for item in items):
        return Unknown(name, f'column "{name}" may come from an item whose columns are not known')
    return Unlisted(name, tuple(each for item in items for each in item.temporary), outside)


def named_item(scope: Scope | None, name: str, schema: str | None = None) -> Item | Missing | Ambiguous:
    """The item that a qualifier names (refnameNamespaceItem)."""
    while scope is not None:
        for item in reversed(scope.items):
            if item.name == name and item.named and (schema is None or item.schema_name == schema):
                return _twins(scope, item) if item.twin and schema is None else item
        scope = scope.parent
    return Missing(name)


def _twins(scope: Scope, item: Item) -> Item | Ambiguous:
    found = [other for other in scope.items if other.named and other.name == item.name]
    return Ambiguous(item.name or "", frozenset(Col(other.at, 0, 0) for other in found)) if len(found) > 1 else item
