"""Messages that are read or written here, as exact bytes; and what becomes of error fields."""

import pytest

from lintel.wire import messages, replies
from lintel.wire.decision import Decision, Refusal
from lintel.wire.errors import ProtocolError
from lintel.wire.framing import Carry, check_length


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (messages.query(b"SELECT 1"), b"Q\0\0\0\x0dSELECT 1\0"),
        (messages.parse(b"s", b"SELECT $1", b"\0\1\0\0\0\x17"), b"P\0\0\0\x16s\0SELECT $1\0\0\1\0\0\0\x17"),
        (messages.bind(b"p", b"s"), b"B\0\0\0\x0ep\0s\0\0\0\0\0\0\0"),
        (messages.describe(b"S", b"s"), b"D\0\0\0\x07Ss\0"),
        (messages.execute(b""), b"E\0\0\0\x09\0\0\0\0\0"),
        (messages.close(b"P", b"c"), b"C\0\0\0\x07Pc\0"),
        (messages.SYNC_FRAME, b"S\0\0\0\x04"),
        (messages.FLUSH_FRAME, b"H\0\0\0\x04"),
        (messages.fatal("08006", "gone"), b"E\0\0\0\x20SFATAL\0VFATAL\0C08006\0Mgone\0\0"),
    ],
)
def test_written(made: bytes, expected: bytes) -> None:
    assert made == expected


def test_rebind_keeps_everything_but_the_name() -> None:
    body = b"\0\1\0\1\0\1\0\0\0\4\0\0\0\x2a\0\0"
    frame = messages.frame(messages.BIND, b"p\0s\0" + body)
    assert messages.rebind(frame, b"lintel_s1") == messages.frame(messages.BIND, b"p\0lintel_s1\0" + body)
    # Of one that is passed on in parts only the start is there; its length is still that of the whole.
    assert messages.rebind(frame[:12], b"lintel_s1") == messages.rebind(frame, b"lintel_s1")[:20]


def test_channel_binding_is_taken_off_the_offer() -> None:
    offer = messages.frame(messages.AUTHENTICATION, b"\0\0\0\x0aSCRAM-SHA-256-PLUS\0SCRAM-SHA-256\0\0")
    plain = messages.frame(messages.AUTHENTICATION, b"\0\0\0\x0aSCRAM-SHA-256\0\0")
    assert messages.without_channel_binding(offer) == plain
    md5 = messages.frame(messages.AUTHENTICATION, b"\0\0\0\5salt")
    assert messages.without_channel_binding(md5) is md5


def test_first_column() -> None:
    assert messages.first_column(b"D\0\0\0\x0d\0\1\0\0\0\3abc") == b"abc"
    assert messages.first_column(b"D\0\0\0\x0a\0\1\xff\xff\xff\xff") == b""
    assert messages.first_column(b"D\0\0\0\x06\0\0") == b""


@pytest.mark.parametrize(
    ("length", "sqlstate"),
    [(3, "08P01"), (0, "08P01"), (0xFFFFFFFF, "08P01"), (0x80000000, "08P01"), (10_001, "54000")],
)
def test_lengths_are_checked_before_anything_is_allocated(length: int, sqlstate: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        check_length("client", length, 10_000)
    assert caught.value.sqlstate == sqlstate


def test_carry() -> None:
    carry = Carry()
    frame = messages.query(b"SELECT 1")
    carry.keep(frame[:3])
    assert carry.join(frame[3:4]) == b""
    assert carry.join(frame[4:6]) == frame[:6]  # the header is whole: its length can be checked
    carry.keep(frame[:6])
    assert carry.join(frame[6:-1]) == b""
    assert carry.join(frame[-1:] + b"next") == frame + b"next"
    assert not carry


@pytest.mark.parametrize(
    ("offset", "expected"), [(0, 0), (4, 4), (5, 5), (7, 5), (8, 8), (9, 9), (11, 11), (12, 11), (14, 12)]
)
def test_origin(offset: int, expected: int) -> None:
    """0123[567 -> XXX]89a[ -> YY]b: an edit's inside comes from its start, the rest from where it was."""
    edits = ((5, 8, b"XXX"), (11, 11, b"YY"))
    assert replies.origin(offset, edits) == expected


def test_a_refusal_leaves_nothing_of_the_servers_text() -> None:
    decision = Decision(
        text=b"SELECT lintel_refused_1",
        refusals=((b"lintel_refused_1", Refusal("42703", "lintel: no", hint="wait", detail="why")),),
    )
    fields = messages.fields(
        b"E\0\0\0\0SFEHLER\0VERROR\0C42703\0Mlintel_refused_1\0DX\0HX\0P8\0p1\0qX\0WX\0sX\0tX\0cX\0FX\0L1\0RX\0\0"
    )
    assert messages.error_response(replies.for_client(fields, decision, b"INSERT", "UTF8"))[5:] == (
        b"SFEHLER\0VERROR\0C42703\0Mlintel: no\0Dwhy\0Hwait\0\0"
    )
    other = messages.fields(b"E\0\0\0\0SERROR\0C57014\0Mcanceled\0\0")
    assert replies.for_client(other, decision, b"INSERT", "UTF8") == other
