"""DDL that is not committed, statement by statement: which columns a client is seen to get, or that nobody can say."""

from dataclasses import replace

import pytest

from lintel import plan
from lintel.analysis.ddl import schema_of
from lintel.plan import ClientAttributes
from lintel.policy import Options, Policy, Statement
from lintel.policy.overlay import Overlay
from lintel.schema import Function
from lintel.wire.decision import LOST, Context, Decision, Ran, Settings

SETUP = b"CREATE SCHEMA other; CREATE TABLE o (id int, note text); CREATE TABLE c (id int)"
PLAN = """
id = "p"
purpose = "x"
table = "public.o"
[add]
column = "prio"
type = "int"
default = "0"
"""
REFUSED = None
CASES: list[tuple[list[str], str | None]] = [
    ([], "id, note"),
    (["ALTER TABLE o ADD x int"], "id, note, x"),
    (["ALTER TABLE o ADD prio int", "ALTER TABLE o DROP note"], "id"),
    (["ALTER TABLE o ADD x int", "SAVEPOINT a", "ALTER TABLE o ADD y int", "ROLLBACK TO a"], "id, note, x"),
    (["ALTER TABLE o ADD x int", "ROLLBACK TO earlier"], "id, note"),
    (["ALTER TABLE o ADD x int", "SAVEPOINT a", "DROP TABLE o", "RELEASE a", "ROLLBACK TO earlier"], "id, note"),
    (["DROP TABLE o", "CREATE TABLE o (a int, prio int, b int)"], "a, b"),
    (["DROP TABLE o; CREATE TABLE o (a int)"], "a"),
    (["ALTER TABLE o ADD x int", "CREATE TRIGGER t BEFORE UPDATE OF x ON o EXECUTE FUNCTION f()"], "id, note, x"),
    (["ALTER TABLE o RENAME note TO remark", "CREATE INDEX ON o (id)", "GRANT SELECT ON o TO me"], "id, remark"),
    # What is not understood is as if nothing had been seen, but for a probe of the table.
    (["ALTER TABLE o ADD x int", "DO 'BEGIN END'"], "id, note"),
    (["CREATE RULE r AS ON DELETE TO o DO NOTHING"], "id, note"),
    (["SET search_path = other; ALTER TABLE o ADD x int"], "id, note"),
    (["ALTER TABLE o DROP note CASCADE"], "id, note"),
    (["ALTER TABLE o ADD x int", "DROP TYPE t CASCADE"], "id, note"),
    (["BEGIN; ALTER TABLE o ADD x int"], "id, note, x"),
    (["ALTER TABLE o ADD x int; ROLLBACK; BEGIN; ALTER TABLE o ADD y int"], "id, note, y"),
    (["CREATE TABLE o (id int)"], "id, note"),
    # Gone: the server says so.
    (["DROP TABLE o"], "id, note"),
]


@pytest.fixture
def policy() -> Policy:
    return Policy(schema_of(SETUP), (plan.parse(PLAN, "p.toml"),))


def context(policy: Policy, *ran: Ran, temporary: frozenset[str] = frozenset()) -> Context:
    settings = Settings("public", "none", client_encoding="UTF8", temporary=temporary, uncommitted=ran)
    return policy.context_for(settings, ClientAttributes("app", "me", "shop", None))


@pytest.mark.parametrize("sql", ["SELECT * FROM o", "DELETE FROM o WHERE id = 1"])
def test_in_doubt(policy: Policy, sql: str) -> None:
    """Behind what is not understood the table is probed; where it is not the catalog's, the statement is refused."""
    settings = Settings("public", "none", client_encoding="UTF8", uncommitted=(in_public("DO 'BEGIN END'"),))
    client = ClientAttributes("app", "me", "shop", None)
    (probe,) = policy.context_for(settings, client).decide(sql.encode()).probes
    assert (probe.text, probe.columns) == (b"TABLE public.o", (b"id", b"note"))
    for columns, verdict in ((probe.columns, "probed"), ((b"id",), "refuse")):
        decided = policy.context_for(replace(settings, described=((probe.text, columns),)), client).decide(sql.encode())
        assert verdict == ("probed" if decided.probes else decided.statement.verdict)
    assert policy.context_for(settings, client).decide(b"SELECT id FROM o; SELECT id FROM o").refusals
    assert not policy.context_for(settings, client).decide(b"SELECT id FROM c").probes


def in_public(text: str) -> Ran:
    return Ran(text.encode(), "public", "none")


def starred(decision: Decision) -> str | None:
    """The columns that stand for the star."""
    statement: Statement = decision.statement
    if statement.verdict == "refuse":
        return None
    inner = (decision.text or b"").decode().partition("(SELECT ")[2].partition(" FROM o AS")[0]
    return inner.replace("o.", "")


