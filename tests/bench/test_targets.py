"""Targets are read from the benchmarks' JSON; what was not measured is not met."""

import json
import subprocess
import sys

import pytest
from bench import everything
from bench.targets import TARGETS, at, verdicts

RELAY = {
    "compiled": False,
    "cpu_vs_pgbouncer": {"prepared": 1.2, "prepared@64": 1.3, "extended": 1.25, "simple_unique": 1.4},
    "throughput_vs_pgbouncer": {"prepared": 0.9, "prepared@64": 0.8},
    "against": {"lintel_off": {"throughput": {"simple": 0.97}}, "pgpool": {"cpu": {"extended": 0.3}}},
}
ANALYZE = {"workloads": {"orm": {"decision": {"median_us": 2095.0}}}}
LATENCY = {
    "rates": {
        "500": {"lintel": {"added_p50_paired_us": [1, 20.0, 99]}, "pgbouncer": {"added_p50_paired_us": [1, 19.0, 99]}},
        "2000": {"lintel": {"added_p50_paired_us": [1, 24.0, 99]}, "pgbouncer": {"added_p50_paired_us": [1, 19.5, 99]}},
    }
}


def test_names_are_unique() -> None:
    assert len({target.name for target in TARGETS}) == len(TARGETS)


@pytest.mark.parametrize(
    ("name", "value", "met"),
    [
        ("cpu_prepared", 1.3, False),
        ("cpu_extended", 1.25, True),
        ("cpu_simple_unique", 1.4, True),
        ("throughput_prepared", 0.8, False),
        ("throughput_lost_simple", 0.03, True),
        ("cpu_vs_pgpool_extended", 0.3, True),
        ("cpu_vs_pgpool_simple", None, False),
        ("added_p50_over_pgbouncer_us", 4.5, False),
        ("idle_kib_plain", None, False),
        ("cold_orm_decision_us", 2095.0, False),
    ],
)
def test_verdicts(name: str, value: float | None, *, met: bool) -> None:
    found = verdicts({"relay": RELAY, "latency": LATENCY, "analyze": ANALYZE})[name]
    assert (found["value"], found["met"]) == (value, met)


def test_a_compiled_build_is_asked_for_more() -> None:
    assert verdicts({"relay": {**RELAY, "compiled": True}})["cpu_extended"] == {
        "value": 1.25, "target": 1.05, "met": False
    }  # fmt: skip


def test_nothing_under_a_key() -> None:
    assert at("a", "b")({"a": 1.0}) is None
    assert at("a", "b")({}) is None


def test_the_line_of_json_is_the_last(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        assert command[:3] == [sys.executable, "-m", "bench"]
        known = {"relay": RELAY, "latency": LATENCY}.get(command[3])
        return subprocess.CompletedProcess(
            command, 0 if known else 1, f"a table\n{json.dumps(known)}\n" if known else ""
        )

    monkeypatch.setattr(subprocess, "run", run)
    assert everything.main(["--quick", "--json"]) == 1
    shown = capsys.readouterr()
    assert set(json.loads(shown.out.splitlines()[-1])) == {target.name for target in TARGETS}
    assert "bulk has ended with 1: " in shown.err
