"""A control connection: one to the catalog, set up so that nothing of the role's or the database's changes answers."""

import contextlib

import asyncpg

from lintel.catalog.dsn import Endpoint

CONNECT_SECONDS = 3.0
COMMAND_SECONDS = 10.0

# As statements, not as startup parameters, which a pooler in between would refuse.
_PINNED = {
    "search_path": "pg_catalog, pg_temp",  # so that every other name comes out qualified
    "standard_conforming_strings": "on",
    "quote_all_identifiers": "off",
    "jit": "off",
    "enable_hashjoin": "off",  # queries.py: plans that depend on no statistics
    "enable_mergejoin": "off",
    "lock_timeout": "100ms",
    "idle_in_transaction_session_timeout": "10s",
}
_IN_TIME = "SET statement_timeout = '10s'"
_ATTEMPTS = 10  # at that, where the role has a timeout of a millisecond or two
_PIN = "SELECT " + ", ".join(f"pg_catalog.set_config('{name}', '{value}', false)" for name, value in _PINNED.items())


async def connect(endpoint: Endpoint) -> asyncpg.Connection:
    """Log in for reading the catalog; asyncpg's errors and OSError say why not."""
    connection = await _connect(endpoint)
    try:
        await _allow_time(connection)
        await connection.execute(_PIN)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def _allow_time(connection: asyncpg.Connection) -> None:
    """By itself, as it is the quickest: what the role or the database allows may be less than the rest takes."""
    for _ in range(_ATTEMPTS - 1):
        with contextlib.suppress(asyncpg.QueryCanceledError):
            await connection.execute(_IN_TIME)
            return
    await connection.execute(_IN_TIME)


async def fresh_search_path(endpoint: Endpoint) -> tuple[str, ...]:
    """The schemas that a new session of this DSN searches, its role's and database's settings and "$user" applied."""
    connection = await _connect(endpoint)
    try:
        return tuple(await connection.fetchval("SELECT pg_catalog.current_schemas(false)::pg_catalog.text[]"))
    finally:
        await connection.close(timeout=CONNECT_SECONDS)


async def _connect(endpoint: Endpoint) -> asyncpg.Connection:
    return await asyncpg.connect(
        endpoint.uri,
        database=endpoint.database,
        timeout=CONNECT_SECONDS,
        command_timeout=COMMAND_SECONDS,
        statement_cache_size=0,
        server_settings={"application_name": "lintel"},
    )
