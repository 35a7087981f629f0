"""The relays that are compared, started in front of one server: nothing at all, Lintel, pgbouncer.

Each is a context manager that gives a running `Relay` and ends it. What is measured on them is not known here.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.failure import BenchFailure
from bench.pgbench import Target
from bench.workloads import PLAN
from lintel.demo.account import give, unprivileged
from lintel.demo.postgres import Server

START_SECONDS = 30.0
STOP_SECONDS = 15.0
DATABASE = "postgres"

_READY = re.compile(r"^lintel ready listen=\S+:(\d+)(?: admin=(\S+))?", re.MULTILINE)

# Session pooling, everything else as it comes, and no line per connection.
_PGBOUNCER_INI = """\
[databases]
{database} = host={host} port={port} dbname={database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = trust
auth_file = {users}
pool_mode = session
max_client_conn = 200
default_pool_size = 100
log_connections = 0
log_disconnections = 0
"""


@dataclass(frozen=True, slots=True)
class Relay:
    """One way to the server; no process: straight to it."""

    name: str
    target: Target
    pid: int | None = None
    admin: str | None = None  # HOST:PORT of Lintel's metrics


@contextlib.contextmanager
def direct(server: Server) -> Iterator[Relay]:
    """No relay."""
    yield Relay("direct", Target(server.host, server.port, server.user, DATABASE))


@contextlib.contextmanager
def lintel(server: Server, store: Path, program: Path | None = None) -> Iterator[Relay]:
    """`lintel serve` as users start it, recording into `store`, with the plan on the queried table."""
    with serving(server.dsn(DATABASE), store, program, ("--plan", str(PLAN)), user=server.user) as running:
        yield running


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
        with _ended(process):
            ready = _READY.search(_first_line(process))
            if ready is None:
                raise BenchFailure(f"lintel serve did not start: {Path(log.name).read_text()[-2000:]}")
            target = Target("127.0.0.1", int(ready[1]), user, DATABASE)
            yield Relay("lintel", target, process.pid, ready[2])


@contextlib.contextmanager
def pgbouncer(server: Server, program: str) -> Iterator[Relay]:
    """pgbouncer in session mode, as a user that is not root: it refuses that."""
    identity, port = unprivileged(), _free_port()
    with tempfile.TemporaryDirectory(prefix="lintel-bench-") as name:
        users, ini, log = (Path(name) / part for part in ("users", "ini", "log"))
        users.write_text(f'"{server.user}" ""\n')
        values = {"database": DATABASE, "host": server.host, "port": server.port, "listen": port, "users": users}
        ini.write_text(_PGBOUNCER_INI.format_map(values))
        give(identity, Path(name), users, ini)
        with log.open("wb") as output:
            process = subprocess.Popen(
                [program, "-q", str(ini)], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                cwd="/", **identity,
            )  # fmt: skip
        with _ended(process):
            if not _listens(port, process):
                raise BenchFailure(f"pgbouncer did not start: {log.read_text()[-2000:]}")
            yield Relay("pgbouncer", Target("127.0.0.1", port, server.user, DATABASE), process.pid)


def lintel_command(program: Path | None) -> list[str]:
    """This checkout's, or another build's."""
    return [sys.executable, "-m", "lintel"] if program is None else [str(program)]


def pgbouncer_program() -> str | None:
    """Where pgbouncer is, if it is."""
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin:/usr/local/sbin")


def pgbouncer_version() -> str | None:
    """As it says it."""
    program = pgbouncer_program()
    if program is None:
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout.split()
    return said[1] if len(said) > 1 else None


@contextlib.contextmanager
def _ended(process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> Iterator[None]:
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


def _listens(port: int, process: subprocess.Popen[bytes] | subprocess.Popen[str]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.02)
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
