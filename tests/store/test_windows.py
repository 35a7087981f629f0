"""What was watched: gaps between runs, and what a killed run has not brought to the store."""

import pytest

from lintel.store import Run, Window
from lintel.store.rows import utc
from lintel.store.windows import watched

NOW = 1_790_000_000.0
Seconds = tuple[float, float]


def runs(*spans: Seconds, killed: tuple[int, ...] = ()) -> list[Run]:
    return [Run(utc(NOW + a), utc(NOW + b), closed=number not in killed) for number, (a, b) in enumerate(spans)]


def window(start: float, end: float, *gaps: Seconds) -> Window:
    return Window(utc(NOW + start), utc(NOW + end), tuple((utc(NOW + a), utc(NOW + b)) for a, b in gaps))


@pytest.mark.parametrize(
    ("spans", "killed", "expected"),
    [
        (((0, 100),), (), window(0, 100)),
        (((0, 100), (10, 50), (102, 200)), (), window(0, 200)),
        (((0, 100), (160, 300)), (), window(0, 300, (100, 160))),
        (((0, 100), (102, 300)), (0,), window(0, 300, (100, 105))),
        (((0, 300), (10, 50)), (1,), window(0, 300, (50, 55))),
        (((0, 300), (10, 50), (51, 300)), (1,), window(0, 300, (50, 55))),
        (((0, 100), (160, 300)), (0,), window(0, 300, (100, 160))),
        (((0, 300), (10, 299)), (0, 1), window(0, 300)),  # they run still
        (((0, 100),), (0,), window(0, 100)),
    ],
)
def test_gaps(spans: tuple[Seconds, ...], killed: tuple[int, ...], expected: Window) -> None:
    found = watched(runs(*spans, killed=killed))
    assert found == expected
    assert found.whole == (not expected.gaps)


def test_a_run_that_flushes_seldom_is_not_taken_for_a_killed_one() -> None:
    slow = Run(utc(NOW), utc(NOW + 60), interval=60.0, closed=False)
    assert watched([slow, Run(utc(NOW), utc(NOW + 115), interval=60.0, closed=False)]).whole


def test_since() -> None:
    spans = runs((0, 100), (160, 300))
    assert watched(spans[:1], utc(NOW + 50)) == window(50, 100)
    assert watched(spans[:1], utc(NOW - 50)) == window(-50, 100, (-50, 0))
    assert watched(spans[1:], utc(NOW + 150)) == window(150, 300, (150, 160))
    assert not watched([]).whole


def test_how_long_it_is() -> None:
    found = watched(runs((0, 86_400), (2 * 86_400, 3 * 86_400)))
    assert found.seconds == 2 * 86_400
    assert found.per_day(100) == 50
    assert watched(runs((0, 3600))).per_day(100) is None
    assert Window(None, None).per_day(1) is None
