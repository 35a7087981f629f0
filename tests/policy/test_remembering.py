"""A context remembers what it has decided: by exact text on the hot path, by shape for texts that it has not seen."""

import pytest

from lintel.analysis.ddl import schema_of
from lintel.plan import ClientAttributes
from lintel.policy import Context, Policy
from lintel.policy.recent import MAX_ENTRIES
from lintel.wire.decision import Settings

SCHEMA = schema_of(b"CREATE TABLE o (id int PRIMARY KEY, total numeric)")


def context() -> Context:
    settings = Settings(search_path="public", role="none", client_encoding="UTF8")
    return Policy(SCHEMA).context_for(settings, ClientAttributes("app", "me", "shop", None))


def text(number: int) -> bytes:
    return b"SELECT total FROM o WHERE id = %d" % number


def test_a_text_that_comes_again_is_remembered_for_the_hot_path() -> None:
    made = context()
    for number in range(3):  # the first makes the shape's decision, the others share it
        first = made.decide(text(number))
        decision = made.decide(text(number))
        assert made.decisions[text(number)] is decision
        assert decision.statement is first.statement


def test_texts_that_come_but_once_are_not_remembered() -> None:
    made = context()
    for number in range(5_000):
        made.decide(text(number))
    assert len(made.decisions) < 200, "one in 128 is taken for another"


@pytest.mark.check(21)
def test_the_hot_path_is_bounded() -> None:
    made = context()
    for number in range(2 * MAX_ENTRIES + 10):
        made.decide(text(number))
        made.decide(text(number))
    assert len(made.decisions) <= MAX_ENTRIES


def test_texts_of_one_shape_are_one_statement_to_the_recorder() -> None:
    made = context()
    assert made.decide(text(1)).statement is made.decide(text(2)).statement
