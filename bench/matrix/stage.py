"""Where an order is played: a fresh database, and in front of it a Lintel with both plans, or nothing."""

import asyncio
import contextlib
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from bench import relays
from bench.failure import BenchFailure
from bench.matrix.world import ADDING, PLANS, TABLES
from lintel.demo.postgres import Server
from lintel.plan import parking

DATABASE = "matrix"
SECONDS = 60.0  # on a machine with much else to do
_TICK = 0.02
_LANDED = """
SELECT NOT EXISTS (SELECT FROM pg_attribute
                   WHERE attrelid = to_regclass(format('lintel.%I', $1::text)) AND attname = $2)
"""


@dataclass(slots=True)
class Stage:
    """One database and the way to it."""

    direct: str  # DSN past Lintel
    through: str  # through it; the same where there is none
    configuration: Path | None = None
    pid: int = 0

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
        """Take the plans out, and wait until Lintel goes by that."""
        await self._reload([])

    async def apply(self) -> None:
        """Put them in again."""
        await self._reload(list(PLANS))

    async def _reload(self, ids: list[str]) -> None:
        if self.configuration is None:
            return
        _configure(self.configuration, ids)
        os.kill(self.pid, signal.SIGHUP)
        connection = await asyncpg.connect(self.through, server_settings={"application_name": "asks-old"})
        try:
            await until(lambda: self._is_shielded(connection, wanted=bool(ids)))
        finally:
            await connection.close()

    async def _is_shielded(self, connection: "asyncpg.Connection[asyncpg.Record]", *, wanted: bool) -> bool:
        """Old code's name for the column that has been dropped is there as long as the plan is."""
        try:
            await connection.execute("SELECT fax FROM orders LIMIT 0")
        except asyncpg.UndefinedColumnError:
            return not wanted
        return wanted

    async def landed(self) -> None:
        """Until nothing is parked any longer; Lintel moves the values while somebody is connected."""
        connection = await asyncpg.connect(self.direct)
        names = parking.marker(ADDING), parking.IN_FORCE
        try:
            await until(lambda: connection.fetchval(_LANDED, *names))
        finally:
            await connection.close()


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again; BenchFailure where it does not come to hold."""
    deadline = time.monotonic() + SECONDS
    while not await holds():
        if time.monotonic() > deadline:
            raise BenchFailure("what was waited for did not happen")
        await asyncio.sleep(_TICK)


@asynccontextmanager
async def staged(server: Server, *, through: bool) -> AsyncIterator[Stage]:
    """A database with the tables; with Lintel in front of it, where parking has been prepared."""
    control = await asyncpg.connect(server.dsn())
    try:
        await control.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        await control.execute(f"CREATE DATABASE {DATABASE}")
    finally:
        await control.close()
    dsn = server.dsn(DATABASE)
    stage = Stage(dsn, dsn)
    await stage.execute(TABLES, past=True)
    if not through:
        yield stage
        return
    with _served(server, dsn) as stage:
        await stage.execute("SELECT", past=False)
        yield stage


@contextlib.contextmanager
def _served(server: Server, dsn: str) -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="lintel-matrix-") as name:
        directory = Path(name)
        for plan_id, text in PLANS.items():
            (directory / f"{plan_id}.toml").write_text(text)
        configuration = directory / "lintel.toml"
        _configure(configuration, list(PLANS))
        with relays.serving(dsn, directory / "store.db", flags=("-c", str(configuration))) as lintel:
            assert lintel.pid is not None
            through = dsn.replace(f":{server.port}/", f":{lintel.target.port}/")
            yield Stage(dsn, through, configuration, lintel.pid)


def _configure(path: Path, ids: list[str]) -> None:
    plans = ", ".join(f'"{plan_id}.toml"' for plan_id in ids)
    path.write_text(f"[shield]\nplans = [{plans}]\n")
