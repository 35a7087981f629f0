"""SQL in snippets: holes, other dialects, hostile text."""

import time

import pytest
from tests.scan.cases import ORDERS, SCHEMA, snippet

from lintel.dialects import NotRead, parsed
from lintel.scan import Target, foreign, jinja, resolved, strings
from lintel.scan.finding import Found, Opaque

Uses = set[tuple[str | None, str]]


def uses(found: list[Found | Opaque]) -> Uses:
    return {(one.column, one.kind) for one in found if isinstance(one, Found)}


READS = {("total", "read")}
OWN: list[tuple[str, Uses, str]] = [  # text, uses, how sure
    ("SELECT total FROM orders", READS, "exact"),
    ("SELECT total FROM orders WHERE id = %s", READS | {("id", "read")}, "exact"),
    (
        "SELECT total FROM orders WHERE id = %(id)s AND note LIKE '%%x'",
        READS | {("id", "read"), ("note", "read")},
        "exact",
    ),
    ("SELECT total FROM orders WHERE id = ?", READS | {("id", "read")}, "exact"),
    ("SELECT total FROM orders WHERE id = :id::int", READS | {("id", "read")}, "exact"),
    ("SELECT note::jsonb ? 'a' FROM orders", {("note", "read")}, "exact"),
    ("SELECT total FROM orders WHERE id IN ({ids})", READS | {("id", "read")}, "likely"),
    ("SELECT total FROM orders WHERE id = ${id} LIMIT ${n}", READS | {("id", "read")}, "likely"),
    ("SELECT total FROM orders {where}", READS, "open"),
    ("SELECT total FROM orders WHERE {column} = 1", READS, "open"),
    ("SELECT total FROM orders ORDER BY {column}", READS, "open"),
    ("SELECT total FROM orders AS q ORDER BY q.{column}", READS, "open"),
    ("\\timing on\nSELECT total FROM orders WHERE note = :'x'", READS | {("note", "read")}, "exact"),
]


@pytest.mark.parametrize(("text", "expected", "sure"), OWN)
def test_our_own_dialect_with_holes(text: str, expected: Uses, sure: str) -> None:
    found = list(resolved.uses("f", snippet(text), ORDERS))
    opened = [one for one in found if isinstance(one, Opaque)]
    assert {(c, k) for c, k in uses(found) if c} == expected
    assert {one.sure for one in found if isinstance(one, Found)} == {"likely" if sure == "open" else sure}
    assert bool(opened) == (sure == "open" and "WHERE" not in text.partition("{")[2]), opened


OTHERS: list[tuple[str, str, Uses]] = [
    ("mysql", "SELECT `total` FROM `orders` LIMIT 1, 2", READS),
    ("mysql", "INSERT INTO orders (id, total) VALUES (1, 2) ON DUPLICATE KEY UPDATE total = 3",
     {("id", "write"), ("total", "write")}),
    ("bigquery", "SELECT o.total FROM `shop.public.orders` AS o WHERE o.note IS NULL", READS | {("note", "read")}),
    ("bigquery", "SELECT * EXCEPT (note) FROM public.orders", {(None, "star")}),
    ("snowflake", "SELECT TOTAL FROM PUBLIC.ORDERS QUALIFY row_number() OVER (PARTITION BY ID ORDER BY PLACED_AT) = 1",
     READS | {("id", "read"), ("placed_at", "read")}),
    ("snowflake", "UPDATE orders SET total = 0 WHERE note = 'x'", {("total", "write"), ("note", "read")}),
    ("tsql", "SELECT TOP 5 [total] FROM [dbo].[orders]", READS),
    ("tsql", "DELETE FROM orders WHERE note = 1", {("note", "read"), (None, "write")}),
    ("spark", "INSERT INTO archive SELECT id, total FROM orders", {("id", "read"), ("total", "read")}),
    ("duckdb", "WITH o AS (SELECT total AS t FROM orders) SELECT t FROM o UNION ALL SELECT 1", READS),
    ("snowflake", "SELECT total FROM orders o JOIN other x ON x.id = o.id", {("total", "read"), ("id", "read")}),
    ("snowflake", "SELECT total FROM sales.orders", set()),
    ("snowflake", "SELECT orders.total FROM invoices AS orders", set()),
    ("snowflake", "WITH orders AS (SELECT 1 AS total) SELECT total FROM orders", set()),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "text", "expected"), OTHERS)
def test_other_dialects(dialect: str, text: str, expected: Uses) -> None:
    found = list(foreign.uses("f", snippet(text), ORDERS, dialect))
    told = uses(found)
    assert told >= expected if (None, "star") in expected else told == expected, found
    assert {one.sure for one in found if isinstance(one, Found)} <= {"likely"}


def test_a_table_of_that_name_in_another_schema_is_another_table() -> None:
    sales = Target(SCHEMA, table="sales.orders")
    assert uses(list(foreign.uses("f", snippet("SELECT id FROM orders"), sales, "snowflake"))) == set()
    assert uses(list(resolved.uses("f", snippet("SELECT id FROM orders"), sales))) == set()
    (copy,) = foreign.uses("f", snippet("SELECT amount FROM lake.raw.orders"), sales, "snowflake")
    assert isinstance(copy, Found)
    assert "copy" in str(copy.reason)
    assert uses(list(foreign.uses("f", snippet("SELECT amount FROM sales.orders"), sales, "snowflake"))) == {
        ("amount", "read")
    }


def test_what_sqlglot_cannot_read_is_opaque() -> None:
    (found,) = foreign.uses("f", snippet("SELECT total FROM orders WHERE ((("), ORDERS, "snowflake")
    assert isinstance(found, Opaque)
    assert found.tables == ("public.orders",)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT " + "ARRAY[" * 30 + "]" * 30 + " FROM orders",
        "SELECT " + "(" * 5000 + "1" + ")" * 5000 + " FROM orders",
        "SELECT * FROM (" * 4000 + "SELECT 1 FROM orders" + ") x" * 4000,
        "SELECT 1 FROM orders WHERE a" + " AND a" * 20_000,
        "SELECT 1 FROM orders" + " JOIN t ON a" * 5000,
        "SELECT 1 FROM orders" + ", t a" * 10_000,
        "SELECT " + "NOT " * 10_000 + "1 FROM orders",
        "SELECT '" + "x" * 200_000 + "' FROM orders",
    ],
    ids=["array", "parentheses", "subqueries", "and", "join", "tables", "not", "long"],
)
def test_hostile_text_is_turned_away_at_once(text: str) -> None:
    started = time.process_time()
    with pytest.raises(NotRead):
        parsed(text, "snowflake")
    list(resolved.uses("f", snippet(text), ORDERS))
    assert time.process_time() - started < 2.0, "seconds of CPU"


@pytest.mark.parametrize("part", ["/*", "{{", "${", '"""', "'", "\\", 'r#"', "<<A\n", '"a"+', "select "])
def test_what_never_closes_is_not_looked_for_for_ever(part: str) -> None:
    started = time.process_time()
    for suffix in ("java", "ts", "sh", "rs", "php"):
        list(strings.snippets(part * 2000, suffix))
    list(resolved.uses("f", snippet(part * 2000), ORDERS))
    jinja.render(part * 2000, lambda *_: "", {}, "me")
    assert time.process_time() - started < 3.0, "seconds of CPU"


def test_english_is_no_sql() -> None:
    for text in (
        "Select your orders from the list",
        "update the orders and set them",
        "delete from the past of orders",
    ):
        assert not list(resolved.uses("f", snippet(text, literal=True), ORDERS)), text
