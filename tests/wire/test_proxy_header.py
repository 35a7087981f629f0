"""Headers of the PROXY protocol, byte by byte."""

import pytest

from lintel.wire.errors import ProtocolError
from lintel.wire.proxy_header import V2, read

FOUR = b"\x0a\x01\x02\x03\x0a\x00\x00\x01\x04\xd2\x15\x38"
SIX = bytes(15) + b"\1" + bytes(15) + b"\2" + b"\x04\xd2\x15\x38"

HEADERS = [
    (b"PROXY TCP4 10.1.2.3 10.0.0.1 1234 5432\r\n", "10.1.2.3"),
    (b"PROXY TCP6 2001:DB8:0::1 ::1 1234 5432\r\n", "2001:db8::1"),
    (b"PROXY UNKNOWN\r\n", None),
    (b"PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535\r\n", None),
    (V2 + b"\x21\x11\x00\x0c" + FOUR, "10.1.2.3"),
    (V2 + b"\x21\x11\x00\x0f" + FOUR + b"\x04\x00\x00", "10.1.2.3"),
    (V2 + b"\x21\x21\x00\x24" + SIX, "::1"),
    (V2 + b"\x20\x00\x00\x00", None),
    (V2 + b"\x20\x11\x00\x0c" + FOUR, None),
    (V2 + b"\x21\x31\x00\x04abcd", None),
]


@pytest.mark.parametrize(("header", "address"), HEADERS)
def test_header(header: bytes, address: str | None) -> None:
    assert [read(header[:end]) for end in range(len(header))] == [None] * len(header)
    assert read(header + b"\0\0\0\x08") == (address, len(header))


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\x08\x04\xd2\x16\x2f",
        b"GET / HTTP/1.1\r\n",
        b"PROXY \r\n",
        b"PROXY TCP4 10.1.2.3 10.0.0.1 1234\r\n",
        b"PROXY TCP4 10.1.2.3 10.0.0.1 1234 5432 1\r\n",
        b"PROXY TCP4 10.1.2.3 10.0.0.1 70000 5432\r\n",
        b"PROXY TCP4 ::1 10.0.0.1 1234 5432\r\n",
        b"PROXY TCP4 \xff 10.0.0.1 1234 5432\r\n",
        b"PROXY TCP4 " + b"1" * 120,
        V2 + b"\x11\x11\x00\x0c" + FOUR,
        V2 + b"\x22\x11\x00\x0c" + FOUR,
        V2 + b"\x21\x11\x00\x0b" + FOUR,
        V2 + b"\x21\x21\x00\x0c" + FOUR,
        V2 + b"\x21\x11\xff\xff",
    ],
)
def test_malformed(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        read(data)
