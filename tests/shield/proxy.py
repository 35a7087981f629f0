"""Lintel in front of a database, as its users start it: `lintel serve` as a process of its own."""

import re
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.e2e.proxy import SECONDS_TO_BE_READY
from tests.shield.world import PLANS

READY = re.compile(r"lintel ready listen=\S*:(\d+) ")
LINTEL = (sys.executable, "-m", "lintel")
SECONDS = 30.0  # to end


@contextmanager
def in_front(dsns: Mapping[str, str], plans: Sequence[Path] = PLANS) -> Iterator[dict[str, int]]:
    """A Lintel with these plans in front of each of these databases: the ports it listens on."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lintel-shield-")))
        started = {name: _start(stack, dsn, directory / name, plans) for name, dsn in dsns.items()}
        yield {name: _port(process, directory / f"{name}.log") for name, process in started.items()}


def _start(stack: ExitStack, dsn: str, path: Path, plans: Sequence[Path]) -> subprocess.Popen[str]:
    command = [*LINTEL, "serve", "--server", dsn, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    command += ["--store", f"{path}.db", *(word for plan in plans for word in ("--plan", str(plan)))]
    log = stack.enter_context(path.with_suffix(".log").open("w"))
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
    stack.callback(_stop, process)
    return process


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(SECONDS)
    finally:
        process.kill()
        assert process.stdout is not None
        process.stdout.close()


def _port(process: subprocess.Popen[str], log: Path) -> int:
    assert process.stdout is not None
    readable, _, _ = select.select([process.stdout], [], [], SECONDS_TO_BE_READY)
    line = process.stdout.readline() if readable else ""
    found = READY.search(line)
    if not found:
        why = f"said {line!r}, ended with {process.poll()}" if readable else f"said nothing in {SECONDS_TO_BE_READY} s"
        raise RuntimeError(f"lintel serve did not become ready: {why}\n{log.read_text()}")
    return int(found[1])
