"""The messages that are read or written here, under the names that the manual gives them (55.7).

Type bytes are integers, as indexing a chunk gives them. The same byte means different things from either side
(`D` is Describe or DataRow), hence the two groups. Statement and portal names are bytes, as they came.
"""

from struct import Struct
from typing import Final

# Sent by clients.
BIND: Final = 0x42  # B
CLOSE: Final = 0x43  # C
DESCRIBE: Final = 0x44  # D
EXECUTE: Final = 0x45  # E
FLUSH: Final = 0x48  # H
FUNCTION_CALL: Final = 0x46  # F
PARSE: Final = 0x50  # P
PASSWORD: Final = 0x70  # p, also SASLInitialResponse, SASLResponse, GSSResponse
QUERY: Final = 0x51  # Q
SYNC: Final = 0x53  # S
TERMINATE: Final = 0x58  # X
PORTAL: Final = 0x50  # in Describe and Close; S is a statement

# Sent by both.
COPY_DATA: Final = 0x64  # d
COPY_DONE: Final = 0x63  # c
COPY_FAIL: Final = 0x66  # f

# Sent by servers.
AUTHENTICATION: Final = 0x52  # R
BACKEND_KEY_DATA: Final = 0x4B  # K
BIND_COMPLETE: Final = 0x32  # 2
CLOSE_COMPLETE: Final = 0x33  # 3
COMMAND_COMPLETE: Final = 0x43  # C
COPY_IN_RESPONSE: Final = 0x47  # G
COPY_OUT_RESPONSE: Final = 0x48  # H
DATA_ROW: Final = 0x44  # D
EMPTY_QUERY_RESPONSE: Final = 0x49  # I
ERROR_RESPONSE: Final = 0x45  # E
FUNCTION_CALL_RESPONSE: Final = 0x56  # V
NEGOTIATE_PROTOCOL_VERSION: Final = 0x76  # v
NO_DATA: Final = 0x6E  # n
NOTICE_RESPONSE: Final = 0x4E  # N
NOTIFICATION_RESPONSE: Final = 0x41  # A
PARAMETER_DESCRIPTION: Final = 0x74  # t
PARAMETER_STATUS: Final = 0x53  # S
PARSE_COMPLETE: Final = 0x31  # 1
PORTAL_SUSPENDED: Final = 0x73  # s
READY_FOR_QUERY: Final = 0x5A  # Z
ROW_DESCRIPTION: Final = 0x54  # T

# ReadyForQuery's transaction status.
IDLE: Final = 0x49
IN_TRANSACTION: Final = 0x54
FAILED: Final = 0x45

# What an Authentication message asks for.
AUTHENTICATION_OK: Final = 0
CLEARTEXT_PASSWORD: Final = 3
MD5_PASSWORD: Final = 5
SASL: Final = 10
SASL_CONTINUE: Final = 11
SASL_FINAL: Final = 12

_length = Struct(">I").pack
_four_bytes = Struct(">i").unpack_from


def frame(kind: int, body: bytes) -> bytes:
    """One frame of the given type."""
    return b"%c%b%b" % (kind, _length(len(body) + 4), body)


def query(text: bytes) -> bytes:
    """A Query."""
    return frame(QUERY, text + b"\0")


def parse(name: bytes, text: bytes, types: bytes) -> bytes:
    """`types` is the end of a Parse as it came: the count and the OIDs that the client declared."""
    return frame(PARSE, b"%b\0%b\0%b" % (name, text, types))


def bind(portal: bytes, name: bytes) -> bytes:
    """A Bind without parameters, results as text."""
    return frame(BIND, b"%b\0%b\0\0\0\0\0\0\0" % (portal, name))


def describe(what: bytes, name: bytes) -> bytes:
    """A Describe of a statement (S) or a portal (P)."""
    return frame(DESCRIBE, b"%b%b\0" % (what, name))


def execute(portal: bytes) -> bytes:
    """An Execute without a row limit."""
    return frame(EXECUTE, b"%b\0\0\0\0\0" % portal)


def close(what: bytes, name: bytes) -> bytes:
    """A Close of a statement (S) or a portal (P)."""
    return frame(CLOSE, b"%b%b\0" % (what, name))


SYNC_FRAME: Final[bytes] = frame(SYNC, b"")
FLUSH_FRAME: Final[bytes] = frame(FLUSH, b"")


def rebind(head: bytes, name: bytes) -> bytes:
    """A Bind (or as much of it as is there) for another statement name; the length is that of the whole frame."""
    portal_end = head.index(b"\0", 5)
    name_end = head.index(b"\0", portal_end + 1)
    grown = len(name) - (name_end - portal_end - 1)
    length = int.from_bytes(head[1:5], "big") + grown
    return b"%c%b%b%b%b" % (head[0], _length(length), head[5 : portal_end + 1], name, head[name_end:])


def strings(data: bytes, start: int, count: int) -> list[bytes]:
    """The first `count` NUL-terminated strings from `start`; ValueError where they are not there."""
    found: list[bytes] = []
    for _ in range(count):
        end = data.index(b"\0", start)
        found.append(data[start:end])
        start = end + 1
    return found


def first_column(row: bytes) -> bytes:
    """The first value of a DataRow (none is an empty one)."""
    if len(row) < 11:
        return b""
    (length,) = _four_bytes(row, 7)
    return row[11 : 11 + max(length, 0)]


def column_names(frame: bytes) -> tuple[bytes, ...]:
    """Of a RowDescription."""
    names, at = [], 7
    while at < len(frame):
        end = frame.index(b"\0", at)
        names.append(frame[at:end])
        at = end + 19
    return tuple(names)


def fields(frame: bytes) -> list[tuple[int, bytes]]:
    """The fields of an ErrorResponse or NoticeResponse, in order."""
    return [(field[0], field[1:]) for field in frame[5:].split(b"\0") if field]


def error_response(found: list[tuple[int, bytes]]) -> bytes:
    """An ErrorResponse with these fields."""
    body = b"".join(b"%c%b\0" % (code, value) for code, value in found)
    return frame(ERROR_RESPONSE, body + b"\0")


def fatal(sqlstate: str, message: str, detail: str = "") -> bytes:
    """The ErrorResponse with which a session ends by our own doing."""
    own = (("S", "FATAL"), ("V", "FATAL"), ("C", sqlstate), ("M", message), ("D", detail))
    return error_response([(ord(code), value.encode("utf-8", "surrogateescape")) for code, value in own if value])


def authentication(asks: int, data: bytes = b"") -> bytes:
    """An Authentication message of any kind."""
    return frame(AUTHENTICATION, _length(asks) + data)


def sasl_initial_response(mechanism: bytes, data: bytes) -> bytes:
    """The first answer to AuthenticationSASL."""
    return frame(PASSWORD, b"%b\0%b%b" % (mechanism, _length(len(data)), data))


def parameter_status(frame: bytes) -> tuple[bytes, bytes]:
    """Name and value of a ParameterStatus."""
    end = frame.index(b"\0", 5)
    return frame[5:end], frame[end + 1 : frame.index(b"\0", end + 1)]


def without_channel_binding(sasl: bytes) -> bytes:
    """AuthenticationSASL without the mechanisms that bind to TLS: the client's connection is another one."""
    if sasl[5:9] != b"\0\0\0\x0a":
        return sasl
    offered = [name for name in sasl[9:].split(b"\0") if name and not name.endswith(b"-PLUS")]
    return frame(AUTHENTICATION, b"\0\0\0\x0a" + b"".join(name + b"\0" for name in offered) + b"\0")
