"""Functional notation: `o.count` of a column that has gone is count(o), and no error (manual 8.16.5).

A text that was decided while the column was there runs when it has gone: it answers as the client's own table would, or
fails in a way that Lintel knows it by. Names are those of functions of pg_catalog that take a row.
"""

import psycopg
import pytest
from tests.catalog.snapshots import taken

from lintel import plan
from lintel.analysis.notation import ANYTHING, LOUD
from lintel.policy import ContextKey, Policy

FORMS = (
    "SELECT o.{c} FROM o",
    "SELECT (o).{c} FROM o",
    "SELECT o.id, o.body, o.{c} FROM o GROUP BY o.id",
    "SELECT o.id, o.body, o.{c} FROM o GROUP BY o.id HAVING o.{c} IS NULL",
    "SELECT (SELECT o.{c}) FROM o",
    "UPDATE o SET note = 'x' WHERE o.{c} IS NOT NULL",
    "UPDATE o SET note = 'x' WHERE (o).{c} IS NOT NULL",
    "UPDATE o SET note = (SELECT o.{c}::text)",
    "UPDATE o SET note = o.{c}::text WHERE id = 1 RETURNING o.{c}",
    "DELETE FROM o RETURNING o.{c}",
    "INSERT INTO o (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET note = o.{c}::text RETURNING note",
    "INSERT INTO o (id) VALUES (9) RETURNING o.{c}, id",
    "DELETE FROM o USING b WHERE o.id = b.id AND o.{c} IS NULL RETURNING b.id",
)
MOVES = {"drop": "DROP COLUMN {c}", "rename": "RENAME COLUMN {c} TO other"}


@pytest.mark.parametrize("name", ["count", "rank", "first_value", "concat", "num_nulls", "to_json", "max", "plain"])
@pytest.mark.parametrize("move", MOVES)
def test_a_column_that_has_gone_is_no_function(database: str, name: str, move: str) -> None:
    new = 'to = "other"\n' if move == "rename" else ""
    made = plan.parse(f'id = "p"\npurpose = "test"\ntable = "public.o"\n[{move}]\ncolumn = "{name}"\n{new}', "p.toml")
    served = 0
    with psycopg.connect(database) as connection:
        connection.execute(
            f"CREATE TABLE o (id int PRIMARY KEY, body json, note text, {name} int);"
            "CREATE TABLE b (id int); INSERT INTO b VALUES (1); INSERT INTO o (id) VALUES (1), (2)"
        )
        connection.commit()
        context = Policy(taken(database), (made,)).context(ContextKey(sides=(("p", "old"),)))
        for form in FORMS:
            sql = form.format(c=name)
            decision = context.decide(sql.encode())
            if decision.statement.verdict == "refuse":
                continue
            served += 1
            wanted = _answer(connection, sql.encode())
            connection.execute("ALTER TABLE o " + MOVES[move].format(c=name))
            got = _answer(connection, decision.sent(sql.encode()))
            connection.rollback()
            assert got == wanted or got[0] in decision.retry, (sql, decision.text, got)
    assert served >= 3


def test_who_names_it_without_a_rule_means_the_column(database: str) -> None:
    text = 'id = "p"\npurpose = "test"\ntable = "public.o"\n[add]\ncolumn = "count"\ntype = "int"\ndefault = "5"\n'
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE o (id int PRIMARY KEY); INSERT INTO o VALUES (1), (2)")
        connection.commit()
        context = Policy(taken(database), (plan.parse(text, "p.toml"),)).context(ContextKey())
        sent = context.decide(b"SELECT o.count FROM o").sent(b"")
        assert _answer(connection, sent) == ("SELECT 2", [(5,), (5,)])


def test_every_function_that_takes_any_row_is_known(database: str) -> None:
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            """SELECT DISTINCT proname, prokind IN ('a', 'w') FROM pg_proc
            WHERE pronamespace = 'pg_catalog'::regnamespace AND prokind <> 'p' AND pronargs > 0
            AND pronargs - pronargdefaults <= 1 AND proargtypes[0] IN (SELECT oid FROM pg_type WHERE typname IN
            ('any', 'anyelement', 'anynonarray', 'anycompatible', 'anycompatiblenonarray', 'record'))"""
        ).fetchall()
    assert {name for name, loud in rows if loud} <= LOUD
    assert {name for name, loud in rows if not loud} <= ANYTHING


def _answer(connection: psycopg.Connection, text: bytes) -> tuple[str, object]:
    """(SQLSTATE or the tag, rows); what it does is taken back."""
    connection.execute("SAVEPOINT before")
    try:
        cursor = connection.execute(text)
        rows = sorted(cursor.fetchall(), key=repr) if cursor.description else []
        return str(cursor.statusmessage), rows
    except psycopg.Error as error:
        return str(error.sqlstate), None
    finally:
        connection.execute("ROLLBACK TO before")
