"""Each decoder by itself: any bytes in any slicing, and nothing but what it promises comes out."""

import contextlib

import pytest
from hypothesis import strategies as st
from tests.wire.fuzz.crossing import timed
from tests.wire.fuzz.effort import effort, fuzz

from lintel.wire import framing, messages, replies, startup
from lintel.wire.client_hello import speaks_postgres
from lintel.wire.decision import Decision
from lintel.wire.errors import ProtocolError
from lintel.wire.rows import past_rows

pytestmark = pytest.mark.check(2)
CODES = st.sampled_from([0x30000, 0x30002, 0x20000, 80877102, 80877103, 80877104, 0, 0xFFFFFFFF])
PARAMETERS = st.dictionaries(st.sampled_from(["user", "database", "replication", "_pq_.x", ""]), st.text(max_size=5))


def packet(code: int, parameters: dict[str, str], rest: bytes, off: int) -> bytes:
    pairs = b"".join(f"{name}\0{value}\0".encode() for name, value in parameters.items()) + b"\0" + rest
    return max(len(pairs) + 8 + off, 0).to_bytes(4, "big") + code.to_bytes(4, "big") + pairs


PACKETS = st.builds(packet, CODES, PARAMETERS, st.binary(max_size=4), st.sampled_from([0, 0, 0, 1, -1, -30, 10_000]))


def reads(data: bytes, cut: int) -> None:
    """The same packet whatever came behind it, none before it is whole."""

    def read(piece: bytes) -> bytes:
        found = startup.read(piece)
        if found is not None:
            assert found == startup.read(piece + b"more")
            assert 8 <= found[1] <= min(len(piece), startup.PACKET_LIMIT)
            assert startup.read(piece[: min(cut, found[1] - 1)]) is None
        return b""

    with contextlib.suppress(ProtocolError):
        timed(read, data)


@effort(1000)
def test_startup(inputs: int) -> None:
    fuzz(inputs, reads, data=st.one_of(PACKETS, st.binary(max_size=40)), cut=st.integers(0, 40))


def hello(data: bytes, names: list[bytes], version: bytes) -> None:
    """A real one with these names is understood; a damaged one is none."""
    offered = b"".join(bytes([len(name)]) + name for name in names)
    alpn = b"\0\x10" + (len(offered) + 2).to_bytes(2, "big") + len(offered).to_bytes(2, "big") + offered
    extensions = b"\0\x17\0\0" + alpn
    body = version + bytes(32) + b"\0\0\2\x13\1\1\0" + len(extensions).to_bytes(2, "big") + extensions
    handshake = b"\1" + len(body).to_bytes(3, "big") + body
    record = b"\x16\3\1" + len(handshake).to_bytes(2, "big") + handshake
    assert speaks_postgres(record) is (b"postgresql" in names)
    assert all(speaks_postgres(record[:end]) is None for end in range(len(record)))
    at = data[0] % len(record) if data else 0
    assert speaks_postgres(record[:at] + data + record[at + len(data) :]) in (True, False, None)
    assert speaks_postgres(data) in (True, False, None)


@effort(500)
def test_client_hello(inputs: int) -> None:
    names = st.lists(st.one_of(st.just(b"postgresql"), st.binary(min_size=1, max_size=9)), max_size=4)
    fuzz(inputs, hello, data=st.binary(max_size=50), names=names, version=st.just(b"\3\3"))


def walks(rows: list[bytes], times: int, rest: bytes) -> None:
    """A run of rows ends where the first frame that is none begins."""
    data = b"".join(rows) * times + rest
    expected = at = 0
    while at + 5 <= len(data):
        kind, length = framing.header(data, at)
        after = at + 1 + length
        if kind != messages.DATA_ROW or length < 4 or after > len(data):
            break
        expected = at = after
    assert past_rows(data, 0, messages.DATA_ROW) == expected


BODIES = st.one_of(st.binary(max_size=300), st.integers(0, 300).map(bytes))
ROWS = st.lists(st.builds(messages.frame, st.sampled_from([*b"DDDDDDDDd"]), BODIES), max_size=20)


@effort(1000)
def test_rows(inputs: int) -> None:
    rest = st.one_of(st.just(b""), st.binary(max_size=12))
    fuzz(inputs, walks, rows=ROWS, times=st.sampled_from([1, 20, 300]), rest=rest)


def maps(text: bytes, places: list[tuple[int, int, bytes]], position: int, encoding: str) -> None:
    """An error's position in the edited text is one in the client's own, and outside of the edits it is exact."""
    edits: list[tuple[int, int, bytes]] = []
    for start, length, replacement in sorted(places):
        begin = max(start, edits[-1][1] if edits else 0)
        if begin <= len(text):
            edits.append((begin, min(begin + length, len(text)), replacement))
    sent, origins, at = b"", [], 0
    for start, end, replacement in [*edits, (len(text), len(text), b"")]:
        origins += [*range(at, start), *[None] * len(replacement)]
        sent, at = sent + text[at:start] + replacement, end
    decision = Decision(text=sent, edits=tuple(edits))
    fields = [(replies.SQLSTATE, b"42601"), (replies.POSITION, b"%d" % position)]
    (_, (_, found)) = replies.for_client(fields, decision, text, encoding)
    assert 1 <= int(found) <= len(text) + 1
    if text.isascii() and sent.isascii() and position <= len(origins) and origins[position - 1] is not None:
        assert int(found) == origins[position - 1] + 1


@effort(1000)
def test_positions(inputs: int) -> None:
    texts = st.one_of(st.text(max_size=30).map(str.encode), st.binary(max_size=30))
    replacement = st.one_of(st.binary(max_size=6), st.sampled_from([b"(SELECT 1)", b""]))
    places = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 6), replacement), max_size=4)
    encodings = st.sampled_from(["UTF8", "LATIN1", "SQL_ASCII", ""])
    fuzz(inputs, maps, text=texts, places=places, position=st.integers(1, 60), encoding=encodings)
