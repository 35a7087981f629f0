"""Which errors of the server a decision takes for its own: by SQLSTATE and by where they point."""

import pytest
from tests.priority import PLAN

from lintel import plan
from lintel.policy import ContextKey, Policy
from lintel.schema import Column, Relation, Schema
from lintel.wire import replies
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


COPY = "COPY orders (id, priority) FROM STDIN"
NO_PRIORITY = 'column "priority" of relation "orders" does not exist'


@pytest.mark.parametrize(
    ("text", "message", "routine", "ours"),
    [
        (f"SELECT 'a'; {COPY}", NO_PRIORITY, "CopyGetAttnums", True),
        (f"SELECT 'a'; {COPY}", NO_PRIORITY, "ATExecDropColumn", False),
        (f"SELECT 'a'; {COPY} (FORMAT csv, FORCE_NULL (nope))", NO_PRIORITY.replace("priority", "nope"),
         "CopyGetAttnums", False),
        (f"COPY other (priority) FROM STDIN; {COPY}", NO_PRIORITY, "CopyGetAttnums", False),
        (f"SELECT 'a'; {WRITE}; COPY orders (id) TO STDOUT", NO_PRIORITY, "CopyGetAttnums", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("orders", [ORDERS, LANDED])
def test_a_column_of_copy_has_no_place(orders: Relation, text: str, message: str, routine: str, ours: bool) -> None:
    """Behind other statements it is told by its name and by who looked it up, where there is one COPY."""
    sent = ((replies.SQLSTATE, b"42703"), (replies.MESSAGE, message.encode()), (replies.ROUTINE, routine.encode()))
    got = replies.for_client(list(sent), _decided(text, orders), text.encode(), "UTF8")
    assert (replies.value(got, replies.MESSAGE) or b"").startswith(b"lintel:") == ours
