"""`./dev bench analyze`: what a text costs that was never seen before: analysis, and all of a decision.

*Analysis* is parse, resolve and facts, as `lintel analyze` prints them. A *decision* is what a session waits for on a
miss of its caches: analysis, the verdict, base columns and the text that may be stored; without a plan here. Each text
comes with literals of its own, in one process and by its CPU time, so that a busy machine counts for little. The bombs
are the hostile texts of the tests, each size in turn, in a process that has to live through them.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from statistics import median

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from tests.analysis.bombs import BOMBS

from bench import say
from bench.failure import BenchFailure
from lintel.analysis import analyze
from lintel.analysis.ddl import schema_of
from lintel.policy import ContextKey, Policy
from lintel.policy.deciding import decide
from lintel.schema import Schema

BOUND_S = 2.0  # of CPU time, for any one text: the bound that the tests hold bombs to
TARGETS = {"pgbench": 150.0, "orm": 1000.0}  # microseconds, the median of the analysis
_COLUMNS = "id int PRIMARY KEY, " + ", ".join(f"{name} int" for name in "abcdefghi")
_TABLES = ("orders", "customers", "lines", "products")
DDL = f"""
CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84));
CREATE TABLE pgbench_tellers (tid int PRIMARY KEY, bid int, tbalance int, filler char(84));
CREATE TABLE pgbench_branches (bid int PRIMARY KEY, bbalance int, filler char(88));
CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
{"".join(f"CREATE TABLE {table} ({_COLUMNS});" for table in _TABLES)}
"""
# pgbench's own statements, and the eager load of an ORM: 40 columns of four tables, each with its label.
WORKLOADS = {
    "pgbench": (
        "UPDATE pgbench_accounts SET abalance = abalance + {0} WHERE aid = {0};",
        "SELECT abalance FROM pgbench_accounts WHERE aid = {0};",
        "UPDATE pgbench_tellers SET tbalance = tbalance + {0} WHERE tid = {0};",
        "UPDATE pgbench_branches SET bbalance = bbalance + {0} WHERE bid = {0};",
        "INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES ({0}, {0}, {0}, {0}, CURRENT_TIMESTAMP);",
    ),
    "orm": (
        "SELECT "
        + ", ".join(f"{table}_1.{name} AS {table}_{name}" for table in _TABLES for name in ("id", *"abcdefghi"))
        + " FROM orders AS orders_1 LEFT OUTER JOIN customers AS customers_1 ON customers_1.id = orders_1.a"
        " LEFT OUTER JOIN lines AS lines_1 ON lines_1.b = orders_1.id"
        " LEFT OUTER JOIN products AS products_1 ON products_1.id = lines_1.c"
        " WHERE orders_1.d = {0} ORDER BY orders_1.e DESC LIMIT {0}",
    ),
}


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one text that was never seen, in microseconds."""

    median_us: float
    least_us: float


@dataclass(frozen=True, slots=True)
class Bombs:
    """Of all hostile texts together."""

    texts: int
    deaths: int  # of the process
    slowest_s: float
    slowest: str
    beyond_bound: int


