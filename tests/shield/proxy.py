"""Lintel in front of databases, as its users start it: `lintel serve` as a process of its own."""

import json
import re
import select
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from tests.e2e.proxy import SECONDS_TO_BE_READY
from tests.forked import Forked

READY = re.compile(r"lintel ready listen=\S*:(\d+) admin=(\S+)")
SECONDS = 30.0  # to end
PREFIX = "lintel-shield-"  # of its directory


class Where(NamedTuple):
    """It is found: the port of clients, and the address that takes orders."""

    port: int
    admin: str


@contextmanager
def in_front_of(dsn: str, plans: Sequence[Path]) -> Iterator[Where]:
    """A Lintel with these plans in front of a server."""
    with (
        tempfile.TemporaryDirectory(prefix=PREFIX) as directory,
        _running(Path(directory), ["--server", dsn], plans) as where,
    ):
        yield where


@contextmanager
def in_front(sets: Sequence[tuple[Sequence[Path], Mapping[str, str]]]) -> Iterator[dict[str, str]]:
    """One Lintel in front of databases by name, which a set of plans holds in: the DSNs through it, by the same names.

    One process serves them all, because starting it costs more than most tests.
    """
    dsns = {name: dsn for _, named in sets for name, dsn in named.items()}
    with tempfile.TemporaryDirectory(prefix=PREFIX) as made:
        directory = Path(made)
        plans = [_held_in(plan, named, directory, at) for at, (files, named) in enumerate(sets) for plan in files]
        file = directory / "lintel.toml"
        file.write_text("[databases]\n" + "".join(f'"{name}" = "{dsn}"\n' for name, dsn in dsns.items()))
        with _running(directory, ["--config", str(file)], plans) as where:
            yield {name: _led(dsn, where.port, name) for name, dsn in dsns.items()}


def _held_in(plan: Path, names: Iterable[str], directory: Path, number: int) -> Path:
    """A copy of it that holds in these databases only, and has an id of its own among the sets."""
    made = directory / f"{number}-{plan.name}"
    renamed = re.sub(r"(?m)^id = .", rf"\g<0>set{number}-", plan.read_text())
    made.write_text(f"routes = {json.dumps(list(names))}\n{renamed}")
    return made


def _led(dsn: str, port: int, name: str) -> str:
    where = urlsplit(dsn)
    return where._replace(netloc=f"{where.netloc.rpartition('@')[0]}@127.0.0.1:{port}", path=f"/{quote(name)}").geturl()


@contextmanager
def _running(directory: Path, flags: Sequence[str], plans: Sequence[Path]) -> Iterator[Where]:
    log = directory / "serve.log"
    command = ["serve", *flags, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"]
    command += ["--store", str(log.with_name("lintel.db")), *(word for plan in plans for word in ("--plan", str(plan)))]
    with ExitStack() as stack:
        process = Forked(command, log)
        stack.callback(_stop, process)
        yield _where(process, log)


def _stop(process: Forked) -> None:
    process.terminate()
    try:
        process.wait(SECONDS)
    finally:
        process.kill()
        process.stdout.close()


def _where(process: Forked, log: Path) -> Where:
    readable, _, _ = select.select([process.stdout], [], [], SECONDS_TO_BE_READY)
    line = process.stdout.readline().decode() if readable else ""
    found = READY.search(line)
    if not found:
        why = f"said {line!r}, ended with {process.poll()}" if readable else f"said nothing in {SECONDS_TO_BE_READY} s"
        raise RuntimeError(f"lintel serve did not become ready: {why}\n{log.read_text()}")
    return Where(int(found[1]), found[2])
