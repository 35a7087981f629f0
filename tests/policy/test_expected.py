"""Which errors of the server a decision takes for its own: by SQLSTATE and by where they point."""

import pytest
from tests.priority import PLAN

from lintel import plan
from lintel.policy import ContextKey, Policy
from lintel.schema import Column, Relation, Schema
from lintel.wire.decision import Decision

ORDERS = Relation(16384, "public", "orders", "r", (Column("id", 1, "integer", 23),))
LANDED = Relation(16384, "public", "orders", "r", (*ORDERS.columns, Column("priority", 2, "smallint", 21)))
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


@pytest.mark.parametrize("text", ["SELECT 'a FROM orders", "SELECT FROM FROM orders", "SELECT 1x FROM orders"])
def test_what_was_not_parsed_is_so_by_the_server_and_never_run(text: str) -> None:
    decision = _decided(text)
    ((token, refusal),) = decision.refusals
    assert decision.text == b"SELECT " + token + b"; " + text.encode()
    assert refusal.sqlstate == "42501"
    assert [(one.sqlstate, one.start, one.end) for one in decision.expected] == [("42601", 0, 0)]
