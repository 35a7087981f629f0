"""Where an order is played: a fresh database, and in front of it a Lintel with both plans, or nothing."""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import asyncpg

from bench import relays
from bench.failure import BenchFailure
from bench.matrix.world import ADDING, PLANS, TABLES
from lintel.demo.postgres import Server
from lintel.plan import parking

CONFIGURATION, STORE = "lintel.toml", "store.db"
SECONDS = 120.0  # on a machine with much else to do
_TICK = 0.02
_AGAIN = 1.0  # between two tries of a command
_QUIET = "1s"  # for so long no client of the old table may have been seen
_FINDINGS = 1  # what a command ends with that does not do it yet
_LANDED = """
SELECT NOT EXISTS (SELECT FROM pg_attribute
                   WHERE attrelid = to_regclass(format('lintel.%I', $1::text)) AND attname = $2)
"""


@dataclass(slots=True)
class Stage:
    """One database and the way to it."""

    direct: str  # DSN past Lintel
    through: str  # through it; the same where there is none
    directory: Path | None = None  # of Lintel's configuration, plans and store
    admin: str = ""

    async def execute(self, *texts: str, past: bool) -> None:
        """Whoever migrates; each statement by itself."""
        migration = {"application_name": "migration"}
        connection = await asyncpg.connect(self.direct if past else self.through, server_settings=migration)
        try:
            for text in texts:
                await connection.execute(text)
        finally:
            await connection.close()

    async def release(self) -> None:
        """As a user does: asked until the command agrees (the parked values have landed, no old client is seen)."""
        if self.directory is None:
            return
        store = ("-c", str(self.directory / CONFIGURATION), "--store", str(self.directory / STORE))
        asked = (partial(_done, "plan", "release", file, "--quiet", _QUIET, *store) for file in self._files())
        await asyncio.gather(*(until(agreed, _AGAIN) for agreed in asked))
        await self._apply()

    async def announce(self) -> None:
        """The plans as they were before they were released."""
        if self.directory is not None:
            _write_plans(self.directory)
            await self._apply()

    async def _apply(self) -> None:
        if not await _done("plan", "apply", *self._files(), "--admin", self.admin):
            raise BenchFailure("lintel plan apply has not put the plans in force as they are written")

    def _files(self) -> list[str]:
        assert self.directory is not None
        return [str(self.directory / f"{plan_id}.plan.toml") for plan_id in PLANS]

    async def landed(self) -> None:
        """Until nothing is parked any longer; Lintel moves the values while somebody is connected."""
        connection = await asyncpg.connect(self.direct)
        names = parking.marker(ADDING), parking.IN_FORCE
        try:
            await until(lambda: connection.fetchval(_LANDED, *names))
        finally:
            await connection.close()


async def until(holds: Callable[[], Awaitable[bool]], pause: float = _TICK) -> None:
    """Look again and again; BenchFailure where it does not come to hold."""
    deadline = time.monotonic() + SECONDS
    while not await holds():
        if time.monotonic() > deadline:
            raise BenchFailure("what was waited for did not happen")
        await asyncio.sleep(pause)


async def _done(*words: str) -> bool:
    """A command of lintel; whether it has done what it was told."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*relays.lintel_command(None), *words, stdout=pipe, stderr=pipe)
    out, problem = await process.communicate()
    if process.returncode not in (0, _FINDINGS):
        raise BenchFailure(f"lintel {' '.join(words)}: {out.decode()}{problem.decode()}")
    return process.returncode == 0


@asynccontextmanager
async def staged(server: Server, database: str, *, through: bool) -> AsyncIterator[Stage]:
    """A database with the tables, of that name; with Lintel in front of it, where parking has been prepared."""
    async with _made(server, database) as dsn:
        stage = Stage(dsn, dsn)
        await stage.execute(TABLES, past=True)
        if not through:
            yield stage
            return
        with _served(server, dsn) as stage:
            await stage.execute("SELECT", past=False)
            yield stage


@asynccontextmanager
async def _made(server: Server, database: str) -> AsyncIterator[str]:
    """Its DSN; it is dropped in the end, whoever is connected still."""
    control = await asyncpg.connect(server.dsn())
    try:
        await control.execute(f"CREATE DATABASE {database}")
        yield server.dsn(database)
        await control.execute(f"DROP DATABASE {database} WITH (FORCE)")
    finally:
        await control.close()


@contextlib.contextmanager
def _served(server: Server, dsn: str) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="lintel-matrix-") as name:
        directory = Path(name)
        _write_plans(directory)
        configuration = directory / CONFIGURATION
        configuration.write_text('[shield]\nplans = ["*.plan.toml"]\n')
        with relays.serving(dsn, directory / STORE, flags=("-c", str(configuration))) as lintel:
            assert lintel.admin is not None
            through = dsn.replace(f":{server.port}/", f":{lintel.target.port}/")
            yield Stage(dsn, through, directory, lintel.admin)


def _write_plans(directory: Path) -> None:
    for plan_id, text in PLANS.items():
        (directory / f"{plan_id}.plan.toml").write_text(text)
