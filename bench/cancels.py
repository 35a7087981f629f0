"""`./dev bench cancels`: cancel requests through Lintel, and whether each has reached its own session and no other.

Every session runs pg_sleep. They are cancelled a group at a time, each by its own key; after each group those who are
not meant have to be asleep still. `run` is what the tests use too.
"""

import argparse
import asyncio
import json
import os
import random
import struct
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg
import uvloop

from bench import relays, say
from bench.crowd import Crowd, Member
from bench.failure import BenchFailure
from lintel.catalog import resolve
from lintel.demo.postgres import NoPostgres, launch
from lintel.session.connector import Connector
from lintel.wire import messages
from lintel.wire.startup import CANCEL_REQUEST

GROUPS = 10
SECONDS = 60.0  # for a group
_SLEEP = messages.query(b"SELECT pg_sleep(3600)")
_ASLEEP = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND application_name = 'crowd'"


@dataclass(slots=True)
class Found:
    """What became of them."""

    sessions: int
    rounds: int
    cancelled: int = 0
    missed: int = 0  # were to be cancelled, and went on
    misdirected: int = 0  # were cancelled, and were not meant
    seconds: float = 0.0


class Cancels:
    """The sessions, and a look at the server past Lintel."""

    def __init__(self, crowd: Crowd, connector: Connector, control: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._crowd = crowd
        self._connector = connector
        self._control = control
        self._turn = asyncio.Semaphore(32)

    async def round(self, dice: random.Random, found: Found) -> None:
        """Everybody once."""
        asleep = {member: asyncio.create_task(member.say(_SLEEP)) for member in self._crowd.members}
        await self._until_asleep(len(asleep))
        order = list(asleep)
        dice.shuffle(order)
        size = -(-len(order) // GROUPS)
        for start in range(0, len(order), size):
            group = [asleep.pop(member) for member in order[start : start + size]]
            await asyncio.gather(*(self._cancel(member) for member in order[start : start + size]))
            done, pending = await asyncio.wait(group, timeout=SECONDS)
            found.cancelled += sum(b"C57014\0" in task.result() for task in done)
            found.missed += len(pending)
            found.misdirected += sum(task.done() for task in asleep.values())
            if pending:
                raise BenchFailure(f"{len(pending)} sessions went on although they were cancelled")

    async def _until_asleep(self, number: int) -> None:
        until = time.monotonic() + SECONDS
        while await self._control.fetchval(_ASLEEP) != number:
            if time.monotonic() > until:
                raise BenchFailure("the sessions do not get to sleep")
            await asyncio.sleep(0.02)

    async def _cancel(self, member: Member) -> None:
        async with self._turn:
            transport, _ = await self._connector.connect()
            closed = Member(transport)
            transport.set_protocol(closed)
            transport.resume_reading()
            transport.write(struct.pack(">II", len(member.key) + 8, CANCEL_REQUEST) + member.key)
            await closed.lost.wait()


async def run(dsn: str, server: str, sessions: int, rounds: int) -> Found:
    """Through Lintel at one DSN, looked at by the other."""
    found, began, dice = Found(sessions, rounds), time.monotonic(), random.Random(16)
    endpoint = resolve(dsn)
    crowd = Crowd(endpoint)
    control = await asyncpg.connect(server)
    try:
        if await crowd.open(sessions) != sessions:
            raise BenchFailure("not all sessions were let in")
        cancels = Cancels(crowd, Connector(endpoint), control)
        for number in range(rounds):
            say.progress(f"round {number + 1} of {rounds}")
            await cancels.round(dice, found)
    finally:
        crowd.close()
        await control.close()
    found.seconds = round(time.monotonic() - began, 1)
    return found


def main(arguments: list[str]) -> int:
    """The exit code: 1 where one was missed or misdirected."""
    given = _options(arguments)
    try:
        server = launch(auth="trust", settings={"max_connections": str(given.sessions + 100)})
    except NoPostgres as error:
        raise BenchFailure(str(error)) from None
    with server, tempfile.TemporaryDirectory(prefix="lintel-bench-") as directory:
        flags = ("--workers", str(given.workers))
        with relays.serving(server.dsn(), Path(directory) / "store.db", flags=flags) as lintel:
            dsn = f"postgresql://postgres@127.0.0.1:{lintel.target.port}/postgres?sslmode=disable"
            found = uvloop.run(run(dsn, server.dsn(), given.sessions, given.rounds))
    print(
        f"{found.cancelled:,} of {given.sessions * given.rounds:,} cancelled, {found.misdirected} misdirected, "
        f"{found.seconds:.0f} s; {given.workers} workers, PostgreSQL {server.version}, load {os.getloadavg()[0]:.1f}"
    )
    if given.json:
        print(json.dumps({**asdict(found), "workers": given.workers}))
    return 0 if found.cancelled == given.sessions * given.rounds and not found.misdirected else 1


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench cancels", description=__doc__)
    parser.add_argument("--sessions", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--workers", type=int, default=2, help="processes that relay")
    parser.add_argument("--json", action="store_true", help="end stdout with one line of JSON")
    return parser.parse_args(arguments)
