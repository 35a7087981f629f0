"""What was measured, on what: versions of everything, whether the hot path is compiled, the machine and its load."""

import os
import platform
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from bench import programs
from bench.relays import Relay
from lintel.demo.postgres import Server


@dataclass(frozen=True, slots=True)
class About:
    """What belongs beside every figure."""

    compiled: bool
    programs: dict[str, str | None]
    machine: str
    load: float  # of the last minute, when the measuring began

    def line(self) -> str:
        """For people."""
        known = ", ".join(f"{name} {number}" for name, number in self.programs.items() if number)
        build = "compiled" if self.compiled else "pure Python"
        return f"{known}; {build}; {self.machine}; load {self.load:.1f} before"

    def json(self) -> dict[str, object]:
        """For programs."""
        return {"compiled": self.compiled, "versions": self.programs, "machine": self.machine, "load": self.load}


def about(server: Server, lintel: Relay, others: Iterable[str] = (), **also: str) -> About:
    """The running Lintel is asked for its own: it may be another build than the one that this runs in."""
    build = _build(lintel)
    versions = {
        "lintel": build.get("version"),
        "python": build.get("python"),
        "uvloop": version("uvloop"),
        "postgres": server.version,
        **also,
        **{name: programs.version(name) for name in others},
    }
    return About(build.get("compiled") == "true", versions, _machine(), round(os.getloadavg()[0], 1))


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
