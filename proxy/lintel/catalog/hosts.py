"""Which servers of a DSN with several hosts its target_session_attrs mean.

A client logs in once, so libpq's way of trying host after host is not open to a proxy. Lintel asks each of them over a
connection of its own instead, at most once a second: nothing is put into a client's session.
"""

import asyncio
from typing import NamedTuple

import asyncpg

from lintel.catalog.dsn import Address, Endpoint

CONNECT_SECONDS = 3.0
FRESH_SECONDS = 1.0

_FAILURES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

_ASK = "SELECT pg_catalog.pg_is_in_recovery(), pg_catalog.current_setting('transaction_read_only')::pg_catalog.bool"


class _Standing(NamedTuple):
    """Of one server; None of one that cannot be asked."""

    standby: bool
    read_only: bool


class Hosts:
    """The addresses to connect to, in order; empty where no server is as demanded. `login` says as whom it is asked."""

    def __init__(self, endpoint: Endpoint, login: Endpoint) -> None:
        self._endpoint = endpoint
        self._login = login
        self._asked: asyncio.Task[tuple[Address, ...]] | None = None
        self._until = 0.0

    async def __call__(self) -> tuple[Address, ...]:
        """As of a second ago or less."""
        if self._endpoint.target_session_attrs == "any":
            return self._endpoint.addresses
        loop = asyncio.get_running_loop()
        if self._asked is None or (self._asked.done() and loop.time() > self._until):
            self._asked = loop.create_task(self._ask(), name="hosts")
        return await asyncio.shield(self._asked)

    async def _ask(self) -> tuple[Address, ...]:
        addresses = self._endpoint.addresses
        standings = await asyncio.gather(*(self._standing(address) for address in addresses))
        self._until = asyncio.get_running_loop().time() + FRESH_SECONDS
        known = [(address, found) for address, found in zip(addresses, standings, strict=True) if found is not None]
        wanted = self._endpoint.target_session_attrs
        if wanted == "prefer-standby":
            known.sort(key=lambda pair: not pair[1].standby)
            return tuple(address for address, _ in known)
        return tuple(address for address, found in known if _fits(found, wanted))

    async def _standing(self, address: Address) -> _Standing | None:
        host, port = _host_and_port(address)
        try:
            connection = await asyncpg.connect(
                self._endpoint.uri,
                host=host,
                port=port,
                user=self._login.user,
                password=self._login.password,
                database=self._login.database,
                timeout=CONNECT_SECONDS,
                command_timeout=CONNECT_SECONDS,
                statement_cache_size=0,
                target_session_attrs="any",
                server_settings={"application_name": "lintel"},
            )
        except _FAILURES:
            return None
        try:
            async with connection.transaction():  # through a pooler one connection for all of the question
                return _Standing(*await connection.fetchrow(_ASK))
        except _FAILURES:
            return None
        finally:
            await _close(connection)


async def _close(connection: asyncpg.Connection) -> None:
    try:
        await connection.close(timeout=CONNECT_SECONDS)
    except _FAILURES:
        connection.terminate()


def _fits(found: _Standing, wanted: str) -> bool:
    match wanted:
        case "read-write":
            return not found.read_only
        case "read-only":
            return found.read_only
        case "primary":
            return not found.standby
        case _:
            return found.standby


def _host_and_port(address: Address) -> tuple[str, int]:
    if isinstance(address, tuple):
        return address
    directory, _, port = address.rpartition("/.s.PGSQL.")
    return directory, int(port)