@pytest.mark.parametrize(("ran", "expected"), CASES, ids=lambda value: "; ".join(value or ())[:60])
def test_what_a_session_sees(policy: Policy, ran: list[str], expected: str) -> None:
    decided = context(policy, *map(in_public, ran)).decide(b"SELECT * FROM o")
    assert starred(decided) == expected


def test_a_table_that_the_catalog_does_not_have() -> None:
    policy = Policy(schema_of(b"CREATE TABLE c (id int)"), (plan.parse(PLAN, "p.toml"),))
    made, star = in_public("CREATE TABLE o (id int, prio int)"), b"SELECT * FROM o"
    assert starred(context(policy).decide(star)) is None
    assert starred(context(policy, made).decide(star)) == "id"
    assert starred(context(policy, Ran(b"CREATE TABLE o (id int)", "other, public", "none")).decide(star)) == "id"
    for unknown in (LOST[0], Ran(made.text, None, None), in_public("SELECT 1 AS id INTO o")):
        assert starred(context(policy, unknown).decide(star)) is None
    assert context(policy, made, temporary=frozenset({"o"})).decide(star).text == b"SELECT * FROM pg_temp.o"


@pytest.mark.parametrize(
    ("path", "served"),
    [("public", True), ('"$user", public', True), ("other, public", False), ("public, other", True), ("other", False)],
)
def test_what_ran_is_not_known_and_may_have_made_another_one_ahead(path: str, served: bool) -> None:
    """Of the one that the catalog has the columns are asked for; which one is meant nobody is asked."""
    policy = Policy(schema_of(b"CREATE TABLE o (id int)"), (plan.parse(PLAN, "p.toml"),))
    settings = Settings(search_path=path, role="none", uncommitted=LOST)
    decided = policy.context_for(settings, ClientAttributes("old", "shop", "shop", None)).decide(b"SELECT * FROM o")
    assert (bool(decided.probes), decided.statement.verdict != "refuse") == (served, served)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("CREATE TABLE o (id int, prio int); INSERT INTO o VALUES (1); SELECT * FROM o", "rewrite"),
        ("CREATE TABLE o (id int); ROLLBACK; SELECT * FROM o", "refuse"),
        ("SET search_path = public; CREATE TABLE o (id int, prio int); SELECT * FROM o", "rewrite"),
        ("CREATE TABLE o (id int); CREATE FUNCTION f() RETURNS o LANGUAGE sql AS 'TABLE o'; SELECT f()", "refuse"),
        ("CREATE TABLE o (id int); DO 'BEGIN END'; SELECT * FROM o", "refuse"),
        ("CREATE TEMP TABLE o (id int); SELECT id FROM o", "rewrite"),
    ],
)
def test_in_one_text(text: str, verdict: str) -> None:
    policy = Policy(schema_of(b"CREATE TABLE c (id int)"), (plan.parse(PLAN, "p.toml"),))
    statement: Statement = context(policy).decide(text.encode()).statement
    assert statement.verdict == verdict


@pytest.mark.parametrize(
    ("ran", "text", "verdict"),
    [
        ("DO 'BEGIN END'", "SELECT * FROM f()", "refuse"),
        ("CALL p()", "SELECT id FROM nowhere", "allow"),
        ("CALL p()", "SELECT id FROM tmp", "allow"),
        ("CALL p()", "SELECT lower('x'), g(id) FROM c", "allow"),
        ("CALL p()", "SELECT 'x'::mood FROM c", "allow"),
        ("CALL p()", "CALL p()", "allow"),
        ("CALL p()", "INSERT INTO nowhere VALUES (1)", "allow"),
        ("CREATE EXTENSION x", "SELECT f()", "allow"),
        ("CREATE TABLE n (id int)", "SELECT f() FROM nowhere", "allow"),
    ],
)
def test_names_that_nobody_knows(ran: str, text: str, verdict: str) -> None:
    """Behind code inside the server; not so while nothing is enforced."""
    functions = {"g": (Function("public", "g", None),)}
    schema = replace(schema_of(SETUP), functions=functions, built_in=frozenset({"lower"}))
    for options, expected in ((Options(), verdict), (Options(enforced=False), "allow")):
        policy = Policy(schema, (plan.parse(PLAN, "p.toml"),), options)
        decision = context(policy, in_public(ran), temporary=frozenset({"tmp"})).decide(text.encode())
        assert decision.statement.verdict == expected
        assert bool(decision.text) is (expected == "refuse")


