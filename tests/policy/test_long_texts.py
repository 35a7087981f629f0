"""Long texts are decided by their shape: as they would be by themselves, whatever is in their literals."""

import re
from itertools import cycle
from pathlib import Path

import pytest
from tests.shield.case import everything
from tests.shield.world import PLANS, script

from lintel import plan
from lintel.analysis.ddl import schema_of
from lintel.policy import ContextKey, Policy, context
from lintel.policy.deciding import decide
from lintel.wire.decision import Decision

ADD = 'id = "p"\npurpose = "x"\ntable = "public.o"\n[add]\ncolumn = "prio"\ntype = "smallint"\ndefault = "0"\n'
DISCARD = ADD + '[shield]\nabsent_writes = "discard"\n[[shield.clients]]\nmatch = { user = "*" }\nsees = "new"\n'
SCHEMA = b"CREATE TABLE o (id int, name text%s); CREATE TABLE p (id int, name text)"


def policy(text: str, *, there: bool = True) -> Policy:
    return Policy(schema_of(SCHEMA % (b", prio smallint DEFAULT 0" if there else b"")), (plan.parse(text, "p.toml"),))


def rows(number: int, row: str) -> str:
    return ", ".join(row.format(n) for n in range(number))


@pytest.mark.parametrize(
    "text",
    [
        f"INSERT INTO o VALUES {rows(50, '({0}, {0}, {0})')}",
        f"INSERT INTO o VALUES {rows(50, '''({0}, 'n{0}')''')} RETURNING *",
        f"SELECT * FROM o WHERE id IN ({rows(50, '{0}')}) ORDER BY name, 'x'",
        f"SELECT o.* FROM o JOIN (VALUES {rows(50, '({0})')}) AS v(id) USING (id), p WHERE p.id IN ({rows(9, '{0}')})",
        f"UPDATE o SET name = v.name FROM (VALUES {rows(50, '''({0}, '{0}')''')}) AS v(id, name) WHERE o.id = v.id",
        f"SELECT * FROM o WHERE id IN ({rows(50, '{0}')}) ORDER BY 1",
        f"INSERT INTO o VALUES {rows(900, '($1{0}, $2{0})')} RETURNING *, $1::text",
        f"INSERT INTO o (id, prio) VALUES {rows(900, '($1{0}, $2{0})')}",
        f"INSERT INTO o (id, prio) VALUES ($7, $9) -- {'x' * 5000}",
        "INSERT INTO o VALUES (1, '" + "it''s " * 2000 + "') RETURNING *",
        "SELECT *, E'" + "\\'" * 5000 + "' AS x FROM o -- " + "x" * 5000,
    ],
)
@pytest.mark.parametrize("made", [policy(ADD), policy(ADD, there=False), policy(DISCARD, there=False)])
def test_as_decided_by_itself(text: str, made: Policy) -> None:
    key = ContextKey(sides=(("p", "new"),) if "discard" in repr(made.moment.plans) else (("p", "old"),))
    by_itself = decide(made.moment, key, text.encode()).decision
    assert told(made.context(key).decide(text.encode()), text) == told(by_itself, text)


@pytest.mark.parametrize("row", ["({0}, 'n{0}')", "({0}, '" + "x" * 200 + "')", "($1{0}, $2{0})"])
def test_served_beyond_what_is_parsed(row: str) -> None:
    """20,000 rows, five megabytes: as many rows as there were."""
    text = f"INSERT INTO o VALUES {rows(20_000, row)}"
    key = ContextKey(sides=(("p", "old"),))
    decision = policy(ADD).context(key).decide(text.encode())
    assert decision.statement.verdict == "rewrite"
    assert decision.text == text.replace("INTO o VALUES", "INTO o (id, name)  VALUES").encode()


def test_every_case_by_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """The shield's cases, as if each were long."""
    monkeypatch.setattr(context, "LONG", 0)
    plans = tuple(plan.load(Path(file)) for file in PLANS)
    worlds = [script("schema"), script("schema") + script("change")]
    policies = [Policy(schema_of(text.encode()), plans) for text in worlds]
    for case, made in zip(everything(), cycle(policies), strict=False):
        key = ContextKey(sides=tuple((one.id, case.side) for one in plans))
        for step in case.steps:
            by_itself = decide(made.moment, key, step.sql.encode()).decision
            assert told(made.context(key).decide(step.sql.encode()), step.sql) == told(by_itself, step.sql), case.name


@pytest.mark.parametrize("numbers", [(50, 2), (2, 50), (50, 3), (1, 50)])
@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("INSERT INTO o VALUES {} RETURNING *", "({0}, 'n{0}')"),
        ("SELECT id FROM o WHERE id IN ({}) AND (o).name = 'n' ORDER BY o", "{0}"),
        ("INSERT INTO o VALUES {} RETURNING *, 'a'::text", "($1{0}, $2{0})"),
    ],
)
def test_as_many_rows_as_a_condensed_key_has(text: str, row: str, numbers: tuple[int, int]) -> None:
    """It stands for two rows, and texts of just two have literals of their own in the second."""
    made, key = policy(ADD), ContextKey(sides=(("p", "old"),))
    for number in numbers:
        sent = text.format(rows(number * (10 if "$" in row else 1), row))
        by_itself = decide(made.moment, key, sent.encode()).decision
        assert told(made.context(key).decide(sent.encode()), sent) == told(by_itself, sent)


def told(decision: Decision, text: str) -> tuple[object, ...]:
    """What a decision comes to, without the number of its refusal."""
    statement = decision.statement
    recorded = (
        re.sub(r"\$\d+", "$", statement.shape),
        statement.facts,
        statement.verdict,
        statement.sqlstate,
        statement.plans,
    )
    sent = decision.sent(text.encode()) if not decision.refusals else None
    return sent, decision.edits if sent else None, recorded, decision.retry, decision.probes, decision.late
