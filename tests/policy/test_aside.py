"""What another thread decides is what the context itself would have decided, and what that knows from then on."""

from dataclasses import replace

import pytest
from tests.policy.test_long_texts import ADD, DISCARD, policy, rows, told

from lintel.plan import ClientAttributes
from lintel.policy import ContextKey
from lintel.wire.decision import Context, Ran, Settings

TEXTS = [
    "INSERT INTO o VALUES {}".format(rows(50, "({0}, {0}, {0})")),
    "SELECT * FROM o WHERE id IN ({})".format(rows(50, "{0}")),
    "SELECT * FROM o WHERE id = 7",
    "SELECT * FROM o",
    "SELECT * FROM o ORDER BY 1",
    "SELECT prio FROM o, p",
    "SELECT id FROM p",
    "DO 'BEGIN END'",
    "no SQL",
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("made", [ADD, DISCARD])
def test_it_decides_the_same(text: str, made: str) -> None:
    key, sent = ContextKey(sides=(("p", "old"),), search_path=("public",)), text.encode()
    context, fresh = policy(made).context(key), policy(made).context(key)
    aside = context.aside()
    decided = aside.decide(sent)
    assert not context.known(sent)
    context.learn(aside)
    assert context.known(sent)
    assert told(decided, text) == told(fresh.decide(sent), text) == told(context.decide(sent), text)


def test_of_a_shape_that_is_known_all_are_known() -> None:
    context = policy(ADD).context(ContextKey(sides=(("p", "old"),), search_path=("public",)))
    aside = context.aside()
    first = aside.decide(TEXTS[1].encode())
    context.learn(aside)
    longer = "SELECT * FROM o WHERE id IN ({})".format(rows(9000, "{0}")).encode()
    assert not context.known(longer), "more than a glance"
    assert context.known(longer[:20_000] + b")")
    # Another thread sees what is known here at this moment.
    assert context.aside().decide(longer).statement is first.statement


def test_what_was_known_before_the_catalog_changed_is_not_known_aside() -> None:
    made, key = policy(ADD), ContextKey(sides=(("p", "old"),), search_path=("public",))
    before = made.context(key)
    first = before.decide(TEXTS[1].encode())
    schema = made.moment.schema
    assert schema is not None
    there = policy(ADD, there=False).moment.schema
    assert there is not None
    after = made.follow(there).context(key)
    assert after.aside().decide(TEXTS[1].encode()).statement is not first.statement


@pytest.mark.parametrize("text", TEXTS)
def test_behind_ddl_that_is_not_committed(text: str) -> None:
    settings = Settings(
        search_path="public", role="none", uncommitted=(Ran(b"ALTER TABLE o ADD x int", "public", None),)
    )
    who, sent = ClientAttributes("old", "app", "shop", None), text.encode()

    def context(settings: Settings) -> Context:
        return policy(ADD).context_for(settings, who)

    overlay, fresh = context(settings), context(settings)
    aside = overlay.aside()
    decided = aside.decide(sent)
    overlay.learn(aside)
    assert overlay.known(sent)
    assert told(decided, text) == told(fresh.decide(sent), text)
    if "*" in text:
        assert told(decided, text) != told(context(replace(settings, uncommitted=())).decide(sent), text)
