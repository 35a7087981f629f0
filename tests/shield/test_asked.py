"""Statements that need the columns of what only the session knows: asked for ahead of each, so as they are then.

That are its temporary tables, and what queries of its open transaction have made.

Every script runs twice, directly on a table as the old client knows it and through Lintel on one that may have the
column. The planned column has the name of one that the temporary table gets, so that a NATURAL JOIN by what that was a
moment ago would have other rows.
"""

import pytest
from tests.shield.planned import Planned, Planning
from tests.shield.wire_client import SYNC, Client, Reply, bind, describe, execute, parse

PLAN = '[add]\ncolumn = "prio"\ntype = "smallint"\ndefault = "7"\n[shield]\nabsent_writes = "discard"'
TABLE = "CREATE TABLE o (id int, note text); INSERT INTO o VALUES (1, 'a'), (2, 'b')"
ADD = "ALTER TABLE o ADD prio smallint DEFAULT 7"
NATURAL = "SELECT * FROM o NATURAL JOIN t ORDER BY id"
# It makes t anew; and a trigger changes it, of a table that has nothing to do with anything.
CODE = """
CREATE FUNCTION anew() RETURNS int LANGUAGE plpgsql AS
'BEGIN DROP TABLE t; CREATE TEMP TABLE t AS SELECT 2 AS id, 9 AS prio; RETURN 1; END';
CREATE FUNCTION fired() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN ALTER TABLE t ADD note text; RETURN NEW; END';
CREATE TABLE other (n int);
CREATE TRIGGER fires BEFORE INSERT ON other FOR EACH ROW EXECUTE FUNCTION fired();
"""
MADE = "CREATE TEMP TABLE t AS SELECT 1 AS id, 9 AS prio"
BY_QUERY = "CREATE TABLE t AS SELECT 1 AS id, 9 AS prio"
DROPPED_LATER = "CREATE TEMP TABLE t ON COMMIT DROP AS SELECT 1 AS id, 9 AS prio"

SHADOWED = "of the table's name"  # not noticed by PostgreSQL where it prepared a statement before
SCRIPTS = {
    "plain": [MADE, NATURAL, NATURAL, "SELECT t.*, o.* FROM o JOIN t USING (id)"],
    "changed": [MADE, NATURAL, "ALTER TABLE t RENAME prio TO note", NATURAL, "ALTER TABLE t DROP note", NATURAL],
    "made anew": [MADE, NATURAL, "DROP TABLE t", "CREATE TEMP TABLE t (note text, id int)", NATURAL],
    "by a function": [MADE, NATURAL, "SELECT anew()", NATURAL],
    "by a trigger": [MADE, NATURAL, "INSERT INTO other VALUES (1)", NATURAL],
    "by a block": [MADE, NATURAL, "DO 'BEGIN ALTER TABLE t DROP prio; END'", NATURAL],
    "if not exists": [MADE, "CREATE TEMP TABLE IF NOT EXISTS t (n int)", NATURAL],
    "of no columns": ["CREATE TEMP TABLE t ()", "SELECT * FROM o, t", "ALTER TABLE t ADD id int", NATURAL],
    "taken back": ["BEGIN", MADE, NATURAL, "ROLLBACK", NATURAL, MADE, NATURAL],
    "dropped at the commit": ["BEGIN", DROPPED_LATER, NATURAL, "COMMIT", NATURAL],
    "gone": [MADE, NATURAL, "DROP TABLE t", NATURAL, "BEGIN", "SELECT 1", NATURAL, "SELECT 2", "ROLLBACK"],
    "discarded": [MADE, NATURAL, "DISCARD TEMP", NATURAL, MADE, NATURAL],
    "in a block": [MADE, "BEGIN", NATURAL, "ALTER TABLE t ADD note text", NATURAL, "SELECT anew()", NATURAL, "COMMIT"],
    "to a savepoint": [MADE, "BEGIN", "SAVEPOINT s", "ALTER TABLE t DROP prio", NATURAL, "ROLLBACK TO s", NATURAL],
    "a view": [
        "CREATE TEMP VIEW t AS SELECT 1 AS id, 9 AS prio",
        NATURAL,
        "SELECT prio, count(o) FROM o, t GROUP BY 1",
    ],
    "two": [
        MADE,
        "CREATE TEMP TABLE u (id int, note text)",
        NATURAL.replace("JOIN t", "LEFT JOIN t NATURAL LEFT JOIN u"),
    ],
    SHADOWED: [MADE, NATURAL, "CREATE TEMP TABLE o (id int, prio int)", NATURAL],
    "by a query": [
        *("BEGIN", BY_QUERY, NATURAL, "ALTER TABLE t ADD PRIMARY KEY (id)", NATURAL),
        *("ALTER TABLE t RENAME prio TO note", NATURAL, "ALTER TABLE t DROP note", NATURAL, "ROLLBACK", NATURAL),
    ],
    "into": [
        *("BEGIN", "SELECT id, note INTO t FROM o", NATURAL, "INSERT INTO t VALUES (3, 'c')"),
        *("UPDATE o SET note = t.note || 'x' FROM t WHERE t.id = o.id RETURNING *", NATURAL, "ROLLBACK"),
    ],
    "a view, not committed": [
        *("BEGIN", "CREATE VIEW t AS SELECT 1 AS id, 9 AS prio", NATURAL, "SELECT prio, count(o) FROM o, t GROUP BY 1"),
        *("SELECT o.id, t.prio FROM o JOIN t USING (id)", "ROLLBACK"),
    ],
    "by queries": [
        *("BEGIN", "SAVEPOINT s", BY_QUERY, NATURAL, "ROLLBACK TO s"),
        *("CREATE TABLE t AS SELECT 2 AS id, 'b' AS note", NATURAL, "DROP TABLE t", BY_QUERY, NATURAL),
        *("ALTER TABLE t RENAME TO u", "CREATE TABLE t AS TABLE o", NATURAL, "SELECT * FROM o NATURAL JOIN u"),
        "ROLLBACK",
    ],
    "of the columns that the client has": [
        *("BEGIN", "CREATE TABLE t AS SELECT * FROM o", "SELECT * FROM o JOIN t USING (id) ORDER BY 1", NATURAL),
        *("COMMIT", NATURAL, "DROP TABLE t"),
    ],
    "isolated": [MADE, "BEGIN", "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", NATURAL, "COMMIT"],
}

