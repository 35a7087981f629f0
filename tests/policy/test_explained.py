"""Each edit has the rule that made it, and each refusal says what to do: what `lintel rewrite` prints."""

from pathlib import Path
from typing import Any

import pytest

from lintel.analysis.ddl import schema_of
from lintel.plan import parse
from lintel.policy import Context, ContextKey, Policy, dry

ADD = '[add]\ncolumn = "prio"\ntype = "int"\ndefault = "0"\n'
DISCARD = f'{ADD}[shield]\nabsent_writes = "discard"\n'
PARK = f'{ADD}[shield]\nabsent_writes = "park"\n'
RENAME = '[rename]\ncolumn = "total"\nto = "amount"\n'
RETYPE = '[retype]\ncolumn = "n"\ntype = "bigint"\nfrom = "integer"\n'
TABLES = """
    CREATE TABLE o (id int PRIMARY KEY, total numeric, n int, note text{more});
    CREATE TABLE c (cid int, prio int); CREATE SCHEMA lintel;
    CREATE TABLE lintel.park_p (lintel_key1 int PRIMARY KEY, lintel_value int, lintel_moved bool);
    CREATE TABLE lintel.parking_p (lintel_marker int);
"""

# The plan, the columns that the table has besides, the client's side, its text, and the rule of each edit.
REWRITTEN = [
    (ADD, ", prio int", "old", "SELECT * FROM o", ["substitute"]),
    (ADD, ", prio int", "old", "TABLE o", ["substitute", "substitute"]),
    (ADD, ", prio int", "old", "SELECT * FROM o TABLESAMPLE SYSTEM (5)", ["substitute", "substitute"]),
    (ADD, "", "new", "SELECT public.o.prio FROM o", ["substitute", "substitute"]),
    (ADD, "", "new", "SELECT o.id, o.prio FROM o GROUP BY o.id", ["substitute", "substitute"]),
    (ADD, ", prio int", "old", "INSERT INTO o VALUES (1, 2, 3, '4')", ["list"]),
    (ADD, ", prio int", "old", "COPY o FROM STDIN", ["list"]),
    (ADD, "", "new", "COPY o TO STDOUT", ["copy"]),
    (ADD, ", prio int", "old", "INSERT INTO o VALUES (1) RETURNING *", ["list", "star"]),
    (ADD, ", prio int", "old", "CREATE VIEW v AS SELECT * FROM o", ["star"]),
    (ADD, ", prio int", "old", "UPDATE o SET note = '' RETURNING to_jsonb(o)", ["row"]),
    (ADD, "", "new", "DELETE FROM o WHERE prio = 1 RETURNING o.prio", ["imagine", "imagine"]),
    (ADD, "", "old", "DELETE FROM o USING c WHERE cid = id AND prio = 1", ["qualify"]),
    (ADD, ", prio int", "old", "SELECT * FROM o; SELECT 1; SELECT * FROM o", ["substitute", "substitute"]),
    (DISCARD, "", "new", "UPDATE o SET note = 'x', prio = 1", ["discard", "discard"]),
    (RENAME, "", "new", "UPDATE o SET amount = amount + 1", ["name", "name"]),
    (RENAME, "", "new", "SELECT amount FROM o", ["substitute"]),
    (RETYPE, "", "new", "SELECT n FROM o", ["substitute"]),
    (RETYPE, "", "new", "UPDATE o SET note = '' RETURNING n", ["cast"]),
]
REFUSED = [
    (ADD, "", "new", "UPDATE o SET prio = 1"),
    (ADD, ", prio int", "old", "UPDATE o SET prio = 1"),
    (ADD, ", prio int", "old", "SELECT ctid, o::text FROM o"),
    (ADD, ", prio int", "old", "SELECT o FROM o"),
    (ADD, ", prio int", "old", "CREATE VIEW v AS TABLE o"),
    (ADD, ", prio int", "old", "SELECT from o from"),
    (DISCARD, "", "new", "UPDATE o SET prio = random(), note = random()"),
    (PARK, "", "new", "COPY o (id, prio) FROM STDIN"),
    (RENAME, "", None, "SELECT * FROM o"),
]


def context(plan: str, more: str, side: str | None) -> Context:
    schema = schema_of(TABLES.format(more=more).encode())
    policy = Policy(schema, (parse(f'id = "p"\ntable = "public.o"\n{plan}', "p.toml"),))
    return policy.context(ContextKey((("p", "old" if side == "old" else "new" if side else None),)))


@pytest.mark.parametrize(("plan", "more", "side", "text", "rules"), REWRITTEN)
def test_each_edit_has_its_rule(plan: str, more: str, side: str, text: str, rules: list[str]) -> None:
    told = dry(text.encode(), context(plan, more, side))
    edits: list[dict[str, Any]] = told["edits"]
    assert (told["verdict"], [edit["rule"] for edit in edits]) == ("rewrite", rules)
    rebuilt, at = "", 0
    for edit in edits:
        rebuilt, at = rebuilt + text[at : edit["at"][0]] + edit["text"], edit["at"][1]
    assert rebuilt + text[at:] == told["sql"]


@pytest.mark.parametrize(("plan", "more", "side", "text"), REFUSED)
def test_each_refusal_says_what_to_do(plan: str, more: str, side: str | None, text: str) -> None:
    told = dry(text.encode(), context(plan, more, side))
    assert (told["verdict"], told["edits"], told["sql"]) == ("refuse", [], None)
    assert told["message"].startswith("lintel: ")
    assert told["hint"]


def test_the_client_s_own_error_says_that_a_rule_may_be_wrong() -> None:
    """What a tool meets that reads the catalog (pg_dump, an ORM) under a rule that hides the column."""
    told = dry(b"COPY o (id, prio) TO STDOUT", context(ADD, ", prio int", "old"))
    assert (told["verdict"], told["sqlstate"]) == ("refuse", "42703")
    assert "[[shield.clients]]" in told["hint"]


def test_every_rule_is_explained() -> None:
    page = (Path(__file__).parents[2] / "docs" / "plans.md").read_text()
    assert all(f"| `{rule}` |" in page for *_, rules in REWRITTEN for rule in rules)
