"""What the session makes under the name of a table with a plan, or beside it: the name means what PostgreSQL says.

Somebody who is past Lintel is the oracle: what the table itself has is not asked for.
"""

import pytest
from tests.shield.planned import Planned, Planning
from tests.shield.wire_client import Client, Reply

ADD = '[add]\ncolumn = "prio"\ntype = "text"\ndefault = "\'7\'"'
TABLE = """
CREATE SCHEMA aside;
CREATE TABLE o (id int PRIMARY KEY, note text);
INSERT INTO o VALUES (1, 'one'), (2, 'two');
CREATE TABLE x (id int, other text);
INSERT INTO x VALUES (1, 'public x');
"""
AS = "AS SELECT 1 AS id, 'other' AS note, 3 AS more"
FIRST = "SET LOCAL search_path = aside, public"
UNDER_ITS_NAME = {
    "table as": ["BEGIN", f"CREATE TABLE aside.o {AS}", FIRST],
    "view": ["BEGIN", f"CREATE VIEW aside.o {AS}", FIRST],
    "materialized view": ["BEGIN", f"CREATE MATERIALIZED VIEW aside.o {AS}", FIRST],
    "into": ["BEGIN", "SELECT 1 AS id, 'other' AS note, 3 AS more INTO aside.o", FIRST],
    "renamed": ["BEGIN", f"CREATE TABLE aside.p {AS}", "ALTER TABLE aside.p RENAME TO o", FIRST],
    "in its place": ["BEGIN", "DROP TABLE o", f"CREATE TABLE o {AS}"],
    "the user's own schema": ["BEGIN", "CREATE SCHEMA postgres", f"CREATE TABLE postgres.o {AS}"],
    "a new schema": ["SET search_path = later, public", "BEGIN", "CREATE SCHEMA later", f"CREATE TABLE o {AS}"],
    "a renamed schema": [f"CREATE VIEW aside.o {AS}", "SET search_path = later, public", "BEGIN",
                         "ALTER SCHEMA aside RENAME TO later"],
    "gone again": ["BEGIN", f"CREATE TABLE aside.o {AS}", FIRST, "DROP TABLE aside.o", "SET LOCAL search_path = aside"],
    "gone with its schema": ["BEGIN", "CREATE SCHEMA later", f"CREATE TABLE later.o {AS}", "DROP SCHEMA later CASCADE",
                             "SET LOCAL search_path = later"],
    "a renamed temporary table": [f"CREATE TEMP TABLE q {AS}", "ALTER TABLE q RENAME TO o"],
    "a renamed temporary view": [f"CREATE TEMP VIEW q {AS}", "ALTER VIEW pg_temp.q RENAME TO o"],
}  # fmt: skip
READS = ("SELECT * FROM o", "SELECT id, note FROM o", "SELECT o.* FROM x JOIN o USING (id)", "SELECT prio FROM o",
         "SELECT o FROM o", "SELECT (NULL::o).*")  # fmt: skip
BESIDE = {
    "table as": ["BEGIN", "CREATE TABLE aside.x AS SELECT 1 AS id, 'x' AS prio", FIRST],
    "in place of another": ["BEGIN", "DROP TABLE x", "CREATE TABLE x AS SELECT 1 AS id, 'x' AS prio"],
    "temporary": ["CREATE TEMP TABLE x (id int)", "INSERT INTO x VALUES (1)", "ALTER TABLE x ADD prio text"],
}

pytestmark = pytest.mark.in_turn


def _through(front: Planned, name: str) -> Client:
    return Client(front.database, name, host="127.0.0.1", port=front.proxy.port)


def _after(client: Client, setup: list[str], text: str) -> Reply:
    for each in setup:
        assert not client.simple(each).error
    reply = client.simple(text)
    client.simple("ROLLBACK; DROP VIEW IF EXISTS aside.o")
    return reply


@pytest.mark.parametrize("made", UNDER_ITS_NAME)
def test_under_its_name(planned: Planning, made: str) -> None:
    """The same, or refused; the table is never read in its place."""
    front = planned(ADD, TABLE)
    front.direct.execute("ALTER TABLE o ADD prio text DEFAULT '7'")
    for text in READS:
        with Client(front.database, "direct") as direct, _through(front, "old") as client:
            want, got = (_after(each, UNDER_ITS_NAME[made], text) for each in (direct, client))
        if (got.error or {}).get("C") != "42501":
            assert (got.rows, (got.error or {}).get("C")) == (want.rows, (want.error or {}).get("C")), text


@pytest.mark.parametrize("made", BESIDE)
@pytest.mark.parametrize("text", ["UPDATE o SET note = prio FROM x", "DELETE FROM o USING x WHERE prio = '7'"])
def test_a_column_of_both(planned: Planning, made: str, text: str) -> None:
    """A column to come, and one of what was made beside it: the name is ambiguous, and not the table's."""
    front = planned(ADD, TABLE)
    with _through(front, "new") as client:
        assert (_after(client, BESIDE[made], text).error or {})["C"] in ("42702", "42501")
