"""No statement writes a parked column past the side table, though the column is there already: values are landing.

What went straight to it would be overwritten by an older value, so each form is parked or refused. No server is needed.
"""

import pytest

from lintel import plan
from lintel.analysis.ddl import schema_of
from lintel.policy import Context, ContextKey, Policy

PLAN = """
id = "p"
table = "public.o"
[add]
column = "prio"
type = "int"
default = "0"
[shield]
absent_writes = "park"
"""
LANDING = b"""
CREATE TABLE o (id int PRIMARY KEY, note text, prio int DEFAULT 0);
CREATE TABLE s (id int, note text, prio int);
CREATE VIEW v AS SELECT id, note FROM o;
CREATE SCHEMA lintel;
CREATE TABLE lintel.park_p (lintel_key1 int, lintel_value int, lintel_moved boolean);
CREATE TABLE lintel.parking_p (lintel_marker boolean);
"""
PARKED = (
    "INSERT INTO o (id, prio) VALUES (1, 2)",
    "INSERT INTO o VALUES (1, 'n', 2), (2, 'm', 3)",
    "INSERT INTO o TABLE s",
    "INSERT INTO o (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET prio = 5",
    "UPDATE o SET prio = 1",
    "UPDATE o SET (note, prio) = ROW ('n', 1)",
    "UPDATE o SET (note, prio) = (SELECT s.note, s.prio FROM s WHERE s.id = o.id)",
    "WITH i AS (INSERT INTO o (id, prio) VALUES (1, 2)) SELECT 1",
    "WITH u AS (UPDATE o SET prio = 1 RETURNING id) INSERT INTO o (id, prio) SELECT id + 1, 2 FROM u",
    "COPY (INSERT INTO o (id, prio) VALUES (1, 2) RETURNING id) TO STDOUT",
    "COPY (UPDATE o SET prio = 1 RETURNING id) TO STDOUT",
    "INSERT INTO o (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET prio = length(o.note)",
    "WITH a AS (UPDATE o SET prio = 1 WHERE id = 1), b AS (UPDATE o SET prio = 2 WHERE id = 2) SELECT 1",
    "COPY (WITH u AS (UPDATE o SET prio = 1 RETURNING prio) SELECT prio FROM u) TO STDOUT",
)
REFUSED = (
    "COPY o FROM STDIN",
    "COPY o (id, prio) FROM STDIN (FORMAT binary)",
    "MERGE INTO o USING s ON s.id = o.id WHEN MATCHED THEN UPDATE SET prio = s.prio",
    "MERGE INTO o USING s ON s.id = o.id WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.note, s.prio)",
    "WITH m AS (MERGE INTO o USING s ON s.id = o.id WHEN MATCHED THEN UPDATE SET prio = 1 RETURNING 1) SELECT 1",
    "WITH i AS (INSERT INTO o (id, prio) VALUES (1, 2)) DELETE FROM o",
    "WITH i AS (INSERT INTO o (id, prio) VALUES (1, 2)) MERGE INTO o USING s ON true WHEN MATCHED THEN DO NOTHING",
    "UPDATE o SET prio = 1 WHERE CURRENT OF c",
    "CREATE TABLE n AS WITH u AS (UPDATE o SET prio = 1 RETURNING id) SELECT id FROM u",
)


@pytest.fixture(scope="module")
def context() -> Context:
    """Of a new client."""
    policy = Policy(schema_of(LANDING), (plan.parse(PLAN, "p.toml"),))
    return policy.context(ContextKey(sides=(("p", "new"),), search_path=("public",)))


@pytest.mark.parametrize("text", PARKED)
def test_parked(context: Context, text: str) -> None:
    decision = context.decide(text.encode())
    assert decision.statement.verdict == "rewrite"
    assert b"INSERT INTO lintel.park_p " in (decision.text or b"")


@pytest.mark.parametrize("text", REFUSED)
def test_refused(context: Context, text: str) -> None:
    decision = context.decide(text.encode())
    assert decision.statement.verdict == "refuse"
    assert (decision.text or b"").startswith(b" SELECT lintel_refused_")
