"""A table under a plan that is made or altered in the transaction, or the text, that uses it."""

import psycopg
import pytest
from tests.shield.planned import Planning

PLAN = '[add]\ncolumn = "prio"\ntype = "smallint"\ndefault = "7"\n[shield]\nabsent_writes = "discard"'
TABLE = "CREATE TABLE o (id int, note text)"
ADD = "ALTER TABLE o ADD COLUMN prio smallint DEFAULT 7"


def _names(cursor: psycopg.Cursor) -> list[str]:
    return [column.name for column in cursor.description or ()]


def test_made_and_used(planned: Planning) -> None:
    """In one transaction, in one text, and taken back."""
    front = planned(PLAN)
    with front.connect("old") as old, front.connect("new") as new:
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


def test_altered_and_used(planned: Planning) -> None:
    """Statements prepared before it too; savepoints take the change back."""
    front = planned(PLAN)
    with front.connect("old") as old, front.connect("new") as new:
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
