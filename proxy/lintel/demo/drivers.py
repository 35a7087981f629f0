"""One connection of a service, by each of the two drivers; every statement is prepared and counted.

Knows the drivers' ways with prepared statements, and nothing of what the services do with them.
"""

from collections import Counter
from typing import Any, Protocol

import asyncpg
import psycopg

from lintel.demo.tally import Tally

Rows = list[tuple[Any, ...]]

# A pool does not throw a connection away, and its prepared statements with it, at the first failure.
FAILURES_BEFORE_PREPARING_AGAIN = 5


class Driver(Protocol):
    """What a service needs of its driver."""

    async def run(self, sql: str, *values: object) -> Rows:
        """The rows of one prepared statement; none if it failed."""
        ...

    async def close(self) -> None:
        """Leave."""
        ...


class Asyncpg:
    """Statements prepared explicitly, as long-lived asyncpg applications do."""

    def __init__(self, dsn: str, tally: Tally) -> None:
        self._dsn = dsn
        self._tally = tally
        self._connection: Any = None
        self._prepared: dict[str, Any] = {}
        self._failures: Counter[str] = Counter()

    async def run(self, sql: str, *values: object) -> Rows:
        """See Driver."""
        rows = await self._tally.attempt(self._fetch(sql, *values))
        self._failures[sql] = 0 if rows is not None else self._failures[sql] + 1
        if self._failures[sql] >= FAILURES_BEFORE_PREPARING_AGAIN:
            self._prepared.pop(sql, None)
        return rows or []

    async def close(self) -> None:
        """See Driver."""
        if self._connection is not None:
            await self._connection.close()

    async def _fetch(self, sql: str, *values: object) -> Rows:
        if self._connection is None or self._connection.is_closed():
            self._prepared.clear()
            self._connection = await asyncpg.connect(
                self._dsn, server_settings={"application_name": self._tally.service}
            )
        if sql not in self._prepared:
            self._prepared[sql] = await self._connection.prepare(sql)
        return [tuple(record) for record in await self._prepared[sql].fetch(*values)]


class Psycopg:
    """Statements that psycopg prepares by itself."""

    def __init__(self, dsn: str, tally: Tally) -> None:
        self._dsn = dsn
        self._tally = tally
        self._connection: psycopg.AsyncConnection[tuple[Any, ...]] | None = None

    async def run(self, sql: str, *values: object) -> Rows:
        """See Driver."""
        return await self._tally.attempt(self._fetch(sql, *values)) or []

    async def close(self) -> None:
        """See Driver."""
        if self._connection is not None:
            await self._connection.close()

    async def _fetch(self, sql: str, *values: object) -> Rows:
        if self._connection is None or self._connection.closed:
            self._connection = await psycopg.AsyncConnection.connect(
                self._dsn, application_name=self._tally.service, autocommit=True
            )
        cursor = await self._connection.execute(sql, values or None, prepare=True)
        return await cursor.fetchall()
