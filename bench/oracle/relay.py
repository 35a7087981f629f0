"""A relay between a client and a server that can ask questions of its own on the client's own session.

Only there are the temporary tables, the uncommitted DDL and the settings that the client's next statement will meet.
Blocking and one thread per session, for clients that wait for each answer and end what they pipeline with Sync.
Everything that is not a question is passed on as it is.
"""

import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

from bench.oracle.oracle import Output

_LENGTH = struct.Struct("!I")
_FIELD = struct.Struct("!IhIhih")


class Refused(Exception):
    """The server answered a question with an error."""

    def __init__(self, sqlstate: str, message: str) -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class Listener(Protocol):
    """Who asks: told of every statement before the server gets it, and of how it ended."""

    def before(self, text: bytes) -> None:
        """The client has sent this; nothing of it has run."""
        ...

    def after(self, tag: str, sqlstate: str | None) -> None:
        """It has ended: the last command tag, and the first error's SQLSTATE."""
        ...


class Connection:
    """A socket, read frame by frame."""

    def __init__(self, connected: socket.socket) -> None:
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = connected
        self._file = connected.makefile("rb")

    def read(self) -> bytes:
        """One whole frame; empty at the end."""
        head = self._file.read(5)
        return head + self._file.read(_LENGTH.unpack(head[1:])[0] - 4) if len(head) == 5 else b""

    def read_startup(self) -> bytes:
        """A frame without a type."""
        head = self._file.read(4)
        return head + self._file.read(_LENGTH.unpack(head)[0] - 4) if len(head) == 4 else b""

    def write(self, data: bytes) -> None:
        """All of it."""
        self._socket.sendall(data)

    def close(self) -> None:
        """Both halves."""
        self._file.close()
        self._socket.close()


class Session:
    """One client's session."""

    def __init__(self, client: Connection, server: Connection) -> None:
        self.status = "I"  # transaction status of the last ReadyForQuery
        self.parameters: dict[str, str] = {}
        self._client = client
        self._server = server

    # What the client does

    def run(self, listener: Callable[["Session"], Listener]) -> None:
        """Pass everything on until one side leaves."""
        startup = self._client.read_startup()
        self._server.write(startup)
        self._until_ready()
        listening = listener(self)
        pending: list[bytes] = []  # of the extended protocol, until Sync: then nothing is under way
        while frame := self._client.read():
            pending.append(frame)
            if frame[:1] in b"PBDEC":
                continue
            for text in _texts(pending):
                listening.before(text)
            self._server.write(b"".join(pending))
            pending = []
            if frame[:1] in b"QSF":
                listening.after(*self._until_ready())

    def _until_ready(self) -> tuple[str, str | None]:
        tag, sqlstate = "", None
        while frame := self._server.read():
            kind = frame[:1]
            self._client.write(frame)
            if kind == b"Z":
                self.status = chr(frame[5])
                return tag, sqlstate
            if kind == b"C":
                tag = frame[5:-1].decode()
            elif kind == b"E":
                sqlstate = sqlstate or _error(frame)["C"]
            elif kind == b"S":
                name, value, _ = frame[5:].split(b"\0")
                self.parameters[name.decode()] = value.decode()
            elif kind == b"G":
                self._copy_in()
            elif kind == b"R" and frame[5:9] not in (b"\0\0\0\0", b"\0\0\0\x0c"):
                self._server.write(self._client.read())
        raise ConnectionResetError

    def _copy_in(self) -> None:
        while frame := self._client.read():
            self._server.write(frame)
            if frame[:1] in b"cf":
                return

    # What we ask

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is asked inside leaves nothing behind."""
        block = self.status == "T"
        self.command("SAVEPOINT lintel_oracle" if block else "BEGIN READ WRITE")
        try:
            yield
        finally:
            self.command("ROLLBACK TO lintel_oracle; RELEASE lintel_oracle" if block else "ROLLBACK")

    def ask(self, query: str) -> list[Any]:
        """The rows of a query, as JSON objects. Raises Refused."""
        rows = self.command(f"SELECT pg_catalog.row_to_json(lintel_row) FROM ({query}) AS lintel_row")
        return [json.loads(row) for row in rows]

    def outputs(self, statement: bytes) -> list[Output]:
        """The columns that a statement returns, as Describe tells them. Raises Refused."""
        parse = b"\0" + statement + b"\0\0\0"
        self._server.write(_frame(b"P", parse) + _frame(b"D", b"S\0") + _frame(b"S", b""))
        found: list[Output] = []
        for frame in self._answer():
            if frame[:1] == b"T":
                found = list(_described(frame[5:]))
        return found

    def command(self, query: str) -> list[bytes]:
        """The first column of what a query yields. Raises Refused."""
        self._server.write(_frame(b"Q", query.encode() + b"\0"))
        return [frame[11:] for frame in self._answer() if frame[:1] == b"D"]

    def _answer(self) -> list[bytes]:
        frames: list[bytes] = []
        while frame := self._server.read():
            frames.append(frame)
            if frame[:1] == b"Z":
                break
        for frame in frames:
            if frame[:1] == b"E":
                fields = _error(frame)
                raise Refused(fields["C"], fields["M"])
        return frames


def _texts(frames: list[bytes]) -> list[bytes]:
    """The statements in Query and Parse messages."""
    queries = [frame[5:-1] for frame in frames if frame[:1] == b"Q"]
    return queries + [frame[5:].split(b"\0", 2)[1] for frame in frames if frame[:1] == b"P"]


def _frame(kind: bytes, body: bytes) -> bytes:
    return kind + _LENGTH.pack(len(body) + 4) + body


def _error(frame: bytes) -> dict[str, str]:
    return {field[:1].decode(): field[1:].decode("utf-8", "replace") for field in frame[5:].split(b"\0") if field}


def _described(body: bytes) -> Iterator[Output]:
    at = 2
    for _ in range(int.from_bytes(body[:2], "big")):
        end = body.index(b"\0", at)
        oid, attnum, *_rest = _FIELD.unpack_from(body, end + 1)
        yield Output(body[at:end].decode("utf-8", "replace"), oid, attnum)
        at = end + 1 + _FIELD.size


class Relay:
    """Listens for clients on a port of its own, in front of a server."""

    def __init__(self, host: str, port: int, listener: Callable[[Session], Listener]) -> None:
        self.failures: list[BaseException] = []
        self._target = (host, port)
        self._listener = listener
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept nobody any more."""
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.create_connection(self._target)
        ends = Connection(client), Connection(server)
        try:
            Session(*ends).run(self._listener)
        except (ConnectionError, ValueError):
            pass  # one side has left
        except BaseException as failure:
            self.failures.append(failure)
            raise
        finally:
            for end in ends:
                end.close()
