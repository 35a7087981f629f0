"""Check 8: protocol versions and their options as the server answers them; cancel keys of every length."""

import contextlib
import select
import socket
import struct
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from tests.e2e.proxy import Proxy
from tests.session.proxy import Endpoint
from tests.session.proxy import Proxy as InProcess
from tests.session.raw import Raw, sqlstate

from lintel.demo.postgres import Server, find, launch
from lintel.wire import messages
from lintel.wire.startup import CANCEL_REQUEST

READY = b"Z\0\0\0\x05I"
OK = messages.frame(messages.AUTHENTICATION, b"\0\0\0\0")
WHO = {"user": "postgres", "database": "postgres"}
pytestmark = pytest.mark.check(8)


@dataclass(frozen=True)
class Both:
    """A server that lets everybody in, and a Lintel in front of it."""

    server: Server
    proxy: Proxy


@pytest.fixture(scope="module", params=find(), ids=lambda binaries: f"pg{binaries.major}")
def both(request: pytest.FixtureRequest) -> Iterator[Both]:
    with launch(request.param.bindir, auth="trust") as server, Proxy(server.dsn()) as proxy:
        yield Both(server, proxy)


def raw(where: Any) -> Raw:
    """To whatever has a port on this machine."""
    return Raw(where)


def answer(where: Any, version: int, parameters: dict[str, str]) -> bytes:
    """Up to what differs between two sessions, or to the end."""
    with raw(where) as client:
        client.startup(version, **parameters)
        data = b""
        while b"K\0\0\0" not in data and (piece := client.socket.recv(65536)):
            data += piece
    return data.partition(b"K\0\0\0")[0]


@pytest.mark.parametrize(
    ("version", "options"),
    [
        (0x30000, {}),
        (0x30001, {}),
        (0x30002, {}),
        (0x30063, {}),
        (0x3FFFF, {}),
        (0x30000, {"_pq_.one": "1"}),
        (0x30063, {"_pq_.one": "1", "_pq_.two": "2", "application_name": "x"}),
        (0x30000, {"options": "-c search_path=pg_temp -c DateStyle=German"}),
        (0x30000, {"client_encoding": "LATIN1", "options": "-c nonsense=1"}),
        (0x30000, {"database": "nowhere"}),
    ],
    ids=str,
)
def test_version(both: Both, version: int, options: dict[str, str]) -> None:
    parameters = {**WHO, **options}
    through = answer(both.proxy, version, parameters)
    assert through == answer(both.server, version, parameters)
    assert through[:1] in b"RvE"


@pytest.mark.parametrize("version", [0x20000, 0x40000, 0x10000, 0x7FFFFFFF])
def test_version_that_nobody_speaks(both: Both, version: int) -> None:
    """To versions before 3 the server answers in the words of that time, which have no SQLSTATE."""
    said = f"unsupported frontend protocol {version >> 16}.{version & 0xFFFF}".encode()
    through = answer(both.proxy, version, WHO)
    assert said in through
    assert said in answer(both.server, version, WHO)
    assert sqlstate(through) == "0A000"


@pytest.mark.parametrize("version", [0x30000, 0x30002, 0x30063])
def test_cancel_with_the_key_of_that_version(both: Both, version: int) -> None:
    with raw(both.proxy) as client:
        client.startup(version, **WHO)
        data = client.read_until(READY)
        at = data.index(b"K\0\0\0")
        key = data[at + 5 : at + 1 + data[at + 4]]
        assert len(key) == (36 if version >= 0x30002 and both.server.major >= 18 else 8)
        client.send(messages.query(b"SELECT pg_sleep(30)"))
        while not select.select([client.socket], [], [], 0.1)[0]:  # one that comes before the query finds nothing
            with raw(both.proxy) as other:
                other.send(struct.pack(">II", len(key) + 8, CANCEL_REQUEST) + key)
                assert other.read_all() == b""
        assert b"57014" in client.read_until(READY)


@pytest.mark.parametrize("length", [4, 8, 32, 255, 256])
def test_cancel_key_of_any_length(length: int) -> None:
    key = struct.pack(">I", 4711) + bytes(range(256))[:length]
    told = messages.frame(messages.BACKEND_KEY_DATA, key)
    request = struct.pack(">II", len(key) + 8, CANCEL_REQUEST) + key
    with (
        scripted(OK + told + READY) as (address, cancelled),
        InProcess(Endpoint((address,))) as proxy,
        raw(proxy) as client,
        raw(proxy) as other,
    ):
        client.startup(0x30002, **WHO)
        assert told in client.read_until(READY)
        other.send(request)
        assert other.read_all() == b""
        assert cancelled == [request]


def test_cancel_key_that_is_too_long_or_too_short() -> None:
    for length in (3, 257):
        with InProcess(Endpoint((("127.0.0.1", 1),))) as proxy, raw(proxy) as client:
            client.send(struct.pack(">III", length + 12, CANCEL_REQUEST, 4711) + b"k" * length)
            assert client.read_all()[:1] in (b"", b"E")


@contextlib.contextmanager
def scripted(greeting: bytes) -> Iterator[tuple[tuple[str, int], list[bytes]]]:
    """A server that lets the first client in with these words, and reads one cancel request."""
    cancelled: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _ = listening.accept()
            client.recv(1000)
            client.sendall(greeting)
            request, _ = listening.accept()
            cancelled.append(request.recv(1000))
            request.close()
            client.recv(10_000)
            client.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname(), cancelled
        thread.join(5)
