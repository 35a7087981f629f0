"""The corpora: what a database is made of, which columns change in it, and what is asked."""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import psycopg
from tests.analysis import cases
from tests.shield import random_dml, random_typed, random_worlds, typed_world
from tests.shield.one_change import Change
from tests.shield.test_random import MANY

from bench.fidelity.filling import fill
from bench.fidelity.orm import Captured
from bench.oracle import fixed, tpcds

Stored = dict[str, tuple[str, ...]]  # table -> columns
Types = dict[str, dict[str, str]]  # table -> column -> type, without the columns of keys

# What an old client's type becomes, so that each value of it has its place (docs/plans.md, "Retyped columns").
_RETYPED = {"integer": "bigint", "bigint": "numeric", "text": "varchar(400)", "date": "timestamp", "numeric": "text"}
_DEFAULTS = {"integer": "3", "bigint": "3", "text": "'v1'", "date": "'1998-05-01'", "numeric": "5"}
_KINDS = ("imagined", "hidden", "renamed", "retyped")
_COLUMNS = """
SELECT c.relname, quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
       EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND a.attnum = ANY (k.conkey) AND k.contype <> 'c')
       OR a.attgenerated <> '' OR a.attidentity <> '' OR coalesce(pg_get_expr(d.adbin, 0), '') LIKE 'nextval%'
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname = quote_ident(c.relname)
  AND NOT EXISTS (SELECT FROM pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent))
ORDER BY c.relname, a.attnum
"""


@dataclass(frozen=True, slots=True)
class Corpus:
    """One corpus; `sets` makes, for the database that `make` has filled, pairs of changes and statements."""

    name: str
    make: Callable[[psycopg.Connection], None]
    sets: Callable[[Stored, Types], Iterable[tuple[Sequence[Change], Iterable[str]]]]
    stored: Stored | None = None  # tables to compare afterwards; else all


def columns(connection: psycopg.Connection) -> tuple[Stored, Types]:
    """The tables of a database, and which of their columns a plan may change."""
    stored: Stored = {}
    types: Types = {}
    for table, column, kind, bound in connection.execute(_COLUMNS):
        stored[table] = (*stored.get(table, ()), column)
        if not bound and not column.startswith('"'):
            types.setdefault(table, {})[column] = kind
    return stored, types


def generated(count: int, seed: int) -> Corpus:
    """Random statements, as many for each of many sets of plans."""

    def make(connection: psycopg.Connection) -> None:
        connection.execute(random_worlds.INTEGERS.made.encode())

    def sets(_: Stored, __: Types) -> Iterator[tuple[Sequence[Change], Iterable[str]]]:
        share = -(-count // len(MANY))
        for number, changes in enumerate(MANY):
            yield changes, islice(random_dml.asked(changes, f"{seed}:{number}", share * 9), share)

    return Corpus("random", make, sets, dict(random_worlds.INTEGERS.stored))


def typed(count: int, seed: int) -> Corpus:
    """Random statements over columns of many types, one of which changes in each of many sets."""

    def make(connection: psycopg.Connection) -> None:
        connection.execute(typed_world.WORLD.made.encode())

    def sets(_: Stored, __: Types) -> Iterator[tuple[Sequence[Change], Iterable[str]]]:
        changes = list(typed_world.every_change())
        share = -(-count // len(changes))
        for number, change in enumerate(changes):
            yield [change], islice(random_typed.asked(change, f"{seed}:{number}", share * 9), share)

    return Corpus("typed", make, sets, dict(typed_world.WORLD.stored))


def tpch() -> Corpus:
    """TPC-H."""
    return _fixed("tpch", cases.TPCH_SCHEMA.read_text(), [case.sql for case in cases.tpch()])


def tpc_ds(directory: Path) -> Corpus:
    """TPC-DS, each query as written and as qualified."""
    ddl, queries = tpcds.corpus(directory)
    return _fixed("tpcds", ddl, [fixed.accepted(query) for query in queries])


def _fixed(name: str, ddl: str, queries: Sequence[str]) -> Corpus:
    def make(connection: psycopg.Connection) -> None:
        connection.execute(ddl.encode())
        fill(connection, queries)

    def sets(_: Stored, types: Types) -> Iterator[tuple[Sequence[Change], Iterable[str]]]:
        for table in sorted(types):
            asked = [query for query in queries if _names(query, table)]
            for kind in _KINDS:
                change = _change(table, types[table], kind, asked)
                if change is not None and asked:
                    yield [change], asked

    return Corpus(name, make, sets)


def orm(name: str, captured: Captured, enough: int, seed: int) -> Corpus:
    """What an ORM has sent: plans on the forty tables that it speaks of most, of another kind in each round."""

    def make(connection: psycopg.Connection) -> None:
        connection.execute("SET session_replication_role = replica")
        for text in [*captured.making, *(text for text in captured.asking if text[:6].lower() == "insert")]:
            try:
                connection.execute(text.encode())
            except psycopg.Error:
                continue  # one table of a name is enough

    def sets(_: Stored, types: Types) -> Iterator[tuple[Sequence[Change], Iterable[str]]]:
        uses = Counter(word for text in captured.asking for word in set(_words(text)) & types.keys())
        tables = [table for table, _ in uses.most_common(40)]
        asked = [text for text in captured.asking if not set(tables).isdisjoint(_words(text))]
        for number in range(len(_KINDS)):
            kinds = [_KINDS[(at + number) % len(_KINDS)] for at in range(len(tables))]
            made = [_change(table, types[table], kind, asked) for table, kind in zip(tables, kinds, strict=True)]
            order = random.Random(f"{seed}:{number}").sample(asked, len(asked))
            yield [change for change in made if change is not None], order[: enough // len(_KINDS)]

    return Corpus(name, make, sets)


def _change(table: str, types: Mapping[str, str], kind: str, asked: Sequence[str]) -> Change | None:
    """The change of the column that the statements name most, of those whose type is one of ours."""
    uses = Counter(word for text in asked for word in _words(text))
    known = {column: _plain(found) for column, found in types.items()}
    usable = [
        column for column, found in known.items() if found in _RETYPED and (kind != "retyped" or found == types[column])
    ]
    if not usable:
        return None
    column = max(usable, key=lambda name: uses[name])
    default = _DEFAULTS[known[column]]
    if kind in ("imagined", "hidden"):
        return Change(table, column, "add", "new" if kind == "imagined" else "old", "", types[column], default)
    other = f"{column}_" if kind == "renamed" else _RETYPED[types[column]]
    return Change(table, column, kind[:-1] if kind == "renamed" else "retype", "old", other, types[column])


def _plain(name: str) -> str:
    bare = re.sub(r"\(.*\)", "", name)
    return "text" if bare == "character varying" else bare


def _names(text: str, table: str) -> bool:
    return table in _words(text)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
