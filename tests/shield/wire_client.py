"""A little wire client that hides nothing: every message of a reply as it came. Knows nothing of Lintel.

Blocking sockets, protocol 3.0, trust or SCRAM-SHA-256. `send` and `replies` are apart so that a test can do something
between them, while the statement waits for a lock.
"""

import base64
import contextlib
import hashlib
import hmac
import select
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Self
from urllib.parse import unquote, urlsplit

TIMEOUT = 20.0

Param = str | None
Row = tuple[bytes | None, ...]


@dataclass(frozen=True)
class Field:
    """One column of a RowDescription, without what says where it was stored (table OID, attribute number)."""

    name: str
    type_oid: int
    typmod: int
    format: int


@dataclass
class Result:
    """What one statement brought, up to its CommandComplete or ErrorResponse."""

    fields: tuple[Field, ...] | None = None
    parameters: tuple[int, ...] | None = None
    rows: list[Row] = field(default_factory=list)
    copied: bytes = b""
    tag: str | None = None
    error: dict[str, str] | None = None


@dataclass
class Reply:
    """Everything up to one ReadyForQuery."""

    results: list[Result] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)  # their SQLSTATEs
    status: str = ""

    @property
    def error(self) -> dict[str, str] | None:
        """The ErrorResponse's fields by their letter, if there was one."""
        return next((result.error for result in self.results if result.error), None)

    @property
    def rows(self) -> list[Row]:
        """The rows of all results."""
        return [row for result in self.results for row in result.rows]


def text(value: str) -> bytes:
    """A protocol string: NUL-terminated."""
    return value.encode() + b"\0"


def query(sql: str) -> bytes:
    """The Query message."""
    return _message(b"Q", text(sql))


def parse(name: str, sql: str, oids: Sequence[int] = ()) -> bytes:
    """The Parse message."""
    return _message(b"P", text(name) + text(sql) + struct.pack(f"!h{len(oids)}I", len(oids), *oids))


def bind(name: str, params: Sequence[Param] = (), portal: str = "", result_format: int = 0) -> bytes:
    """The Bind message: every parameter as text, every result column in one format."""
    values = b"".join(_value(param) for param in params)
    body = text(portal) + text(name) + struct.pack("!hh", 0, len(params)) + values
    return _message(b"B", body + struct.pack("!hh", 1, result_format))


def describe(kind: Literal["S", "P"], name: str = "") -> bytes:
    """The Describe message."""
    return _message(b"D", kind.encode() + text(name))


def execute(portal: str = "", limit: int = 0) -> bytes:
    """The Execute message."""
    return _message(b"E", text(portal) + struct.pack("!i", limit))


def close(kind: Literal["S", "P"], name: str) -> bytes:
    """The Close message."""
    return _message(b"C", kind.encode() + text(name))


SYNC = b"S\0\0\0\4"


