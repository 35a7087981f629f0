"""The harness without a server: CPU accounting, the JSON line, the workloads, the front door."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from bench import connect, cpu, flame, programs, relay, report
from bench.__main__ import main
from bench.about import About
from bench.failure import BenchFailure
from bench.figures import Sample
from bench.recorded import Recorded, reads
from bench.workloads import APART, HERE, MAIN, PLAN

from lintel import plan

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="the scheduler's statistics are Linux's")
ABOUT = About(compiled=False, programs={"lintel": "0.1.0", "pgbouncer": None}, machine="a machine", load=0.5)
LATENCIES = {("simple", "direct"): [50.0, 52.0], ("simple", "lintel"): [70.0, 74.0]}


def measured(*relays: str, stored: int = 10) -> report.Measured:
    samples = [Sample("simple", relay, 0, 1000.0, None if relay == "direct" else 15.0) for relay in relays]
    return report.Measured(samples, LATENCIES, {("lintel", 8): 700.4, ("lintel", 64): 500.0}, Recorded(10, stored))


@LINUX
def test_cpu_is_of_all_threads_and_children() -> None:
    busy = "import threading, time\ndef burn():\n while time.process_time() < 9: pass\n"
    child = f"{busy}threading.Thread(target=burn, daemon=True).start(); time.sleep(9)"
    with subprocess.Popen([sys.executable, "-c", child]) as process:
        time.sleep(0.5)
        spent, own = cpu.spent_ns(process.pid), cpu.spent_ns(os.getpid())
        process.kill()
    assert spent > 20_000_000
    assert own > spent  # it is our child


@LINUX
def test_a_process_that_is_gone_is_a_failure() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    with pytest.raises(BenchFailure):
        cpu.spent_ns(process.pid)


def test_the_line_of_json() -> None:
    found = report.figures(measured("direct", "lintel", "pgbouncer"), ABOUT)
    assert json.loads(json.dumps(found)) == found
    assert found["compiled"] is False
    assert found["cpu_vs_pgbouncer"] == {"simple": 1.0}
    assert found["session_start_cpu_us"] == {"lintel": 700, "lintel@64": 500}
    assert found["latency_p50_added_us"] == {"lintel": {"simple": 21.0}}


def test_without_pgbouncer_its_ratios_are_absent() -> None:
    found = report.figures(measured("direct", "lintel"), ABOUT)
    assert found["cpu_vs_pgbouncer"] == {}
    assert found["cpu_us"] == {"lintel": {"simple": 15.0}}


def test_lintel_beside_every_other_relay() -> None:
    found = report.figures(measured("direct", "lintel", "lintel_off", "pgbouncer", "pgpool"), ABOUT)
    against = found["against"]
    assert isinstance(against, dict)
    assert set(against) == {"lintel_off", "pgbouncer", "pgpool"}
    assert against["pgpool"] == {"cpu": {"simple": 1.0}, "throughput": {"simple": 1.0}}


def test_a_program_that_is_nowhere(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(programs, "program", lambda _: None)
    monkeypatch.setattr(programs, "_install", lambda _: None)
    assert programs.present(["haproxy"]) == {}
    assert programs.version("haproxy") is None
    assert "haproxy is not installed" in capsys.readouterr().err


def test_cases_by_clients() -> None:
    names = [case.name for case in relay._options(["--clients", "8", "64", "--only", "prepared", "rewritten"]).cases]
    assert names == ["prepared", "rewritten", "prepared@64"]
    assert [case.name for case in relay._options(["--quick"]).cases] == [workload.name for workload in MAIN]


def test_what_the_store_lacks_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    report.table(measured("direct", "lintel", stored=9), ABOUT)
    shown = capsys.readouterr()
    assert "recorded 9 of 10" in shown.out
    assert "9 of 10" in shown.err


def test_reads_are_counted_by_column() -> None:
    uses: list[dict[str, object]] = [
        {"column": "abalance", "kind": "read", "calls": 7},
        {"column": "abalance", "kind": "read", "calls": 5},
        {"column": "abalance", "kind": "write", "calls": 100},
        {"column": "aid", "kind": "read", "calls": 12},
    ]
    assert reads(uses, "abalance") == 12


def test_every_script_is_there_and_used() -> None:
    named = {Path(part) for one in (*MAIN, *APART) for part in (*one.script, *(one.lintel_script or ())) if "/" in part}
    assert named == set(HERE.glob("*.sql"))


def test_opened_sessions_by_login() -> None:
    samples = [Sample("scram", relay, 1, rate, cost) for relay, rate, cost in (
        ("direct", 100.0, None), ("lintel", 80.0, 900.0), ("pgbouncer", 200.0, 300.0))]  # fmt: skip
    found = connect.figures(samples)
    assert found["cpu_us"] == {"scram": {"lintel": 900.0, "pgbouncer": 300.0}}
    assert found["ms"] == {"scram": {"direct": 10.0, "lintel": 12.5, "pgbouncer": 5.0}}
    assert found["cpu_vs_pgbouncer"] == {"scram": 3.0}


def test_a_flame_graph_says_what_it_is_of() -> None:
    drawn = '<svg><text id="title" x="1">/somewhere/py-spy record</text><text>rest</text></svg>'
    assert flame.titled(drawn, "a < b") == '<svg><text id="title" x="1">a &lt; b</text><text>rest</text></svg>'


def test_the_plan_is_one_that_lintel_takes() -> None:
    loaded = plan.load(PLAN)
    assert (loaded.schema, loaded.name, loaded.change.column) == ("public", "pgbench_accounts", "priority")


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--help"], 0), (["nonesuch"], 2)])
def test_the_front_door(arguments: list[str], code: int) -> None:
    assert main(arguments) == code
