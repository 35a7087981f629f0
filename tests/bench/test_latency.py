"""Latencies count from when a query was due; what is added is taken slice by slice."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
from bench.figures import Spread
from bench.latency import Way, added_p50, figures, quantile

SLOW_NS = 20_000_000


@pytest.mark.parametrize(("part", "expected"), [(0.0, 1), (0.5, 50), (0.9, 90), (0.99, 99), (0.999, 100), (1.0, 100)])
def test_quantiles_by_nearest_rank(part: float, expected: int) -> None:
    assert quantile(range(1, 101), part) == expected


def test_what_waits_behind_a_slow_answer_is_late() -> None:
    answers = iter([SLOW_NS, 0, 0])
    client: Any = SimpleNamespace(ask=lambda _: time.sleep(next(answers) / 1e9))
    relay: Any = SimpleNamespace(name="slow")
    way = Way(relay, client)
    way.slice([b"", b"", b""], 1_000_000)
    first, second, third = way.slices[0]
    assert first >= SLOW_NS
    assert second >= SLOW_NS - 1_000_000
    assert third >= SLOW_NS - 2_000_000


def test_a_slice_that_was_slow_for_all_adds_nothing() -> None:
    straight, through = [[100_000] * 3, [900_000] * 3, [100_000] * 3], [[120_000] * 3, [921_000] * 3, [122_000] * 3]
    assert added_p50(through, straight) == Spread(21.0, 20.0, 22.0)


def test_figures_by_way() -> None:
    found = figures({"direct": [[1000, 2000, 3000]], "lintel": [[2000, 4000, 9000]]})
    assert found["direct"].json() == {"us": {"p50": 2.0, "p90": 3.0, "p99": 3.0, "p99.9": 3.0}}
    assert found["lintel"].added == {"p50": 2.0, "p90": 6.0, "p99": 6.0, "p99.9": 6.0}
