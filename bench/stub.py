"""A server that only keeps sessions: it lets everybody in and answers every statement with one row.

    python -m bench.stub DESCRIPTOR [CERTIFICATE KEY]

Real backends cost megabytes each; where ten thousand sessions are needed this stands in for them. The listening socket
is inherited, so that several of these can share it. With a certificate SSLRequest gets a yes.
"""

import asyncio
import socket
import ssl
import sys
from typing import cast

import uvloop

from lintel.wire import messages
from lintel.wire.framing import HEADER_SIZE, header
from lintel.wire.startup import SSL_REQUEST_PACKET

_READY = messages.frame(messages.READY_FOR_QUERY, b"I")
_GREETING = b"".join(
    (
        messages.frame(messages.AUTHENTICATION, bytes(4)),
        messages.frame(messages.PARAMETER_STATUS, b"server_version\x0018.0\0"),
        messages.frame(messages.PARAMETER_STATUS, b"client_encoding\0UTF8\0"),
        messages.frame(messages.PARAMETER_STATUS, b"standard_conforming_strings\0on\0"),
        messages.frame(messages.BACKEND_KEY_DATA, bytes(8)),
        _READY,
    )
)
_COLUMN = messages.frame(ord("T"), b"\0\1c\0" + bytes(6) + b"\0\0\0\x19\xff\xff\xff\xff\xff\xff\0\0")
_ROW = messages.frame(ord("D"), b"\0\1\0\0\0\6public") + messages.frame(messages.COMMAND_COMPLETE, b"SELECT 1\0")
_ANSWERS = {
    messages.QUERY: _COLUMN + _ROW + _READY,
    messages.PARSE: messages.frame(ord("1"), b""),
    messages.BIND: messages.frame(ord("2"), b""),
    messages.EXECUTE: _ROW,
    messages.CLOSE: messages.frame(ord("3"), b""),
    messages.SYNC: _READY,
}


class Backend(asyncio.Protocol):
    """One session."""

    __slots__ = ("_data", "_securing", "_started", "_tls", "_transport")

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        self._tls = tls
        self._data = b""
        self._started = False
        self._securing: asyncio.Task[None] | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Before TLS."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Whole frames are answered."""
        self._data += data
        if self._securing is None:
            self._read()

    def _read(self) -> None:
        if not self._started:
            self._start()
        answers = []
        while self._started and len(self._data) >= HEADER_SIZE:
            kind, length = header(self._data, 0)
            if len(self._data) <= length:
                break
            self._data = self._data[length + 1 :]
            answers.append(_ANSWERS.get(kind, b""))
        if answers:
            self._transport.write(b"".join(answers))

    def _start(self) -> None:
        if len(self._data) < 8 or len(self._data) < int.from_bytes(self._data[:4], "big"):
            return
        packet, self._data = self._data[: int.from_bytes(self._data[:4], "big")], b""
        if packet != SSL_REQUEST_PACKET:
            self._started = True
            self._transport.write(_GREETING)
        elif self._tls is None:
            self._transport.write(b"N")
        else:
            self._transport.write(b"S")
            self._securing = asyncio.get_running_loop().create_task(self._secure(self._tls))

    async def _secure(self, tls: ssl.SSLContext) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._transport = cast(
                "asyncio.Transport", await loop.start_tls(self._transport, self, tls, server_side=True)
            )
        except (OSError, EOFError):
            self._transport.abort()
            return
        self._securing = None
        self._read()


async def serve(listening: socket.socket, tls: ssl.SSLContext | None) -> None:
    """Until it is killed."""
    server = await asyncio.get_running_loop().create_server(lambda: Backend(tls), sock=listening, backlog=4096)
    await server.serve_forever()


def main(arguments: list[str]) -> None:
    """See above."""
    tls = None
    if arguments[1:]:
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(*arguments[1:])
    listening = socket.socket(fileno=int(arguments[0]))
    listening.setblocking(False)
    uvloop.run(serve(listening, tls))


if __name__ == "__main__":
    main(sys.argv[1:])
