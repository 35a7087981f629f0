"""Bytes on a socket, for what no driver would ever send."""

import contextlib
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

STARTUP = 196608


def frame(kind: bytes, body: bytes) -> bytes:
    """A message with its right length."""
    return kind + struct.pack("!i", len(body) + 4) + body


def startup(user: str, database: str) -> bytes:
    """A StartupMessage of protocol 3.0; surrogates stand for bytes that are no UTF-8."""
    body = struct.pack("!i", STARTUP) + b"".join(
        word.encode("utf-8", "surrogateescape") + b"\0"
        for word in ("user", user, "database", database, "application_name", "raw")
    )
    return struct.pack("!i", len(body) + 5) + body + b"\0"


@contextmanager
def connected(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that gives up after 10 s."""
    with socket.create_connection((host, port), timeout=10) as client:
        yield client


def messages(client: socket.socket) -> Iterator[tuple[bytes, bytes]]:
    """What the other side says, until it closes; a reset where it had not read all that we sent is a close, too."""
    with client.makefile("rb") as stream, contextlib.suppress(ConnectionResetError):
        while header := stream.read(5):
            yield header[:1], stream.read(struct.unpack("!i", header[1:])[0] - 4)


def until_ready(client: socket.socket) -> list[tuple[bytes, bytes]]:
    """All messages up to ReadyForQuery."""
    found = []
    for message in messages(client):
        found.append(message)
        if message[0] == b"Z":
            break
    return found


def sqlstate(body: bytes) -> str:
    """Field C of an ErrorResponse."""
    return next(part[1:].decode() for part in body.split(b"\0") if part[:1] == b"C")
