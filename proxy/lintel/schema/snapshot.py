"""Columns, relations and functions as pg_attribute, pg_class and pg_proc describe them."""

from collections.abc import Callable, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from lintel.schema.code import ServerCode

# pg_class.relkind of what a FROM item may name; "c" is a free-standing composite type.
SELECTABLE = frozenset("rpvmfS")

# The type of a value that is a row, or an array of rows: its relation's oid; of OUT parameters, those that are such.
Held = int | tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Column:
    """One live row of pg_attribute with attnum > 0."""

    name: str
    attnum: int
    type: str  # format_type(atttypid, atttypmod) under search_path = pg_catalog: qualified unless built in
    type_oid: int = 0
    typmod: int = -1
    collation: str | None = None  # quoted and qualified, where it is not the type's own
    not_null: bool = False
    default: str | None = None  # pg_get_expr of the default; None for generated columns
    generated: bool = False
    identity: bool = False
    required_by: str | None = None  # the constraint behind not_null, which has a name from PostgreSQL 18 on
    own: bool = False  # of a child, defined there as well as inherited (attislocal): it stays when the parent's goes


@dataclass(frozen=True, slots=True)
class Relation:
    """One row of pg_class that a statement can name, with its columns in attnum order."""

    oid: int
    schema: str
    name: str
    kind: str  # pg_class.relkind: r p v m f S, or c
    columns: tuple[Column, ...]
    parents: tuple[int, ...] = ()  # pg_inherits.inhparent, in inhseqno order
    primary_key: tuple[int, ...] = ()  # attnums, in key order
    definition: str | None = None  # the query of a view or materialized view, names qualified
    has_rules: bool = False  # rules other than a view's own _RETURN
    temporary: bool = False
    constraints: tuple[tuple[str, tuple[int, ...]], ...] = ()  # (name, attnums) of those that ON CONFLICT may name
    triggered: tuple[int, ...] = ()  # attnums that triggers UPDATE OF name
    follows: tuple[int, ...] | None = None  # relations whose keys its rows go and change with; None: that is not known

    def column(self, name: str) -> Column | None:
        """The column of that name, or None."""
        for column in self.columns:
            if column.name == name:
                return column
        return None


@dataclass(frozen=True, slots=True)
class Function:
    """What a call returns, and may do: the union of what the resolver must know of pg_proc; a procedure as well."""

    schema: str
    name: str
    columns: tuple[str, ...] | None  # names of OUT/TABLE columns or of the row type; None: one scalar column
    set_returning: bool = False
    volatile: str = "v"  # pg_proc.provolatile
    record: bool = False  # returns record without OUT columns: a column definition list decides
    row_type: int = 0  # oid of the table whose rows it returns: they are as the table is (trap T6)
    takes: tuple[int, ...] = ()  # oids of the relations whose rows, or arrays of them, it has as arguments
    text: bool = False  # returns a string
    holds: tuple[int, ...] = ()  # relations whose rows, or arrays of them, its columns or its value are; 0: of none
    dyadic: bool = False  # has two arguments
    settles: bool = False  # its body may set the search_path or the role
    makes: tuple[str, ...] = ()  # names of temporary relations that its body may make

    def is_in(self, schema: str) -> bool:
        """Whether a call may name its schema so: a session's own is called pg_temp, and pg_temp_3 in the catalog."""
        return schema == self.schema or (schema == "pg_temp" and self.schema.startswith("pg_temp_"))


class Taken(NamedTuple):
    """What functions that take a table's rows may stand behind."""

    by_cast: bool  # to text
    by_operator: bool  # of two operands


