"""A client connection until its session begins: SSLRequest, GSSENCRequest, CancelRequest, the startup packet.

Nothing of a client reaches the server before its startup packet is whole and well formed, and nothing that was sent
before TLS is ever taken for something sent under it (CVE-2021-23214).
"""

import asyncio
import socket
from collections.abc import Coroutine
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from ssl import SSLContext
from typing import Protocol, cast

from lintel.wire import client_hello, messages, proxy_header, startup
from lintel.wire.errors import ProtocolError

from .connector import KeepAlive, tune

Network = IPv4Network | IPv6Network


class Reception(Protocol):
    """Who is told of arrivals (listener.Listener)."""

    def arrived(self, arrival: "Arrival") -> None:
        """It has connected."""
        ...

    def gone(self, arrival: "Arrival") -> None:
        """It has closed, or been taken over."""
        ...

    def begin(self, arrival: "Arrival", message: startup.StartupMessage) -> None:
        """It wants a session; its reading is paused."""
        ...

    def cancel(self, arrival: "Arrival", request: startup.CancelRequest) -> None:
        """It wants another session's statement canceled."""
        ...

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """A task that is not lost."""
        ...


class Arrival(asyncio.Protocol):
    """Reads packets; hands the connection over when it knows what it is."""

    def __init__(
        self, reception: Reception, tls: SSLContext | None, keepalive: KeepAlive, balancers: tuple[Network, ...] = ()
    ) -> None:
        self._reception = reception
        self._tls = tls
        self._keepalive = keepalive
        self._balancers = balancers
        self._introduced = True  # nobody in between has yet to say who the client is
        self._data = b""
        self._asked: set[type[startup.Packet]] = set()
        self._handed_over = False
        self.transport: asyncio.Transport
        self.encrypted = False
        self.local = False  # by a Unix socket
        self._said: str | None = None  # the client's address, by its balancer

    @property
    def address(self) -> str:
        """The client's, without its port."""
        return self._said or self._peer

    @property
    def _peer(self) -> str:
        peer = self.transport.get_extra_info("peername")
        return str(peer[0]) if isinstance(peer, tuple) else ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Counted from here on."""
        self.transport = cast("asyncio.Transport", transport)
        tune(transport, self._keepalive)
        self.local = _is_local(transport)
        if self.local:
            self._tls = None  # as with the server: nobody listens in
        self._introduced = not _is_within(self._peer, self._balancers)
        self._reception.arrived(self)

    def data_received(self, data: bytes) -> None:
        """A packet, or a part of one."""
        self._data += data
        if self._handed_over or not (self._introduced or self._introduce()):
            return
        try:
            self._read()
        except ProtocolError as problem:
            self.refuse(problem.sqlstate, problem.message)

    def _introduce(self) -> bool:
        try:
            found = proxy_header.read(self._data)
        except ProtocolError:
            self._handed_over = True
            self.transport.abort()  # who speaks otherwise is no balancer: it is told nothing
            return False
        if found is None:
            return False
        self._said, end = found
        self._data = self._data[end:]
        self._introduced = True
        return True

    def _read(self) -> None:
        if self._data[:1] == client_hello.HANDSHAKE and not self._asked and not self.encrypted:
            self._hello()
            return
        found = startup.read(self._data)
        if found is None:
            return
        packet, end = found
        rest = self._data[end:]
        match packet:
            case startup.SSLRequest() | startup.GSSENCRequest():
                self._encryption(type(packet), rest)
            case startup.CancelRequest():
                self._hand_over()
                self._reception.cancel(self, packet)
            case startup.StartupMessage():
                self._hand_over(rest)
                self._reception.begin(self, packet)

    def _hand_over(self, rest: bytes = b"") -> None:
        self._handed_over = True
        self._data = rest
        self.transport.pause_reading()

    def take_early(self) -> bytes:
        """What the client sent behind its startup packet without waiting."""
        early, self._data = self._data, b""
        return early

    def _encryption(self, asked: type[startup.Packet], rest: bytes) -> None:
        if rest:
            raise ProtocolError("client", "08P01", "received unencrypted data after an encryption request")
        if asked in self._asked or self.encrypted:
            raise ProtocolError("client", "08P01", "encryption was requested twice")
        self._asked.add(asked)
        self._data = b""
        if asked is startup.SSLRequest and self._tls is not None:
            self._hand_over()
            self._reception.spawn(self._answer_and_secure(self._tls))
        else:
            self.transport.write(b"N")

    def _hello(self) -> None:
        """TLS without SSLRequest: only with the application protocol agreed on."""
        speaks = client_hello.speaks_postgres(self._data)
        if speaks is None:
            return
        self._handed_over = True
        if speaks and self._tls is not None:
            self.transport.pause_reading()
            self._reception.spawn(self._secure(self._tls, self.take_early()))
            return
        if self._tls is not None:
            self.transport.write(client_hello.NO_APPLICATION_PROTOCOL)
        self.transport.close()

    async def _answer_and_secure(self, tls: SSLContext) -> None:
        if self._data:  # it came before the handshake, whatever it is
            self.refuse("08P01", "received unencrypted data after an encryption request")
            return
        self.transport.write(b"S")
        await self._secure(tls)

    async def _secure(self, tls: SSLContext, hello: bytes = b"") -> None:
        loop = asyncio.get_running_loop()
        handshake = loop.create_task(loop.start_tls(self.transport, self, tls, server_side=True))
        if hello:
            await asyncio.sleep(0)  # by then the transport has its new protocol, and that will know of it first
            loop.call_soon(_feed, self.transport, hello)
        try:
            secured = await handshake
        except (OSError, EOFError):
            self.transport.abort()
            return
        self.transport = cast("asyncio.Transport", secured)
        self.encrypted = True
        self._handed_over = False
        if self._data:
            self.data_received(b"")

    def refuse(self, sqlstate: str, message: str) -> None:
        """Say why, and close."""
        self.turn_away(messages.fatal(sqlstate, message))

    def turn_away(self, said: bytes) -> None:
        """With these frames, and close."""
        self._handed_over = True
        if not self.transport.is_closing():
            self.transport.write(said)
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Gone before its session began, or taken over by it."""
        self._reception.gone(self)


def _is_within(address: str, networks: tuple[Network, ...]) -> bool:
    if not address or not networks:
        return False
    peer: IPv4Address | IPv6Address = ip_address(address)
    if isinstance(peer, IPv6Address) and peer.ipv4_mapped is not None:
        peer = peer.ipv4_mapped
    return any(peer in network for network in networks)


def _is_local(transport: asyncio.BaseTransport) -> bool:
    sock = transport.get_extra_info("socket")
    return sock is not None and sock.family == socket.AF_UNIX


def _feed(transport: asyncio.Transport, data: bytes) -> None:
    """What had been read before TLS took over."""
    protocol = cast("asyncio.BufferedProtocol", transport.get_protocol())
    while data:
        buffer = memoryview(protocol.get_buffer(len(data)))
        size = min(len(buffer), len(data))
        buffer[:size] = data[:size]
        protocol.buffer_updated(size)
        data = data[size:]
