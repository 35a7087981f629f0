"""The cheap question "has anything changed?": every DDL that matters says yes, what happens all day says no."""

import psycopg
from tests.catalog.changes import CHANGES, EVERY_DAY, SETUP

from lintel.catalog.queries import FINGERPRINT


def mark(connection: psycopg.Connection) -> str:
    row = connection.execute(FINGERPRINT.encode()).fetchone()
    assert row is not None
    return str(row[0])


def test_daily_work_leaves_it_alone(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SETUP)
        for statement in EVERY_DAY:
            before = mark(connection)
            connection.execute(statement.encode())
            assert mark(connection) == before, statement


def test_ddl_moves_it(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SETUP)
        for change in CHANGES:
            before = mark(connection)
            # In one transaction and rolled back: a transaction sees its own rows, so the mark is that of the commit.
            body = change.removeprefix("BEGIN; ").removesuffix("; COMMIT")
            connection.execute("BEGIN")
            connection.execute(body.encode())
            assert mark(connection) != before, change
            connection.execute("ROLLBACK")
            assert mark(connection) == before, change