@dataclass(frozen=True)
class Schema:
    """All relations and functions of one database at one moment; compares and hashes by identity."""

    relations: Mapping[int, Relation]  # by oid
    functions: Mapping[str, tuple[Function, ...]] = field(default_factory=dict)  # by bare name, every overload
    schemas: frozenset[str] = frozenset()  # names of all schemas (pg_namespace)
    server_version: int = 180000  # server_version_num
    code: ServerCode = field(default_factory=ServerCode)  # where somebody has asked for it
    # (schema, name) of domains whose values are, or hold, rows -> the relation of those.
    domains: Mapping[tuple[str, str], int] = field(default_factory=dict)
    procedures: Mapping[str, tuple[Function, ...]] = field(default_factory=dict)  # as functions; what CALL gives back
    # Bare names of all functions that initdb made; of a schema that was read from DDL they are not known.
    built_in: frozenset[str] = frozenset()
    # Schemas that not everybody may use -> the roles that may. In a search_path PostgreSQL leaves them out for others.
    users: Mapping[str, frozenset[str]] = field(default_factory=dict)
    next_xid: int = 0  # (xid8) whatever is in it was left by transactions before this one

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    @cached_property
    def by_name(self) -> dict[tuple[str, str], Relation]:
        """(schema, name) -> relation."""
        return {(r.schema, r.name): r for r in self.relations.values()}

    @cached_property
    def tables(self) -> dict[int, Any]:
        """oid -> its logical table (schema.logical fills this), kept as long as the snapshot."""
        return {}

    @cached_property
    def taken(self) -> Mapping[int, Taken]:
        """Oids of the relations whose rows some function takes, and as what it may be called."""
        functions = [function for found in self.functions.values() for function in found if function.takes]
        oids = {oid for function in functions for oid in function.takes}
        by_oid = {oid: [function for function in functions if oid in function.takes] for oid in oids}
        return {oid: Taken(any(f.text for f in by), any(f.dyadic for f in by)) for oid, by in by_oid.items()}

    @cached_property
    def rows_of(self) -> Mapping[tuple[int, int], int]:
        """(relation, attnum) of the columns whose values are, or hold, rows of tables -> the relation of their type."""
        columns = [(r.oid, c) for r in self.relations.values() for c in _typed(r)]
        types = ((oid, c.attnum, self.row_type(c.type.removesuffix("[]"))) for oid, c in columns)
        return {(oid, attnum): found.oid for oid, attnum, found in types if found and self.tables_in(found.oid)}

    @cached_property
    def _held_in(self) -> Mapping[int, frozenset[int]]:
        """Relation -> those in whose columns its rows are."""
        found: dict[int, set[int]] = {}
        for (oid, _), held in self.rows_of.items():
            found.setdefault(held, set()).add(oid)
        return {oid: frozenset(oids) for oid, oids in found.items()}

    def holders(self, oid: int) -> set[int]:
        """The relation and all in whose columns its rows are, at whatever depth."""
        found: set[int] = set()
        todo = [oid]
        while todo:
            oid = todo.pop()
            if oid not in found:
                found.add(oid)
                todo += self._held_in.get(oid, ())
        return found

    @cached_property
    def givers(self) -> Mapping[int, frozenset[str]]:
        """Relation -> bare names of the functions that return its rows, or what holds them."""
        found: dict[int, set[str]] = {}
        for name, overloads in self.functions.items():
            for oid in {oid for function in overloads for oid in (function.row_type, *function.holds) if oid}:
                found.setdefault(oid, set()).add(name)
        return {oid: frozenset(names) for oid, names in found.items()}

    def fields(self, held: Held) -> Mapping[str, int]:
        """The columns of such a type that are of one themselves."""
        if not isinstance(held, int):
            return dict(held)
        relation = self.relations.get(held)
        columns = _typed(relation) if relation is not None else ()
        types = ((column.name, self.row_type(column.type.removesuffix("[]"))) for column in columns)
        return {name: found.oid for name, found in types if found is not None}

    def tables_in(self, held: Held) -> tuple[int, ...]:
        """Oids of the tables and views whose rows a value of such a type may hold, its own first."""
        found: dict[int, None] = {}
        todo = [held] if isinstance(held, int) else [oid for _, oid in held]
        while todo:
            oid = todo.pop(0)
            if oid in self.relations and oid not in found:
                found[oid] = None
                todo += self.fields(oid).values()
        return tuple(oid for oid in found if self.relations[oid].kind != "c")

    def row_type(self, name: str) -> Relation | None:
        """The relation whose row type format_type writes so, with its schema; a domain over one stands for it."""
        schema, _, bare = name.partition(".")
        return self._typed_so((_bare(schema), _bare(bare)))

    def _typed_so(self, name: tuple[str, str]) -> Relation | None:
        schema, bare = name
        found = self.by_name.get(name) or self.relations.get(self.domains.get(name, 0))
        # The type of arrays of t is called _t as well, where that name was free (manual, CREATE TYPE).
        return found or (self.by_name.get((schema, bare[1:])) if bare.startswith("_") else None)

    def changed(
        self,
        relations: Mapping[int, Relation],
        gone: Iterable[int] = (),
        functions: Mapping[str, tuple[Function, ...]] | None = None,
        schemas: frozenset[str] | None = None,
        domains: Mapping[tuple[str, str], int] | None = None,
        procedures: Mapping[str, tuple[Function, ...]] | None = None,
        users: Mapping[str, frozenset[str]] | None = None,
    ) -> "Schema":
        """This one with relations entered and others gone; all else is shared, look-ups that were made included."""
        left = [self.relations[oid] for oid in {*relations, *gone} if oid in self.relations]
        after = {**self.relations, **relations}
        for oid in gone:
            after.pop(oid, None)
        made = Schema(
            after,
            self.functions if functions is None else functions,
            self.schemas if schemas is None else schemas,
            self.server_version,
            self.code,
            self.domains if domains is None else domains,
            self.procedures if procedures is None else procedures,
            self.built_in,
            self.users if users is None else users,
            self.next_xid,
        )
        if "by_name" in self.__dict__:
            made.__dict__["by_name"] = _renamed(self.by_name, left, relations.values())
        if "children" in self.__dict__ and not any(r.parents for r in (*left, *relations.values())):
            made.__dict__["children"] = self.children
        if "givers" in self.__dict__ and functions is None:
            made.__dict__["givers"] = self.givers
        if "rows_of" in self.__dict__ and domains is None and not any(_typed(r) for r in (*left, *relations.values())):
            made.__dict__["rows_of"] = self.rows_of
            if "_held_in" in self.__dict__:
                made.__dict__["_held_in"] = self._held_in
        return made

    def read_before(self, next_xid: int) -> "Schema":
        """This one, read when that transaction had not begun."""
        made = copy(self)
        object.__setattr__(made, "next_xid", next_xid)
        return made

    def find(self, schema: str | None, name: str, search_path: Iterable[str]) -> Relation | None:
        """The relation that a name means (manual 5.10.3): pg_temp and pg_catalog first unless the path has them."""
        return _first(self.by_name.get, schema, name, search_path)

    def find_type(self, schema: str | None, name: str, search_path: Iterable[str]) -> Relation | None:
        """The relation whose rows the values of a type are, or hold, that is named so: its own or a domain over it."""
        return _first(self._typed_so, schema, name, search_path)

    @cached_property
    def children(self) -> dict[int, tuple[int, ...]]:
        """oid -> oids of its direct partitions and inheritance children."""
        found: dict[int, list[int]] = {}
        for relation in self.relations.values():
            for parent in relation.parents:
                found.setdefault(parent, []).append(relation.oid)
        return {oid: tuple(sorted(kids)) for oid, kids in found.items()}

    def family(self, oid: int) -> frozenset[int]:
        """The relation and all its partitions and inheritance descendants."""
        seen: set[int] = set()
        todo = [oid]
        while todo:
            oid = todo.pop()
            if oid not in seen:
                seen.add(oid)
                todo.extend(self.children.get(oid, ()))
        return frozenset(seen)

    def triggered(self, oid: int) -> frozenset[str]:
        """The columns whose mere mention in a SET list fires a trigger, of the relation or of a descendant.

        Any may where the trigger names a generated column: it fires for those that the column is made of.
        """
        family = [relation for each in self.family(oid) if (relation := self.relations[each]).triggered]
        return frozenset(c.name for relation in family for c in _firing(relation))


