"""Random statements through the shield, executed: on a database that really has the client's table, and on the other.

The generator's names are few and shared, so that capture, ambiguity, NATURAL JOIN and stars meet the planned column all
the time. A verdict is judged dry, the texts run straight at the server: rows, column names, types, tag and what the
tables hold afterwards must be those of the client's own text on its own schema. A refusal is never wrong, but counted.
"""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

import psycopg
import pytest
from tests.analysis.random_sql import statements

from lintel import plan
from lintel.analysis.ddl import schema_of
from lintel.demo.postgres import Server
from lintel.plan import Side
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
DEFAULT = 2  # a value that occurs in other columns, too
STORED = ("t1", "t2", "t3", "t4", "other.t1")
VERBS = (b"INSERT", b"UPDATE", b"DELETE", b"MERGE")
PLANNED = {"t1": "c", "t2": "e", "t3": "t1", "t4": "a"}

DATA_ERRORS = ("21", "22", "23", "55")  # data decide these


class Outcome(NamedTuple):
    """What a client sees of a statement, and what is left behind."""

    error: str | None
    tag: str | None = None
    columns: tuple[tuple[str, int], ...] = ()
    rows: tuple[tuple[tuple[object, ...], int], ...] = ()
    stored: tuple[object, ...] = ()


class Worlds(NamedTuple):
    """Three databases: without the column; with it, holding the default; with it, holding anything."""

    before: psycopg.Connection
    default: psycopg.Connection
    filled: psycopg.Connection


@pytest.fixture(params=sorted(PLANNED))
def table(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def worlds(server: Server, table: str) -> Iterator[Worlds]:
    column = PLANNED[table]
    made = []
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        for name in ("before", "default", "filled"):
            database = f"random_{table}_{name}"
            control.execute(f"DROP DATABASE IF EXISTS {database}")
            control.execute(f"CREATE DATABASE {database}")
            made.append(psycopg.connect(server.dsn(database)))
        # The view reads t1 through its own columns only, so that the planned one can go.
        changes = (
            f"ALTER TABLE {table} DROP COLUMN {column}",
            (
                f"ALTER TABLE {table} DROP COLUMN {column}; "
                f"ALTER TABLE {table} ADD COLUMN {column} integer DEFAULT {DEFAULT}"
            ),
            (
                f"ALTER TABLE {table} RENAME COLUMN {column} TO was; ALTER TABLE {table} ADD COLUMN {column} integer "
                f"DEFAULT {DEFAULT}; UPDATE {table} SET {column} = was; ALTER TABLE {table} DROP COLUMN was"
            ),
        )
        for connection, change in zip(made, changes, strict=True):
            connection.execute(TABLES + ROWS + change)
            connection.commit()
        yield Worlds(*made)
        for connection in made:
            database = connection.info.dbname
            connection.close()
            control.execute(f"DROP DATABASE {database}")


def contexts(table: str, side: Side) -> tuple[Context, Context]:
    """The contexts of a client of that side while the column is absent, and while it is there."""
    column = PLANNED[table]
    planned = plan.parse(
        f'id = "p"\npurpose = "test"\ntable = "public.{table}"\n[add]\ncolumn = "{column}"\ntype = "integer"\n'
        f'default = "{DEFAULT}"\n',
        "p.toml",
    )
    drop = f"ALTER TABLE {table} DROP COLUMN {column};"
    add = f"ALTER TABLE {table} ADD COLUMN {column} integer;"
    key = ContextKey(sides=(("p", side),))
    before, after = (schema_of((TABLES + change).encode()) for change in (drop, drop + add))
    return Policy(before, (planned,)).context(key), Policy(after, (planned,)).context(key)


def run(connection: psycopg.Connection, text: bytes, table: str) -> Outcome:
    """Execute a text and take it back."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(text)
            columns = tuple((c.name, c.type_code) for c in cursor.description or ())
            rows = Counter(cursor.fetchall()) if cursor.description else Counter()
            tag = cursor.statusmessage
            writes = any(verb in text for verb in VERBS)
            left = stored(connection, table) if writes else ()
            return Outcome(None, tag, columns, tuple(sorted(rows.items(), key=repr)), left)
        except psycopg.Error as error:
            return Outcome(error.sqlstate or "?")
        finally:
            connection.rollback()


def stored(connection: psycopg.Connection, table: str) -> tuple[object, ...]:
    """The contents of all tables, but for the planned column."""
    found: list[object] = []
    for name in STORED:
        cursor = connection.execute(f"TABLE {name}")
        names = [c.name for c in cursor.description or ()]
        kept = [i for i, column in enumerate(names) if not (name == table and column == PLANNED[table])]
        found.append(sorted((tuple(row[i] for i in kept) for row in cursor), key=repr))
    return tuple(found)


def undecided(sql: str, *outcomes: Outcome) -> bool:
    """Whether the server itself may answer one way or the other: by what it evaluates or meets first."""
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    chosen = any(word in sql for word in ("LIMIT", "OFFSET", "DISTINCT ON"))
    return chosen or len(errors) == len(outcomes) or any(error.startswith(DATA_ERRORS) for error in errors)


def differences(worlds: Worlds, table: str, side: Side, seed: int, count: int) -> tuple[list[str], Counter[str]]:
    """Every statement whose answer through the shield is not that of its own table."""
    absent, present = contexts(table, side)
    own = worlds.before if side == "old" else worlds.default
    there = worlds.filled if side == "old" else worlds.default
    found: list[str] = []
    verdicts: Counter[str] = Counter()
    for statement in statements(seed, count):
        text = statement.sql.encode()
        if table not in statement.sql:
            continue
        wanted = run(own, text, table)
        for context, connection in ((absent, worlds.before), (present, there)):
            decision = context.decide(text)
            verdicts[decision.statement.verdict] += 1
            if decision.statement.verdict == "refuse":
                continue
            got = run(connection, decision.sent(text), table)
            if wanted != got and not undecided(statement.sql, wanted, got):
                found.append(f"{statement.sql}\n  -> {decision.sent(text).decode()}\n  wanted {wanted}\n  got    {got}")
    return found, verdicts


@pytest.mark.parametrize("side", ["old", "new"])
def test_random_statements(worlds: Worlds, table: str, side: Side) -> None:
    found, verdicts = differences(worlds, table, side, seed=7, count=100)
    assert not found, f"{len(found)} differences; the first:\n{found[0]}"
    assert verdicts["rewrite"] > 10


@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("side", ["old", "new"])
def test_many_random_statements(worlds: Worlds, table: str, side: Side, seed: int) -> None:
    found, _ = differences(worlds, table, side, seed, count=5_000)
    assert not found, f"{len(found)} differences; the first:\n{found[0]}"
