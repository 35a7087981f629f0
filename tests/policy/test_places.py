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


def decided(policy: Policy, *changes: str, table: str = "e") -> tuple[Statement, str]:
    """What an old client's star comes to after DDL, one snapshot for each."""
    for ddl in changes:
        assert policy.moment.schema is not None
        policy = policy.follow(after(policy.moment.schema, ddl))
    text = f"SELECT * FROM {table}".encode()
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


PARTED = b"""
CREATE TABLE e (id int, kind text, level int, body text) PARTITION BY LIST (id);
CREATE TABLE e1 PARTITION OF e FOR VALUES IN (1);
CREATE TABLE e2 (body text, level int, kind text, id int); ALTER TABLE e ATTACH PARTITION e2 FOR VALUES IN (2);
CREATE TABLE e3 PARTITION OF e FOR VALUES IN (3, 4) PARTITION BY LIST (id);
"""
LATER = {
    "as its parent": ("CREATE TABLE f PARTITION OF e FOR VALUES IN (5)", "f.id, f.kind, level, f.body"),
    "of a partition": ("CREATE TABLE f PARTITION OF e3 FOR VALUES IN (3)", "f.id, f.kind, level, f.body"),
    "among others": (
        "CREATE TABLE f (id int, kind text, body text, more int); ALTER TABLE e ATTACH PARTITION f FOR VALUES IN (5)",
        "f.id, f.kind, level, f.body, f.more",
    ),
    "in another order": (
        "CREATE TABLE f (kind text, id int, body text); ALTER TABLE e ATTACH PARTITION f FOR VALUES IN (5)",
        None,
    ),
}


@pytest.mark.parametrize("how", LATER)
def test_a_partition_that_never_had_it(how: str) -> None:
    ddl, expected = LATER[how]
    statement, sent = decided(Policy(schema_of(PARTED), (DROP,)), "ALTER TABLE e DROP level", ddl, table="f")
    assert expected in sent if expected else "the place of column" in (statement.message or "")


AGAIN = {
    "as its parent": (["DROP TABLE e2", "CREATE TABLE e2 PARTITION OF e FOR VALUES IN (2)"], "id, kind, level, body"),
    "as before": (
        ["DROP TABLE e2", "CREATE TABLE e2 (body text, kind text, id int)",
         "ALTER TABLE e ATTACH PARTITION e2 FOR VALUES IN (2)"],
        None,
    ),
    "under another's name": (
        ["ALTER TABLE e2 RENAME TO was", "ALTER TABLE e1 RENAME TO e2"],
        "id, kind, level, body",
    ),
    "swapped": (["ALTER TABLE e1 RENAME TO was", "ALTER TABLE e2 RENAME TO e1"], "body, level, kind, id"),
}  # fmt: skip


@pytest.mark.parametrize("how", AGAIN)
def test_a_partition_of_another_ones_name(how: str) -> None:
    """What is remembered is of the table that there was, by whatever name it goes now."""
    ddl, expected = AGAIN[how]
    table = "e1" if how == "swapped" else "e2"
    statement, sent = decided(Policy(schema_of(PARTED), (DROP,)), "ALTER TABLE e DROP level", *ddl, table=table)
    listed = sent.replace(f"{table}.", "")
    assert expected in listed if expected else "the place of column" in (statement.message or "")


def test_a_database_that_was_restored() -> None:
    """Nothing has the number that it had: names tell."""
    restored = schema_of(b"CREATE TABLE first (n int); CREATE TABLE second (n int);" + PARTED)
    policy = Policy(schema_of(PARTED), (DROP,)).follow(after(restored, "ALTER TABLE e DROP level"))
    assert "body, level, e2.kind" in decided(policy, table="e2")[1]


def test_a_child_that_never_had_it() -> None:
    policy = Policy(schema_of(SETUP), (DROP,))
    _, sent = decided(policy, "ALTER TABLE e DROP level", "CREATE TABLE f (own int) INHERITS (e)", table="f")
    assert "f.id, f.kind, level, f.body, f.own" in sent


@pytest.mark.parametrize("last", [True, False])
def test_a_partition_whose_table_is_not_remembered(last: bool) -> None:
    """A Lintel that was started when the column had gone."""
    columns = "id int, kind text, body text, level int" if last else "id int, kind text, level int, body text"
    made = schema_of(f"CREATE TABLE e ({columns}) PARTITION BY LIST (id)".encode())
    for ddl in ("ALTER TABLE e DROP level", "CREATE TABLE f PARTITION OF e FOR VALUES IN (5)"):
        made = after(made, ddl)
    statement, sent = decided(Policy(made, (DROP,)), table="f")
    assert "f.kind, f.body, level" in sent if last else "the place of column" in (statement.message or "")


WIDER = parse('id = "level"\npurpose = "x"\ntable = "public.e"\n[retype]\ncolumn = "level"\ntype = "bigint"', "p")
SWAP = (
    "ALTER TABLE e ADD wide bigint", "ALTER TABLE e RENAME level TO narrow", "ALTER TABLE e RENAME wide TO level",
    "ALTER TABLE e DROP narrow",
)  # fmt: skip


def test_a_retyped_column_that_another_one_has_replaced() -> None:
    """Its values were copied into one that has got its name: old clients have it where it was."""
    policy = Policy(schema_of(SETUP), (WIDER,))
    assert "e.kind, (e.level)::integer AS level, e.body FROM" in decided(policy, *SWAP)[1]
    assert "e.narrow" in decided(policy, *SWAP[:3])[1].partition("AS level, ")[2]
    for step in SWAP:
        policy = policy.follow(after(policy.moment.schema, step))
    new = policy.context(ContextKey(sides=(("level", "new"),))).decide(b"SELECT * FROM e")
    assert "e.id, e.kind, e.body, (e.level)" in new.sent(b"SELECT * FROM e").decode()
    insert = policy.context(ContextKey(sides=SIDES)).decide(b"INSERT INTO e VALUES (1, 'a', 2, 'b')")
    assert b"(id, kind, level, body)" in insert.sent(b"")


@pytest.mark.parametrize("change", ["ADD more int", "DROP kind", "RENAME kind TO sort", "RENAME body TO text"])
def test_a_retyped_column_among_others_that_come_and_go(change: str) -> None:
    _, sent = decided(
        Policy(schema_of(SETUP), (WIDER,)), "ALTER TABLE e ALTER level TYPE bigint", f"ALTER TABLE e {change}"
    )
    before = {"DROP kind": "e.id, (e.level)", "RENAME kind TO sort": "e.sort, (e.level)"}
    assert before.get(change, "e.kind, (e.level)") in sent
