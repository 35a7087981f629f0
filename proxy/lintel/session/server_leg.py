"""A fresh connection to the server until a session takes it over: TLS as sslmode and sslnegotiation want it.

Nothing but SSLRequest is sent before its answer has come, and an answer of more than one byte is never looked into:
what is behind it was not sent by a server that waits for a handshake (CVE-2021-23222).
"""

import asyncio
from ssl import SSLContext
from typing import cast

from lintel.wire.startup import ALPN, SSL_REQUEST_PACKET


class Unreachable(Exception):
    """No server could be connected to, or not as it is demanded; the message is for the log."""

    def __init__(self, message: str, sqlstate: str = "57P03") -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class NoTLS(Unreachable):
    """The server has said N."""


class Waiting(asyncio.Protocol):
    """Collects what the server says until it is taken; reading pauses with the first of it."""

    def __init__(self) -> None:
        self._data = b""
        self._transport: asyncio.Transport
        self._some: asyncio.Future[None] | None = None
        self._lost: Exception | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Again under TLS."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Kept."""
        self._data += data
        self._transport.pause_reading()
        self._tell()

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits is told."""
        self._lost = exc or EOFError("connection closed")
        self._tell()

    def _tell(self) -> None:
        if self._some is not None and not self._some.done():
            self._some.set_result(None)

    async def some(self) -> bytes:
        """As soon as there is anything; it stays."""
        if not self._data and self._lost is None:
            self._some = asyncio.get_running_loop().create_future()
            await self._some
        if not self._data and self._lost is not None:
            raise self._lost
        return self._data

    def take(self) -> bytes:
        """All of it."""
        taken, self._data = self._data, b""
        return taken


async def secure(transport: asyncio.Transport, waiting: Waiting, ssl: SSLContext, host: str) -> asyncio.Transport:
    """TLS by SSLRequest; NoTLS where the server has none, and the connection then stays as it is."""
    transport.write(SSL_REQUEST_PACKET)
    answer = await waiting.some()
    if len(answer) > 1:
        waiting.take()
        if answer[:1] in (b"S", b"N"):
            raise Unreachable("received unencrypted data after the answer to SSLRequest", "08P01")
        raise Unreachable("no proper answer to SSLRequest")
    waiting.take()
    if answer == b"N":
        raise NoTLS("the server does not offer TLS")
    if answer != b"S":
        raise Unreachable("no proper answer to SSLRequest")
    secured = await asyncio.get_running_loop().start_tls(transport, waiting, ssl, server_hostname=host)
    if waiting.take():
        raise Unreachable("received unencrypted data after the answer to SSLRequest", "08P01")
    waiting.connection_made(cast("asyncio.Transport", secured))
    return cast("asyncio.Transport", secured)


async def secure_directly(address: tuple[str, int], ssl: SSLContext) -> tuple[asyncio.Transport, Waiting]:
    """TLS from the first byte on, as PostgreSQL 17 and later have it."""
    loop = asyncio.get_running_loop()
    transport, waiting = await loop.create_connection(Waiting, *address, ssl=ssl, server_hostname=address[0])
    if transport.get_extra_info("ssl_object").selected_alpn_protocol() != ALPN:
        transport.abort()
        raise Unreachable("the server has not agreed on the application protocol, as direct TLS demands")
    return transport, waiting


def certificate(transport: asyncio.BaseTransport) -> bytes | None:
    """What the other side has shown, DER; None without TLS."""
    ssl = transport.get_extra_info("ssl_object")
    shown: bytes | None = ssl.getpeercert(True) if ssl is not None else None
    return shown
