"""A fault of ours in reading a statement: one that was not understood, never a lost session."""

import pytest
from tests.priority import PLAN

from lintel import plan
from lintel.policy import ContextKey, Policy
from lintel.schema import Column, Relation, Schema


class Faulty(Schema):
    """Whoever looks a name up in it fails."""

    def find(self, *_: object) -> None:
        raise KeyError("'secret'")


class Unsayable(frozenset[str]):
    """Whoever asks what is in it fails: after the statement has been judged."""

    def __contains__(self, _: object) -> bool:
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


def test_so_is_one_behind_the_resolver() -> None:
    schema = Schema({ORDERS.oid: ORDERS}, built_in=Unsayable({"now"}))
    context = Policy(schema, (plan.parse(PLAN, "plan.toml"),)).context(ContextKey())
    for text, verdict in ((b"SELECT f(1)", "allow"), (b"SELECT f(1) FROM orders", "refuse")):
        statement = context.decide(text).statement
        assert (statement.facts.opaque, statement.verdict) == ("internal error: KeyError", verdict)
