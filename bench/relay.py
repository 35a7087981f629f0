"""`./dev bench relay`: what Lintel costs per query, beside other people's relays and no relay at all.

Lintel runs as users run it: every statement recorded, a plan active on the queried table, an old client; and twice with
less to do. Nothing here knows how a relay is started (relays, others), how pgbench is run (pgbench) or how figures are
drawn (report).
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

from bench import cpu, others, programs, relays, report, say
from bench.about import About, about
from bench.arguments import parser
from bench.figures import Sample, in_turn
from bench.pgbench import Load, Pgbench
from bench.recorded import Recorded, recorded
from bench.relays import Relay
from bench.server import postgres
from bench.workloads import APART, MAIN, Workload
from lintel.demo.postgres import Server

WARM_TRANSACTIONS = 100  # per client
START_RUNS = 2
START_PAUSE_SECONDS = 1.2
TIMED, TIMED_QUICKLY = 3, 2  # workloads, with one client
PAIR = ("lintel", "pgbouncer")  # the targets are set on these
STRANGERS = ("haproxy", "pgpool")
OTHERS = {"pgbouncer": others.pgbouncer, "haproxy": others.haproxy, "pgpool": others.pgpool}


@dataclass(frozen=True, slots=True)
class Case:
    """A workload with so many clients."""

    name: str
    workload: Workload
    clients: int


@dataclass(frozen=True, slots=True)
class Options:
    """What to run, and how long."""

    rounds: int
    seconds: int
    latency_rounds: int
    scale: int
    cases: tuple[Case, ...]
    quick: bool
    json: bool
    server: str | None
    lintel: Path | None

    @property
    def workloads(self) -> tuple[Workload, ...]:
        """Each once."""
        return tuple(dict.fromkeys(case.workload for case in self.cases))


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
    starts: report.Starts = field(default_factory=dict)

    def measure(self) -> None:
        """Warm up, then every case through every relay, round by round."""
        for case in self.options.cases:
            for relay in self._of(case, 0):
                say.progress(f"warming {case.name} through {relay.name}")
                self._few(case, relay, WARM_TRANSACTIONS)
        for case in {case.clients: case for case in self.options.cases}.values():
            self._start(case)
        for number in range(self.options.rounds):
            for case in self.options.cases:
                for relay in in_turn(number, self._of(case, number)):
                    self._throughput(case, relay, number)
        for number in range(self.options.latency_rounds):
            for workload in self.options.workloads[: TIMED_QUICKLY if self.options.quick else TIMED]:
                for relay in in_turn(number, [one for one in self.relays if one.name in ("direct", *PAIR)]):
                    self._latency(workload, relay)

    def _of(self, case: Case, number: int) -> Sequence[Relay]:
        """Who takes part: in a quick run the others in the first round only, strangers in two workloads."""
        pair = [relay for relay in self.relays if relay.name in PAIR]
        if case.workload in APART or (self.options.quick and number):
            return pair
        if not self.options.quick:
            return self.relays
        left_out = () if case.workload in self.options.workloads[:2] else STRANGERS
        return [relay for relay in self.relays if relay.pid and relay.name not in left_out]

    def _few(self, case: Case, relay: Relay, transactions: int) -> None:
        """What a relay meets for the first time is not measured."""
        load = self._load(case.workload, relay, case.clients)
        self.sent[relay.name] += self.pgbench.few(relay.target, load, transactions).transactions

    def _start(self, case: Case) -> None:
        """What opening the sessions of a run costs, after a pause as between runs: the more at once, the less each."""
        costs = [(relay, relay.pid, list[float]()) for relay in self.relays]
        for _ in range(START_RUNS):
            time.sleep(START_PAUSE_SECONDS)
            for relay, pid, found in costs:
                if pid is None:
                    continue
                say.progress(f"opening sessions through {relay.name}")
                before = cpu.spent_ns(pid)
                self._few(case, relay, 1)
                found.append((cpu.spent_ns(pid) - before) / 1000 / case.clients)
        self.starts.update({(relay.name, case.clients): median(found) for relay, _, found in costs if found})

    def _throughput(self, case: Case, relay: Relay, number: int) -> None:
        say.progress(f"round {number + 1}: {case.name} through {relay.name}")
        before = cpu.spent_ns(relay.pid) if relay.pid else 0
        done = self.pgbench.run(relay.target, self._load(case.workload, relay, case.clients))
        per_statement = None
        if relay.pid:
            spent = (cpu.spent_ns(relay.pid) - before) / 1000 - self.starts[relay.name, case.clients] * case.clients
            per_statement = spent / (done.transactions * case.workload.statements)
        self.samples.append(Sample(case.name, relay.name, number, done.tps, per_statement))
        self.sent[relay.name] += done.transactions

    def _latency(self, workload: Workload, relay: Relay) -> None:
        say.progress(f"latency: {workload.name} through {relay.name}")
        times = sorted(self.pgbench.latencies(relay.target, self._load(workload, relay, clients=1)))
        self.latencies.setdefault((workload.name, relay.name), []).append(times[len(times) // 2])
        self.sent[relay.name] += len(times)

    def _load(self, workload: Workload, relay: Relay, clients: int) -> Load:
        script = workload.script_for(relay.name)
        return Load(workload.mode, script, clients, self.options.seconds, workload.application)


def main(arguments: list[str]) -> int:
    """The exit code; figures on stdout, progress on stderr."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="lintel-bench-") as name, postgres(options.server) as server:
        directory = Path(name)
        pgbench = Pgbench(server.bindir)
        with contextlib.ExitStack() as stack:
            straight = stack.enter_context(relays.direct(server))
            say.progress(f"filling pgbench_accounts at scale {options.scale}")
            pgbench.initialise(straight.target, options.scale)
            running = [straight, *_relays(stack, server, directory, options)]
            versions = about(server, running[1], OTHERS, pgbench=pgbench.version)
            run = Run(options, pgbench, running)
            run.measure()
        reached = recorded(_store(directory, relays.SHIELDING), run.sent["lintel"], options.lintel)
    _show(run, versions, reached)
    return 0


