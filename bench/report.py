"""What `./dev bench relay` shows: a table for people and a line of JSON for programs on stdout."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table

from bench import say
from bench.about import About
from bench.figures import Sample, Spread, cpu, measured, ratio, rounded, spread, tps
from bench.recorded import Recorded

BASE = "pgbouncer"
Latencies = Mapping[tuple[str, str], Sequence[float]]
Starts = dict[tuple[str, int], float]  # CPU microseconds of opening a session, by relay and how many are opened at once
_Value = Callable[[Sample], float | None]


@dataclass(frozen=True, slots=True)
class Measured:
    """All that a run has found."""

    samples: Sequence[Sample]
    latencies: Latencies
    starts: Starts
    recorded: Recorded

    def relays(self, workload: str | None = None) -> list[str]:
        """In the order in which they were first measured."""
        return list(dict.fromkeys(one.relay for one in self.samples if workload in (None, one.workload)))

    def workloads(self) -> list[str]:
        """The same."""
        return list(dict.fromkeys(one.workload for one in self.samples))


def table(found: Measured, known: About) -> None:
    """A row per workload and relay."""
    say.progress("")
    headings = ("workload", "relay", "CPU us/query", f"vs {BASE}", "tps", f"vs {BASE}", "added p50 us")
    shown = Table(*(Column(heading, no_wrap=True) for heading in headings), box=SIMPLE_HEAD)
    for workload in found.workloads():
        for relay in found.relays(workload):
            shown.add_row(workload, relay, *_cells(found, workload, relay))
        shown.add_section()
    console = Console(width=max(140, Console().width))
    console.print(shown)
    console.print(known.line(), highlight=False)
    opened = ", ".join(f"{name} {cost:.0f}" for name, cost in _openings(found.starts))
    console.print(f"CPU us to open a session (not in the figures above): {opened}", highlight=False)
    reached = found.recorded
    console.print(f"recorded {reached.stored} of {reached.sent} statements sent through Lintel", highlight=False)
    if not reached.complete:
        say.note(f"the store does not hold what was relayed: {reached.stored} of {reached.sent}")


def _openings(starts: Starts) -> Iterable[tuple[str, float]]:
    first = next((clients for _, clients in starts), 0)
    for (relay, clients), cost in starts.items():
        yield relay if clients == first else f"{relay}@{clients}", cost


def _cells(found: Measured, workload: str, relay: str) -> list[str]:
    pair = (relay, BASE)
    added = _added(found.latencies, workload, relay)
    return [
        _cell(spread(measured(found.samples, workload, relay, cpu)), 1),
        "" if relay == BASE else _cell(ratio(found.samples, workload, pair, cpu), 2),
        _cell(spread(measured(found.samples, workload, relay, tps)), 0),
        "" if relay == BASE else _cell(ratio(found.samples, workload, pair, tps), 2),
        "" if added is None or relay == "direct" else f"{added:.0f}",
    ]


def _cell(value: Spread | None, digits: int) -> str:
    if value is None:
        return ""
    return f"{value.median:.{digits}f} ({value.low:.{digits}f}-{value.high:.{digits}f})"


def _added(latencies: Latencies, workload: str, relay: str) -> float | None:
    through, straight = latencies.get((workload, relay)), latencies.get((workload, "direct"))
    return median(through) - median(straight) if through and straight else None


def line(found: Measured, known: About) -> None:
    """The last line of stdout."""
    print(json.dumps(figures(found, known)), flush=True)


def figures(found: Measured, known: About) -> dict[str, object]:
    """Medians by workload; `spread` has low, median and high of the ratios, `against` Lintel beside every other."""
    relays, workloads = found.relays(), found.workloads()
    timed = list(dict.fromkeys(workload for workload, _ in found.latencies))
    against = {other: _against(found, other) for other in relays if other not in ("lintel", "direct")}
    base = against.get(BASE, {"cpu": {}, "throughput": {}})
    return {
        "cpu_vs_pgbouncer": _medians(base["cpu"]),
        "throughput_vs_pgbouncer": _medians(base["throughput"]),
        "cpu_us": _by_relay(relays, workloads, lambda relay, name: _median(found, name, relay, cpu)),
        "tps": _by_relay(relays, workloads, lambda relay, name: _median(found, name, relay, tps)),
        "latency_p50_added_us": _by_relay(
            [relay for relay in relays if relay != "direct"],
            timed, lambda relay, name: _added(found.latencies, name, relay),
        ),
        "spread": {
            "cpu_vs_pgbouncer": {name: value.json() for name, value in base["cpu"].items()},
            "throughput_vs_pgbouncer": {name: value.json() for name, value in base["throughput"].items()},
        },
        "against": {
            other: {kind: _medians(values) for kind, values in kinds.items()} for other, kinds in against.items()
        },
        "session_start_cpu_us": {name: round(cost) for name, cost in _openings(found.starts)},
        "recorded": {"sent": found.recorded.sent, "stored": found.recorded.stored},
        **known.json(),
    }  # fmt: skip


def _against(found: Measured, other: str) -> dict[str, dict[str, Spread]]:
    """Lintel divided by this relay."""
    return {kind: dict(_ratios(found, ("lintel", other), value)) for kind, value in (("cpu", cpu), ("throughput", tps))}


def _ratios(found: Measured, pair: tuple[str, str], value: _Value) -> Iterable[tuple[str, Spread]]:
    for workload in found.workloads():
        known = ratio(found.samples, workload, pair, value)
        if known is not None:
            yield workload, known


def _medians(values: Mapping[str, Spread]) -> dict[str, float | None]:
    return {name: rounded(value) for name, value in values.items()}


def _median(found: Measured, workload: str, relay: str, value: _Value) -> float | None:
    return rounded(spread(measured(found.samples, workload, relay, value)), 2)


def _by_relay(
    relays: Sequence[str], workloads: Sequence[str], value: Callable[[str, str], float | None]
) -> dict[str, dict[str, float]]:
    found = {relay: {name: value(relay, name) for name in workloads} for relay in relays}
    kept = {relay: {name: one for name, one in row.items() if one is not None} for relay, row in found.items()}
    return {relay: row for relay, row in kept.items() if row}
