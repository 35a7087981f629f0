"""A temporary table that code inside the server makes, under a planned table's name: it is what the name means.

The code is a function's or a procedure's, which the catalog holds, or that of a DO.
"""

import pytest
from tests.shield.planned import Planned, Planning
from tests.shield.wire_client import SYNC, Client, bind, execute, parse

PLAN = '[add]\ncolumn = "prio"\ntype = "smallint"\ndefault = "7"'
MAKE = "CREATE TEMP TABLE o AS SELECT 2 AS id, 'temporary' AS note"
CODE = f"BEGIN {MAKE}; END"
TABLE = f"""
CREATE TABLE o (id int, note text);
INSERT INTO o VALUES (1, 'table');
CREATE FUNCTION made() RETURNS int LANGUAGE plpgsql AS $$BEGIN {MAKE}; RETURN 0; END$$;
CREATE FUNCTION said() RETURNS int LANGUAGE plpgsql AS $$BEGIN EXECUTE '{MAKE.replace("'", "''")}'; RETURN 0; END$$;
CREATE PROCEDURE makes() LANGUAGE plpgsql AS $${CODE}$$;
CREATE FUNCTION idle() RETURNS int LANGUAGE sql AS 'SELECT 1';
"""
CALLS = ("SELECT made()", "SELECT 1 + said()", "SELECT * FROM made()", "CALL makes()", f"DO $${CODE}$$",
         "WITH a AS (SELECT made()) SELECT * FROM a")  # fmt: skip
READS = {"SELECT * FROM o": (b"2", b"temporary"), "SELECT note FROM o": (b"temporary",), "SELECT o.* FROM o": (b"2",)}

pytestmark = pytest.mark.in_turn


@pytest.fixture
def front(planned: Planning) -> Planned:
    """The column is there."""
    front = planned(PLAN, TABLE)
    front.direct.execute("ALTER TABLE o ADD prio smallint DEFAULT 7")
    return front


def _through(front: Planned) -> Client:
    return Client(front.database, "old", host="127.0.0.1", port=front.proxy.port)


@pytest.mark.parametrize("call", CALLS)
def test_it_is_read(front: Planned, call: str) -> None:
    for text, row in READS.items():
        with _through(front) as client:
            assert client.simple("SELECT * FROM o").rows == [(b"1", b"table")]
            assert not client.simple(call).error
            assert client.simple(text).rows[0][: len(row)] == row
            assert client.simple("SELECT * FROM public.o").rows == [(b"1", b"table")]
        with _through(front) as client:
            client.exchange(parse("", call) + bind("") + execute(), SYNC)
            assert client.exchange(parse("", text) + bind("") + execute(), SYNC).rows[0][: len(row)] == row


def test_it_is_written(front: Planned) -> None:
    with _through(front) as client:
        client.simple("SELECT made()")
        assert not client.simple("INSERT INTO o VALUES (3, 'more')").error
        assert client.simple("SELECT count(*) FROM o").rows == [(b"2",)]
    assert front.direct.execute("SELECT count(*) FROM o").fetchall() == [(1,)]


def test_until_it_is_rolled_back(front: Planned) -> None:
    with _through(front) as client:
        client.simple("BEGIN")
        client.simple("SELECT made()")
        assert client.simple("SELECT * FROM o").rows == [(b"2", b"temporary")]
        client.simple("ROLLBACK")
        assert client.simple("SELECT * FROM o").rows == [(b"1", b"table")]


def test_in_one_text(front: Planned) -> None:
    with _through(front) as client:
        assert client.simple("SELECT idle(); SELECT * FROM o").rows[1] == (b"1", b"table")
        assert client.simple("SELECT made(); SELECT * FROM o").rows[1] == (b"2", b"temporary")


def test_made_by_what_the_transaction_has_made(front: Planned) -> None:
    make = f"CREATE FUNCTION fresh() RETURNS int LANGUAGE plpgsql AS $$BEGIN {MAKE}; RETURN 0; END$$"
    with _through(front) as client:
        client.simple("BEGIN")
        client.simple(make)
        client.simple("SELECT fresh()")
        assert client.simple("SELECT * FROM o").rows == [(b"2", b"temporary")]
