"""Temporary relations with the name of a table under a plan: pinned to pg_temp, or refused."""

from dataclasses import replace

import pytest
from tests.priority import PLAN

from lintel import plan
from lintel.policy import ContextKey, Policy
from lintel.schema import Column, Relation, Schema
from lintel.wire.decision import Decision

ORDERS = Relation(16384, "public", "orders", "r", (Column("id", 1, "integer", 23), Column("total", 2, "integer", 23)))


def _decided(text: str, path: tuple[str, ...] = ("public",), shadowed: tuple[str, ...] = ("orders",)) -> Decision:
    policy = Policy(Schema({ORDERS.oid: ORDERS}), (plan.parse(PLAN, "plan.toml"),))
    return policy.context(ContextKey(search_path=path, shadowed=frozenset(shadowed))).decide(text.encode())


@pytest.mark.check(25)
@pytest.mark.parametrize(
    ("text", "pinned"),
    [
        ("SELECT orders.a, orders FROM orders AS orders", "SELECT orders.a, orders FROM pg_temp.orders AS orders"),
        ("INSERT INTO orders VALUES ('orders')", "INSERT INTO pg_temp.orders VALUES ('orders')"),
        ("UPDATE ONLY Orders SET a = 1", "UPDATE ONLY pg_temp.Orders SET a = 1"),
        ('DELETE FROM x USING "orders" o', 'DELETE FROM x USING pg_temp."orders" o'),
        ("COPY orders FROM STDIN", "COPY pg_temp.orders FROM STDIN"),
        ("SELECT 1 FROM orders FOR UPDATE OF orders", "SELECT 1 FROM pg_temp.orders FOR UPDATE OF orders"),
        ("EXPLAIN SELECT (SELECT max(a) FROM orders)", "EXPLAIN SELECT (SELECT max(a) FROM pg_temp.orders)"),
        ("PREPARE p AS SELECT a FROM orders", "PREPARE p AS SELECT a FROM pg_temp.orders"),
        ("SELECT a FROM orders; SELECT b FROM orders", "SELECT a FROM pg_temp.orders; SELECT b FROM pg_temp.orders"),
    ],
)  # fmt: skip
def test_it_is_pinned(text: str, pinned: str) -> None:
    decision = _decided(text)
    assert decision.text == pinned.encode()
    assert {expected.sqlstate for expected in decision.expected} == {"42P01"}


def test_one_that_says_so_itself_passes_as_it_is() -> None:
    decision = _decided("SELECT a FROM pg_temp.orders", shadowed=())
    assert decision.text is None
    assert decision.statement.verdict == "allow"


def test_one_made_in_the_same_text_shadows_from_there_on() -> None:
    decision = _decided("CREATE TEMP TABLE orders (a int); INSERT INTO orders VALUES (1)", shadowed=())
    assert decision.text == b"CREATE TEMP TABLE orders (a int); INSERT INTO pg_temp.orders VALUES (1)"


@pytest.mark.parametrize(
    "text",
    [
        "WITH orders AS (SELECT a FROM orders) SELECT a FROM orders",
        "SELECT NULL::orders FROM orders",
        "SELECT orders(1) FROM orders",
        "SELECT a FROM orders, public.orders p",
        "SELECT * INTO orders FROM x, orders o",
        "SELECT a FROM orders WHERE EXISTS (SELECT FROM nowhere JOIN b USING (orders))",
    ],
)
def test_what_may_be_the_table_is_refused(text: str) -> None:
    decision = _decided(text)
    assert decision.refusals or decision.statement.verdict == "refuse"


def test_behind_others_in_the_path_it_is_refused() -> None:
    assert _decided("SET search_path = public, pg_temp; SELECT a FROM orders").refusals
    assert _decided("SELECT a FROM orders", ("public", "pg_temp")).refusals


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("UPDATE orders SET total = p.total FROM picked p WHERE p.id = orders.id", "allow"),
        ("SELECT orders.* FROM orders JOIN picked USING (id)", "rewrite"),
        ("SELECT priority, total FROM orders, picked", "rewrite"),
        ("INSERT INTO picked SELECT total FROM orders", "allow"),
        ("SELECT total FROM orders JOIN picked USING (id) GROUP BY total, x", "allow"),
        ("SELECT * FROM orders, picked", "refuse"),
        ("SELECT id FROM orders NATURAL JOIN picked", "refuse"),
        ("SELECT orders FROM orders, picked", "refuse"),
        ("SELECT (orders).id FROM orders, picked", "refuse"),
        ("SELECT count(orders) FROM orders, picked", "refuse"),
        ("SELECT orders.id FROM orders, (SELECT * FROM picked) q", "refuse"),
        ("DELETE FROM orders WHERE id IN (SELECT id FROM picked WHERE priority = 1)", "rewrite"),
        ("DELETE FROM orders WHERE id IN (SELECT id FROM picked, chosen WHERE priority = 1)", "refuse"),
        ("DELETE FROM orders WHERE id IN (SELECT id FROM picked, picked p WHERE priority = 1)", "refuse"),
        ("SELECT orders.id FROM orders, unheard_of", "refuse"),
    ],
)
def test_beside_a_table_under_a_plan(text: str, verdict: str) -> None:
    """Names of columns that no catalog shows: served where no plan can change what they mean."""
    policy = Policy(Schema({ORDERS.oid: ORDERS}), (plan.parse(PLAN, "plan.toml"),))
    there = Schema({ORDERS.oid: replace(ORDERS, columns=(*ORDERS.columns, Column("priority", 3, "smallint", 21)))})
    context = policy.follow(there).context(
        ContextKey(search_path=("public",), shadowed=frozenset(["picked", "chosen"]))
    )
    assert context.decide(text.encode()).statement.verdict == verdict
