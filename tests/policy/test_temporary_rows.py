"""A temporary relation or type that would have rows of a table under a plan is refused where it is made."""

import pytest

from lintel import plan
from lintel.analysis.ddl import schema_of
from lintel.policy import ContextKey, Policy, Statement

SETUP = (
    b"CREATE TABLE o (id int, note text); CREATE TABLE c (id int);"
    b"CREATE TYPE w AS (r o); CREATE DOMAIN od AS o; CREATE DOMAIN cd AS c"
)
PLAN = 'id = "p"\npurpose = "x"\ntable = "public.o"\n[add]\ncolumn = "prio"\ntype = "int"'
KEY = ContextKey(shadowed=frozenset({"tmp"}))


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("CREATE TEMP TABLE x (r o)", "refuse"),
        ("CREATE TEMP TABLE x (k int, rs o[])", "refuse"),
        ("CREATE TEMP TABLE x (w w)", "refuse"),
        ("CREATE TEMP TABLE x (d od)", "refuse"),
        ("CREATE TEMP TABLE x () INHERITS (o)", "refuse"),
        ("CREATE TABLE pg_temp.x (r o)", "refuse"),
        ("CREATE TYPE pg_temp.x AS (r o)", "refuse"),
        ("CREATE DOMAIN pg_temp.x AS o", "refuse"),
        # Beside what Lintel knows nothing of, another temporary relation:
        ("CREATE TEMP TABLE x (r o, LIKE tmp)", "refuse"),
        ("CREATE TEMP TABLE x (rs public.o[], LIKE tmp)", "refuse"),
        ("CREATE TEMP TABLE x (d od, LIKE tmp)", "refuse"),
        ("CREATE TEMP TABLE x () INHERITS (tmp, o)", "refuse"),
        ("CREATE TEMP TABLE x (LIKE tmp) INHERITS (o)", "refuse"),
        ("CREATE TEMP TABLE x (o int, LIKE tmp)", "allow"),
        ("CREATE TEMP TABLE x (r c, LIKE tmp) INHERITS (c)", "allow"),
        ("CREATE TEMP TABLE x (LIKE o, LIKE tmp)", "rewrite"),
        ("ALTER TABLE tmp ADD COLUMN r o", "refuse"),
        ("ALTER TABLE tmp ADD COLUMN r w", "refuse"),
        ("ALTER TABLE pg_temp.x ADD COLUMN r o[]", "refuse"),
        ("ALTER TABLE tmp ADD COLUMN r od", "refuse"),
        ("ALTER TABLE tmp INHERIT o", "refuse"),
        ("CREATE TEMP TABLE x (id int, o text)", "allow"),
        ("CREATE TEMP TABLE x (r c)", "allow"),
        ("CREATE TEMP TABLE o (id int)", "allow"),
        ("CREATE TEMP TABLE x (LIKE o)", "rewrite"),
        ("CREATE TEMP TABLE x (k an_enum, LIKE tmp)", "allow"),
        ("ALTER TABLE tmp ADD COLUMN r int", "allow"),
        ("ALTER TABLE tmp ADD COLUMN r cd", "allow"),
        ("ALTER TABLE tmp DROP COLUMN o", "allow"),
        ("CREATE TABLE x (r o)", "allow"),
        ("CREATE DOMAIN x AS o", "allow"),
    ],
)
def test_rows_of_a_temporary_relation(text: str, verdict: str) -> None:
    policy = Policy(schema_of(SETUP), (plan.parse(PLAN, "p.toml"),))
    statement: Statement = policy.context(KEY).decide(text.encode()).statement
    assert statement.verdict == verdict
