"""Prepared statements of old and new code while somebody else drops, renames or adds the column, at no moment told.

Each statement is prepared once and run before the ALTER, right after it, and where it can be after its being undone.
"""

from collections.abc import Callable

import psycopg
import pytest
from tests.shield.planned import Planned, Planning

TABLE = "CREATE TABLE o (id int PRIMARY KEY, fax text DEFAULT 'none', total numeric(8,2), note text)"
ROWS = "INSERT INTO o VALUES (1, '555', 10, 'a'), (2, NULL, 20, NULL)"

Start = Callable[[str], Planned]


@pytest.fixture
def start(planned: Planning) -> Start:
    """Called with a plan."""
    return lambda change: planned(change, TABLE, ROWS)


def _names(cursor: psycopg.Cursor) -> list[str]:
    return [column.name for column in cursor.description or ()]


def test_dropped_from_the_middle(start: Start) -> None:
    """Old code keeps the column in its place, though the plan does not say its type: the catalog had it."""
    front = start('[drop]\ncolumn = "fax"')
    direct = front.direct
    old, new = front.connect("old", prepare_threshold=0), front.connect("new", prepare_threshold=0)
    star = "SELECT * FROM o ORDER BY id"
    assert old.execute(star).fetchall()[0] == (1, "555", 10, "a")
    assert new.execute(star).fetchall()[0] == (1, 10, "a")
    old.execute("INSERT INTO o VALUES (3, '777', 30, 'c')")
    direct.execute("ALTER TABLE o DROP COLUMN fax")
    after = old.execute(star)
    assert (_names(after), after.fetchall()[0]) == (["id", "fax", "total", "note"], (1, "none", 10, "a"))
    assert new.execute(star).fetchall()[2] == (3, 30, "c")
    with pytest.raises(psycopg.errors.UndefinedColumn, match=r'"fax" of public\.o is not there any longer'):
        old.execute("INSERT INTO o VALUES (4, '888', 40, 'd')")
    with pytest.raises(psycopg.errors.UndefinedColumn, match=r'"fax" of public\.o is not there any longer'):
        old.execute("UPDATE o SET fax = NULL, note = 'lost'")
    new.execute("INSERT INTO o VALUES (4, 40, 'd')")
    assert old.execute("DELETE FROM o WHERE fax = 'none' RETURNING id, fax").fetchall() == [
        (i, "none") for i in (1, 2, 3, 4)
    ]


def test_captured_by_nobody(start: Start) -> None:
    """DRP-04: when the column has gone its name must not become an outer table's."""
    front = start('[drop]\ncolumn = "fax"')
    direct = front.direct
    direct.execute("CREATE TABLE people (pid int, fax text); INSERT INTO people VALUES (1, '555'), (2, '1'), (3, '2')")
    old, statement = (
        front.connect("old", prepare_threshold=0),
        "DELETE FROM people WHERE pid IN (SELECT id FROM o WHERE fax = '555') RETURNING pid",
    )
    with old.transaction(force_rollback=True):
        assert old.execute(statement).fetchall() == [(1,)]
    direct.execute("ALTER TABLE o DROP COLUMN fax")
    assert old.execute(statement).fetchall() == []
    assert direct.execute("SELECT count(*) FROM people").fetchone() == (3,)


