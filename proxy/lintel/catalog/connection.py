"""A control connection: one to the catalog, set up so that nothing of the role's or the database's changes answers.

A pooler in between may give every transaction another session of the server, and lend that to others in the meantime.
There nothing may be left in a session, so each statement is a transaction that begins with the settings.
"""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
from asyncpg.transaction import Transaction

from lintel.catalog.dsn import Endpoint

CONNECT_SECONDS = 3.0
COMMAND_SECONDS = 10.0

# As statements, not as startup parameters, which a pooler in between would refuse.
_PINNED = {
    "search_path": "pg_catalog, pg_temp",  # so that every other name comes out qualified
    "standard_conforming_strings": "on",
    "quote_all_identifiers": "off",
    "enable_hashjoin": "off",  # queries.py: plans that depend on no statistics
    "enable_mergejoin": "off",
    "lock_timeout": "100ms",
    "idle_in_transaction_session_timeout": "10s",
}
_NO_JIT = {"jit": "off"}  # asyncpg turns it off and on again itself, for the session, and leaves it as it finds it
_TIME = "statement_timeout = '10s'"
_OWN_PATH = "SET LOCAL search_path TO DEFAULT"
_ATTEMPTS = 10  # where the role has a timeout of a millisecond or two


class Control(asyncpg.Connection):  # type: ignore[misc] # asyncpg brings no types
    """One session of the server, or as many of them as it has transactions, where a pooler is in between."""

    pooled = False
    begins = False  # a transaction
    pins = ""  # what it begins with

    def pool(self) -> None:
        """From here on nothing is left in a session."""
        self.pooled = True
        self.pins = f"SET LOCAL {_TIME}; {_set(_PINNED, local=True)}"

    async def search_as_sessions(self) -> None:
        """Look names up as sessions of the role do from here on: triggers run under that path."""
        if self.pooled:
            self.pins = f"{self.pins}; {_OWN_PATH}"
        else:
            await self.execute("RESET search_path")

    def transaction(self, **options: Any) -> Transaction:
        """As asyncpg has it, with the settings where they are a transaction's."""
        return _Pinned(self, **{"isolation": None, "readonly": False, "deferrable": False, **options})

    async def execute(self, query: str, *args: Any, timeout: float | None = None) -> str:
        """As asyncpg has it."""
        async with self._within():
            return str(await super().execute(query, *args, timeout=timeout))

    async def fetch(self, *args: Any, **options: Any) -> list[asyncpg.Record]:
        """As asyncpg has it."""
        async with self._within():
            return list(await super().fetch(*args, **options))

    async def fetchval(self, *args: Any, **options: Any) -> Any:
        """As asyncpg has it."""
        async with self._within():
            return await super().fetchval(*args, **options)

    async def fetchrow(self, *args: Any, **options: Any) -> Any:
        """As asyncpg has it."""
        async with self._within():
            return await super().fetchrow(*args, **options)

    @contextlib.asynccontextmanager
    async def _within(self) -> AsyncIterator[None]:
        if not self.pooled or self.begins or self.is_in_transaction():
            yield
            return
        async with self.transaction():
            yield


class _Pinned(Transaction):  # type: ignore[misc] # likewise
    """Begins with its connection's settings."""

    async def start(self) -> None:
        """As asyncpg has it."""
        connection: Control = self._connection
        inner = connection.is_in_transaction()
        connection.begins = True
        try:
            await super().start()
        finally:
            connection.begins = False
        if connection.pooled and not inner:
            await connection.execute(connection.pins)


async def connect(endpoint: Endpoint) -> Control:
    """Log in for reading the catalog; asyncpg's errors and OSError say why not."""
    connection: Control = await asyncpg.connect(
        endpoint.uri,
        database=endpoint.database,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        statement_cache_size=0,
        server_settings={"application_name": "lintel"},
        connection_class=Control,
    )
    try:
        if await _is_pooled(connection):
            connection.pool()
        else:
            await _in_time(connection, f"SET {_TIME}")
            await connection.execute(_set(_PINNED | _NO_JIT))
    except BaseException:
        connection.terminate()
        raise
    return connection


async def _is_pooled(connection: Control) -> bool:
    """Whether another session answers than the one that was said to be there when we logged in."""
    said = f"pg_catalog.pg_backend_pid() OPERATOR(pg_catalog.=) {connection.get_server_pid()}"
    return await _in_time(connection, f"SELECT WHERE {said}") != "SELECT 1"


async def _in_time(connection: Control, statement: str) -> str:
    """By itself, as it is the quickest: what the role or the database allows may be less than all takes."""
    for _ in range(_ATTEMPTS - 1):
        with contextlib.suppress(asyncpg.QueryCanceledError):
            return await connection.execute(statement)
    return await connection.execute(statement)


def _set(settings: dict[str, str], *, local: bool = False) -> str:
    each = (f"pg_catalog.set_config('{name}', '{value}', {local})" for name, value in settings.items())
    return f"SELECT {', '.join(each)}"


async def fresh_search_path(endpoint: Endpoint) -> tuple[str, ...]:
    """The schemas that a new session of this DSN searches, its role's and database's settings and "$user" applied."""
    connection = await connect(endpoint)
    try:
        await connection.search_as_sessions()
        return tuple(await connection.fetchval("SELECT pg_catalog.current_schemas(false)::pg_catalog.text[]"))
    finally:
        await connection.close(timeout=CONNECT_SECONDS)
