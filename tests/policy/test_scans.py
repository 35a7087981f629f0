"""A scan of unique texts, or of unique shapes, does not push out what is asked for again and again: by counts."""

from collections import Counter
from collections.abc import Callable

import pytest

from lintel.analysis.ddl import schema_of
from lintel.plan import ClientAttributes
from lintel.policy import Context, Policy, deciding, recent
from lintel.policy import context as context_module
from lintel.policy.composed import Decided
from lintel.policy.seen import Seen
from lintel.wire.decision import Settings
from lintel.wire.framing import COMPILED

pytestmark = pytest.mark.skipif(COMPILED, reason="compiled code takes no stand-ins")

SCHEMA = schema_of(b"CREATE TABLE o (id int PRIMARY KEY, total numeric)")
CAPACITY = 100
HOT = [b"SELECT total AS hot%d FROM o WHERE id = $1" % number for number in range(20)] + [
    b"SELECT total AS warm%d FROM o WHERE id = 7" % number for number in range(20)
]


def of_one_shape(number: int) -> bytes:
    return b"SELECT total FROM o WHERE id = %d" % number


def of_its_own_shape(number: int) -> bytes:
    return b"SELECT total AS t%d FROM o WHERE id = 7" % number


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> Counter[bytes]:
    """How often each text was decided anew."""
    counts: Counter[bytes] = Counter()

    def counting(moment: object, key: object, text: bytes) -> Decided:
        counts[text] += 1
        return deciding.decide(moment, key, text)  # type: ignore[arg-type]

    monkeypatch.setattr(context_module, "decide", counting)
    monkeypatch.setattr(recent, "MAX_ENTRIES", CAPACITY)
    return counts


def made() -> Context:
    settings = Settings(search_path="public", role="none", client_encoding="UTF8")
    return Policy(SCHEMA).context_for(settings, ClientAttributes("app", "me", "shop", None))


def asked(context: Context, text: bytes) -> None:
    """As the hot path does it."""
    if context.decisions.get(text) is None:
        context.decide(text)


@pytest.mark.check(21)
@pytest.mark.parametrize("unique", [of_one_shape, of_its_own_shape])
def test_what_is_asked_for_among_a_scan_is_decided_once(
    decided: Counter[bytes], unique: Callable[[int], bytes]
) -> None:
    context = made()
    for number in range(10 * CAPACITY):
        asked(context, HOT[number % len(HOT)])
        asked(context, unique(number))
    assert [decided[text] for text in HOT] == [1] * len(HOT)


@pytest.mark.check(21)
def test_a_scan_of_texts_of_one_shape_leaves_what_came_before_decided(decided: Counter[bytes]) -> None:
    context = made()
    for text in HOT * 2:  # what comes but once is not remembered
        asked(context, text)
    for number in range(10 * CAPACITY):
        asked(context, of_one_shape(number))
    assert all(text in context.decisions for text in HOT), "nothing has pushed them out"
    for text in HOT:
        asked(context, text)
        assert text in context.decisions
    assert [decided[text] for text in HOT] == [1] * len(HOT)
    assert decided.total() == len(HOT) + 1


@pytest.mark.check(21)
def test_what_was_not_asked_for_during_a_scan_of_shapes_is_decided_once_more(decided: Counter[bytes]) -> None:
    """Two generations of new shapes cost the more: that is what decisions are lost to, and nothing less."""
    context = made()
    for round_ in range(2):
        for text in HOT * 3:
            asked(context, text)
        for number in range(10 * CAPACITY):
            asked(context, of_its_own_shape(number + round_ * 10 * CAPACITY))
    for text in HOT * 3:
        asked(context, text)
    assert max(decided[text] for text in HOT) <= 3


def test_texts_that_come_by_turns_are_soon_known() -> None:
    """Whatever the seed of their hashes: three in one of 4,096 places are rare."""
    seen = Seen()
    texts = [b"SELECT %d" % number for number in range(400)]
    for text in texts:
        seen.again(text)
    assert sum(map(seen.again, texts)) > 390
