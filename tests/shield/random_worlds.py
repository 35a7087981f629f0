"""Databases for random statements: the client's own table, and what the shield may meet in its place.

Knows which change makes which table, and nothing of how a text is edited.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import product
from typing import NamedTuple

import psycopg
from tests.analysis.random_query import TABLES as GENERATED

from lintel import catalog, plan
from lintel.demo.postgres import Server
from lintel.plan import Side
from lintel.policy import Context, ContextKey, Policy
from lintel.schema import Schema

# As tests/analysis/random_query.py has it, but that no view needs a planned column.
TABLES = """
CREATE SCHEMA other;
CREATE TABLE t1 (a integer PRIMARY KEY, b integer, c integer);
CREATE TABLE t2 (a integer, d integer UNIQUE, e integer);
CREATE TABLE t3 (b integer, d integer, f integer, t1 integer, PRIMARY KEY (b, d));
CREATE TABLE t4 (x integer, "Y" integer, a integer) PARTITION BY RANGE (x);
CREATE TABLE t4_low PARTITION OF t4 FOR VALUES FROM (0) TO (10);
CREATE TABLE other.t1 (a integer, z integer);
CREATE VIEW v1 AS SELECT a, b AS g FROM t1 WHERE b > 0;
CREATE VIEW v2 (a, h) AS SELECT t2.a, v1.g FROM t2 JOIN v1 ON v1.a = t2.d;
"""
ROWS = """
INSERT INTO t1 SELECT i, i % 3, i % 2 FROM generate_series(1, 6) i;
INSERT INTO t2 SELECT i % 4, i, i % 3 FROM generate_series(1, 6) i;
INSERT INTO t3 SELECT i % 3, i, i % 2, i % 5 FROM generate_series(1, 6) i;
INSERT INTO t4 SELECT i, i % 2, i % 3 FROM generate_series(1, 5) i;
INSERT INTO other.t1 SELECT i, i % 2 FROM generate_series(1, 4) i;
"""
STORED = {
    "t1": ("a", "b", "c"),
    "t2": ("a", "d", "e"),
    "t3": ("b", "d", "f", "t1"),
    "t4": ("x", '"Y"', "a"),
    "other.t1": ("a", "z"),
}
DEFAULT = 2  # a value that occurs in other columns, too
VERBS = (b"INSERT", b"UPDATE", b"DELETE", b"MERGE")
SQLSTATE = psycopg.pq.DiagnosticField.SQLSTATE


class Change(NamedTuple):
    """What a plan does to one column, and which side the client is on: it always calls it `column`, an integer."""

    table: str
    column: str
    kind: str  # add | drop | rename | retype | discard
    side: Side
    other: str = ""  # the column's other name or type

    @property
    def seen(self) -> bool:
        """Whether the client's table has the column."""
        return self.kind in ("rename", "retype") or (self.kind == "drop") == (self.side == "old")

    @property
    def planned(self) -> str:
        """The plan, as a file."""
        before, after = (self.column, self.other) if self.side == "old" else (self.other, self.column)
        text = f'id = "{self.table}-{self.column}"\npurpose = "test"\ntable = "public.{self.table}"\n'
        if self.kind == "rename":
            return f'{text}[rename]\ncolumn = "{before}"\nto = "{after}"\n'
        if self.kind == "retype":
            types = ("integer", self.other) if self.side == "old" else (self.other, "integer")
            return f'{text}[retype]\ncolumn = "{self.column}"\nfrom = "{types[0]}"\ntype = "{types[1]}"\n'
        kind = "drop" if self.kind == "drop" else "add"
        text += f'[{kind}]\ncolumn = "{self.column}"\ntype = "integer"\ndefault = "{DEFAULT}"\n'
        return text + ('[shield]\nabsent_writes = "discard"\n' if self.kind == "discard" else "")

    def logical(self, *, there: bool) -> str:
        """The client's own table; where the column is not `there` in the database, it holds the default."""
        t, c = self.table, self.column
        if self.kind in ("rename", "retype"):
            return ""
        if not self.seen:
            return f"ALTER TABLE {t} DROP COLUMN {c};"
        made = self._last() if self.kind != "drop" else f"ALTER TABLE {t} ALTER {c} SET DEFAULT {DEFAULT};"
        if there:
            return made
        made += f"UPDATE {t} SET {c} = {DEFAULT};"
        if self.kind == "discard":
            made += f"""
            CREATE FUNCTION undo() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN NEW.{c} := {DEFAULT}; RETURN NEW; END $$;
            CREATE TRIGGER undo BEFORE INSERT OR UPDATE ON {t} FOR EACH ROW EXECUTE FUNCTION undo();"""
        return made

    def before(self) -> str:
        """What a database is made of before the change, or what comes to the same."""
        return self._last() if self.kind in ("add", "discard") else self._defaulted()

    def physical(self, *, own: bool) -> str:
        """The table in the database: `own` as the client's plan side has it, or the other way."""
        t, c = self.table, self.column
        if own:
            return "" if self.seen else f"ALTER TABLE {t} DROP COLUMN {c};"
        if self.kind == "rename":
            return f"ALTER TABLE {t} RENAME COLUMN {c} TO {self.other};"
        if self.kind == "retype":
            return f"ALTER TABLE {t} ALTER COLUMN {c} TYPE {self.other} USING {c}::{self.other};"
        return f"ALTER TABLE {t} DROP COLUMN {c};" if self.seen else ""

    def _defaulted(self) -> str:
        return f"ALTER TABLE {self.table} ALTER {self.column} SET DEFAULT {DEFAULT};" if self.kind == "drop" else ""

    def _last(self) -> str:
        t, c = self.table, self.column
        return (
            f"ALTER TABLE {t} RENAME COLUMN {c} TO was; ALTER TABLE {t} ADD COLUMN {c} integer DEFAULT {DEFAULT};"
            f"UPDATE {t} SET {c} = was; ALTER TABLE {t} DROP COLUMN was;"
        )


