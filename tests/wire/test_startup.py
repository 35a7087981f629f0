"""Startup packets, byte by byte."""

import pytest

from lintel.wire.errors import ProtocolError
from lintel.wire.startup import CancelRequest, GSSENCRequest, Packet, SSLRequest, StartupMessage, read

PACKETS: list[tuple[bytes, Packet]] = [
    (b"\0\0\0\x08\x04\xd2\x16\x2f", SSLRequest()),
    (b"\0\0\0\x08\x04\xd2\x16\x30", GSSENCRequest()),
    (b"\0\0\0\x10\x04\xd2\x16\x2e\0\0\0\7\0\0\0\x08", CancelRequest(b"\0\0\0\7\0\0\0\x08", b"")),
    (b"\0\0\0\x12\0\3\0\0user\0ann\0\0", StartupMessage({"user": "ann"}, b"")),
    (b"\0\0\0\x09\0\3\0\2\0", StartupMessage({}, b"")),
]


@pytest.mark.parametrize(("data", "packet"), PACKETS, ids=lambda value: type(value).__name__)
def test_packet(data: bytes, packet: Packet) -> None:
    for end in range(len(data)):
        assert read(data[:end]) is None
    found = read(data + b"more")
    assert found is not None
    assert found[1] == len(data)
    if isinstance(packet, StartupMessage | CancelRequest):
        packet = type(packet)(*(getattr(packet, name) for name in packet.__slots__[:-1]), data)  # type: ignore[arg-type]
    assert found[0] == packet


@pytest.mark.check(8, 17)
@pytest.mark.parametrize(
    ("data", "sqlstate"),
    [
        (b"\0\0\0\x07abcd", "08P01"),
        (b"\0\0\x27\x11", "08P01"),
        (b"\xff\xff\xff\xff", "08P01"),
        (b"\0\0\0\x08\0\2\0\0", "0A000"),
        (b"\0\0\0\x08\0\4\0\0", "0A000"),
        (b"\0\0\0\x0c\x04\xd2\x16\x2f\0\0\0\0", "0A000"),
        (b"\0\0\0\x0e\0\3\0\0user\0\0"[:14], "08P01"),
        (b"\0\0\0\x0d\0\3\0\0userx", "08P01"),
        (b"GET / HTTP/1.1\r\n", "08P01"),
        (b"\x16\3\1\2\0\1\0\1\xfc\3\3", "08P01"),
    ],
)
def test_malformed(data: bytes, sqlstate: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        read(data)
    assert caught.value.sqlstate == sqlstate
    assert caught.value.side == "client"


@pytest.mark.parametrize(("value", "expected"), [("database", True), ("true", True), ("1", True), ("off", False)])
def test_replication(value: str, expected: bool) -> None:
    assert StartupMessage({"replication": value}, b"").replication is expected


def test_the_database_is_the_users_by_default() -> None:
    assert StartupMessage({"user": "ann"}, b"").database == "ann"
    assert StartupMessage({"user": "ann", "database": "shop"}, b"").database == "shop"


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        (b"user\0ann\0database\0shop_ro\0options\0-c a=b\0", b"user\0ann\0database\0shop\0options\0-c a=b\0"),
        (b"database\0\0user\0ann\0", b"database\0shop\0user\0ann\0"),
        (b"user\0database\0x\0\xff\xfe\0", b"user\0database\0x\0\xff\xfe\0database\0shop\0"),
        (b"user\0ann\0", b"user\0ann\0database\0shop\0"),
    ],
)
def test_another_database_and_every_other_byte_as_it_is(parameters: bytes, expected: bytes) -> None:
    def packet(body: bytes) -> bytes:
        return (len(body) + 9).to_bytes(4, "big") + b"\0\3\0\2" + body + b"\0"

    found = read(packet(parameters))
    assert found is not None
    assert isinstance(found[0], StartupMessage)
    assert found[0].into("shop") == packet(expected)


@pytest.mark.parametrize(("value", "physical"), [("true", True), ("1", True), ("database", False), ("off", False)])
def test_replication_of_the_whole_server(value: str, physical: bool) -> None:
    assert StartupMessage({"user": "ann", "replication": value}, b"").physical is physical