def test_renamed_and_back(start: Start) -> None:
    """Every client says its own name for the column, whichever one it has, and gets it back."""
    front = start('[rename]\ncolumn = "total"\nto = "amount"')
    direct = front.direct
    names = {"old": "total", "new": "amount"}
    sessions = {side: front.connect(side, prepare_threshold=0) for side in names}
    number = 10
    for ddl in (
        "SELECT 1",
        "ALTER TABLE o RENAME COLUMN total TO amount",
        "ALTER TABLE o RENAME COLUMN amount TO total",
        "ALTER TABLE o RENAME COLUMN total TO amount",
    ):
        direct.execute(ddl)
        for side, name in names.items():
            number += 1
            session = sessions[side]
            found = session.execute("SELECT * FROM o WHERE id = 1")
            assert (_names(found), found.fetchone()) == (["id", "fax", name, "note"], (1, "555", 10, "a"))
            assert session.execute(f"SELECT o.{name}, row_to_json(o) FROM o WHERE {name} = 20").fetchall() == [
                (20, {"id": 2, "fax": None, name: 20.00, "note": None})
            ]
            put = session.execute(f"INSERT INTO o (id, {name}) VALUES (%s, %s) RETURNING *", (number, 5))
            assert _names(put) == ["id", "fax", name, "note"]
            session.execute("INSERT INTO o VALUES (%s, NULL, 6) ON CONFLICT (id) DO NOTHING", (number,))
            set_ = session.execute(
                f"UPDATE o SET {name} = {name} + 1 WHERE id = %s RETURNING {name}, coalesce({name}, 0) AS c", (number,)
            )
            assert (_names(set_), set_.fetchall()) == ([name, "c"], [(6, 6)])


def test_discarded_until_it_is_there(start: Start) -> None:
    """New code runs with its writes to the column undone; prepared once, it writes it when it has come."""
    front = start('[add]\ncolumn = "prio"\ntype = "smallint"\ndefault = "7"\n[shield]\nabsent_writes = "discard"')
    direct = front.direct
    new = front.connect("new", prepare_threshold=0)
    insert = "INSERT INTO o (id, prio, note) VALUES (%s, %s, %s) RETURNING prio"
    update = "UPDATE o SET prio = %s WHERE id = %s"
    assert new.execute(insert, (3, 1, "c")).fetchall() == [(7,)]
    assert new.execute(update, (2, 3)).rowcount == 1
    assert direct.execute("SELECT * FROM o WHERE id = 3").fetchall() == [(3, "none", None, "c")]
    direct.execute("ALTER TABLE o ADD COLUMN prio smallint DEFAULT 7")
    assert new.execute(insert, (4, 1, "d")).fetchall() == [(1,)]
    assert new.execute(update, (2, 3)).rowcount == 1
    assert direct.execute("SELECT id, prio FROM o WHERE id > 2 ORDER BY id").fetchall() == [(3, 2), (4, 1)]


def test_retyped_and_back(start: Start) -> None:
    """Old code reads and writes integer, new code bigint, whichever the table has; what does not fit fails."""
    front = start('[retype]\ncolumn = "id"\ntype = "bigint"')
    direct = front.direct
    sessions = {"old": front.connect("old", prepare_threshold=0), "new": front.connect("new", prepare_threshold=0)}
    types = {"old": 23, "new": 20}
    number = 100
    for ddl in ("SELECT 1", "ALTER TABLE o ALTER id TYPE bigint", "ALTER TABLE o ALTER id TYPE int"):
        direct.execute(ddl)
        for side, session in sessions.items():
            number += 1
            found = session.execute("SELECT * FROM o WHERE id = %b", (1,))
            assert (found.description or ())[0].type_code == types[side]
            put = session.execute("INSERT INTO o (id, note) VALUES (%s, %b) RETURNING id", (number, side))
            assert (put.fetchall(), put.description[0].type_code) == ([(number,)], types[side])
            session.execute("UPDATE o SET id = id + %s WHERE id = %s", (1000, number))
            assert session.execute("DELETE FROM o WHERE id > 1000 RETURNING id").fetchall() == [(number + 1000,)]
    direct.execute("ALTER TABLE o ALTER id TYPE bigint")
    sessions["new"].execute("INSERT INTO o (id) VALUES (%s)", (5_000_000_000,))
    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        sessions["old"].execute("SELECT id FROM o")
    with pytest.raises(psycopg.errors.NumericValueOutOfRange):
        sessions["old"].execute("UPDATE o SET id = 6000000000 WHERE note = 'a'")
