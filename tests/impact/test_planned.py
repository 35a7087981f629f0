"""A plan's DDL."""

import pytest

from lintel.impact import ddl_of
from lintel.plan import parse

PLAN = """
id = "p"
purpose = "x"
table = 'public."Orders"'
[add]
column = "order"
type = "numeric(10,2)"
{more}
"""


@pytest.mark.parametrize(
    ("more", "end"),
    [("", ""), ('not_null = true\ndefault = "0"', " NOT NULL DEFAULT 0"), ("default = \"'a b'\"", " DEFAULT 'a b'")],
)
def test_ddl_of(more: str, end: str) -> None:
    plan = parse(PLAN.format(more=more), "p.toml")
    assert ddl_of(plan) == 'ALTER TABLE public."Orders" ADD COLUMN "order" numeric(10,2)' + end
