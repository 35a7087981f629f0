"""A client that speaks as badly as a test likes: a plain socket."""

import socket
import ssl
import struct
from typing import Self

from tests.session.proxy import Proxy

from lintel.wire.startup import SSL_REQUEST_PACKET


class Raw:
    """A connection to the proxy."""

    def __init__(self, proxy: Proxy) -> None:
        self.socket = socket.create_connection(("127.0.0.1", proxy.port), 10)
        self.records: list[int] = []  # lengths of the TLS records that came
        self._tls: ssl.SSLObject | None = None
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self.socket.close()

    def encrypt(self, context: ssl.SSLContext) -> None:
        """The handshake; what comes is read record by record from here on."""
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname="localhost")
        while True:
            try:
                self._tls.do_handshake()
            except ssl.SSLWantReadError:
                self.socket.sendall(self._outgoing.read())
                self._read_record()
            else:
                self.socket.sendall(self._outgoing.read())
                self.records.clear()
                return

    def _read_record(self) -> None:
        head = self._exactly(5)
        length = int.from_bytes(head[3:], "big")
        self.records.append(length)
        self._incoming.write(head + self._exactly(length))

    def _exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += self.socket.recv(size - len(data))
        return data

    def receive(self) -> bytes:
        """Some bytes."""
        while self._tls is not None:
            try:
                return self._tls.read(65536)
            except ssl.SSLWantReadError:
                self._read_record()
        return self.socket.recv(65536)

    def send(self, data: bytes) -> None:
        if self._tls is not None:
            self._tls.write(data)
            data = self._outgoing.read()
        self.socket.sendall(data)

    def startup(self, version: int = 0x30000, **parameters: str) -> None:
        pairs = b"".join(f"{name}\0{value}\0".encode() for name, value in parameters.items())
        self.send(struct.pack(">II", len(pairs) + 9, version) + pairs + b"\0")

    def ask_for_tls(self, behind: bytes = b"") -> None:
        self.send(SSL_REQUEST_PACKET + behind)

    def read_all(self) -> bytes:
        """Up to the other side's end."""
        data = b""
        try:
            while piece := self.socket.recv(65536):
                data += piece
        except ConnectionResetError:
            pass
        self.socket.close()
        return data

    def read_until(self, end: bytes) -> bytes:
        data = bytearray()
        while end not in data[-70_000:]:
            piece = self.receive()
            assert piece, data
            data += piece
        return bytes(data)


def sqlstate(data: bytes) -> str:
    """Of the FATAL ErrorResponse that the data must be."""
    assert data[:1] == b"E", data
    fields = {field[:1]: field[1:] for field in data[5:].split(b"\0") if field}
    assert fields[b"V"] == b"FATAL"
    return fields[b"C"].decode()