class Outcome(NamedTuple):
    """What a client sees of a statement, and what is left behind."""

    error: str | None
    tag: bytes | None = None
    parameters: tuple[int, ...] = ()
    columns: tuple[tuple[bytes | None, int, int], ...] = ()
    rows: tuple[tuple[tuple[bytes | None, ...], int], ...] = ()
    stored: tuple[object, ...] = ()


class State(NamedTuple):
    """One physical schema: the database, what it should look like to the client, and the client's context."""

    name: str
    own: psycopg.Connection
    own_contents: bytes
    physical: psycopg.Connection
    contents: bytes
    context: Context


@contextmanager
def states(server: Server, changes: Sequence[Change]) -> Iterator[list[State]]:
    """Every physical schema that the changes' plans permit."""
    made: list[State] = []
    names: list[str] = []
    with psycopg.connect(server.dsn(), autocommit=True) as control:

        def database(name: str) -> psycopg.Connection:
            control.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            control.execute(f"CREATE DATABASE {name}")
            names.append(name)
            # Cross joins of tables without statistics look expensive, and would be compiled for seconds.
            options = "-c jit=off -c statement_timeout=2s"
            connection = psycopg.connect(server.dsn(name), autocommit=True, options=options)
            connection.execute(TABLES + ROWS)
            return connection

        plans = tuple(plan.parse(change.planned, "p.toml") for change in changes)
        key = ContextKey(sides=tuple((p.id, change.side) for p, change in zip(plans, changes, strict=True)))
        for number, owns in enumerate(product((True, False), repeat=len(changes))):
            stem = f"random_{'_'.join(c.kind + c.side for c in changes)}_{changes[0].table}_{number}"[:50].lower()
            pairs = list(zip(changes, owns, strict=True))
            there = [own == change.seen for change, own in pairs]
            own_db, physical = database(f"{stem}_l"), database(f"{stem}_p")
            for change, is_there in zip(changes, there, strict=True):
                moved = change.kind in ("rename", "retype")
                own_db.execute(change.logical(there=is_there or moved) or "SELECT")
            physical.execute("".join(change.before() for change in changes) or "SELECT")
            policy = Policy(_schema(server.dsn(f"{stem}_p")), plans)
            physical.execute("".join(change.physical(own=own) for change, own in pairs) or "SELECT")
            policy = policy.follow(_schema(server.dsn(f"{stem}_p")))
            own_contents, contents = (_contents(pairs, physical=is_physical) for is_physical in (False, True))
            made.append(State(str(owns), own_db, own_contents, physical, contents, policy.context(key)))
        yield made
        for state in made:
            state.own.close()
            state.physical.close()
        for name in names:
            control.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _contents(pairs: Sequence[tuple[Change, bool]], *, physical: bool) -> bytes:
    """A query for the rows of all tables, in the columns that both databases have."""
    found = []
    for table, columns in STORED.items():
        listed = [text for column in columns if (text := _content(table, column, pairs, physical=physical))]
        found.append(f"(SELECT array_agg(r::text ORDER BY r::text) FROM (SELECT {', '.join(listed)} FROM {table}) r)")
    return f"SELECT {', '.join(found)}".encode()


