"""A fault in the resolver: one statement that was not understood, never a lost session."""

import pytest
from tests.priority import PLAN

from lintel import plan
from lintel.policy import ContextKey, Policy
from lintel.schema import Column, Relation, Schema


class Faulty(Schema):
    """Whoever looks a name up in it fails."""

    def find(self, *_: object) -> None:
        raise KeyError("'secret'")


ORDERS = Relation(16384, "public", "orders", "r", (Column("id", 1, "integer", 23),))


@pytest.mark.parametrize(
    ("text", "verdict"), [(b"SELECT 1 FROM customers", "allow"), (b"SELECT priority FROM orders", "refuse")]
)
def test_it_is_opaque_with_its_reason(text: bytes, verdict: str) -> None:
    context = Policy(Faulty({ORDERS.oid: ORDERS}), (plan.parse(PLAN, "plan.toml"),)).context(ContextKey())
    statement = context.decide(text).statement
    assert statement.facts.opaque == "internal error: KeyError"
    assert statement.verdict == verdict
