"""Forwards cancel requests to servers, as they are; a bounded number at once, and none for longer than a while.

A request is good for one server only, the others do not know its key; so where nobody knows whose it is, all get it.
"""

import asyncio
from collections.abc import Iterable
from typing import NamedTuple

import structlog

from .connector import Address, Connector, Unreachable, show

_AT_ONCE = 64
_TIMEOUT = 10.0

_log = structlog.get_logger(__name__)


class Origin(NamedTuple):
    """Where a session's server is, and how it is reached."""

    connector: Connector
    address: Address


def every(connectors: Iterable[Connector]) -> list[Origin]:
    """All addresses of all servers, each once."""
    found = {
        (address, connector.target.sslmode): Origin(connector, address)
        for connector in connectors
        for address in connector.target.addresses
    }
    return list(found.values())


class Canceling:
    """Of one process."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(_AT_ONCE)

    async def forward(self, packet: bytes, origins: Iterable[Origin]) -> None:
        """Returns when each server has read it, or will not."""
        try:
            async with asyncio.timeout(_TIMEOUT), self._free:  # behind servers that hang nobody waits for ever either
                await asyncio.gather(*(_send(packet, origin) for origin in origins))
        except TimeoutError:
            _log.warning("cancel request not forwarded")


async def _send(packet: bytes, origin: Origin) -> None:
    try:
        server, _ = await origin.connector.connect(origin.address)
    except Unreachable:
        _log.warning("cancel request not forwarded", server=show(origin.address))
        return
    try:
        closed = _Closed()
        server.set_protocol(closed)
        server.write(packet)
        server.resume_reading()
        await closed.wait()
    finally:
        server.close()


class _Closed(asyncio.Protocol):
    """Waits for the server to close: then it has read the request."""

    def __init__(self) -> None:
        self._closed = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._closed.set()

    async def wait(self) -> None:
        await self._closed.wait()
