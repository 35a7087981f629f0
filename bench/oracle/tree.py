"""Reads a query tree as pg_proc.prosqlbody holds it: the columns for which each relation needs privileges.

There, every relation carries the sets of columns for which the statement needs SELECT, INSERT and UPDATE privileges
(RTEPERMISSIONINFO; fields of the range table entry before 16). They are the columns read and written, exactly as
`lintel analyze` counts them:

- a view stands as the view, an unused column of a subquery or of an unused CTE counts, a star counts as each column;
- a whole row sets the bit of attribute 0, which is its own fact (`whole_rows`) and here expanded to all columns;
- USING and NATURAL JOIN columns count, because the join condition reads them; so do ON CONFLICT's arbiter columns,
  those of a named constraint too, and `excluded.c`;
- an UPDATE's SET columns are written, what its expressions and its WHERE name is read, RETURNING is read.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

FIRST_LOW_INVALID = -7  # FirstLowInvalidHeapAttributeNumber: bit 0 of a column set
Fields = dict[str, str]  # of one node: the numbers, or the members of a set, as text
VERBS = {"1": "select", "2": "update", "3": "insert", "4": "delete", "5": "merge"}

_COMMAND = re.compile(r"\{QUERY :commandType (\d)")
# What a tree is made of: nodes in braces, and the fields of a node that matter here. `\\}` is part of a name.
_PARTS = re.compile(
    r"\\.|(?P<opens>\{[A-Z_]*)|(?P<closes>\})"
    r"|:(?P<field>rtekind|relid|selectedCols|insertedCols|updatedCols) (?:\(b(?P<set>[ \d]*)\)|(?P<number>\d+))"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Postgres' query tree says of one statement; names as quote_ident writes them, sorted."""

    verb: str
    tables: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    whole_rows: tuple[str, ...]
    depends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """Postgres refused to analyse the statement, or cannot keep it as a function's body."""

    sqlstate: str
    message: str


@dataclass(frozen=True, slots=True)
class Access:
    """One relation's column sets: attnums, 0 for the whole row."""

    oid: int
    selected: Sequence[int]
    modified: Sequence[int]


@dataclass(frozen=True, slots=True)
class Tree:
    """A query tree: its verb, the relations that it names, and how it uses their columns."""

    verb: str
    relations: frozenset[int]
    accesses: tuple[Access, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A user's relation: "public.orders", and attnum -> "public.orders.total"."""

    name: str
    columns: Mapping[int, str]


def read(body: str) -> Tree:
    """The tree of a function body, of any server from 14 on."""
    entries: list[Fields] = []
    accesses: list[Access] = []
    for fields in _nodes(body):
        if fields.get("rtekind") == "0":
            entries.append(fields)
        if "selectedCols" in fields and fields.get("rtekind", "0") == "0":
            accesses.append(_access(fields))
    verb = _COMMAND.search(body)
    relations = frozenset(int(fields["relid"]) for fields in entries)
    return Tree(VERBS.get(verb[1], "") if verb else "", relations, tuple(accesses))


def _nodes(body: str) -> Iterator[Fields]:
    """Each node with the fields that are its own: TABLESAMPLE's arguments may be a query inside an entry."""
    around: list[Fields] = []
    for part in _PARTS.finditer(body):
        if part["opens"]:
            around.append({})
        elif part["closes"]:
            yield around.pop()
        elif part["field"]:
            around[-1].setdefault(part["field"], part["set"] or part["number"] or "")


def verdict(tree: Tree, names: Mapping[int, Named], depends: Iterable[str]) -> Verdict:
    """The tree in names; relations without one (the system's) are left out. `depends`: "oid.attnum"."""
    known = [access for access in tree.accesses if access.oid in names]
    pairs = [tuple(map(int, reference.split("."))) for reference in depends]
    return Verdict(
        verb=tree.verb,
        tables=_sorted(names[oid].name for oid in tree.relations if oid in names),
        reads=_sorted(name for access in known for name in _expand(names[access.oid], access.selected)),
        writes=_sorted(name for access in known for name in _expand(names[access.oid], access.modified)),
        whole_rows=_sorted(names[access.oid].name for access in known if 0 in access.selected),
        depends=_sorted(names[oid].columns[attnum] for oid, attnum in pairs
                        if oid in names and attnum in names[oid].columns),
    )  # fmt: skip


def _access(fields: Fields) -> Access:
    selected, inserted, updated = (_attnums(fields[name]) for name in ("selectedCols", "insertedCols", "updatedCols"))
    return Access(int(fields["relid"]), selected, inserted + updated)


def _attnums(bits: str) -> list[int]:
    return [int(bit) + FIRST_LOW_INVALID for bit in bits.split()]


def _expand(relation: Named, attnums: Sequence[int]) -> list[str]:
    wanted = relation.columns if 0 in attnums else attnums
    return [relation.columns[attnum] for attnum in wanted if attnum in relation.columns]


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(names)))
