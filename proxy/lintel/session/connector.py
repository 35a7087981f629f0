"""The one place where connections to the server are made: TCP or Unix socket, several hosts, TLS as sslmode says.

The password is the client's business: here nothing is sent but SSLRequest, and the startup packet only after it has
been answered as sslmode wants it. Where sslmode names two ways (`prefer`, `allow`) the second is tried as libpq tries
it: when the server answers the startup packet with an error.
"""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from ssl import SSLContext
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

    async def connect(self, first: Address | None = None) -> tuple[asyncio.Transport, Address]:
        """A connection that is ready for a startup packet, or for a cancel request."""
        opened = await self.open(None, (first,) if first is not None else None)
        return opened.transport, opened.address

    async def open(self, client: Client | None, addresses: tuple[Address, ...] | None = None) -> Opened:
        """A connection for a client; its startup packet may have been sent already, where sslmode has two ways."""
        problems: list[str] = []
        for address in self.target.addresses if addresses is None else addresses:
            try:
                return await self._open(address, client)
            except (OSError, EOFError, Unreachable) as problem:
                if isinstance(problem, Unreachable) and problem.sqlstate != "57P03":
                    raise  # an attack rather than a server that is down
                problems.append(f"{show(address)}: {problem or type(problem).__name__}")
        raise Unreachable("; ".join(problems))

    async def _open(self, address: Address, client: Client | None) -> Opened:
        ways = _ways("disable" if isinstance(address, str) else self.target.sslmode)
        for number, encrypted in enumerate(ways, 1):
            last = number == len(ways)
            async with asyncio.timeout(self.timeout):
                opened = await self._connect(address, encrypted)
                try:
                    if last or await _agreed(opened, client):
                        return opened
                except NoTLS:
                    raise
                except BaseException:
                    opened.transport.abort()
                    raise
            opened.transport.abort()
        raise AssertionError(ways)

def tune(transport: asyncio.BaseTransport, keepalive: KeepAlive) -> None:
    """Small messages at once, and dead peers found out."""
    sock = transport.get_extra_info("socket")
    if sock is not None and sock.family in (socket.AF_INET, socket.AF_INET6):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, _KEEP_IDLE, max(1, round(keepalive.idle)))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, max(1, round(keepalive.interval)))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, keepalive.count)


def show(address: Address) -> str:
    """As a message shows it."""
    return address if isinstance(address, str) else f"{address[0]}:{address[1]}"


def _paused(transport: asyncio.Transport) -> asyncio.Transport:
    transport.pause_reading()
    return transport


def _is_address(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()
