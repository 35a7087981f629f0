"""`./dev bench idle`: what a session costs that does nothing, and whether ten thousand of them are really held.

Sessions are opened through `lintel serve` in steps, with TLS on both legs and without; at the end each asks once.
Behind it is a stub (stub.py): real backends would take more memory than the machine has. The catalog is a real one's.
"""

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench import memory, relays, say
from bench.certificates import Certificate, certificate, with_tls
from bench.failure import BenchFailure
from lintel.demo.postgres import NoPostgres, Server, launch

GIB = 1 << 30
TARGET = 0.8 * GIB  # for ten thousand sessions with TLS on both legs
STEPS = 5
WARM = 100  # sessions that pay for what is made once


@dataclass(frozen=True, slots=True)
class Options:
    """What to run."""

    sessions: int
    workers: int
    helpers: int  # processes of clients, and as many of the stub
    real: bool = False
    json: bool = False
    goals: tuple[int, ...] = ()  # where memory is looked at; without them in equal steps

    def steps(self) -> Iterable[int]:
        """The numbers of sessions at which memory is looked at."""
        warm = min(WARM, self.sessions // 2)
        return self.goals or [warm + (self.sessions - warm) * step // STEPS for step in range(STEPS + 1)]


@dataclass(frozen=True, slots=True)
class Held:
    """What one way has shown."""

    legs: str
    points: list[tuple[int, int]]  # sessions, and bytes of all of Lintel's processes
    answered: int

    @property
    def sessions(self) -> int:
        """At the end."""
        return self.points[-1][0]

    @property
    def used(self) -> int:
        """Bytes at the end."""
        return self.points[-1][1]

    def json(self) -> dict[str, object]:
        """Bytes as GiB, per session as KiB."""
        return {
            "sessions": self.sessions,
            "answered": self.answered,
            "gib": round(self.used / GIB, 3),
            "kib_per_session": round(memory.slope(self.points) / 1024, 1),
            "points": self.points,
        }


class Crowd:
    """The clients, in several processes."""

    def __init__(self, dsn: str, processes: int) -> None:
        self._processes = [
            subprocess.Popen(
                [sys.executable, "-m", "bench.crowd", dsn], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            for _ in range(processes)
        ]

    def open(self, number: int) -> int:
        """So many more, in equal parts."""
        share, over = divmod(number, len(self._processes))
        return self._all([f"open {share + (at < over)}" for at in range(len(self._processes))])

    def ask(self) -> int:
        """How many were answered."""
        return self._all(["ask"] * len(self._processes))

    def _all(self, commands: list[str]) -> int:
        for process, command in zip(self._processes, commands, strict=True):
            assert process.stdin is not None
            process.stdin.write(command + "\n")
            process.stdin.flush()
        return sum(self._answer(process) for process in self._processes)

    @staticmethod
    def _answer(process: subprocess.Popen[str]) -> int:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise BenchFailure("a client process has died: see above")
        return int(line)

    def close(self) -> None:
        """Everybody leaves."""
        for process in self._processes:
            process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()


def main(arguments: list[str]) -> int:
    """The exit code: 1 where a session was lost, or the target missed."""
    options = _options(arguments)
    with tempfile.TemporaryDirectory(prefix="lintel-bench-") as name, contextlib.ExitStack() as stack:
        directory = Path(name)
        server = stack.enter_context(_postgres(options, certificate(directory)))
        held = hold_both(server, directory, options)
    _show(options, held)
    allowed = TARGET * options.sessions / 10_000
    complete = all(one.answered == options.sessions for one in held)
    return 0 if complete and (held[0].used <= allowed or options.sessions < 10_000) else 1


def hold_both(server: Server, directory: Path, options: Options) -> list[Held]:
    """With TLS on both legs and without."""
    return [_hold(options, server, own, directory) for own in (certificate(directory), None)]


def _hold(options: Options, server: Server, own: Certificate | None, directory: Path) -> Held:
    """One way: with this certificate on both legs, or without TLS."""
    mode = "require" if own else "disable"
    with contextlib.ExitStack() as stack:
        port = server.port if options.real else stack.enter_context(_stub(options.helpers, own))
        environment = {
            "LINTEL_SERVER__CONTROL_DSN": server.dsn(),
            "LINTEL_LIMITS__LOGIN_TIMEOUT": "300s",
            "LINTEL_LIMITS__SESSIONS": str(options.sessions * options.workers),
            "LINTEL_LOG__LEVEL": "warning",
        }
        if own:
            environment |= {
                "LINTEL_LISTEN__TLS_CERT": str(own.certificate), "LINTEL_LISTEN__TLS_KEY": str(own.key)
            }  # fmt: skip
        dsn = f"postgresql://postgres@127.0.0.1:{port}/postgres?sslmode={mode}"
        store = directory / f"{mode}.db"
        flags = ("--workers", str(options.workers))
        lintel = stack.enter_context(relays.serving(dsn, store, flags=flags, environment=environment))
        crowd = Crowd(f"postgresql://postgres@127.0.0.1:{lintel.target.port}/postgres?sslmode={mode}", options.helpers)
        stack.callback(crowd.close)
        assert lintel.pid is not None
        points = _grow(crowd, lintel.pid, options.steps(), "TLS" if own else "plain")
        return Held("TLS on both" if own else "plain", points, crowd.ask())


def _grow(crowd: Crowd, pid: int, goals: Iterable[int], legs: str) -> list[tuple[int, int]]:
    points: list[tuple[int, int]] = []
    opened = 0
    for goal in goals:
        say.progress(f"{legs}: {goal} sessions")
        let_in = crowd.open(goal - opened)
        if let_in != goal - opened:
            raise BenchFailure(f"{legs}: of {goal - opened} more sessions {let_in} were let in")
        opened = goal
        points.append((opened, memory.used(pid)))
    return points


@contextlib.contextmanager
def _stub(processes: int, own: Certificate | None) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as listening:
        files = [str(own.certificate), str(own.key)] if own else []
        command = [sys.executable, "-m", "bench.stub", str(listening.fileno()), *files]
        running = [subprocess.Popen(command, pass_fds=[listening.fileno()]) for _ in range(processes)]
        try:
            yield listening.getsockname()[1]
        finally:
            for process in running:
                process.kill()
                process.wait()


@contextlib.contextmanager
def _postgres(options: Options, own: Certificate) -> Iterator[Server]:
    settings = {"max_connections": str(options.sessions + 50)}
    try:
        running = with_tls(own, "trust", settings) if options.real else launch(auth="trust")
    except NoPostgres as error:
        raise BenchFailure(str(error)) from None
    with running:
        yield running


def _show(options: Options, held: list[Held]) -> None:
    table = Table("legs", "sessions", "answered", "memory, GiB", "KiB per session", box=SIMPLE_HEAD)
    for one in held:
        found = one.json()
        table.add_row(one.legs, *(str(found[key]) for key in ("sessions", "answered", "gib", "kib_per_session")))
    Console(width=None if sys.stdout.isatty() else 100).print(table)
    behind = "PostgreSQL" if options.real else "a stub"
    print(f"{options.workers} workers in front of {behind}; load {os.getloadavg()[0]:.1f}; target 0.8 GiB for 10,000")
    if options.json:
        print(json.dumps({"workers": options.workers, **{one.legs: one.json() for one in held}}))


def _options(arguments: list[str]) -> Options:
    parser = argparse.ArgumentParser(prog="./dev bench idle", description=__doc__)
    parser.add_argument("--sessions", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=4, help="processes that relay")
    parser.add_argument("--helpers", type=int, default=2, help="processes of clients, and as many of the stub")
    parser.add_argument("--real", action="store_true", help="a real PostgreSQL behind it: 200 sessions unless told")
    parser.add_argument("--quick", action="store_true", help="1,000 sessions")
    parser.add_argument("--json", action="store_true", help="end stdout with one line of JSON")
    given = parser.parse_args(arguments)
    options = Options(given.sessions, given.workers, given.helpers, given.real, given.json)
    if given.sessions == 10_000 and (given.quick or given.real):
        options = replace(options, sessions=200 if given.real else 1_000)
    return options
