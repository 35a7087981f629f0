"""From samples to figures: medians over rounds with their spread, and ratios taken *within* a round.

Rounds are interleaved, so that a slow moment of the machine hits every relay of that round; where a sample came
from is not known here.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Sample:
    """One run of one workload through one relay."""

    workload: str
    relay: str
    round: int
    tps: float  # per second: transactions, in bulk megabytes
    cpu_us: float | None  # of the relay's process, per statement, megabyte or session; None: no relay


@dataclass(frozen=True, slots=True)
class Spread:
    """A median and between what it lies."""

    median: float
    low: float
    high: float

    def json(self) -> list[float]:
        """Low, median, high."""
        return [round(value, 3) for value in (self.low, self.median, self.high)]


def spread(values: Iterable[float]) -> Spread | None:
    """None where there is nothing."""
    known = sorted(values)
    return Spread(median(known), known[0], known[-1]) if known else None


def measured(
    samples: Iterable[Sample], workload: str, relay: str, value: Callable[[Sample], float | None]
) -> list[float]:
    """The values of one workload through one relay, round by round."""
    return list(_by_round(samples, workload, relay, value).values())


def ratio(
    samples: Iterable[Sample], workload: str, relays: tuple[str, str], value: Callable[[Sample], float | None]
) -> Spread | None:
    """The first relay against the second, within each round that has both."""
    known = list(samples)
    ours, theirs = (_by_round(known, workload, relay, value) for relay in relays)
    return spread(ours[number] / theirs[number] for number in ours if number in theirs)


def _by_round(
    samples: Iterable[Sample], workload: str, relay: str, value: Callable[[Sample], float | None]
) -> dict[int, float]:
    return {
        sample.round: found
        for sample in samples
        if sample.workload == workload and sample.relay == relay and (found := value(sample)) is not None
    }


def in_turn(number: int, among: Sequence[T]) -> Sequence[T]:
    """Each round begins with another, so that none is always the one after the pause."""
    first = number % len(among)
    return [*among[first:], *among[:first]]


def cpu(sample: Sample) -> float | None:
    """CPU microseconds per statement."""
    return sample.cpu_us


def tps(sample: Sample) -> float:
    """Transactions per second."""
    return sample.tps


def rounded(value: Spread | None, digits: int = 3) -> float | None:
    """The median as it is shown."""
    return None if value is None else round(value.median, digits)
