"""What is shown: progress and notes on stderr, a table for people and a line of JSON for programs on stdout."""

import json
import os
import platform
import sys
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from prometheus_client.parser import text_string_to_metric_families
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Column, Table

from bench.figures import Sample, Spread, cpu, measured, ratio, rounded, spread, tps
from bench.pgbench import Pgbench
from bench.recorded import Recorded
from bench.relays import Relay, pgbouncer_version
from lintel.demo.postgres import Server

PAIR = ("lintel", "pgbouncer")
Latencies = Mapping[tuple[str, str], Sequence[float]]


@dataclass(frozen=True, slots=True)
class Versions:
    """What was measured, on what."""

    compiled: bool
    programs: dict[str, str | None]
    machine: str


@dataclass(frozen=True, slots=True)
class Measured:
    """All that a run has found."""

    samples: Sequence[Sample]
    latencies: Latencies
    starts: Mapping[str, float]  # CPU microseconds of opening a session, by relay
    recorded: Recorded


def progress(text: str) -> None:
    """Say what is going on, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def note(text: str) -> None:
    """Say something that belongs beside the figures."""
    print(f"bench relay: {text}", file=sys.stderr, flush=True)


def versions(server: Server, pgbench: Pgbench, lintel: Relay) -> Versions:
    """The running Lintel is asked for its own: it may be another build than the one that this runs in."""
    build = _build(lintel)
    programs = {
        "lintel": build.get("version"),
        "python": build.get("python"),
        "uvloop": version("uvloop"),
        "postgres": server.version,
        "pgbench": pgbench.version,
        "pgbouncer": pgbouncer_version(),
    }
    return Versions(build.get("compiled") == "true", programs, _machine())


def _build(lintel: Relay) -> dict[str, str]:
    if lintel.admin is None:
        return {}
    with urllib.request.urlopen(f"http://{lintel.admin}/metrics", timeout=5) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    return next((sample.labels for family in families for sample in family.samples if "compiled" in sample.labels), {})


def _machine() -> str:
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((row.partition(":")[2].strip() for row in cpuinfo if row.startswith("model name")), platform.machine())
    return f"{os.cpu_count()} x {model}, {platform.system()} {platform.release()}"


def table(found: Measured, about: Versions) -> None:
    """A row per workload and relay."""
    progress("")
    samples, reached = found.samples, found.recorded
    headings = ("workload", "relay", "CPU us/query", "vs pgbouncer", "tps", "vs pgbouncer", "added p50 us")
    shown = Table(*(Column(heading, no_wrap=True) for heading in headings), box=SIMPLE_HEAD)
    for workload in dict.fromkeys(sample.workload for sample in samples):
        for relay in dict.fromkeys(sample.relay for sample in samples if sample.workload == workload):
            shown.add_row(workload, relay, *_cells(samples, found.latencies, workload, relay))
        shown.add_section()
    console = Console(width=max(130, Console().width))
    console.print(shown)
    known = ", ".join(f"{name} {number}" for name, number in about.programs.items() if number)
    console.print(f"{known}; {'compiled' if about.compiled else 'pure Python'}; {about.machine}", highlight=False)
    opened = ", ".join(f"{relay} {cost:.0f}" for relay, cost in found.starts.items())
    console.print(f"CPU us to open a session (not in the figures above): {opened}", highlight=False)
    console.print(f"recorded {reached.stored} of {reached.sent} statements sent through Lintel", highlight=False)
    if not reached.complete:
        note(f"the store does not hold what was relayed: {reached.stored} of {reached.sent}")


def _cells(samples: Sequence[Sample], latencies: Latencies, workload: str, relay: str) -> list[str]:
    pair = (relay, "pgbouncer")
    compared = relay == "lintel"
    added = _added(latencies, workload, relay)
    return [
        _cell(spread(measured(samples, workload, relay, cpu)), 1),
        _cell(ratio(samples, workload, pair, cpu), 2) if compared else "",
        _cell(spread(measured(samples, workload, relay, tps)), 0),
        _cell(ratio(samples, workload, pair, tps), 2) if compared else "",
        "" if added is None or relay == "direct" else f"{added:.0f}",
    ]


def _cell(value: Spread | None, digits: int) -> str:
    if value is None:
        return ""
    return f"{value.median:.{digits}f} ({value.low:.{digits}f}-{value.high:.{digits}f})"


def _added(latencies: Latencies, workload: str, relay: str) -> float | None:
    through, straight = latencies.get((workload, relay)), latencies.get((workload, "direct"))
    return median(through) - median(straight) if through and straight else None


def line(found: Measured, about: Versions) -> None:
    """The last line of stdout."""
    print(json.dumps(figures(found, about)), flush=True)


def figures(found: Measured, about: Versions) -> dict[str, object]:
    """Medians by workload; `spread` has low, median and high of the ratios."""
    samples, latencies = found.samples, found.latencies
    workloads = list(dict.fromkeys(sample.workload for sample in samples))
    timed = list(dict.fromkeys(workload for workload, _ in latencies))

    def ratios(value: Callable[[Sample], float | None]) -> dict[str, Spread]:
        every = {workload: ratio(samples, workload, PAIR, value) for workload in workloads}
        return {workload: known for workload, known in every.items() if known is not None}

    return {
        "compiled": about.compiled,
        "cpu_vs_pgbouncer": {name: rounded(value) for name, value in ratios(cpu).items()},
        "throughput_vs_pgbouncer": {name: rounded(value) for name, value in ratios(tps).items()},
        "cpu_us": _by_relay(PAIR, workloads, lambda relay, name: _median(samples, name, relay, cpu)),
        "tps": _by_relay(("direct", *PAIR), workloads, lambda relay, name: _median(samples, name, relay, tps)),
        "latency_p50_added_us": _by_relay(PAIR, timed, lambda relay, name: _added(latencies, name, relay)),
        "spread": {
            "cpu_vs_pgbouncer": {name: value.json() for name, value in ratios(cpu).items()},
            "throughput_vs_pgbouncer": {name: value.json() for name, value in ratios(tps).items()},
        },
        "session_start_cpu_us": {relay: round(cost) for relay, cost in found.starts.items()},
        "recorded": {"sent": found.recorded.sent, "stored": found.recorded.stored},
        "versions": about.programs,
        "machine": about.machine,
    }


def _median(
    samples: Sequence[Sample], workload: str, relay: str, value: Callable[[Sample], float | None]
) -> float | None:
    return rounded(spread(measured(samples, workload, relay, value)), 2)


def _by_relay(
    relays: Sequence[str], workloads: Sequence[str], value: Callable[[str, str], float | None]
) -> dict[str, dict[str, float]]:
    found = {relay: {name: value(relay, name) for name in workloads} for relay in relays}
    kept = {relay: {name: one for name, one in row.items() if one is not None} for relay, row in found.items()}
    return {relay: row for relay, row in kept.items() if row}
