"""Databases for random statements: the client's own table, and what the shield may meet in its place.

Knows which change makes which table, and nothing of how a text is edited.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from itertools import product
from typing import NamedTuple

import psycopg
from tests.analysis.random_query import TABLES as GENERATED
from tests.catalog.snapshots import taken
from tests.shield.one_change import Change, contents

from lintel import plan
from lintel.demo.postgres import Server
from lintel.policy import Context, ContextKey, Policy

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


class World(NamedTuple):
    """What the databases hold, before any change."""

    made: str
    stored: Mapping[str, Sequence[str]]  # the columns of the tables that may be written


INTEGERS = World(TABLES + ROWS, STORED)
VERBS = (b"INSERT", b"UPDATE", b"DELETE", b"MERGE")
SQLSTATE = psycopg.pq.DiagnosticField.SQLSTATE


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
    world: World
    own: psycopg.Connection
    own_contents: bytes
    physical: psycopg.Connection
    contents: bytes
    context: Context


@contextmanager
def states(server: Server, changes: Sequence[Change], world: World = INTEGERS) -> Iterator[list[State]]:
    """Every physical schema that the changes' plans permit."""
    made: list[State] = []
    names: list[str] = []
    with psycopg.connect(server.dsn(), autocommit=True) as control:

        def database(name: str, template: str = "template1") -> psycopg.Connection:
            control.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            control.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
            names.append(name)
            # Cross joins of tables without statistics look expensive, and would be compiled for seconds.
            options = "-c jit=off -c statement_timeout=2s"
            return psycopg.connect(server.dsn(name), autocommit=True, options=options)

        first = "random_" + "_".join(f"{c.kind}{c.side}_{c.table}" for c in changes)[:50].lower()
        with closing(database(first)) as made_once:  # types of its own have the same OIDs everywhere
            made_once.execute(world.made.encode())
        plans = tuple(plan.parse(change.planned, "p.toml") for change in changes)
        key = ContextKey(sides=tuple((p.id, change.side) for p, change in zip(plans, changes, strict=True)))
        for number, owns in enumerate(product((True, False), repeat=len(changes))):
            stem = f"random_{'_'.join(c.kind + c.side for c in changes)}_{changes[0].table}_{number}"[:50].lower()
            pairs = list(zip(changes, owns, strict=True))
            there = [own == change.seen for change, own in pairs]
            own_db, physical = database(f"{stem}_l", first), database(f"{stem}_p", first)
            for change, is_there in zip(changes, there, strict=True):
                moved = change.kind in ("rename", "retype")
                own_db.execute(change.logical(there=is_there or moved) or "SELECT")
            physical.execute("".join(change.before() for change in changes) or "SELECT")
            policy = Policy(taken(server.dsn(f"{stem}_p")), plans)
            physical.execute("".join(change.physical(own=own) for change, own in pairs) or "SELECT")
            policy = policy.follow(taken(server.dsn(f"{stem}_p")))
            own_rows, rows = (contents(world.stored, pairs, physical=is_physical) for is_physical in (False, True))
            made.append(State(str(owns), world, own_db, own_rows, physical, rows, policy.context(key)))
        yield made
        for state in made:
            state.own.close()
            state.physical.close()
        for name in names:
            control.execute(f"DROP DATABASE {name} WITH (FORCE)")


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