def test_contexts_are_not_kept(policy: Policy) -> None:
    """Those of the policy are not displaced by what lives for a transaction."""
    plain = context(policy)
    plain.decide(b"SELECT id FROM c")
    for number in range(600):
        overlaid = context(policy, in_public(f"ALTER TABLE o ADD x{number} int"))
        assert isinstance(overlaid, Overlay)
        assert starred(overlaid.decide(b"SELECT * FROM o")) == f"id, note, x{number}"
        assert overlaid.decide(b"SELECT id FROM c") is plain.decide(b"SELECT id FROM c")
    assert len(policy.contexts) == 1


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("DROP TABLE tmp; SELECT id FROM o", "allow"),
        ("CREATE TEMP TABLE t AS SELECT 1 AS a; ALTER TABLE t RENAME a TO b; SELECT id FROM o", "allow"),
        ("CREATE TRIGGER t BEFORE UPDATE OF a ON tmp EXECUTE FUNCTION f(); SELECT id FROM o", "allow"),
        ("CREATE EXTENSION x; SELECT id FROM c", "allow"),
        ("CREATE EXTENSION x; ALTER TABLE o ADD y int", "allow"),
        ("CREATE EXTENSION x; SELECT id FROM o", "refuse"),
        ("CREATE EXTENSION x; CREATE VIEW v AS SELECT id FROM o", "refuse"),
        ("SELECT id FROM o; CREATE EXTENSION x", "allow"),
    ],
)
def test_behind_other_ddl_in_its_text(policy: Policy, text: str, verdict: str) -> None:
    """What is not understood makes a table under a plan doubtful; what is done to a temporary relation does not."""
    statement: Statement = context(policy, temporary=frozenset({"tmp"})).decide(text.encode()).statement
    assert statement.verdict == verdict


MADE: list[tuple[list[str], bool]] = [
    (["CREATE TABLE t AS SELECT 1 AS n"], True),
    (["SELECT 1 AS n INTO t"], True),
    (["CREATE VIEW t AS SELECT 1 AS n"], True),
    (["CREATE OR REPLACE VIEW t AS SELECT 1 AS n"], True),
    (["CREATE TABLE t AS SELECT 1 AS n", "ALTER TABLE t ADD PRIMARY KEY (n)", "CREATE INDEX ON t (n)"], True),
    (["CREATE TABLE t AS SELECT 1 AS n", "ALTER TABLE t RENAME n TO m", "GRANT SELECT ON t TO me"], True),
    (["CREATE TABLE u AS SELECT 1 AS n", "ALTER TABLE u RENAME TO t"], True),
    (["SAVEPOINT a", "CREATE TABLE t AS SELECT 1 AS n", "SAVEPOINT b", "DROP TABLE t", "ROLLBACK TO b"], True),
    (["BEGIN; CREATE TABLE t AS SELECT 1 AS n; COMMIT; BEGIN; CREATE TABLE u (n int)"], True),
    # It may have been there, be another one, or have rows of the table by now.
    (["CREATE TABLE IF NOT EXISTS t AS SELECT 1 AS n"], False),
    (["CREATE TABLE other.t AS SELECT 1 AS n"], False),
    (["CREATE TABLE c AS SELECT 1 AS n", "ALTER TABLE c RENAME TO t"], False),
    (["CREATE TABLE t AS SELECT 1 AS n", "ALTER TABLE t ADD r o"], False),
    (["CREATE TABLE t AS SELECT 1 AS id", "ALTER TABLE t INHERIT o"], False),
    (["CREATE TABLE t AS SELECT 1 AS n", "ALTER TABLE t RENAME TO c"], False),
    (["CREATE TABLE t AS SELECT 1 AS n", "DROP TABLE t"], False),
    (["CREATE TABLE t AS SELECT 1 AS n", "DO 'BEGIN END'"], False),
    (["ALTER TABLE c ADD x int", "SAVEPOINT a", "CREATE TABLE t AS SELECT 1 AS n", "ROLLBACK TO a"], False),
    (["CREATE TABLE t AS SELECT 1 AS n; ROLLBACK; BEGIN; CREATE TABLE u (n int)"], False),
]


@pytest.mark.parametrize(("ran", "asked"), MADE, ids=str)
def test_what_queries_have_made(policy: Policy, ran: list[str], *, asked: bool) -> None:
    """Its columns are asked for, beside a table under a plan."""
    decision = context(policy, *map(in_public, ran)).decide(b"SELECT * FROM o NATURAL JOIN t")
    assert [probe.text for probe in decision.probes if probe.own] == ([b"TABLE t"] if asked else [])
    assert decision.statement.verdict == "refuse"
    beside = context(policy, *map(in_public, ran)).decide(b"SELECT o.*, t.m FROM o JOIN t ON true")
    assert beside.statement.verdict == ("rewrite" if asked else "refuse")


def test_a_planned_name_is_not_asked_for() -> None:
    """What a query has made under it is none that a plan knows."""
    policy = Policy(schema_of(b"CREATE TABLE c (id int)"), (plan.parse(PLAN, "p.toml"),))
    for ran in (["SELECT 1 AS id INTO o"], ["CREATE TABLE t AS SELECT 1 AS id", "ALTER TABLE t RENAME TO o"]):
        decision = context(policy, *map(in_public, ran)).decide(b"SELECT * FROM o NATURAL JOIN c")
        assert decision.statement.verdict == "refuse"
        assert not decision.probes
