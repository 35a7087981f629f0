"""`lintel serve` as a user runs it: a process of its own, told by flags, asked to end by SIGTERM."""

import asyncio
import contextlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from lintel.demo.mortal import die_with

READY_SECONDS = 20.0
END_SECONDS = 12.0
READY = re.compile(r"lintel ready listen=(\S+):(\d+) admin=(\S+)")


class NotReady(RuntimeError):
    """`lintel serve` did not come up; the message is what it said."""


@dataclass(frozen=True)
class Running:
    """Where the proxy listens."""

    host: str
    port: int
    admin: str


@asynccontextmanager
async def serving(server: str, password: str, store: Path, plan: Path, log: Path) -> AsyncIterator[Running]:
    """Lintel in front of that server for as long as the context is open."""
    flags = ("--server", server, "--store", str(store), "--plan", str(plan))
    anywhere = ("--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0")
    with log.open("wb") as messages:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "lintel", "serve", *flags, *anywhere,
            # Ctrl-C on the terminal is for the demo, which then ends this process in its turn.
            start_new_session=True, preexec_fn=die_with(os.getpid(), signal.SIGTERM),
            env=_environment(password), cwd=store.parent,
            stdout=asyncio.subprocess.PIPE, stderr=messages, stdin=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            yield await _ready(process, log)
        finally:
            await _end(process)


def _environment(password: str) -> dict[str, str]:
    # Whoever tries the demo may have a Lintel of their own, configured by variables and a file in this directory.
    return {name: value for name, value in os.environ.items() if not name.startswith("LINTEL_")} | {
        "PGPASSWORD": password
    }


async def _ready(process: asyncio.subprocess.Process, log: Path) -> Running:
    assert process.stdout is not None
    line = b""
    with contextlib.suppress(TimeoutError):
        line = await asyncio.wait_for(process.stdout.readline(), READY_SECONDS)
    found = READY.search(line.decode(errors="replace"))
    if found is None:
        raise NotReady(f"lintel serve did not get ready:\n{_said(log)}")
    return Running(found[1], int(found[2]), found[3])


def _said(log: Path) -> str:
    return log.read_text(errors="replace").strip()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        await asyncio.wait_for(process.wait(), END_SECONDS)
    except TimeoutError:
        process.kill()
        await process.wait()