Told = tuple[list[object], str]


@pytest.fixture
def front(planned: Planning) -> Planned:
    """The column is not there."""
    return planned(PLAN, f"{TABLE}; {CODE}")


@pytest.mark.in_turn
@pytest.mark.parametrize("way", ["queries", "unnamed", "prepared", "at once"])
def test_as_they_are_then(front: Planned, way: str) -> None:
    """The same answers as without Lintel, whoever has changed the temporary table."""
    scripts = [script for name, script in SCRIPTS.items() if way != "prepared" or name != SHADOWED]
    wanted = _direct(front, scripts, way)
    front.direct.execute(ADD)
    differing = []
    for script, own in zip(scripts, wanted, strict=True):
        with Client(front.database, "old", host="127.0.0.1", port=front.proxy.port) as client:
            found = _run(client, script, way)
        differing += [each for each in zip(script, found, own, strict=True) if not _alike(*each[1:])]
    assert not differing, "\n".join(map(str, differing))


def _direct(front: Planned, scripts: list[list[str]], way: str) -> list[list[Told]]:
    found = []
    for script in scripts:
        with Client(front.database, "direct") as own:
            found.append(_run(own, script, way))
    return found


@pytest.mark.in_turn
def test_in_one_segment(front: Planned) -> None:
    """Nothing of it is answered before the Sync: where the columns cannot be asked for, a refusal."""
    for name, script in SCRIPTS.items():
        sent = b"".join(map(_message, script))
        with Client(front.database, "direct") as own:
            wanted, _ = _told(own.exchange(sent, SYNC))
        with Client(front.database, "old", host="127.0.0.1", port=front.proxy.port) as client:
            found, _ = _told(client.exchange(sent, SYNC))
        assert found == wanted or (found[:-1] == wanted[: len(found) - 1] and "42501" in str(found[-1])), name


@pytest.mark.parametrize(
    "text",
    [
        f"PREPARE p AS {NATURAL}",  # run when t may be another one
        f"SELECT 1; {NATURAL}",
        "SELECT o.*, (SELECT ctid IS NULL FROM t) FROM o NATURAL JOIN t",  # a view has none: then it is that of o
        "UPDATE t SET prio = 1 FROM o WHERE o.id = t.id RETURNING *",
    ],
)
def test_left_refused(front: Planned, text: str) -> None:
    """Where the answer would come too early, or would not tell enough."""
    with Client(front.database, "old", host="127.0.0.1", port=front.proxy.port) as client:
        client.simple(MADE)
        assert (client.simple(text).error or {})["C"] == "42501"
        assert not client.simple(NATURAL).error


def _run(client: Client, script: list[str], way: str) -> list[Told]:
    if way == "at once":
        client.send(*(_message(text) + SYNC for text in script))
        return [_told(client.reply()) for _ in script]
    known, told = False, []
    for text in script:
        named = "n" if way == "prepared" and text == NATURAL else ""
        reply = client.simple(text) if way == "queries" else client.exchange(_message(text, named, again=known), SYNC)
        known = known or bool(named and not reply.error)
        told.append(_told(reply))
    return told


def _message(text: str, name: str = "", *, again: bool = False) -> bytes:
    """What runs it; `again`: prepared once, as long as that worked."""
    first = b"" if name and again else parse(name, text)
    return first + bind(name) + describe("P") + execute()


def _told(reply: Reply) -> Told:
    errors = [result.error or {} for result in reply.results]
    columns = [[field.name for field in result.fields or ()] for result in reply.results]
    told = [
        (names, result.rows, result.tag, error.get("C"), error.get("M"))
        for names, result, error in zip(columns, reply.results, errors, strict=True)
    ]
    return list(told), reply.status


def _alike(found: Told, wanted: Told) -> bool:
    """Of a table that Lintel knows to be gone the refusal comes first."""
    return found == wanted or ("42501" in str(found[0]) and "42P01" in str(wanted[0]))
