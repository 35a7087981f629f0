"""Durations as small numbers."""

import random

import pytest

from lintel.store.durations import bucket_of, middle_of, quantile


@pytest.mark.parametrize("seconds", [2e-6, 0.00013, 0.001, 0.5, 3.0, 86_400.0, 1e7])
def test_a_bucket_is_right_to_a_fifth(seconds: float) -> None:
    assert middle_of(bucket_of(seconds)) == pytest.approx(seconds, rel=0.2)


def test_bounds() -> None:
    assert bucket_of(0.0) == 0
    assert bucket_of(1e-7) == 0
    assert [bucket_of(0.000_001 * 2**exponent) for exponent in range(4)] == [1, 3, 5, 7]


def test_quantiles() -> None:
    drawn = random.Random(4).sample(range(1, 1_000_000), 5_000)
    counts: dict[int, int] = {}
    for microseconds in drawn:
        bucket = bucket_of(microseconds / 1e6)
        counts[bucket] = counts.get(bucket, 0) + 1
    drawn.sort()
    for part in (0.1, 0.5, 0.95, 0.99):
        assert quantile(counts, part) == pytest.approx(drawn[int(part * len(drawn))] / 1e6, rel=0.2)
    assert quantile({}, 0.5) is None
