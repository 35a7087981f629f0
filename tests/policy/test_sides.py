"""For which of a plan's tables a statement is taken to be written: by rule, by what resolves, or by neither."""

import pytest

from lintel.analysis.ddl import schema_of
from lintel.plan import ClientAttributes, parse
from lintel.policy import Policy
from lintel.wire.decision import Settings

OLD = b"CREATE TABLE o (id int, total int, memo text); CREATE TABLE c (id int, prio int)"
ADD = '[add]\ncolumn = "prio"\ntype = "int"\n'
DROP = '[drop]\ncolumn = "memo"\ntype = "text"\n'
RENAME = '[rename]\ncolumn = "total"\nto = "amount"\n'
RULES = """
[[shield.clients]]
match = { application_name = "v1" }
sees = "old"
[[shield.clients]]
match = { "tag.service" = "v2" }
sees = "new"
"""


def sides(text: str, *changes: str, client: str = "app", rules: str = "") -> list[tuple[str, str, str]]:
    plans = tuple(parse(f'id = "p{i}"\ntable = "public.o"\n{one}{rules}', "p") for i, one in enumerate(changes, 1))
    settings = Settings(search_path="public", role="none", client_encoding="UTF8", application_name=client)
    context = Policy(schema_of(OLD), plans).context_for(settings, ClientAttributes(client, "me", "shop", None))
    found = context.decide(text.encode()).statement.sides
    assert {one.table for one in found} <= {"public.o"}
    return [(one.plan, one.side, one.known) for one in found]


@pytest.mark.parametrize(
    ("text", "change", "expected"),
    [
        ("SELECT id FROM o", ADD, ("either", "inferred")),
        ("SELECT prio FROM o", ADD, ("new", "inferred")),
        ("INSERT INTO o (id, prio) VALUES (1, $1)", ADD, ("new", "inferred")),
        ("SELECT * FROM o", ADD, ("old", "default")),
        ("SELECT prio FROM o, c", ADD, ("old", "inferred")),  # ambiguous on the new one
        ("SELECT nothing FROM o", ADD, ("either", "inferred")),  # an error on both
        ("TRUNCATE o", ADD, ("either", "inferred")),
        ("SELECT memo FROM o", DROP, ("old", "inferred")),
        ("SELECT id FROM o", DROP, ("either", "inferred")),
        ("SELECT * FROM o", DROP, ("old", "default")),
        ("SELECT total FROM o", RENAME, ("old", "inferred")),
        ("UPDATE o SET amount = 1", RENAME, ("new", "inferred")),
    ],
)
def test_without_a_rule_the_statement_tells(text: str, change: str, expected: tuple[str, str]) -> None:
    assert sides(text, change) == [("p1", *expected)]


def test_a_rule_goes_before_what_the_statement_tells() -> None:
    assert sides("SELECT id FROM o", ADD, client="v1", rules=RULES) == [("p1", "old", "rule")]
    assert sides("SELECT prio FROM o /*service='v2'*/", ADD, rules=RULES) == [("p1", "new", "rule")]
    assert sides("SELECT id FROM o", ADD, rules=RULES) == [("p1", "either", "inferred")]


def test_each_plan_of_a_table_is_told_by_itself() -> None:
    assert sides("SELECT prio, id FROM o", ADD, RENAME) == [("p1", "new", "inferred"), ("p2", "either", "inferred")]
    assert sides("SELECT prio, amount FROM o", ADD, RENAME) == [("p1", "new", "inferred"), ("p2", "new", "inferred")]
    assert sides("SELECT * FROM o", ADD, DROP) == [("p1", "old", "default"), ("p2", "old", "default")]


def test_of_several_statements_each_side_is_told() -> None:
    assert sides("SELECT prio FROM o; SELECT * FROM o", ADD) == [("p1", "new", "inferred"), ("p1", "old", "default")]


def test_what_does_not_touch_the_table_is_on_no_side() -> None:
    assert sides("SELECT prio FROM c", ADD) == []
    assert sides("BEGIN", ADD) == []
