"""One order played, and many: services at work all the while, and a last look at what the tables hold."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import asyncpg

from bench.failure import BenchFailure
from bench.matrix import orders
from bench.matrix.drivers import Session
from bench.matrix.orders import Order
from bench.matrix.services import Open, Service
from bench.matrix.stage import SECONDS, Stage, staged, until
from bench.matrix.world import ADD, BACKFILL, DROP, FIRST_ROW, Progress, Seen
from lintel.demo.postgres import Server

TURNS = 2  # of each service between two steps, at least
LEAD = 4  # turns that one may have done more than another since a step began: what the fast ones do, the slow wait for
Driver = Callable[[str, str, bool], Awaitable[Session]]  # DSN, application_name, prepared
Say = Callable[[str], None]
THROUGH, PAST, DIRECT = WAYS = "through", "past", "direct"  # the DDL; and everything without Lintel

_LOST = "SELECT count(*) FROM orders WHERE shadow IS DISTINCT FROM priority AND shadow IS NOT NULL"
_ROWS = f"""
SELECT id::text, customer::text, total::text, shadow::text, priority::text FROM orders WHERE id >= {FIRST_ROW}
"""


@dataclass(slots=True)
class Found:
    """What came of all orders."""

    orders: int = 0
    lintel: Seen = field(default_factory=Seen)
    direct: Seen = field(default_factory=Seen)
    parked_lost: int = 0

    def json(self) -> dict[str, object]:
        """For the last line of a benchmark."""
        return {
            "orders": self.orders,
            "lintel_errors": sum(self.lintel.errors.values()),
            "lintel_wrong": len(self.lintel.wrong),
            "lintel_statements": self.lintel.statements,
            "parked_lost": self.parked_lost,
            "direct_errors": sum(self.direct.errors.values()),
            "direct_wrong": len(self.direct.wrong),
            "direct_statements": self.direct.statements,
        }

    @property
    def holds(self) -> bool:
        """Nobody behind Lintel has noticed anything."""
        return not (self.lintel.errors or self.lintel.wrong or self.parked_lost)


async def played(
    server: Server,
    drivers: dict[str, Driver],
    given: Sequence[Order],
    say: Say,
    ways: Sequence[str] = WAYS,
    beside: int = 1,
) -> Found:
    """Every one of the orders in each of the ways, so many side by side on databases of their own.

    A step that fails, or does not come to its end, is an error that somebody has seen.
    """
    found = Found(len(given))
    turns = iter([(number, order, way) for number, order in enumerate(given, 1) for way in ways])

    async def play() -> None:
        for number, order, way in turns:  # of all that play
            say(f"order {number} of {len(given)}, {way}: {', '.join(order)}")
            seen = found.direct if way == DIRECT else found.lintel
            try:
                lost = await _played(server, drivers, order, seen, way, f"matrix_{number}_{way}")
            except (BenchFailure, asyncpg.PostgresError) as problem:
                seen.failed(f"{', '.join(order)}: {way}: stuck {problem}")
            else:
                found.parked_lost += 0 if way == DIRECT else lost

    await asyncio.gather(*(play() for _ in range(beside)))
    return found


async def _played(server: Server, drivers: dict[str, Driver], order: Order, seen: Seen, way: str, database: str) -> int:
    """How many rows have another priority than was written."""
    through = way != DIRECT
    async with staged(server, database, through=through) as stage:
        rollout = _Rollout(stage, drivers, seen, past=way != THROUGH)
        try:
            for step in (None, *order):
                await rollout.take(step)
            if through:
                await stage.landed()
            await rollout.work()
        finally:
            await rollout.end()
        return await rollout.lost()


class _Rollout:
    """The services of both codes, and the steps."""

    def __init__(self, stage: Stage, drivers: dict[str, Driver], seen: Seen, *, past: bool) -> None:
        self._stage = stage
        self._seen = seen
        self._past = past
        self._progress = Progress()
        self._released = False
        self._services: dict[str, list[Service]] = {
            side: [
                Service(name, side, prepared, 1 + number * 4 + prepared * 2 + (side == "new"), _opener(stage, driver),
                        seen, self._progress, self._is_ahead)
                for number, (name, driver) in enumerate(drivers.items())
                for prepared in (False, True)
            ]
            for side in ("old", "new")
        }  # fmt: skip
        self._running: dict[str, tuple[asyncio.Event, list[asyncio.Task[None]]]] = {}
        self._steps: dict[str | None, Callable[[], Awaitable[None]]] = {
            None: lambda: self._deploy("old"),
            orders.DEPLOY: lambda: self._deploy("new"),
            orders.ROLL_BACK: self._roll_back,
            orders.ALTER: self._alter,
            orders.BACKFILL: self._backfill,
            orders.RELEASE: self._release,
            orders.DROP: self._drop,
        }

    async def take(self, step: str | None) -> None:
        """One step, and work after it."""
        for service in (*self._services["old"], *self._services["new"]):
            service.step, service.mark = f"behind {step or 'the start'}", service.turns
        await self._steps[step]()
        await self.work()

    async def work(self) -> None:
        """Until everybody who is there has done some turns."""
        there = self._there()
        wanted = [service.turns + TURNS for service in there]

        async def done() -> bool:
            for _, tasks in self._running.values():
                for task in tasks:
                    if task.done():
                        task.result()
            return all(service.turns >= turns for service, turns in zip(there, wanted, strict=True))

        await until(done)

    def _there(self) -> list[Service]:
        return [service for side in self._running for service in self._services[side]]

    def _is_ahead(self, service: Service) -> bool:
        slowest = min((one.turns - one.mark for one in self._there()), default=service.turns)
        return service.turns - service.mark >= slowest + LEAD

    async def end(self) -> None:
        """Everybody stops."""
        for side in tuple(self._running):
            await self._stop(side)

    async def _deploy(self, side: str) -> None:
        """The new instances come up beside the others, which go when these work."""
        stop = asyncio.Event()
        tasks = [asyncio.create_task(service.live(stop)) for service in self._services[side]]
        others = tuple(self._running)
        self._running[side] = stop, tasks
        await self.work()
        for other in others:
            await self._stop(other)

    async def _stop(self, side: str) -> None:
        stop, tasks = self._running.pop(side)
        stop.set()
        _, late = await asyncio.wait(tasks, timeout=SECONDS)
        for task in late:
            task.cancel()
        if late:
            raise BenchFailure(f"{len(late)} services do not come to the end of a turn")
        for task in tasks:
            task.result()

    async def _roll_back(self) -> None:
        """Where the plans have been released they are applied again first."""
        if self._released:
            await self._stage.announce()
        await self._deploy("old")

    async def _alter(self) -> None:
        self._progress.added = "going"
        await self._stage.execute(ADD, past=self._past)
        self._progress.added = "done"

    async def _backfill(self) -> None:
        self._progress.filled = "going"
        await self._stage.execute(*BACKFILL, past=self._past)
        self._progress.filled = "done"

    async def _drop(self) -> None:
        self._progress.dropped = "going"
        await self._stage.execute(DROP, past=self._past)
        self._progress.dropped = "done"

    async def _release(self) -> None:
        await self._stage.release()
        self._released = True

    async def lost(self) -> int:
        """How many rows have another priority than was written; all other differences count as wrong."""
        connection = await asyncpg.connect(self._stage.direct)
        try:
            there = {int(row["id"]): dict(row.items()) for row in await connection.fetch(_ROWS)}
            lost: int = await connection.fetchval(_LOST)
        finally:
            await connection.close()
        for service in (*self._services["old"], *self._services["new"]):
            own = {row for row in there if row // FIRST_ROW == service.number}
            for row in sorted((service.rows.keys() | own) - service.doubtful):
                self._compare(service, row, there.get(row))
        return lost

    def _compare(self, service: Service, row: int, there: dict[str, str] | None) -> None:
        kept = service.rows.get(row)
        if service.side == "old" and there is not None and kept is not None:
            kept = {**kept, "priority": there["priority"]}
        if there != kept:
            self._seen.wrong.append(f"in the end: {service.name} {service.side}: row {row} is {there}, not {kept}")


def _opener(stage: Stage, driver: Driver) -> Open:
    return lambda application_name, prepared: driver(stage.through, application_name, prepared)
