"""The server as oracle: what is said to fail fails with that SQLSTATE, everything else still parses."""

import psycopg
import pytest
from psycopg import Connection, sql
from tests.impact.cases import CASES, SCHEMA

from lintel.analysis.ddl import schema_of
from lintel.impact import RULES, assess

ONLY_PREPARED_OR_RUN = {"0A000", "23502", "22P04"}  # do not show when a fresh statement is analysed


@pytest.fixture
def connection(database: str) -> Connection:
    with psycopg.connect(database) as made:
        made.execute(SCHEMA)
        made.commit()
        yield made


def analysed(connection: Connection, statement: str) -> str | None:
    """The SQLSTATE of analysing it, None where it is fine."""
    try:
        with connection.transaction(force_rollback=True):
            if statement.startswith("COPY"):
                with connection.cursor() as cursor, cursor.copy(statement) as copy:
                    if "STDOUT" in statement:
                        list(copy)
            elif statement.startswith(("DECLARE", "EXPLAIN")):
                connection.execute(statement)
            else:
                connection.execute(sql.SQL("PREPARE p AS {}").format(sql.SQL(statement)))
                connection.execute("DEALLOCATE p")
    except psycopg.Error as problem:
        return problem.sqlstate
    finally:
        if not connection.closed:
            connection.execute("DEALLOCATE ALL")
    return None


def test_loud_findings_are_the_servers_errors(connection: Connection) -> None:
    wrong = []
    for change, statement, rules in CASES:
        before = analysed(connection, statement)
        with connection.transaction(force_rollback=True):
            connection.execute(change)
            after = analysed(connection, statement)
        loud = {RULES[rule].sqlstate for rule in rules if not rule.startswith("NEW")} - ONLY_PREPARED_OR_RUN - {None}
        if "DRP-05" in rules:
            loud = {"42P01"}  # the view has gone with CASCADE
        expected = next(iter(loud), None) if before is None else None
        if rules & {"NEW-01", "NEW-02"}:
            assert (before, after) == ("42703", None), statement
        elif after != (expected or before) and not statement.startswith("COPY orders FROM"):
            wrong.append((change, statement, rules, before, after))
    assert not wrong


DDL = [
    "ALTER TABLE orders ADD a int",
    "ALTER TABLE orders ADD a int NOT NULL DEFAULT 3",
    "ALTER TABLE orders ADD a timestamptz DEFAULT now()",
    "ALTER TABLE orders ADD a timestamptz DEFAULT clock_timestamp()",
    "ALTER TABLE orders ADD a float DEFAULT random()",
    "ALTER TABLE orders ADD a serial",
    "ALTER TABLE orders ADD a int GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE orders ADD a int GENERATED ALWAYS AS (id + 1) STORED",
    "ALTER TABLE orders ADD a int CHECK (a > 1)",
    "ALTER TABLE orders ADD a int UNIQUE",
    "ALTER TABLE orders DROP total CASCADE",
    "ALTER TABLE orders RENAME total TO amount",
    "ALTER TABLE orders ALTER total SET DEFAULT 3",
    "ALTER TABLE orders ALTER total SET NOT NULL",
    "ALTER TABLE orders ADD CHECK (total > 0)",
    "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID",
    "CREATE INDEX ON orders (total)",
]


def test_locks_rewrites_and_scans(connection: Connection) -> None:
    schema = schema_of(SCHEMA.encode())
    connection.execute("INSERT INTO orders SELECT i, i, i FROM generate_series(1, 10) i")
    connection.commit()
    for change in DDL:
        (said,) = assess(change.encode(), schema, []).ddl
        before = _facts(connection)
        connection.execute(change)
        after = _facts(connection)
        assert said.lock in _locks(connection), change
        assert said.rewrites_table == (before[0] != after[0]), change
        assert said.scans_table == (after[1] > before[1]), change
        connection.rollback()


def _facts(connection: Connection) -> tuple[int, int]:
    row = connection.execute(
        "SELECT pg_relation_filenode('orders'), pg_stat_get_xact_numscans('orders'::regclass)"
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def _locks(connection: Connection) -> set[str]:
    rows = connection.execute(
        "SELECT mode FROM pg_locks WHERE relation = 'orders'::regclass AND pid = pg_backend_pid()"
    )
    return {mode for (mode,) in rows}
