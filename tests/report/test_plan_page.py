"""The page of a plan: the statements on it are run, there and back; names stay names."""

import re

import psycopg
import pytest
from tests.report.made import HOSTILE, START

from lintel.demo.postgres import find
from lintel.plan import parse
from lintel.report.plan_page import plan_page
from lintel.store import SideKey, SideRow, Window
from lintel.store.rows import utc

BASE = 'id = "p"\npurpose = "why"\ntable = "public.orders"\n'
CHANGES = {
    "add": (
        '[add]\ncolumn = "Rank"\ntype = "int"\ndefault = "0"\n'
        '[backfill]\nexpression = "id"\n[[index]]\ncolumns = ["Rank"]\n'
    ),
    "fill": ('[add]\ncolumn = "Rank"\ntype = "int"\ndefault = "0"\nnot_null = true\n[backfill]\nexpression = "id"\n'),
    "drop": '[drop]\ncolumn = "memo"\ntype = "text"\ndefault = "\'x\'"\n',
    "rename": '[rename]\ncolumn = "total"\nto = "amount"\n',
    "retype": '[retype]\ncolumn = "total"\ntype = "bigint"\nfrom = "integer"\n',
}


@pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")
@pytest.mark.parametrize("kind", CHANGES)
def test_its_statements_go_there_and_back(database: str, kind: str) -> None:
    page = plan_page(parse(BASE + CHANGES[kind], "p.toml"))
    steps, _, back = page.partition("## Rollback")
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("CREATE TABLE orders (id int, total int, memo text)")
        before = connection.execute("SELECT * FROM orders").description
        for statement in re.findall(r"`([A-Z]+ [^`]+;)`", steps) + re.findall(r"`([A-Z]+ [^`]+;)`", back):
            connection.execute(statement)
        after = connection.execute("SELECT * FROM orders").description
    assert [(c.name, c.type_code) for c in before or ()] == [(c.name, c.type_code) for c in after or ()]
    assert page.startswith("# p\n\nwhy\n")


def test_who_was_affected() -> None:
    plan = parse(BASE + CHANGES["add"], "p.toml")
    window = Window(utc(START), utc(START + 60))
    sides = [
        SideRow(SideKey("shop", name, "p", "public.orders", "old", "rule"), 3, 2, 1, 0, 0, *window[:2])
        for name in HOSTILE
    ]
    page = plan_page(plan, (window, sides))
    assert page.count("| old | a rule | 3 | 2 | 1 |") == len(HOSTILE)
    assert "\x1b" not in page
    assert "\n| [link]" not in page
    assert "No client of the table was seen." in plan_page(plan, (window, []))
    assert "not in force yet" in plan_page(plan, (Window(None, None), []))
    assert "Who was affected" not in plan_page(plan)