class Client:
    """One session."""

    def __init__(self, dsn: str, application_name: str, *, host: str = "", port: int = 0) -> None:
        where = urlsplit(dsn)
        self._user, self._password = unquote(where.username or ""), unquote(where.password or "")
        address = (host or where.hostname or "", port or where.port or 0)
        self._socket = socket.create_connection(address, TIMEOUT)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._input = self._socket.makefile("rb")
        self.pid = 0
        self._startup(unquote(where.path[1:]), application_name)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Terminate, as drivers do."""
        with contextlib.suppress(OSError):
            self._socket.sendall(_message(b"X", b""))
        self._input.close()
        self._socket.close()

    def simple(self, sql: str, copy: bytes | None = None) -> Reply:
        """A Query and its reply."""
        self.send(query(sql))
        return self.reply(copy)

    def extended(
        self, sql: str, params: Sequence[Param] = (), copy: bytes | None = None, result_format: int = 0
    ) -> Reply:
        """Parse, Describe, Bind, Execute, Sync in one go, and the reply."""
        self.send(parse("", sql), describe("S"), bind("", params, result_format=result_format), execute(), SYNC)
        return self.reply(copy, in_copy=SYNC)

    def prepare(self, name: str, sql: str) -> Reply:
        """Parse and Describe under a name."""
        return self.exchange(parse(name, sql), describe("S", name), SYNC)

    def run(self, name: str, params: Sequence[Param] = (), result_format: int = 0) -> Reply:
        """Bind, Describe and Execute what was prepared."""
        return self.exchange(bind(name, params, result_format=result_format), describe("P"), execute(), SYNC)

    def exchange(self, *messages: bytes) -> Reply:
        """Send messages that end in one ReadyForQuery, and read up to it."""
        self.send(*messages)
        return self.reply()

    def send(self, *messages: bytes) -> None:
        """Send without reading."""
        self._socket.sendall(b"".join(messages))

    def reply(self, copy: bytes | None = None, in_copy: bytes = b"") -> Reply:
        """Read up to ReadyForQuery; answer a CopyInResponse with `copy` (the server drops a Sync sent before)."""
        reply, current = Reply(), Result()
        while True:
            kind, body = self._read()
            if kind == b"Z":
                if current != Result():
                    reply.results.append(current)
                reply.status = body.decode()
                return reply
            if kind == b"G":
                self.send(_message(b"d", copy or b""), _message(b"c", b""), in_copy)
            elif kind == b"N":
                reply.notices.append(_fields(body)["C"])
            elif _collect(current, kind, body):
                reply.results.append(current)
                current = Result()

    def answered(self) -> bool:
        """Whether anything has come that was not read yet."""
        return bool(select.select([self._socket], [], [], 0)[0])

    def _read(self) -> tuple[bytes, bytes]:
        head = self._input.read(5)
        if len(head) < 5:
            raise ConnectionError("the server closed the connection")
        return head[:1], self._input.read(struct.unpack("!I", head[1:])[0] - 4)

    def _startup(self, database: str, application_name: str) -> None:
        options = {"user": self._user, "database": database, "application_name": application_name}
        options |= {"client_encoding": "UTF8", "TimeZone": "UTC"}
        body = struct.pack("!I", 196608) + b"".join(text(k) + text(v) for k, v in options.items()) + b"\0"
        self._socket.sendall(struct.pack("!I", len(body) + 4) + body)
        while True:
            kind, body = self._read()
            if kind == b"E":
                raise ConnectionError(_fields(body)["M"])
            if kind == b"R" and body[:4] == b"\0\0\0\x0a":
                self._scram()
            elif kind == b"K":
                self.pid = struct.unpack("!I", body[:4])[0]
            elif kind == b"Z":
                return

    def _scram(self) -> None:
        """RFC 5802 with a fixed nonce: nobody listens to this conversation."""
        nonce = "r" * 24
        first = f"n=,r={nonce}"
        hello = f"n,,{first}".encode()
        self.send(_message(b"p", text("SCRAM-SHA-256") + struct.pack("!I", len(hello)) + hello))
        challenge = self._read()[1][4:].decode()
        given = dict(part.split("=", 1) for part in challenge.split(","))
        salted = hashlib.pbkdf2_hmac("sha256", self._password.encode(), base64.b64decode(given["s"]), int(given["i"]))
        key = hmac.digest(salted, b"Client Key", "sha256")
        last = f"c=biws,r={given['r']}"
        signed = hmac.digest(hashlib.sha256(key).digest(), f"{first},{challenge},{last}".encode(), "sha256")
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signed, strict=True))).decode()
        self.send(_message(b"p", f"{last},p={proof}".encode()))


def _collect(result: Result, kind: bytes, body: bytes) -> bool:
    """Put one message into the result; True if it was the last of it."""
    if kind == b"T":
        result.fields = _row_description(body)
    elif kind == b"t":
        result.parameters = struct.unpack(f"!{len(body) // 4}I", body[2:])
    elif kind == b"D":
        result.rows.append(_row(body))
    elif kind == b"d":
        result.copied += body
    elif kind == b"E":
        result.error = _fields(body)
    elif kind in b"CIs":
        result.tag = {b"C": body[:-1].decode(), b"I": "(empty)", b"s": "(suspended)"}[kind]
    return kind in b"EICs"


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def _value(param: Param) -> bytes:
    if param is None:
        return struct.pack("!i", -1)
    return struct.pack("!i", len(param.encode())) + param.encode()


def _fields(body: bytes) -> dict[str, str]:
    return {part[:1].decode(): part[1:].decode() for part in body.split(b"\0") if part}


def _row_description(body: bytes) -> tuple[Field, ...]:
    fields, at = [], 2
    while at < len(body):
        end = body.index(b"\0", at)
        _, _, type_oid, _, typmod, format_code = struct.unpack_from("!IhIhih", body, end + 1)
        fields.append(Field(body[at:end].decode(), type_oid, typmod, format_code))
        at = end + 19
    return tuple(fields)


def _row(body: bytes) -> Row:
    values: list[bytes | None] = []
    at = 2
    for _ in range(struct.unpack_from("!h", body)[0]):
        length = struct.unpack_from("!i", body, at)[0]
        at += 4
        values.append(None if length < 0 else body[at : at + length])
        at += max(length, 0)
    return tuple(values)
