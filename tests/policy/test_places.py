"""Where a column that has gone stood, among columns that have got other names since it was seen."""

import pytest
from tests.policy.test_carrying import after

from lintel.analysis.ddl import schema_of
from lintel.plan import parse
from lintel.policy import ContextKey, Policy
from lintel.policy.statement import Statement

SETUP = b"CREATE TABLE e (id int, kind text, level int, body text)"
RENAME, DROP = (
    parse(f'id = "{plan_id}"\npurpose = "x"\ntable = "public.e"\n{change}', "p")
    for plan_id, change in (
        ("kind", '[rename]\ncolumn = "kind"\nto = "type"'),
        ("level", '[drop]\ncolumn = "level"\ntype = "int"'),
    )
)
SIDES = (("kind", "old"), ("level", "old"))


def decided(policy: Policy, *changes: str) -> tuple[Statement, str]:
    """What an old client's star comes to after DDL, one snapshot for each."""
    for ddl in changes:
        assert policy.moment.schema is not None
        policy = policy.follow(after(policy.moment.schema, ddl))
    text = b"SELECT * FROM e"
    decision = policy.context(ContextKey(sides=SIDES)).decide(text)
    return decision.statement, decision.sent(text).decode()


@pytest.mark.parametrize("at", [0, 1])
def test_a_column_before_it_is_renamed_as_a_plan_says(at: int) -> None:
    changes = ["ALTER TABLE e DROP level"]
    changes.insert(at, "ALTER TABLE e RENAME kind TO type")
    _, sent = decided(Policy(schema_of(SETUP), (RENAME, DROP)), *changes)
    assert "e.id, kind, level, e.body" in sent


@pytest.mark.parametrize("change", ["RENAME kind TO sort", "DROP kind, ADD sort text"])
def test_a_column_before_it_is_renamed_by_no_plan(change: str) -> None:
    policy = Policy(schema_of(SETUP), (DROP,))
    statement, sent = decided(policy, "ALTER TABLE e DROP level", f"ALTER TABLE e {change}")
    place = "the place of column" in (statement.message or "")
    assert place if change.startswith("RENAME") else "e.id, level, e.body, e.sort" in sent


@pytest.mark.parametrize("change", ["RENAME body TO text", "ADD more int", "RENAME id TO key", "DROP id"])
def test_other_columns_that_come_and_go(change: str) -> None:
    policy = Policy(schema_of(SETUP), (DROP,))
    _, sent = decided(policy, "ALTER TABLE e DROP level", f"ALTER TABLE e {change}")
    assert "e.kind, level, e." in sent
