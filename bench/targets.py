"""What is to be reached, one line for each target, and how it is read from the JSON of the benchmark that measures it.

Pure: figures in, values and verdicts out. Who runs the benchmarks is `everything`.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]  # the JSON of one benchmark

REPEATING = ("simple", "extended", "prepared")
LOADED = ("", "@64")  # with 8 clients, and where it was measured with 64


@dataclass(frozen=True, slots=True)
class Target:
    """At most so much, or at least, as pure Python and compiled; `value` is None where it was not measured."""

    name: str
    bench: str
    value: Callable[[Figures], float | None]
    pure: float
    compiled: float
    least: bool = False

    def verdict(self, figures: Figures, *, compiled: bool) -> dict[str, object]:
        """What is not known is not met."""
        value, target = self.value(figures), self.compiled if compiled else self.pure
        met = value is not None and (value >= target if self.least else value <= target)
        return {"value": None if value is None else round(value, 3), "target": target, "met": met}


def at(*path: str) -> Callable[[Figures], float | None]:
    """What is under these keys."""

    def found(figures: Figures) -> float | None:
        value: Any = figures
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return float(value) if isinstance(value, int | float) else None

    return found


def _under_load(best: Callable[[list[float]], float], *path: str) -> Callable[[Figures], float | None]:
    """Of the numbers of clients that were tried the worst."""

    def found(figures: Figures) -> float | None:
        every = (at(*path[:-1], path[-1] + clients)(figures) for clients in LOADED)
        known = [value for value in every if value is not None]
        return best(known) if known else None

    return found


def _lost(workload: str) -> Callable[[Figures], float | None]:
    """The part of the throughput that reading every statement costs, beside a Lintel that has nothing to do."""

    def found(figures: Figures) -> float | None:
        kept = at("against", "lintel_off", "throughput", workload)(figures)
        return None if kept is None else 1 - kept

    return found


def _added_over_pgbouncer(figures: Figures) -> float | None:
    """Microseconds of the median with one client, at the rate where it is worst."""
    over = []
    for ways in figures.get("rates", {}).values():
        ours, theirs = (ways.get(name, {}).get("added_p50_paired_us") for name in ("lintel", "pgbouncer"))
        if ours and theirs:
            over.append(ours[1] - theirs[1])
    return max(over, default=None)


def _targets() -> Iterator[Target]:
    for name in REPEATING:
        yield Target(f"cpu_{name}", "relay", _under_load(max, "cpu_vs_pgbouncer", name), 1.25, 1.05)
    yield Target("cpu_simple_unique", "relay", _under_load(max, "cpu_vs_pgbouncer", "simple_unique"), 1.45, 1.20)
    for name in REPEATING:
        value = _under_load(min, "throughput_vs_pgbouncer", name)
        yield Target(f"throughput_{name}", "relay", value, 0.85, 0.95, least=True)
    yield Target("cpu_vs_pgpool_extended", "relay", at("against", "pgpool", "cpu", "extended"), 0.35, 0.25)
    yield Target("cpu_vs_pgpool_simple", "relay", at("against", "pgpool", "cpu", "simple"), 0.5, 0.45)
    for name in (*REPEATING, "simple_unique"):
        yield Target(f"throughput_lost_{name}", "relay", _lost(name), 0.05, 0.03)
    yield Target("added_p50_over_pgbouncer_us", "latency", _added_over_pgbouncer, 3.0, 0.0)
    for width, pure, compiled in (("narrow", 2.0, 0.6), ("wide", 0.6, 0.55)):
        for direction in ("copy_to", "select", "copy_from"):
            name = f"{direction}_{width}"
            yield Target(f"bulk_{name}", "bulk", at("cpu_vs_pgbouncer", name), pure, compiled)
    yield Target("idle_kib_plain", "idle", at("plain", "kib_per_session"), 8.0, 8.0)
    yield Target("idle_kib_tls", "idle", at("TLS on both", "kib_per_session"), 80.0, 80.0)
    for texts, pure, compiled in (("pgbench", 150.0, 60.0), ("orm", 1000.0, 400.0)):
        for what in ("analysis", "decision"):
            yield Target(
                f"cold_{texts}_{what}_us", "analyze", at("workloads", texts, what, "median_us"), pure, compiled
            )
    yield Target("warm_rewritten_over_relayed_us", "shield", at("over_us"), 3.0, 1.0)


TARGETS = tuple(_targets())


def verdicts(figures: Mapping[str, Figures]) -> dict[str, dict[str, object]]:
    """By the target's name, from the JSON of each benchmark by its name; some say whether Lintel was compiled."""
    compiled = any(one.get("compiled") for one in figures.values())
    return {target.name: target.verdict(figures.get(target.bench, {}), compiled=compiled) for target in TARGETS}
