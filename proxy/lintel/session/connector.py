"""The one place where connections to the server are made: TCP or Unix socket, several hosts, TLS as sslmode says.

The password is the client's business: here nothing is sent but SSLRequest, and the startup packet only after it has
been answered as sslmode wants it.
"""

import asyncio
import socket
from dataclasses import dataclass
from ssl import SSLContext
from typing import Protocol, cast

from lintel.wire.startup import SSL_REQUEST_PACKET

Address = tuple[str, int] | str  # (host, port), or the path of a Unix socket


class Unreachable(Exception):
    """No server could be connected to, or not as sslmode demands; the message is for the log."""


class Target(Protocol):
    """Where the server is (catalog.dsn.Endpoint is one)."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Tried in order."""
        ...

    @property
    def sslmode(self) -> str:
        """libpq's words; `allow` is taken as `disable`, as it is the client that logs in."""
        ...

    @property
    def ssl(self) -> SSLContext | None:
        """What verifies the server, by sslmode; None only for `disable`."""
        ...


@dataclass(frozen=True, slots=True)
class Connector:
    """Makes server connections for sessions and cancel requests."""

    target: Target
    timeout: float = 5.0  # seconds per address

    @property
    def encrypts(self) -> bool:
        """Server connections must be TLS."""
        return self.target.sslmode in ("require", "verify-ca", "verify-full")

    async def connect(self, first: Address | None = None) -> tuple[asyncio.Transport, Address]:
        """A connection that is ready for a startup packet, its reading paused; set_protocol is the caller's."""
        problems: list[str] = []
        for address in (first,) if first is not None else self.target.addresses:
            try:
                async with asyncio.timeout(self.timeout):
                    return await self._connect(address), address
            except (OSError, EOFError, Unreachable) as problem:
                problems.append(f"{show(address)}: {problem or type(problem).__name__}")
        raise Unreachable("; ".join(problems))

    async def _connect(self, address: Address) -> asyncio.Transport:
        loop = asyncio.get_running_loop()
        transport: asyncio.Transport
        if isinstance(address, str):
            transport, asking = await loop.create_unix_connection(_Asking, address)
            return _paused(transport)
        transport, asking = await loop.create_connection(_Asking, *address)
        try:
            tune(transport)
            if self.target.ssl is None or self.target.sslmode in ("disable", "allow"):
                return _paused(transport)
            return await self._secured(transport, asking, address[0])
        except BaseException:
            transport.abort()
            raise

    async def _secured(self, transport: asyncio.Transport, asking: "_Asking", host: str) -> asyncio.Transport:
        transport.write(SSL_REQUEST_PACKET)
        answer = await asking.answer
        if answer == b"S":
            loop = asyncio.get_running_loop()
            ssl = cast("SSLContext", self.target.ssl)
            name = host if self.target.sslmode == "verify-full" or not _is_address(host) else None
            secured = await loop.start_tls(transport, asking, ssl, server_hostname=name)
            return _paused(cast("asyncio.Transport", secured))
        if answer == b"N" and not self.encrypts:
            return _paused(transport)
        # One byte and no more: anything behind it was not sent by a server that waits for a handshake (CVE-2021-23222).
        raise Unreachable("the server does not offer TLS" if answer == b"N" else "no proper answer to SSLRequest")


class _Asking(asyncio.Protocol):
    """Until a session takes over: the answer to SSLRequest, and nothing else is expected."""

    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        if not self.answer.done():
            self.answer.set_result(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.answer.done():
            self.answer.set_exception(exc or EOFError("connection closed"))
            self.answer.exception()  # nobody may be waiting


def tune(transport: asyncio.BaseTransport) -> None:
    """Small messages at once, and dead peers found out."""
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def show(address: Address) -> str:
    """As a message shows it."""
    return address if isinstance(address, str) else f"{address[0]}:{address[1]}"


def _paused(transport: asyncio.Transport) -> asyncio.Transport:
    transport.pause_reading()
    return transport


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
