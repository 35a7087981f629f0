"""The live catalog of one database: a snapshot of its schema that follows it, for as long as somebody holds it.

A connection to a database stands in the way of DROP DATABASE and of CREATE DATABASE .. TEMPLATE, so there is one only
while sessions hold the catalog, and for LINGER_SECONDS after (those commands themselves wait for 5 seconds).
A reading is good only for those who asked before it began: DDL may have committed since. So refresh() never joins a
reading under way, it waits for the next one, which all who wait share.

Whether an answer is right never depends on this being quick (the second rule of ARCHITECTURE.md), only how seldom a
loud text has to be tried again.
"""

import asyncio
from collections.abc import Callable

import asyncpg
import structlog

from lintel.catalog import queries
from lintel.catalog.code import read_code
from lintel.catalog.connection import connect
from lintel.catalog.dsn import Endpoint
from lintel.catalog.load import Loader, Reading
from lintel.schema import Schema, ServerCode

POLL_SECONDS = 1.0
LINGER_SECONDS = 1.0
LONGEST_BACKOFF = 5.0
CODE_SECONDS = 60.0  # between two looks at server-side code, and a hundred times what one takes

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
        self.code = ServerCode()  # some time old: nothing that is decided for a client depends on it
        self._code_due = 0.0  # loop time
        self._code_moment: str | None = None
        self._learners: list[Callable[[ServerCode], None]] = []
        self._poll_seconds = poll_seconds
        self._subscribers: list[Callable[[Schema], None]] = []
        self._holders = 0
        self._left = 0.0  # loop time at which the last of them let go
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

    def subscribe_code(self, callback: Callable[[ServerCode], None]) -> None:
        """Call back when the server-side code has been found to be other than it was."""
        self._learners.append(callback)

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
        self._left = asyncio.get_running_loop().time()

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
                await self._learn()
                if await self._unheld():
                    return
        finally:
            if self._running is None or self._running.done():
                self._disconnect()

    async def _unheld(self) -> bool:
        """Nobody has held it for so long. Where sessions come and go all the time, one is always about to come."""
        loop = asyncio.get_running_loop()
        while not self._holders:
            left = self._left + LINGER_SECONDS - loop.time()
            if left <= 0:
                return True
            await asyncio.sleep(left)
        return False

    async def _learn(self) -> None:
        """Look at the server-side code where that is due and nobody waits for a snapshot; who comes then waits."""
        now, connection = asyncio.get_running_loop().time(), self._connection
        reading = self._next is not None or (self._running is not None and not self._running.done())
        if reading or now < self._code_due or self._moment in (None, self._code_moment):
            return
        if connection is not None and not connection.is_closed():
            self._running = asyncio.get_running_loop().create_task(self._read_code(connection))
            await asyncio.wait([self._running])

    async def _read_code(self, connection: asyncpg.Connection) -> None:
        loop = asyncio.get_running_loop()
        begun, moment = loop.time(), self._moment
        try:
            code = await read_code(connection)
        except _UNREADABLE as problem:
            _log.debug("server-side code not readable", database=self.database, error=problem)
            code = self.code
        self._code_moment = moment
        self._code_due = loop.time() + max(CODE_SECONDS, 100 * (loop.time() - begun))
        if code != self.code:
            self.code = code
            for callback in tuple(self._learners):
                callback(code)

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
