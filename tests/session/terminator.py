"""TLS before a server that has none, as PostgreSQL 17 and later have it: SSLRequest, or TLS from the first byte."""

import socket
import ssl
import threading
from types import TracebackType
from typing import Self

from lintel.wire.startup import SSL_REQUEST_PACKET


class Terminator:
    """Runs as long as its `with` block; `answer` is what SSLRequest gets."""

    def __init__(self, context: ssl.SSLContext, port: int, answer: bytes = b"S") -> None:
        self._context = context
        self._behind = port
        self._answer = answer
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self.direct: list[bool] = []  # of each connection
        self.peers: list[object] = []  # the certificates that clients have shown
        self.after: list[bytes] = []  # what came behind an answer that is no S
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            direct = connection.recv(1, socket.MSG_PEEK) == b"\x16"
            self.direct.append(direct)
            if not direct:
                assert connection.recv(8, socket.MSG_WAITALL) == SSL_REQUEST_PACKET
                connection.sendall(self._answer)
                if self._answer != b"S":
                    self.after.append(connection.recv(65536))
                    connection.close()
                    return
            with self._context.wrap_socket(connection, server_side=True) as secured:
                self.peers.append(secured.getpeercert())
                self._relay(secured)
        except (OSError, AssertionError):
            connection.close()

    def _relay(self, secured: ssl.SSLSocket) -> None:
        with socket.create_connection(("127.0.0.1", self._behind)) as server:
            back = threading.Thread(target=_copy, args=(server, secured), daemon=True)
            back.start()
            _copy(secured, server)
            back.join(5)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_RDWR)
    except OSError:
        source.close()
