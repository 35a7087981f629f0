"""What the changes say of themselves: their DDL, and the column's name on either side."""

import pytest

from lintel.plan import parse

CHANGES = [
    ('[add]\ncolumn = "order"\ntype = "numeric(10,2)"', 'ADD COLUMN "order" numeric(10,2)', None, "order"),
    (
        '[add]\ncolumn = "c"\ntype = "int"\nnot_null = true\ndefault = "0"',
        "ADD COLUMN c int NOT NULL DEFAULT 0",
        None,
        "c",
    ),
    ("[add]\ncolumn = 'c'\ntype = 'text'\ndefault = \"'a b'\"", "ADD COLUMN c text DEFAULT 'a b'", None, "c"),
    ('[drop]\ncolumn = "Fax No"', 'DROP COLUMN "Fax No"', "Fax No", None),
    (
        '[retype]\ncolumn = "total"\ntype = "numeric(12,2)"\nusing = "round(total, 2)"',
        "ALTER COLUMN total TYPE numeric(12,2) USING round(total, 2)",
        "total",
        "total",
    ),
    ('[rename]\ncolumn = "total"\nto = "Amount"', 'RENAME COLUMN total TO "Amount"', "total", "Amount"),
]


@pytest.mark.parametrize(("text", "action", "old", "new"), CHANGES)
def test_change(text: str, action: str, old: str | None, new: str | None) -> None:
    plan = parse(f"id = 'p'\ntable = 'public.\"Orders\"'\n{text}\n", "p.toml")
    assert plan.ddl == f'ALTER TABLE public."Orders" {action}'
    assert (plan.change.name("old"), plan.change.name("new")) == (old, new)
