"""Which errors of the server a decision takes for its own: by SQLSTATE and by where they point."""

import pytest

from lintel import plan
from lintel.policy import ContextKey, Policy
from lintel.schema import Column, Relation, Schema
from lintel.wire.decision import Decision

ORDERS = Relation(16384, "public", "orders", "r", (Column("id", 1, "integer", 23),))
LANDED = Relation(16384, "public", "orders", "r", (*ORDERS.columns, Column("priority", 2, "smallint", 21)))
PLAN = """
id = "orders-priority"
purpose = "urgency"
table = "public.orders"
[add]
column = "priority"
type = "smallint"
default = "0"
"""
WRITE = "INSERT INTO orders (priority) VALUES (1)"


def _decided(text: str, orders: Relation = ORDERS) -> Decision:
    context = Policy(Schema({orders.oid: orders}), (plan.parse(PLAN, "plan.toml"),)).context(ContextKey())
    return context.decide(text.encode())


def test_a_refused_write_alone_is_the_only_one_that_can_fail_so() -> None:
    (expected,) = _decided(WRITE).expected
    assert (expected.sqlstate, expected.end) == ("42703", None)


def test_among_others_it_is_told_by_its_place() -> None:
    text = f"SELECT 'a'; {WRITE} ; SELECT nope"
    (expected,) = _decided(text).expected
    assert text[expected.start : expected.end].strip() == WRITE


@pytest.mark.parametrize("text", ["UPDATE orders SET priority = 1", "DELETE FROM orders WHERE priority = 1", WRITE])
def test_whatever_is_tried_again_ends_in_a_refusal_of_ours(text: str) -> None:
    decision = _decided(text, LANDED)
    assert decision.retry
    assert decision.retry <= {expected.sqlstate for expected in decision.expected}
    assert all(expected.refusal.message.startswith("lintel:") for expected in decision.expected)


@pytest.mark.parametrize("text", ["SELECT 'a FROM orders", 'SELECT "orders', "/* orders", "SELECT $a$ orders $b$"])
def test_what_never_closes_is_left_to_the_server(text: str) -> None:
    assert _decided(text).plain


@pytest.mark.parametrize("text", ["SELECT FROM FROM orders", "SELECT a FROM orders WHERE b = 1_x", "orders \\ x"])
def test_what_another_grammar_may_read_is_refused(text: str) -> None:
    assert not _decided(text).plain