def _relays(stack: contextlib.ExitStack, server: Server, directory: Path, options: Options) -> Iterator[Relay]:
    for job in (relays.SHIELDING, relays.OBSERVING, relays.OFF):
        yield stack.enter_context(relays.lintel(server, _store(directory, job), options.lintel, job))
    for name, program in programs.present(OTHERS).items():
        yield stack.enter_context(OTHERS[name](server, program))


def _store(directory: Path, job: relays.Job) -> Path:
    return directory / f"{job.name}.db"


def _show(run: Run, versions: About, reached: Recorded) -> None:
    found = report.Measured(run.samples, run.latencies, run.starts, reached)
    report.table(found, versions)
    if run.options.json:
        report.line(found, versions)


def _options(arguments: list[str]) -> Options:
    names = {workload.name: workload for workload in (*MAIN, *APART)}
    flags = parser("relay", __doc__, "within a minute: fewer and shorter rounds, 8 clients")
    flags.add_argument("--rounds", type=int, help="interleaved rounds under load")
    flags.add_argument("--seconds", type=int, help="of each run of pgbench")
    flags.add_argument(
        "--clients", type=int, nargs="+", help="under load (8 1 64): the first goes by the workload's bare name"
    )
    flags.add_argument("--scale", type=int, default=10, help="pgbench's scale: 100,000 accounts each")
    flags.add_argument("--only", nargs="+", choices=names, help="these workloads")
    given = flags.parse_args(arguments)
    rounds, seconds, latency_rounds, usual = (3, 1, 1, MAIN) if given.quick else (5, 2, 3, (*MAIN, *APART))
    chosen = tuple(names[name] for name in given.only) if given.only else usual
    return Options(
        given.rounds or rounds, given.seconds or seconds, latency_rounds, given.scale,
        tuple(_cases(chosen, given)), given.quick, given.json, given.server, given.lintel,
    )  # fmt: skip


def _cases(workloads: Sequence[Workload], given: argparse.Namespace) -> Iterator[Case]:
    """What is reported apart has one number of clients only."""
    first, *rest = given.clients or ([8] if given.quick else [8, 1, 64])
    yield from (Case(workload.name, workload, first) for workload in workloads)
    for clients in rest:
        yield from (
            Case(f"{workload.name}@{clients}", workload, clients) for workload in workloads if workload not in APART
        )
