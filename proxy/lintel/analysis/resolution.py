"""What one walk over a text finds: bindings to compare, and the uses that facts and edits are made from."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lintel.analysis.meanings import Columns, Meaning
from lintel.analysis.scope import Item, Scope
from lintel.schema.logical import Key, LogicalTable
from lintel.schema.snapshot import Relation

Node = dict[str, Any]
BindingKey = tuple[int, str]  # (offset in the client's text, ref | star | row | target | set | natural | using | width)


class Problem(NamedTuple):
    """Why parse analysis fails: the server's SQLSTATE, where, and what we would say."""

    sqlstate: str
    at: int
    message: str
    certain: bool = True  # or the server may take the name for a call, and answer


@dataclass(slots=True)
class Level:
    """One SELECT: what GROUP BY by primary key needs to know (trap T1)."""

    number: int
    group: list[Node] | None = None
    grouped: set[Meaning] = field(default_factory=set)
    common: set[Meaning] = field(default_factory=set)  # of these, what is in every grouping set
    bare: list["Reference"] = field(default_factory=list)  # outside aggregates' arguments


@dataclass(slots=True)
class Source:
    """One use of a relation by name: a FROM item or a target."""

    at: int
    node: Node  # the RangeVar
    table: LogicalTable
    role: str  # from | insert | update | delete | merge | copy_from | copy_to
    item: Item
    level: Level | None
    sample: Node | None = None  # the RangeTableSample around it


class Reference(NamedTuple):
    """One place that names a column: the text at `at` is `parts` dotted names."""

    at: int
    item: Item | None  # that the last look-up went through; None: found by an unqualified name
    name: str
    parts: int
    meaning: Meaning
    level: Level | None
    scope: Scope


class StarUse(NamedTuple):
    """`*` or `t.*` in a target list or a row: the items that it covers, in order."""

    at: int
    items: tuple[Item, ...]
    qualified: bool
    returning: bool
    level: Level | None


class FilledUse(NamedTuple):
    """json_populate_record(NULL::t, value) in FROM, or one of its like: `node` is the RangeFunction."""

    at: int
    item: Item
    function: str
    node: Node
    table: LogicalTable
    columns: Columns  # by the names of the table


class LikeUse(NamedTuple):
    """LIKE t in CREATE TABLE; `node` is the RangeVar, `options` the bits of what is INCLUDING."""

    at: int
    node: Node
    options: int
    table: LogicalTable
    columns: Columns


class FieldsUse(NamedTuple):
    """`(value).*` in a target list, of a composite value that is no row of this query: what its columns are called."""

    at: int
    names: tuple[str, ...]
    null: LogicalTable | None = None  # it is (NULL::t).*


class RowUse(NamedTuple):
    """A whole row used as a value; `function` is the bare name of the function called on it, if any.

    "(row)" stands for (t).c, "(text)" for t::text, "(null)" for t IS NULL, "(compared)" for t = u; a function of a
    schema that is named has its name with that.
    """

    at: int
    item: Item
    function: str | None


class TargetName(NamedTuple):
    """A column named in the list of INSERT or SET, at `at`; an arbiter's is somewhere behind `at`."""

    at: int
    name: str
    meaning: Meaning
    arbiter: bool = False


class InsertUse(NamedTuple):
    """An INSERT or COPY target list: column names given, or the width that the source supplies."""

    source: Source
    listed: bool
    width: int | None  # None: not known
    node: Node


@dataclass(slots=True)
class Resolution:
    """All that a walk found; offsets are in the client's own text."""

    verb: str = ""
    bindings: dict[BindingKey, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    opaque: list[str] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    references: list[Reference] = field(default_factory=list)
    stars: list[StarUse] = field(default_factory=list)
    fields: list[FieldsUse] = field(default_factory=list)
    filled: list[FilledUse] = field(default_factory=list)
    likes: list[LikeUse] = field(default_factory=list)
    rows: list[RowUse] = field(default_factory=list)
    inserts: list[InsertUse] = field(default_factory=list)
    named: list[TargetName] = field(default_factory=list)
    reads: set[tuple[int, Key]] = field(default_factory=set)
    writes: set[tuple[int, Key]] = field(default_factory=set)
    used: dict[int, set[Key]] = field(default_factory=dict)  # item -> keys
    relations: dict[int, Relation] = field(default_factory=dict)  # by oid: those reached by name
    row_types: set[int] = field(default_factory=set)  # oids of those whose row type is named or returned (trap T6)
    starred: set[int] = field(default_factory=set)  # oids
    whole: set[int] = field(default_factory=set)  # oids
    positional: set[str] = field(default_factory=set)
    names: set[tuple[str | None, str]] = field(default_factory=set)  # relation names that were looked up
    functions: set[str] = field(default_factory=set)  # bare names of functions called
    handed: set[str | None] = field(default_factory=set)  # texts and names that they run or read; None: not known
    inside: list["Resolution"] = field(default_factory=list)  # of the statements in DO's block, where somebody read it
    outputs: Columns | None = None  # what the first query returns; None: nothing, or not known
    returned: dict[int, Columns | None] = field(default_factory=dict)  # by a target's offset: RETURNING's, as outputs
    exact: bool = False  # a literal decides what is meant: ORDER BY 1
    utility: bool = False  # DDL and the like: neither returns nor writes rows
    stored: bool = False  # the text of a view, function or rule: kept by the server, never to be rewritten
