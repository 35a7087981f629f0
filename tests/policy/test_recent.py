"""What is asked for again stays; the rest goes, and never more than the bounds are kept."""

import pytest

from lintel.policy import recent
from lintel.policy.recent import Recent

pytestmark = pytest.mark.check(21)


def text(number: int) -> bytes:
    return b"SELECT %d" % number


def test_what_was_remembered_is_recalled() -> None:
    kept: Recent[str] = Recent()
    assert kept.recall(b"SELECT 1") is None
    kept.remember(b"SELECT 1", "one")
    assert kept.recall(b"SELECT 1") == "one"
    assert kept.all() == {b"SELECT 1": "one"}


def test_what_is_asked_for_stays_whatever_else_comes() -> None:
    kept: Recent[int] = Recent()
    kept.remember(b"often", -1)
    for number in range(5 * recent.MAX_ENTRIES):
        kept.remember(text(number), number)
        if number % 1000 == 0:
            assert kept.recall(b"often") == -1
    assert len(kept.all()) <= 2 * recent.MAX_ENTRIES
    assert kept.recall(text(0)) is None


def test_long_texts_do_not_fill_the_memory() -> None:
    kept: Recent[int] = Recent()
    for number in range(1000):
        kept.remember(b"%d" % number * (recent.LONGEST // 4), number)
    assert sum(map(len, kept.all())) <= 2 * recent.MAX_BYTES
    kept.remember(b"x" * (recent.LONGEST + 1), 0)
    assert kept.recall(b"x" * (recent.LONGEST + 1)) is None
