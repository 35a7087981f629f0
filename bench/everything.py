"""`./dev bench all`: every benchmark of speed and memory, one after another, and each target: reached or not.

What has no target is run as well (of growth the smaller sizes only), so that one run shows everything.
"""

import argparse
import json
import subprocess
import sys

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench import say
from bench.targets import Figures, verdicts

BENCHES = ("relay", "latency", "bulk", "idle", "connect", "analyze", "shield", "growth")
ALWAYS_QUICK, NEVER_QUICK = ("growth",), ("shield",)  # the one is long, the other short


def main(arguments: list[str]) -> int:
    """The exit code: 1 where a target is missed, or could not be measured."""
    flags = argparse.ArgumentParser(prog="./dev bench all", description=__doc__)
    flags.add_argument("--quick", action="store_true", help="each of them with --quick: about ten minutes")
    flags.add_argument("--json", action="store_true", help="end stdout with one line of JSON")
    flags.add_argument("--only", nargs="+", choices=BENCHES, default=BENCHES, help="these")
    given = flags.parse_args(arguments)
    quick = {name: name in ALWAYS_QUICK or (given.quick and name not in NEVER_QUICK) for name in given.only}
    found = {name: _figures(name, quick=quick[name]) for name in given.only}
    reached = verdicts(found)
    table = Table("target", "value", "at most, or least", "met", box=SIMPLE_HEAD)
    for name, one in reached.items():
        table.add_row(name, *("" if value is None else str(value) for value in one.values()))
    Console(width=100).print(table)
    if given.json:
        print(json.dumps(reached))
    return 0 if all(one["met"] for one in reached.values()) else 1


def _figures(name: str, *, quick: bool) -> Figures:
    """What it prints is passed on, but for the line of JSON at its end."""
    command = [sys.executable, "-m", "bench", name, "--json", *(["--quick"] if quick else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    shown, _, line = done.stdout.rstrip("\n").rpartition("\n")
    try:
        figures: Figures = json.loads(line)
    except ValueError:
        print(done.stdout, flush=True)
        say.note(f"{name} has ended with {done.returncode}: its targets are not measured")
        return {}
    print(shown, flush=True)
    return figures
