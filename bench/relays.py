"""What stands before a server: nothing at all, or `lintel serve`. Other people's relays are in others.

Each is a context manager that gives a running `Relay` and ends it. What is measured on them is not known here.
"""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from bench.failure import BenchFailure
from bench.pgbench import Target
from bench.workloads import PLAN
from lintel.demo.postgres import Server

START_SECONDS = 30.0
STOP_SECONDS = 15.0
DATABASE = "postgres"

_READY = re.compile(r"^lintel ready listen=\S+:(\d+)(?: admin=(\S+))?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Relay:
    """One way to the server; no process: straight to it."""

    name: str
    target: Target
    pid: int | None = None
    admin: str | None = None  # HOST:PORT of Lintel's metrics


@dataclass(frozen=True, slots=True)
class Job:
    """What Lintel is asked to do while it relays."""

    name: str
    plans: tuple[Path, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


SHIELDING = Job("lintel", (PLAN,))
OBSERVING = Job("lintel_observing")
# There is no switch for it: statements are looked up and counted all the same, but of none is it kept what it uses.
OFF = Job("lintel_off", environment={"LINTEL_RECORD__TABLES": '["nobody.asks"]'})


@contextlib.contextmanager
def direct(server: Server) -> Iterator[Relay]:
    """No relay."""
    yield Relay("direct", Target(server.host, server.port, server.user, DATABASE))


@contextlib.contextmanager
def lintel(server: Server, store: Path, program: Path | None = None, job: Job = SHIELDING) -> Iterator[Relay]:
    """`lintel serve` as users start it, recording into `store`, with that job."""
    flags = [word for plan in job.plans for word in ("--plan", str(plan))]
    with serving(server.dsn(DATABASE), store, program, flags, job.environment, user=server.user) as running:
        yield replace(running, name=job.name)


@contextlib.contextmanager
def serving(
    dsn: str,
    store: Path,
    program: Path | None = None,
    flags: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    user: str = "postgres",
) -> Iterator[Relay]:
    """`lintel serve` in front of that server."""
    command = [*lintel_command(program), "serve", "--server", dsn, "--store", str(store), *flags]
    command += ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    inside = {**os.environ, **(environment or {})}
    with tempfile.NamedTemporaryFile(prefix="lintel-bench-", suffix=".log") as log:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log, text=True, env=inside
            )
        except OSError as error:
            raise BenchFailure(f"{command[0]}: {error.strerror}") from None
        with ended(process):
            ready = _READY.search(_first_line(process))
            if ready is None:
                raise BenchFailure(f"lintel serve did not start: {Path(log.name).read_text()[-2000:]}")
            target = Target("127.0.0.1", int(ready[1]), user, DATABASE)
            yield Relay("lintel", target, process.pid, ready[2])


def lintel_command(program: Path | None) -> list[str]:
    """This checkout's, or another build's."""
    return [sys.executable, "-m", "lintel"] if program is None else [str(program)]


@contextlib.contextmanager
def ended(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> Iterator[None]:
    """It is told to end at the latest when this is left, and killed if it will not."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    impatience = threading.Timer(START_SECONDS, process.kill)
    impatience.start()
    try:
        return process.stdout.readline()
    finally:
        impatience.cancel()
