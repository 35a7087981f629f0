"""The one place where connections to the server are made: TCP or Unix socket, several hosts, TLS as sslmode says.

The password is the client's business: here nothing is sent but SSLRequest, and the startup packet only after it has
been answered as sslmode wants it. Where sslmode names two ways (`prefer`, `allow`) the second is tried as libpq tries
it: when the server answers the startup packet with an error.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from ssl import SSLContext, SSLError
from typing import NamedTuple, Protocol, cast

from lintel.wire.messages import ERROR_RESPONSE

from .server_leg import NoTLS, Unreachable, Waiting, certificate, secure, secure_directly

__all__ = ["Address", "Connector", "KeepAlive", "Opened", "Target", "Unreachable", "show", "tune"]

_KEEP_IDLE: int = getattr(socket, "TCP_KEEPIDLE", 0x10)  # macOS calls it TCP_KEEPALIVE, which is 0x10

Address = tuple[str, int] | str  # (host, port), or the path of a Unix socket


@dataclass(frozen=True, slots=True)
class KeepAlive:
    """When a quiet TCP connection is probed, in seconds, and when it is given up."""

    idle: float = 60.0
    interval: float = 10.0
    count: int = 6


class Target(Protocol):
    """Where the server is (catalog.dsn.Endpoint is one)."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Tried in order."""
        ...

    @property
    def sslmode(self) -> str:
        """libpq's words."""
        ...

    @property
    def ssl(self) -> SSLContext | None:
        """What verifies the server, by sslmode, and what it verifies of us; None only for `disable`."""
        ...

    @property
    def direct_tls(self) -> bool:
        """sslnegotiation=direct."""
        ...


class Client(NamedTuple):
    """What a server connection is for."""

    startup: bytes  # the packet
    certificate: bytes | None  # what it was shown, DER; None without TLS


@dataclass(slots=True)
class Opened:
    """A server connection, its reading paused; set_protocol is the taker's."""

    transport: asyncio.Transport
    address: Address
    waiting: Waiting
    startup_sent: bool = False

    @property
    def certificate(self) -> bytes | None:
        """What the server has shown, DER; None without TLS."""
        return certificate(self.transport)


@dataclass(frozen=True, slots=True)
class Connector:
    """Makes server connections for sessions and cancel requests."""

    target: Target
    timeout: float = 5.0  # seconds per address
    keepalive: KeepAlive = field(default_factory=KeepAlive)
    hosts: Callable[[], Awaitable[tuple[Address, ...]]] | None = None  # those that are wanted now; None: all

    async def connect(self, first: Address | None = None) -> tuple[asyncio.Transport, Address]:
        """A connection that is ready for a startup packet, or for a cancel request."""
        opened = await self.open(None, (first,) if first is not None else None)
        return opened.transport, opened.address

    async def open(self, client: Client | None, addresses: tuple[Address, ...] | None = None) -> Opened:
        """A connection for a client; its startup packet may have been sent already, where sslmode has two ways."""
        problems: list[str] = []
        if addresses is None:
            addresses = await self.hosts() if self.hosts is not None else self.target.addresses
        for address in addresses:
            try:
                async with asyncio.timeout(self.timeout):
                    return await self._open(address, client)
            except (OSError, EOFError, Unreachable) as problem:
                if isinstance(problem, Unreachable) and problem.sqlstate != "57P03":
                    raise  # an attack rather than a server that is down
                problems.append(f"{show(address)}: {problem or type(problem).__name__}")
        raise Unreachable("; ".join(problems) or "no server is as target_session_attrs demands")

    async def _open(self, address: Address, client: Client | None) -> Opened:
        *others, last = (False,) if isinstance(address, str) else _WAYS[self.target.sslmode]
        for encrypted in others:
            try:
                opened = await self._connect(address, encrypted)
            except SSLError:
                continue
            try:
                if await self._fits(opened, client):
                    return opened
            except BaseException:
                opened.transport.abort()
                raise
            opened.transport.abort()
        return await self._connect(address, last)

    async def _fits(self, opened: Opened, client: Client | None) -> bool:
        """This way will do; where the server's first answer is an error, the other is to be tried."""
        if client is None:
            return True
        if self.target.sslmode == "prefer":
            if opened.certificate is None:
                return True  # the server has no TLS: there is no other way
            if client.certificate not in (None, opened.certificate):
                return False  # SCRAM with channel binding could not pass
        opened.transport.write(client.startup)
        opened.startup_sent = True
        opened.transport.resume_reading()
        return (await opened.waiting.some())[0] != ERROR_RESPONSE

    async def _connect(self, address: Address, encrypted: bool) -> Opened:
        loop = asyncio.get_running_loop()
        if isinstance(address, str):
            transport, waiting = await loop.create_unix_connection(Waiting, address)
        elif encrypted and self.target.direct_tls:
            transport, waiting = await secure_directly(address, cast("SSLContext", self.target.ssl))
            tune(transport, self.keepalive)
        else:
            transport, waiting = await loop.create_connection(Waiting, *address)
            tune(transport, self.keepalive)
            if encrypted:
                transport = await self._secured(transport, waiting, address[0])
        transport.pause_reading()
        return Opened(transport, address, waiting)

    async def _secured(self, transport: asyncio.Transport, waiting: Waiting, host: str) -> asyncio.Transport:
        try:
            return await secure(transport, waiting, cast("SSLContext", self.target.ssl), host)
        except BaseException as problem:
            if isinstance(problem, NoTLS) and self.target.sslmode == "prefer":
                return transport
            transport.abort()
            raise


# By sslmode: whether a connection is encrypted, and what is tried next where the server does not want it so.
_WAYS: dict[str, tuple[bool, ...]] = {
    "disable": (False,),
    "allow": (False, True),
    "prefer": (True, False),
    "require": (True,),
    "verify-ca": (True,),
    "verify-full": (True,),
}


def tune(transport: asyncio.BaseTransport, keepalive: KeepAlive) -> None:
    """Small messages at once, and dead peers found out."""
    shown = transport.get_extra_info("socket")
    if shown is None or shown.family not in (socket.AF_INET, socket.AF_INET6):
        return
    sock = socket.socket(shown.family, shown.type, shown.proto, shown.fileno())  # uvloop's would be made anew each time
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, _KEEP_IDLE, max(1, round(keepalive.idle)))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, max(1, round(keepalive.interval)))
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, keepalive.count)
    sock.detach()


def show(address: Address) -> str:
    """As a message shows it."""
    return address if isinstance(address, str) else f"{address[0]}:{address[1]}"
