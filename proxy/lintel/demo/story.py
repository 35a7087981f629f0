"""The story that is played twice, to the letter: first straight at Postgres, then through Lintel.

Knows who does what in which order; how it is shown is the screen's business.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Protocol

from lintel.demo import shop
from lintel.demo.services import BillingV1, BillingV2, Reporting, Service
from lintel.demo.tally import Tally

TURNS_BEFORE, TURNS_WITHOUT_COLUMN, TURNS_AROUND_ALTER, TURNS_AFTER = 15, 15, 10, 25


class Screen(Protocol):
    """Where the story is told."""

    pace: float  # seconds that a turn takes at least, so that a person can follow

    def scene(self, title: str, tallies: Sequence[Tally]) -> AbstractContextManager[Callable[[str], None]]:
        """Show what the services get while the context is open, and its sum afterwards; yields a way to say more."""
        ...


async def play(front: str, direct: str, screen: Screen) -> list[Tally]:
    """Services talk to `front`; whoever migrates goes to `direct`. Returns what each service got."""
    async with services(front) as cast:
        old, new, report = cast
        tallies = [service.tally for service in cast]
        with screen.scene("An ordinary day: old code, old table", tallies):
            await run([old, report], screen.pace, TURNS_BEFORE)
        with screen.scene("billing-v2 goes out before its column", tallies):
            await run([old, new, report], screen.pace, TURNS_WITHOUT_COLUMN)
        with screen.scene("Somebody runs the ALTER, amid traffic", tallies) as say:
            waited = await _during(lambda: shop.migrate(direct, onlookers=len(cast)), cast, screen.pace)
            say(f"{waited} sessions waited behind its lock and went on after it")
        with screen.scene("Life with the new column", tallies):
            await run(cast, screen.pace, TURNS_AFTER)
        return tallies


@asynccontextmanager
async def services(
    dsn: str, first_order: int = shop.FIRST_NEW_ORDER
) -> AsyncIterator[tuple[BillingV1, BillingV2, Reporting]]:
    """All three; each connects on its first turn."""
    cast = (BillingV1(dsn, first_order), BillingV2(dsn), Reporting(dsn))
    try:
        yield cast
    finally:
        await asyncio.gather(*(service.driver.close() for service in cast), return_exceptions=True)


async def run(cast: Sequence[Service], pace: float, at_least: int, done: asyncio.Event | None = None) -> None:
    """All services at once, each for that many turns, and on until `done` where there is one."""

    async def turns(service: Service) -> None:
        taken = 0
        while taken < at_least or (done and not done.is_set()):
            await asyncio.gather(service.turn(), asyncio.sleep(pace))
            taken += 1

    await asyncio.gather(*(turns(service) for service in cast))


async def _during(migrate: Callable[[], Awaitable[int]], cast: Sequence[Service], pace: float) -> int:
    migrated = asyncio.Event()
    traffic = asyncio.create_task(run(cast, pace, TURNS_AROUND_ALTER, migrated))
    try:
        await asyncio.sleep(3 * pace)
        return await migrate()
    finally:
        migrated.set()
        await traffic
