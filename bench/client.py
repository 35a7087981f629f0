"""A blocking client that costs little: one session over TCP without TLS and password, messages sent as they are given.

What a driver would do per row or per statement is left out, so that the relay is what is measured. A reply ends where a
chunk ends with ReadyForQuery of an idle session: no row of a benchmark looks like that.
"""

import socket
import struct
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from bench.failure import BenchFailure
from bench.pgbench import Target
from lintel.wire import messages

SECONDS = 600.0  # without a byte
CHUNK = 1 << 18

_READY = messages.frame(messages.READY_FOR_QUERY, bytes([messages.IDLE]))
_TERMINATE = messages.frame(messages.TERMINATE, b"")


def startup(user: str, database: str, application: str) -> bytes:
    """A StartupMessage."""
    words = ("user", user, "database", database, "application_name", application)
    body = b"\0\3\0\0" + b"".join(word.encode() + b"\0" for word in words) + b"\0"
    return struct.pack(">I", len(body) + 4) + body


class Client:
    """One session."""

    def __init__(self, target: Target, application: str = "pgbench") -> None:
        self._buffer = memoryview(bytearray(CHUNK))
        self._socket = socket.create_connection((target.host, target.port), SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.ask(startup(target.user, target.database, application))

    def ask(self, request: bytes) -> bytes:
        """The whole reply. Raises BenchFailure if it is an error."""
        self._socket.sendall(request)
        reply = self._read()
        while not reply.endswith(_READY):
            reply += self._read()
        if reply[0] == messages.ERROR_RESPONSE:
            raise BenchFailure(f"the server says {reply[:200]!r}")
        return reply

    def drain(self, request: bytes) -> int:
        """The number of bytes of the reply, which is thrown away."""
        self._socket.sendall(request)
        return self._drained()

    def feed(self, request: bytes, chunks: Iterable[bytes]) -> int:
        """COPY FROM STDIN: the bytes of these chunks of CopyData frames."""
        self._socket.sendall(request)
        first = self._read()
        if first[0] != messages.COPY_IN_RESPONSE:
            raise BenchFailure(f"the server says {first[:200]!r}")
        sent = 0
        for chunk in chunks:
            self._socket.sendall(chunk)
            sent += len(chunk)
        self._socket.sendall(messages.frame(messages.COPY_DONE, b""))
        self._drained()
        return sent

    def _drained(self) -> int:
        size = self._socket.recv_into(self._buffer)
        if self._buffer[0] == messages.ERROR_RESPONSE:
            raise BenchFailure(f"the server says {bytes(self._buffer[: min(size, 200)])!r}")
        total, last = size, bytes(self._buffer[max(0, size - 6) : size])
        while last != _READY:
            size = self._socket.recv_into(self._buffer)
            if not size:
                raise BenchFailure("the connection was closed within a reply")
            total += size
            last = (last + bytes(self._buffer[max(0, size - 6) : size]))[-6:]
        return total

    def _read(self) -> bytes:
        data = self._socket.recv(CHUNK)
        if not data:
            raise BenchFailure("the connection was closed within a reply")
        return data

    def close(self) -> None:
        """With Terminate."""
        self._socket.sendall(_TERMINATE)
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._socket.close() if error else self.close()
