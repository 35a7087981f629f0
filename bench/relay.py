"""`./dev bench relay`: what Lintel costs per query, beside pgbouncer in session mode and no relay at all.

Lintel runs as users run it: every statement recorded, a plan active on the queried table, an old client. Nothing
here knows how a relay is started (relays), how pgbench is run (pgbench) or how figures are drawn (report).
"""

import argparse
import contextlib
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench import cpu, relays, report
from bench.failure import BenchFailure
from bench.figures import Sample
from bench.pgbench import Load, Pgbench
from bench.recorded import Recorded, recorded
from bench.relays import Relay
from bench.workloads import APART, MAIN, Workload
from lintel.demo.postgres import NoPostgres, Server, launch

WARM_TRANSACTIONS = 100  # per client
START_RUNS = 3
START_PAUSE_SECONDS = 1.2
SETTINGS = {"shared_buffers": "256MB", "autovacuum": "off", "max_connections": "100"}


@dataclass(frozen=True, slots=True)
class Options:
    """What to run, and how long."""

    rounds: int
    seconds: int
    latency_rounds: int
    clients: int
    scale: int
    workloads: tuple[Workload, ...]
    quick: bool = False
    json: bool = False
    server: int | str | None = None
    lintel: Path | None = None


@dataclass(slots=True)
class Run:
    """One run of the benchmark: its parts, and what it has measured so far."""

    options: Options
    pgbench: Pgbench
    relays: Sequence[Relay]
    samples: list[Sample] = field(default_factory=list)
    latencies: dict[tuple[str, str], list[float]] = field(
        default_factory=dict
    )  # p50 by (workload, relay), a round each
    sent: Counter[str] = field(default_factory=Counter)  # transactions by relay, warming included
    starts: dict[str, float] = field(default_factory=dict)  # CPU microseconds of opening a session, by relay

    def measure(self) -> None:
        """Warm up, then every workload through every relay, round by round."""
        for workload in self.options.workloads:
            for relay in self.relays:
                report.progress(f"warming {workload.name} through {relay.name}")
                self._few(workload, relay, WARM_TRANSACTIONS)
        for relay in self.relays:
            self._start(relay)
        for number in range(self.options.rounds):
            for workload in self.options.workloads:
                for relay in self._in_turn(number, self._loaded_relays()):
                    self._throughput(workload, relay, number)
        for number in range(self.options.latency_rounds):
            for workload in self.options.workloads[:3]:
                for relay in self._in_turn(number, self.relays):
                    self._latency(workload, relay)

    def _few(self, workload: Workload, relay: Relay, transactions: int) -> None:
        """What a relay meets for the first time is not measured."""
        self.sent[relay.name] += self.pgbench.few(relay.target, self._load(workload, relay), transactions).transactions

    def _start(self, relay: Relay) -> None:
        """What opening the sessions of a run costs, after a pause as between runs."""
        if relay.pid is None:
            return
        report.progress(f"opening sessions through {relay.name}")
        costs = []
        for _ in range(START_RUNS):
            time.sleep(START_PAUSE_SECONDS)
            before = cpu.spent_ns(relay.pid)
            self._few(self.options.workloads[0], relay, 1)
            costs.append((cpu.spent_ns(relay.pid) - before) / 1000 / self.options.clients)
        self.starts[relay.name] = median(costs)

    def _throughput(self, workload: Workload, relay: Relay, number: int) -> None:
        report.progress(f"round {number + 1}: {workload.name} through {relay.name}")
        before = cpu.spent_ns(relay.pid) if relay.pid else 0
        done = self.pgbench.run(relay.target, self._load(workload, relay))
        per_statement = None
        if relay.pid:
            spent = (cpu.spent_ns(relay.pid) - before) / 1000 - self.starts[relay.name] * self.options.clients
            per_statement = spent / (done.transactions * workload.statements)
        self.samples.append(Sample(workload.name, relay.name, number, done.tps, per_statement))
        self.sent[relay.name] += done.transactions

    def _latency(self, workload: Workload, relay: Relay) -> None:
        report.progress(f"latency: {workload.name} through {relay.name}")
        times = sorted(self.pgbench.latencies(relay.target, self._load(workload, relay, clients=1)))
        self.latencies.setdefault((workload.name, relay.name), []).append(times[len(times) // 2])
        self.sent[relay.name] += len(times)

    def _load(self, workload: Workload, relay: Relay, clients: int | None = None) -> Load:
        script, options = workload.script_for(relay.name), self.options
        return Load(workload.mode, script, clients or options.clients, options.seconds, workload.application)

    def _loaded_relays(self) -> Sequence[Relay]:
        """A quick run saves the time of no relay under load: the ratios do not need it."""
        skipped = self.options.quick and len(self.relays) > 2
        return [relay for relay in self.relays if not skipped or relay.pid is not None]

    @staticmethod
    def _in_turn(number: int, among: Sequence[Relay]) -> Sequence[Relay]:
        """Each round begins with another relay, so that none is always the one after the pause."""
        first = number % len(among)
        return [*among[first:], *among[:first]]


def main(arguments: list[str]) -> int:
    """The exit code; figures on stdout, progress on stderr."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="lintel-bench-") as directory, _server(options) as server:
        store = Path(directory) / "store.db"
        pgbench = Pgbench(server.bindir)
        with contextlib.ExitStack() as stack:
            straight = stack.enter_context(relays.direct(server))
            report.progress(f"filling pgbench_accounts at scale {options.scale}")
            pgbench.initialise(straight.target, options.scale)
            running = [straight, *_relays(stack, server, store, options)]
            versions = report.versions(server, pgbench, running[1])
            run = Run(options, pgbench, running)
            run.measure()
        reached = recorded(store, run.sent["lintel"], options.lintel)
    _show(run, versions, reached)
    return 0


def _relays(stack: contextlib.ExitStack, server: Server, store: Path, options: Options) -> Iterator[Relay]:
    yield stack.enter_context(relays.lintel(server, store, options.lintel))
    program = relays.pgbouncer_program()
    if program is None:
        report.note("pgbouncer is not installed: its figures, and the ratios to it, are skipped")
        return
    yield stack.enter_context(relays.pgbouncer(server, program))


def _show(run: Run, versions: report.Versions, reached: Recorded) -> None:
    found = report.Measured(run.samples, run.latencies, run.starts, reached)
    report.table(found, versions)
    if run.options.json:
        report.line(found, versions)


@contextlib.contextmanager
def _server(options: Options) -> Iterator[Server]:
    try:
        running = launch(options.server, auth="trust", settings=SETTINGS)
    except NoPostgres as error:
        raise BenchFailure(str(error)) from None
    with running:
        yield running


def _options(arguments: list[str]) -> Options:
    names = {workload.name: workload for workload in (*MAIN, *APART)}
    parser = argparse.ArgumentParser(prog="./dev bench relay", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="within a minute: fewer and shorter rounds")
    parser.add_argument("--json", action="store_true", help="end stdout with one line of JSON")
    parser.add_argument("--rounds", type=int, help="interleaved rounds under load")
    parser.add_argument("--seconds", type=int, help="of each run of pgbench")
    parser.add_argument("--clients", type=int, default=8, help="under load (latency is measured with one)")
    parser.add_argument("--scale", type=int, default=10, help="pgbench's scale: 100,000 accounts each")
    parser.add_argument("--only", nargs="+", choices=names, help="these workloads")
    parser.add_argument(
        "--server", help="major version or binaries' directory of PostgreSQL (default: the first found)"
    )
    parser.add_argument("--lintel", type=Path, help="another build's `lintel`, to compare with")
    given = parser.parse_args(arguments)
    rounds, seconds, latency_rounds, usual = (4, 1, 1, MAIN) if given.quick else (5, 2, 3, (*MAIN, *APART))
    chosen = tuple(names[name] for name in given.only) if given.only else usual
    return Options(
        given.rounds or rounds, given.seconds or seconds, latency_rounds, given.clients, given.scale, chosen,
        given.quick, given.json, _server_choice(given.server), given.lintel,
    )  # fmt: skip


def _server_choice(said: str | None) -> int | str | None:
    return int(said) if said is not None and said.isdigit() else said