def _first(
    known: Callable[[tuple[str, str]], Relation | None], schema: str | None, name: str, search_path: Iterable[str]
) -> Relation | None:
    if schema is not None:
        return known((schema, name))
    path = tuple(search_path)
    for candidate in ("pg_temp", "pg_catalog"):
        if candidate not in path and (found := known((candidate, name))) is not None:
            return found
    for candidate in path:
        if (found := known((candidate, name))) is not None:
            return found
    return None


def _firing(relation: Relation) -> tuple[Column, ...]:
    """The columns of a table itself that its triggers UPDATE OF may fire for."""
    named = tuple(column for column in relation.columns if column.attnum in relation.triggered)
    return relation.columns if any(column.generated for column in named) else named


def _renamed(
    by_name: Mapping[tuple[str, str], Relation], left: Iterable[Relation], entered: Iterable[Relation]
) -> dict[tuple[str, str], Relation]:
    """Names may be swapped: those that were there go before any other comes."""
    names = dict(by_name)
    for relation in left:
        names.pop((relation.schema, relation.name), None)
    names.update({(relation.schema, relation.name): relation for relation in entered})
    return names


def _typed(relation: Relation) -> list[Column]:
    """The columns of types that PostgreSQL does not bring along."""
    return [column for column in relation.columns if "." in column.type]


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
