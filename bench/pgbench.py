"""One run of pgbench through one relay: how many transactions, how fast, and each one's latency where asked for."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from bench.failure import BenchFailure

_PROCESSED = re.compile(r"number of transactions actually processed: (\d+)")
_FAILED = re.compile(r"number of failed transactions: (\d+)")
_TPS = re.compile(r"^tps = ([\d.]+) \(without initial connection time\)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Target:
    """Where pgbench connects."""

    host: str
    port: int
    user: str
    database: str


@dataclass(frozen=True, slots=True)
class Load:
    """What pgbench does there, for how long."""

    mode: str  # simple | extended | prepared
    script: tuple[str, ...]  # pgbench's own options that choose it
    clients: int
    seconds: int
    application: str = "pgbench"

    def options(self) -> list[str]:
        """As pgbench wants them."""
        return ["-n", "-M", self.mode, "-c", str(self.clients), "-T", str(self.seconds), *self.script]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What pgbench says it did."""

    transactions: int
    tps: float


class Pgbench:
    """The program, and a directory for its logs."""

    def __init__(self, bindir: Path) -> None:
        beside = bindir / "pgbench"
        found = str(beside) if beside.exists() else shutil.which("pgbench")
        if found is None:
            raise BenchFailure(f"there is no pgbench in {bindir} nor on PATH")
        self.program = found
        self.version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout.split()[
            2
        ]

    def initialise(self, target: Target, scale: int) -> None:
        """Make pgbench's tables."""
        self._run(target, ["-i", "-q", "-s", str(scale)], "pgbench")

    def few(self, target: Target, load: Load, transactions: int) -> Outcome:
        """So many transactions of each client, however long they take."""
        options = ["-n", "-M", load.mode, "-c", str(load.clients), "-t", str(transactions), *load.script]
        return outcome(self._run(target, options, load.application))

    def run(self, target: Target, load: Load) -> Outcome:
        """Run the load and wait for its end."""
        return outcome(self._run(target, load.options(), load.application))

    def latencies(self, target: Target, load: Load) -> list[int]:
        """Run the load; each transaction's latency in microseconds."""
        with tempfile.TemporaryDirectory(prefix="lintel-bench-") as directory:
            prefix = Path(directory) / "log"
            outcome(self._run(target, [*load.options(), "-l", f"--log-prefix={prefix}"], load.application))
            return [microseconds for log in Path(directory).iterdir() for microseconds in logged(log.read_text())]

    def _run(self, target: Target, options: list[str], application: str) -> str:
        address = ["-h", target.host, "-p", str(target.port), "-U", target.user, target.database]
        environment = {**os.environ, "PGAPPNAME": application, "PGSSLMODE": "disable", "PGCONNECT_TIMEOUT": "10"}
        done = subprocess.run(
            [self.program, *options, *address], capture_output=True, text=True, env=environment, check=False
        )
        if done.returncode != 0:
            last = done.stderr.strip().splitlines()[-3:]
            raise BenchFailure(f"pgbench {' '.join(options)} at port {target.port} failed: {' / '.join(last)}")
        return done.stdout


def outcome(output: str) -> Outcome:
    """Read pgbench's report; a run with failed transactions measured nothing."""
    processed, failed, tps = _PROCESSED.search(output), _FAILED.search(output), _TPS.search(output)
    if processed is None or tps is None or int(processed[1]) == 0:
        raise BenchFailure(f"pgbench processed nothing: {output.strip()}")
    if failed is not None and int(failed[1]) > 0:
        raise BenchFailure(f"pgbench saw {failed[1]} failed transactions")
    return Outcome(int(processed[1]), float(tps[1]))


def logged(log: str) -> list[int]:
    """The latencies of pgbench's transaction log: client, transaction, *time*, script, seconds, microseconds."""
    return [int(line.split(" ", 3)[2]) for line in log.splitlines()]