def _content(table: str, column: str, pairs: Sequence[tuple[Change, bool]], *, physical: bool) -> str:
    change, own = next(((c, own) for c, own in pairs if (c.table, c.column) == (table, column)), (None, True))
    if change is None or (own and change.seen):
        return column
    if change.seen and change.kind == "rename":
        return change.other if physical else column
    return f"{column}::integer" if change.seen and change.kind == "retype" else ""


def _schema(dsn: str) -> Schema:
    async def read() -> Schema:
        connection = await catalog.connect(catalog.resolve(dsn))
        try:
            return await catalog.read(connection)
        finally:
            await connection.close()

    return asyncio.run(read())


@contextmanager
def generating(changes: Sequence[Change]) -> Iterator[None]:
    """The generator speaks of the client's columns, mostly."""
    kept = dict(GENERATED)
    for change in changes:
        columns = tuple(c for c in kept[change.table] if c != change.column)
        if change.seen:
            columns = (*columns, change.column) if change.kind in ("add", "discard") else kept[change.table]
        for name in (change.table, f"{change.table}_low"):
            if name in GENERATED:
                GENERATED[name] = columns
    try:
        yield
    finally:
        GENERATED.update(kept)


def run(connection: psycopg.Connection, text: bytes, contents: bytes) -> Outcome:
    """Prepare, describe and execute a text, read the tables, and take it all back: in one pipeline."""
    server = connection.pgconn
    server.enter_pipeline_mode()
    try:
        values = [b"3"] * max((int(number) for number in re.findall(rb"\$(\d+)", text)), default=0)
        server.send_query_params(b"BEGIN", None)
        server.send_prepare(b"", text)
        server.send_describe_prepared(b"")
        server.send_query_prepared(b"", values)
        server.send_query_params(contents if any(verb in text for verb in VERBS) else b"SELECT", None)
        server.pipeline_sync()
        server.send_query_params(b"ROLLBACK", None)
        server.pipeline_sync()
        _, prepared, described, done, left = _results(server)
        _results(server)
    finally:
        server.exit_pipeline_mode()
    parameters = tuple(described.param_type(i) for i in range(described.nparams))
    failed = [error for result in (prepared, done, left) if (error := result.error_field(SQLSTATE))]
    if failed:
        return Outcome(failed[0].decode(), None, parameters)
    columns = tuple((done.fname(i), done.ftype(i), done.fmod(i)) for i in range(done.nfields))
    return Outcome(None, done.command_status, parameters, columns, _rows(done), _rows(left))


def _results(server: psycopg.pq.abc.PGconn) -> list[psycopg.pq.abc.PGresult]:
    """What came up to the next Sync."""
    found: list[psycopg.pq.abc.PGresult] = []
    while True:
        result = server.get_result()
        if result is None:
            continue
        if result.status == psycopg.pq.ExecStatus.PIPELINE_SYNC:
            return found
        found.append(result)


def _rows(result: psycopg.pq.abc.PGresult) -> tuple[tuple[tuple[bytes | None, ...], int], ...]:
    found = Counter(tuple(result.get_value(r, c) for c in range(result.nfields)) for r in range(result.ntuples))
    return tuple(sorted(found.items(), key=repr))
