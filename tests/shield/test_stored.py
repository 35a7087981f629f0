"""Texts that the server keeps (T18): a view of an old client's has its columns, and holds on to no planned one."""

import psycopg
import pytest
from tests.catalog.snapshots import taken

from lintel import plan
from lintel.analysis.ddl import schema_of
from lintel.policy import ContextKey, Policy

TABLES = """
CREATE TABLE o (id int PRIMARY KEY, note text, prio int DEFAULT 5); INSERT INTO o VALUES (1, 'a');
CREATE TABLE c (cid int, prio int); INSERT INTO c VALUES (1, 7);
"""
PLAN = """
id = "p"
table = "public.o"
[add]
column = "prio"
type = "int"
default = "5"
"""


def _sent(database: str, side: str, text: str) -> str | None:
    policy = Policy(taken(database), (plan.parse(PLAN, "p.toml"),))
    decision = policy.context(ContextKey(sides=(("p", side),), search_path=("public",))).decide(text.encode())
    return None if decision.statement.verdict == "refuse" else decision.sent(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("CREATE VIEW v AS SELECT * FROM o", ["id", "note"]),
        ("CREATE OR REPLACE VIEW v (a) AS SELECT q.* FROM public.o AS q(x) WHERE q.x = 1", ["a", "note"]),
        (
            "CREATE MATERIALIZED VIEW v AS SELECT o.*, cid, prio FROM o JOIN c ON cid = id",
            ["id", "note", "cid", "prio"],
        ),
        ("CREATE TEMP VIEW v AS SELECT s.* FROM (SELECT * FROM o) s", ["id", "note"]),
    ],
)
def test_spelled_out(database: str, text: str, columns: list[str]) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLES)
        connection.execute((_sent(database, "old", text) or "").encode())
        found = connection.execute("SELECT * FROM v")
        assert [column.name for column in found.description or ()] == columns
        assert len(found.fetchall()) == 1
        connection.execute("ALTER TABLE o DROP COLUMN prio")  # nothing stands on it (2BP01)


@pytest.mark.parametrize(
    ("side", "text"),
    [
        ("old", "CREATE VIEW v AS SELECT o FROM o"),
        ("old", "CREATE VIEW v AS SELECT * FROM o NATURAL JOIN c"),
        ("old", "CREATE VIEW v AS TABLE o"),
        ("old", "CREATE VIEW v AS SELECT cid FROM c WHERE EXISTS (SELECT FROM o WHERE id = cid AND prio = 7)"),
        ("new", "CREATE VIEW v AS SELECT * FROM o"),
    ],
)
def test_refused(database: str, side: str, text: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(TABLES)
        assert _sent(database, side, text) is None


FILLING = "\nnot_null = true\n[backfill]\nexpression = 'id * 2'\n"
KEPT = (
    "CREATE VIEW v AS SELECT prio FROM o",
    "CREATE OR REPLACE VIEW v AS SELECT id FROM o WHERE prio = 2",
    "CREATE TEMP VIEW v AS SELECT s.prio FROM (SELECT prio FROM o) s",
    "CREATE MATERIALIZED VIEW v AS SELECT prio FROM o",
)
SIDE = """
CREATE SCHEMA lintel; CREATE TABLE lintel.parking_p (lintel_marker boolean);
CREATE TABLE lintel.park_p (lintel_key1 int PRIMARY KEY, lintel_value int, lintel_moved boolean);
"""


@pytest.mark.parametrize("text", KEPT)
@pytest.mark.parametrize("column", ["", "prio int", "prio int NOT NULL"])
@pytest.mark.parametrize("way", ["fill", "park"])
def test_what_is_kept_while_values_are_elsewhere(text: str, column: str, way: str) -> None:
    """It would read the column itself, where they are not yet; when they are, it is the server's own."""
    made = f"CREATE TABLE o (id int PRIMARY KEY{', ' if column else ''}{column});"
    ways = {"fill": (made, PLAN + FILLING), "park": (made + SIDE, f'{PLAN}[shield]\nabsent_writes = "park"')}
    tables, said = ways[way]
    policy = Policy(schema_of(tables.encode()), (plan.parse(said, "p.toml"),))
    context = policy.context(ContextKey(sides=(("p", "new"),), search_path=("public",)))
    decision = context.decide(text.encode())
    if way == "fill" and column.endswith("NOT NULL"):
        assert decision.text is None
    else:
        assert decision.statement.sqlstate == "42501"
        assert (decision.text or b"").startswith(b" SELECT lintel_refused_")
    assert context.decide(b"CREATE VIEW v AS SELECT id FROM o").text is None
    assert context.decide(b"CREATE TABLE t AS SELECT prio FROM o").statement.verdict == "rewrite"