def main(arguments: list[str]) -> int:
    """0 where the targets are reached, else 1; raises BenchFailure."""
    options = _options(arguments)
    if options.probe:
        _probe()
        return 0
    load, schema = os.getloadavg()[0], schema_of(DDL.encode())
    found = {name: costs(texts, schema, options.rounds) for name, texts in WORKLOADS.items()}
    bombs = None if options.no_bombs else bombed()
    console = Console(width=120)
    console.print(_table(found))
    console.print(f"Python {sys.version.split()[0]}, load {load:.1f} before")
    if bombs is not None:
        console.print(
            f"{bombs.texts} hostile texts: {bombs.deaths} ended the process, {bombs.beyond_bound} took more than "
            f"{BOUND_S:g} s of CPU, the slowest {bombs.slowest_s:.2f} s ({bombs.slowest})"
        )
    if options.json:
        said = {name: {what: asdict(cost) for what, cost in each.items()} for name, each in found.items()}
        told = None if bombs is None else asdict(bombs)
        print(json.dumps({"workloads": said, "targets_us": TARGETS, "bombs": told, "load": round(load, 1)}))
    reached = all(found[name]["analysis"].median_us <= most for name, most in TARGETS.items())
    return int(not reached or (bombs is not None and bool(bombs.deaths or bombs.beyond_bound)))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench analyze", description=__doc__)
    parser.add_argument("--rounds", type=int, default=500, help="texts of each statement (500)")
    parser.add_argument("--quick", action="store_true", help="100 texts of each statement, without the hostile ones")
    parser.add_argument("--no-bombs", action="store_true", help="without the hostile texts")
    parser.add_argument("--json", action="store_true", help="end stdout with one line of JSON")
    parser.add_argument("--probe", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.quick:
        given.rounds, given.no_bombs = min(given.rounds, 100), True
    return given


def costs(texts: tuple[str, ...], schema: Schema, rounds: int) -> dict[str, Cost]:
    """Over all the statements of a workload."""
    moment, key = Policy(schema).moment, ContextKey()
    ways: dict[str, Callable[[bytes], object]] = {
        "analysis": lambda text: analyze(text, schema, ("public",)),
        "decision": lambda text: decide(moment, key, text),
    }
    return {what: _cost(way, texts, rounds) for what, way in ways.items()}


def _cost(way: Callable[[bytes], object], texts: tuple[str, ...], rounds: int) -> Cost:
    spent = []
    for number in range(rounds):
        for text in texts:
            sent = text.format(number + 1).encode()
            began = time.process_time_ns()
            way(sent)
            spent.append((time.process_time_ns() - began) / 1000)
    return Cost(round(median(spent), 1), round(min(spent), 1))


def bombed() -> Bombs:
    """Every hostile text, at three sizes; after a death the next process goes on behind it."""
    left = [(f"{name}, {n}", make(n)) for name, (make, size) in BOMBS.items() for n in (size // 100, size // 10, size)]
    spent: dict[str, float] = {}
    texts, deaths = len(left), 0
    while left:
        say.progress(f"{len(left)} hostile texts left")
        times = _spent(text for _, text in left)
        spent.update({name: seconds for (name, _), seconds in zip(left, times, strict=False)})
        deaths += len(times) < len(left)
        left = left[len(times) + 1 :]
    slowest = max(spent, key=lambda name: spent[name])
    beyond = sum(seconds > BOUND_S for seconds in spent.values())
    return Bombs(texts, deaths, round(spent[slowest], 3), slowest, beyond)


def _spent(texts: Iterable[str]) -> list[float]:
    sent = b"".join(b"%d\n%b" % (len(text), text) for text in map(str.encode, texts))
    command = [sys.executable, "-m", "bench", "analyze", "--probe"]
    done = subprocess.run(command, input=sent, capture_output=True, check=False)
    if not done.stdout:
        raise BenchFailure(f"hostile texts were not read: {done.stderr.decode()[-200:]}")
    return [float(line) for line in done.stdout.splitlines()]


def _probe() -> None:
    """Seconds of CPU time for each text on stdin."""
    schema = schema_of(b"CREATE TABLE t (a integer, b text)")
    while size := sys.stdin.buffer.readline():
        text = sys.stdin.buffer.read(int(size))
        began = time.process_time()
        analyze(text, schema, ("public",))
        print(time.process_time() - began, flush=True)


def _table(found: dict[str, dict[str, Cost]]) -> Table:
    table = Table(box=SIMPLE_HEAD, title="microseconds of CPU for a text that was never seen")
    for head in ("texts", "", "median", "least", "target"):
        table.add_column(head, justify="left" if head in ("texts", "") else "right")
    for name, each in found.items():
        for what, cost in each.items():
            target = f"{TARGETS[name]:g}" if what == "analysis" else ""
            table.add_row(name, what, f"{cost.median_us:.1f}", f"{cost.least_us:.1f}", target)
    return table
