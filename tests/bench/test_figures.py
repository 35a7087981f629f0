"""Ratios are taken within a round, medians over rounds."""

import pytest
from bench.figures import Sample, Spread, cpu, measured, ratio, rounded, spread, tps


def sample(relay: str, number: int, cpu_us: float | None, rate: float = 1000.0, workload: str = "simple") -> Sample:
    return Sample(workload, relay, number, rate, cpu_us)


ROUNDS = [
    sample("lintel", 0, 12.0, 900),
    sample("pgbouncer", 0, 10.0, 1000),
    sample("lintel", 1, 40.0, 300),
    sample("pgbouncer", 1, 20.0, 600),
    sample("lintel", 2, 11.0, 950),
    sample("pgbouncer", 2, 10.0, 1000),
    sample("direct", 2, None, 2000),
    sample("lintel", 0, 99.0, 1, workload="prepared"),
]


def test_a_slow_round_does_not_move_the_ratio() -> None:
    assert ratio(ROUNDS, "simple", ("lintel", "pgbouncer"), cpu) == Spread(1.2, 1.1, 2.0)
    assert ratio(ROUNDS, "simple", ("lintel", "pgbouncer"), tps) == Spread(0.9, 0.5, 0.95)


def test_who_took_part_in_some_rounds_is_compared_with_those() -> None:
    late = [*ROUNDS, sample("haproxy", 1, 10.0, 1200)]
    assert ratio(late, "simple", ("lintel", "haproxy"), cpu) == Spread(4.0, 4.0, 4.0)


def test_what_was_not_measured_has_no_ratio() -> None:
    assert ratio(ROUNDS, "prepared", ("lintel", "pgbouncer"), cpu) is None
    assert measured(ROUNDS, "simple", "direct", cpu) == []
    assert rounded(spread([])) is None


@pytest.mark.parametrize(
    ("values", "expected"), [([3.0], (3, 3, 3)), ([5.0, 1.0, 2.0], (2, 1, 5)), ([1.0, 2.0], (1.5, 1, 2))]
)
def test_spread(values: list[float], expected: tuple[float, float, float]) -> None:
    assert spread(values) == Spread(*expected)
