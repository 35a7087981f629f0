"""The live catalog of one database: a snapshot of its schema that follows it, for as long as somebody holds it.

A connection to a database stands in the way of DROP DATABASE and of CREATE DATABASE .. TEMPLATE, so there is one only
while sessions hold the catalog, and for LINGER_SECONDS after (those commands themselves wait for 5 seconds).
A reading is good only for those who asked before it began: DDL may have committed since. So refresh() never joins a
reading under way, it waits for the next one, which all who wait share.

Correctness never depends on this being quick (DESIGN, rule two), only how seldom a loud text is tried again.
"""

import asyncio
from collections.abc import Callable

import asyncpg
import structlog

from lintel.catalog import queries
from lintel.catalog.connection import connect
from lintel.catalog.dsn import Endpoint
from lintel.catalog.load import Loader, Reading
from lintel.schema import Schema

POLL_SECONDS = 1.0
LINGER_SECONDS = 1.0
LONGEST_BACKOFF = 5.0

# InternalClientError: none of several servers is as target_session_attrs demands.
_UNREADABLE = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

_log = structlog.get_logger(__name__)


class Live:
    """One database's schema, now. All of it belongs to one event loop."""

    def __init__(self, endpoint: Endpoint, database: str | None = None, poll_seconds: float = POLL_SECONDS) -> None:
        self.endpoint = endpoint.on(database) if database else endpoint
        self.schema: Schema | None = None
        self.stale = True  # the snapshot has not been compared with the database when it last should have been
        self.confirmed: float | None = None  # loop time of the last comparison
        self.refreshes = 0  # snapshots read
        self.failures = 0  # comparisons that failed
        self._poll_seconds = poll_seconds
        self._subscribers: list[Callable[[Schema], None]] = []
        self._holders = 0
        self._loader = Loader()
        self._connection: asyncpg.Connection | None = None
        self._reading: Reading | None = None
        self._moment: str | None = None
        self._failures = 0  # in a row
        self._not_before = 0.0  # loop time of the next attempt after a failure
        self._running: asyncio.Task[None] | None = None
        self._next: asyncio.Task[None] | None = None
        self._watch: asyncio.Task[None] | None = None

    @property
    def database(self) -> str:
        """Its name."""
        return self.endpoint.database

    def subscribe(self, callback: Callable[[Schema], None]) -> Callable[[], None]:
        """Call back with every new snapshot, before refresh() returns; the result ends that."""
        self._subscribers.append(callback)
        return lambda: self._subscribers.remove(callback)

    def hold(self) -> None:
        """A session begins: follow the database from here on."""
        self._holders += 1
        if self._watch is None or self._watch.done():
            self.stale = True
            self._not_before = 0.0
            self._watch = asyncio.get_running_loop().create_task(self._follow())

    def release(self) -> None:
        """A session has ended."""
        self._holders -= 1

    async def current(self) -> Schema | None:
        """The snapshot, after it has been compared with the database since somebody holds it."""
        if self.stale:
            await self.refresh()
        return self.schema

    async def refresh(self) -> None:
        """Return when a reading that began after this call is in force, or has failed (`stale`)."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_task(self._read_after(self._running))
        await asyncio.shield(self._next)

    async def close(self) -> None:
        """Let go of everything."""
        tasks = [task for task in (self._watch, self._next, self._running) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._disconnect()

    async def _read_after(self, running: asyncio.Task[None] | None) -> None:
        if running is not None:
            await asyncio.wait([running])
        self._running, self._next = self._next, None
        await self._compare()
        if self._watch is None or self._watch.done():
            self._disconnect()

    async def _follow(self) -> None:
        try:
            while True:
                await self.refresh()
                await asyncio.sleep(self._poll_seconds if self._holders else LINGER_SECONDS)
                if not self._holders:
                    return
        finally:
            if self._running is None or self._running.done():
                self._disconnect()

    async def _compare(self) -> None:
        loop = asyncio.get_running_loop()
        if loop.time() < self._not_before:
            return
        try:
            reading = await self._read()
        except _UNREADABLE as problem:
            self._disconnect()
            self._fail(problem, loop.time())
            return
        self._failures = 0
        self.stale = False
        self.confirmed = loop.time()
        self._reading = reading
        if reading.schema is not self.schema:
            self._accept(reading.schema)

    async def _read(self) -> Reading:
        """The last reading where it is still true, else a new one."""
        connection = self._connection
        if connection is None or connection.is_closed():
            connection = self._connection = await connect(self.endpoint)
            self._moment = None  # of another server, perhaps
        moment = await connection.fetchval(queries.MOMENT)
        known = self._reading
        if known is None or not known.complete or moment != self._moment:
            known = await self._loader.read(connection)
            self._moment = moment
        return known

    def _accept(self, schema: Schema) -> None:
        self.schema = schema
        self.refreshes += 1
        _log.debug("catalog read", database=self.database, relations=len(schema.relations))
        for callback in tuple(self._subscribers):
            callback(schema)

    def _fail(self, problem: Exception, now: float) -> None:
        self.stale = True
        self.failures += 1
        self._failures += 1
        self._not_before = now + min(LONGEST_BACKOFF, 0.1 * 2**self._failures)
        if self._failures == 1:
            _log.warning("catalog not readable", database=self.database, server=self.endpoint.where, error=problem)

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
