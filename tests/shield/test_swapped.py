"""The table is replaced by another one of its name while values are parked for it.

These belong to the rows of the one that was: they do not go with rows of the new one, so nothing is read or written of
the column until somebody has said what is to become of them.
"""

import psycopg
import pytest
from tests.shield.planned import Client, Planned, Planning, until

PLAN = '[add]\ncolumn = "prio"\ntype = "int"\ndefault = "7"\n[shield]\nabsent_writes = "park"'
TABLE = "CREATE TABLE o (id int PRIMARY KEY, note text); INSERT INTO o VALUES (1, 'a'), (2, 'b')"
SWAP = """
BEGIN; CREATE TABLE made (LIKE o INCLUDING ALL); INSERT INTO made SELECT * FROM o;
ALTER TABLE o RENAME TO gone; ALTER TABLE made RENAME TO o; COMMIT
"""
ADD = "ALTER TABLE o ADD prio int DEFAULT 7"
USES = ("SELECT prio FROM o", "SELECT * FROM o", "UPDATE o SET prio = 1", "INSERT INTO o VALUES (9, 'x', 1)")
OTHERS = ("SELECT id, note FROM o", "UPDATE o SET note = note", "DELETE FROM o WHERE id = 9")

pytestmark = pytest.mark.in_turn


def _works(client: Client, text: str) -> bool:
    try:
        client.execute(text)
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedColumn) as error:
        return "lintel:" not in str(error)
    return True


def _assert_astray(front: Planned, new: Client, old: Client) -> None:
    until(lambda: not _works(new, USES[0]))
    for text in USES:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="what is parked is another table's"):
            new.execute(text)
    for client in (new, old):
        assert all(_works(client, text) for text in OTHERS)
    assert [len(row) for row in old.execute("SELECT * FROM o")] == [2, 2]


@pytest.mark.parametrize("dropped", [False, True])
def test_swapped(planned: Planning, dropped: bool) -> None:
    front = planned(PLAN, TABLE)
    new, old = front.connect("new"), front.connect("old")
    until(lambda: _works(new, "UPDATE o SET prio = 3 WHERE id = 1"))
    front.direct.execute(SWAP)
    if dropped:
        front.direct.execute("DROP TABLE gone CASCADE")
    _assert_astray(front, new, old)
    front.direct.execute(ADD)
    _assert_astray(front, new, old)
    assert front.direct.execute("SELECT prio FROM o").fetchall() == [(7,), (7,)]
    front.direct.execute('DROP TABLE lintel."park_p", lintel."parking_p"')
    until(lambda: _works(new, "UPDATE o SET prio = 4 WHERE id = 1"))
    assert new.execute("SELECT prio FROM o ORDER BY id").fetchall() == [(4,), (7,)]
