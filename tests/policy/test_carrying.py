"""A new snapshot takes decisions over unless a name that they looked up means something else now."""

import pytest

from lintel.analysis.ddl import apply, schema_of
from lintel.plan import ClientAttributes
from lintel.policy import Context, Policy
from lintel.policy.kept import MAX_STEPS
from lintel.schema import Function, Schema, difference
from lintel.sql.grammar import parse
from lintel.wire.decision import Settings

SETUP = b"""
CREATE SCHEMA other;
CREATE TABLE o (id int PRIMARY KEY, total numeric);
CREATE TABLE c (id int);
CREATE TABLE events (day date, id int) PARTITION BY LIST (day);
CREATE VIEW v AS SELECT id, total FROM o;
CREATE VIEW over_v AS SELECT id FROM v;
CREATE TYPE w AS (k int);
CREATE TABLE t (v w);
CREATE TYPE around AS (w w);
CREATE TABLE tt (v around[]);
CREATE TABLE h (r o);
"""


def context(policy: Policy) -> Context:
    settings = Settings(search_path="public", role="none", client_encoding="UTF8")
    return policy.context_for(settings, ClientAttributes("app", "me", "shop", None))


def after(schema: Schema, ddl: str) -> Schema:
    for statement in parse(ddl.encode()):
        schema = apply(schema, statement, ddl.encode(), ("public",))
    return schema


def carried(policy: Policy, text: str, ddl: str) -> bool:
    """Whether the decision for a text is the same object after DDL."""
    before = context(policy).decide(text.encode())
    assert policy.moment.schema is not None
    followed = policy.follow(after(policy.moment.schema, ddl))
    return context(followed).decide(text.encode()) is before


@pytest.mark.parametrize(
    ("text", "ddl", "expected"),
    [
        ("SELECT id FROM o", "CREATE TABLE n (id int)", True),
        ("SELECT id FROM o", "ALTER TABLE c ADD COLUMN total int", True),
        ("SELECT id FROM o WHERE id = 7", "DROP TABLE c", True),
        ("SELECT id FROM public.o", "CREATE TABLE other.o (id int)", True),
        ("SELECT id FROM o", "CREATE TABLE other.o (id int)", True),
        ("SELECT id FROM o", "ALTER TABLE o ADD COLUMN x int", False),
        ("SELECT id FROM o WHERE id = 7", "ALTER TABLE o ADD COLUMN x int", False),
        ("SELECT id FROM o", "ALTER TABLE o RENAME TO p", False),
        ("SELECT id FROM o", "DROP TABLE o CASCADE", False),
        ("SELECT id FROM v", "ALTER TABLE o ADD COLUMN x int", False),
        ("SELECT id FROM over_v", "ALTER TABLE o RENAME COLUMN total TO amount", False),
        ("SELECT id FROM over_v", "CREATE OR REPLACE VIEW v AS SELECT id, total * 2 AS total FROM o", False),
        ("SELECT id FROM events", "CREATE TABLE day_1 PARTITION OF events FOR VALUES IN ('2026-01-01')", False),
        ("SELECT id FROM n", "CREATE TABLE n (id int)", False),
        ("SELECT missing FROM o", "CREATE TABLE n (id int)", False),
        ("SELECT NULL::n", "CREATE TABLE n (id int)", False),
        ("SELECT NULL::public.n", "CREATE TYPE n AS (r o)", False),
        ("SELECT NULL::other.n", "CREATE TYPE n AS (r o)", True),
        ("SELECT ''::text, 1::numeric(3)", "CREATE TABLE n (id int)", True),
        ("SELECT v FROM t", "ALTER TYPE w ADD ATTRIBUTE r o", False),
        ("SELECT * FROM tt", "ALTER TYPE w ADD ATTRIBUTE r o", False),
        ("SELECT (r).* FROM h", "ALTER TABLE o ADD COLUMN x int", False),
        ("SELECT v FROM t", "CREATE TYPE n AS (w w)", True),
    ],
)
def test_only_what_changed_is_decided_again(text: str, ddl: str, expected: bool) -> None:
    assert carried(Policy(schema_of(SETUP)), text, ddl) is expected


def test_texts_of_a_shape_that_was_carried_share_it_without_being_read() -> None:
    policy = Policy(schema_of(SETUP))
    first = context(policy).decide(b"SELECT id FROM o WHERE id = 7")
    assert policy.moment.schema is not None
    policy = policy.follow(after(policy.moment.schema, "CREATE TABLE n (id int)"))
    assert context(policy).decide(b"SELECT id FROM o WHERE id = 8") is first


def test_decisions_outlive_many_snapshots_but_not_without_end() -> None:
    policy = Policy(schema_of(SETUP))
    text = b"SELECT id FROM o"
    first = context(policy).decide(text)
    for number in range(MAX_STEPS):
        assert policy.moment.schema is not None
        policy = policy.follow(after(policy.moment.schema, f"CREATE TABLE n{number} (id int)"))
    assert context(policy).decide(text) is first
    for number in range(MAX_STEPS + 1):
        assert policy.moment.schema is not None
        policy = policy.follow(after(policy.moment.schema, f"DROP TABLE c; CREATE TABLE c (id{number} int)"))
    assert context(policy).decide(text) is not first


def test_a_session_that_has_not_moved_yet_keeps_what_its_own_snapshot_says() -> None:
    old = Policy(schema_of(SETUP))
    assert old.moment.schema is not None
    new = old.follow(after(old.moment.schema, "ALTER TABLE o ADD COLUMN x int"))
    text = b"SELECT * FROM o"
    assert len(context(new).decide(text).statement.facts.reads) == 3
    assert len(context(old).decide(text).statement.facts.reads) == 2
    assert len(context(new).decide(text).statement.facts.reads) == 3


def test_a_function_that_yields_something_else() -> None:
    before = Schema({}, {"f": (Function("public", "f", ("a",)),), "g": ()})
    now = Schema({}, {"f": (Function("public", "f", ("a", "b")),), "g": ()})
    found = difference(before, now)
    assert found.functions == {"f"}
    assert found.touches((), frozenset({"f"}), ("public",))
    assert not found.touches((), frozenset({"g"}), ("public",))


def test_a_function_that_returns_what_has_changed() -> None:
    """The composite type that it returns, or one around it."""
    kept = schema_of(SETUP)
    w, around = kept.by_name["public", "w"].oid, kept.by_name["public", "around"].oid
    functions = {name: (Function("public", name, None, holds=(oid,)),) for name, oid in (("f", w), ("g", around))}
    before = kept.changed({}, functions={**functions, "h": (Function("public", "h", None),)})
    assert difference(before, after(before, "ALTER TYPE w ADD ATTRIBUTE r o")).functions == {"f", "g"}
