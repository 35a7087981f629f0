"""A table under a plan that is made or altered in the transaction, or the text, that uses it."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.e2e.proxy import Proxy

PLAN = """
id = "p"
purpose = "x"
table = "public.o"
[add]
column = "prio"
type = "smallint"
default = "7"
[shield]
absent_writes = "discard"
[[shield.clients]]
match = { application_name = "new" }
sees = "new"
"""
TABLE = "CREATE TABLE o (id int, note text)"
ADD = "ALTER TABLE o ADD COLUMN prio smallint DEFAULT 7"

Connect = Callable[[str], psycopg.Connection]


@pytest.fixture
def connect(database: str, lintel: Callable[..., Proxy], tmp_path: Path) -> Connect:
    """Through Lintel by application_name; the table is not there yet."""
    (tmp_path / "plan.toml").write_text(PLAN)
    proxy = lintel(database, "--plan", str(tmp_path / "plan.toml"))

    def connected(name: str) -> psycopg.Connection:
        dsn = make_conninfo(database, host="127.0.0.1", port=proxy.port, application_name=name)
        return psycopg.connect(dsn, autocommit=True)

    return connected


def _names(cursor: psycopg.Cursor) -> list[str]:
    return [column.name for column in cursor.description or ()]


def test_made_and_used(connect: Connect) -> None:
    """In one transaction, in one text, and taken back."""
    with connect("old") as old, connect("new") as new:
        with old.transaction(force_rollback=True):
            old.execute(TABLE)
            old.execute("INSERT INTO o VALUES (1, 'a')")
            assert _names(old.execute("SELECT * FROM o")) == ["id", "note"]
        with pytest.raises(psycopg.errors.DatabaseError):
            old.execute("SELECT * FROM o")
        # Without parameters it is a Query of three statements: a transaction of its own.
        old.execute(f"{TABLE}; {ADD}; INSERT INTO o VALUES (1, 'a')")
        assert _names(old.execute("SELECT * FROM o")) == ["id", "note"]
        assert new.execute("SELECT * FROM o").fetchall() == [(1, "a", 7)]


def test_altered_and_used(connect: Connect) -> None:
    """Statements prepared before it too; savepoints take the change back."""
    with connect("old") as old, connect("new") as new:
        old.execute(TABLE)
        insert, star = "INSERT INTO o (id, prio) VALUES (%s, 1)", "SELECT * FROM o ORDER BY id"
        for session in (old, new):
            session.execute(star, prepare=True)
        new.execute(insert, (1,), prepare=True)
        with new.transaction():
            new.execute("SAVEPOINT earlier")
            new.execute(ADD)
            new.execute("ALTER TABLE o ADD COLUMN more int")
            new.execute(insert, (2,), prepare=True)
            assert new.execute(star, prepare=True).fetchall() == [(1, None, 7, None), (2, None, 1, None)]
            new.execute("ROLLBACK TO earlier")
            assert new.execute(star, prepare=True).fetchall() == [(1, None, 7)]
            new.execute(insert, (3,), prepare=True)
            new.execute(ADD)
            new.execute(insert, (4,), prepare=True)
        assert new.execute(star, prepare=True).fetchall() == [(1, None, 7), (3, None, 7), (4, None, 1)]
        assert old.execute(star, prepare=True).fetchall() == [(1, None), (3, None), (4, None)]
