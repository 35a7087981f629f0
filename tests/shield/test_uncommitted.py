"""A table under a plan that is made or altered in the transaction, or the text, that uses it."""

from itertools import product

import psycopg
import pytest
from tests.shield.planned import Planning
from tests.shield.wire_client import SYNC, Client, bind, close, describe, execute, parse, query

pytestmark = pytest.mark.in_turn

PLAN = '[add]\ncolumn = "prio"\ntype = "smallint"\ndefault = "7"\n[shield]\nabsent_writes = "discard"'
STAR = "SELECT * FROM o"
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


# What one client sends at once. DDL that no plan speaks of counts as well.
AT_ONCE = {
    "altered": ["ALTER TABLE o ADD COLUMN more int", STAR],
    "dropped": ["ALTER TABLE o DROP COLUMN note", STAR],
    "announced": [ADD, STAR, "ALTER TABLE o DROP COLUMN prio", STAR],
    "failed": ["ALTER TABLE o DROP COLUMN nix", STAR],
    "rolled back to": ["ROLLBACK TO s", STAR],
    "by a block": ["DO 'BEGIN ALTER TABLE o ADD COLUMN more int; END'", STAR],
    "nothing by a block": ["DO 'BEGIN PERFORM 1; END'", STAR],
    "released": ["RELEASE s", "ALTER TABLE o ADD COLUMN more int", STAR],
}
BEGINNINGS = (
    ["BEGIN", "SAVEPOINT s"],
    ["BEGIN; SAVEPOINT s; ALTER TABLE o DROP COLUMN note"],
    ["BEGIN", "SAVEPOINT s", "ALTER TABLE o DROP COLUMN note"],
    [],
)


@pytest.mark.parametrize("way", ["segment", "segments", "queries"])
def test_at_once(planned: Planning, way: str) -> None:
    """DDL and what sees it, before anything of it has been answered: the columns are those of the server then."""
    front = planned(PLAN, TABLE)
    port = front.proxy.port
    with Client(front.database, "direct") as own, Client(front.database, "old", host="127.0.0.1", port=port) as client:
        for name, beginning in product(AT_ONCE, BEGINNINGS):
            wanted = _at_once(own, beginning, AT_ONCE[name], way, prepared=False)
            shown = [[column for column in columns if column != "prio"] for columns in wanted]
            for prepared in (True, False):
                client.simple(f"DROP TABLE o; {TABLE}")  # through Lintel, which knows of it then
                found = _at_once(client, beginning, AT_ONCE[name], way, prepared=prepared)
                refused = name.endswith("block") and not found  # nobody can say what it has done
                assert refused or found == shown, (name, beginning, prepared)
            client.simple(f"DROP TABLE o; {TABLE}")


def _at_once(client: Client, beginning: list[str], texts: list[str], way: str, *, prepared: bool) -> list[list[str]]:
    """The names of the columns that came back; everything is taken back that can be."""
    if prepared:
        client.exchange(close("S", "star"), parse("star", STAR), SYNC)
    for text in beginning:
        client.simple(text)
    end = SYNC if way == "segments" else b""
    messages = [query(text) if way == "queries" else _sent(text, prepared=prepared) + end for text in texts]
    client.send(*messages, SYNC if way == "segment" else b"")
    replies = [client.reply() for _ in range(1 if way == "segment" else len(texts))]
    client.simple("ROLLBACK")
    results = [result for reply in replies for result in reply.results]
    return [[field.name for field in result.fields] for result in results if result.fields is not None]


def _sent(text: str, *, prepared: bool) -> bytes:
    known = prepared and text == STAR
    return (b"" if known else parse("", text)) + bind("star" if known else "") + describe("P") + execute()
