"""Checks 2 and 9: what is no message costs that session only, before anything is allocated; half-closed clients."""

import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.e2e.proxy import Proxy
from tests.session.raw import Raw, sqlstate

from lintel.demo.postgres import Server, find, launch
from lintel.wire import messages

READY = b"Z\0\0\0\x05I"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """One that lets everybody in, so that a plain socket can be a client."""
    with launch(find()[0].bindir, auth="trust") as running:
        yield running


@pytest.fixture(scope="module")
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(server.dsn()) as running:
        yield running


def logged_in(where: Any) -> Raw:
    client = Raw(where)
    client.startup(user="postgres", database="postgres")
    client.read_until(READY)
    return client


def memory(proxy: Proxy) -> int:
    """Of the whole process, in KiB."""
    status = Path(f"/proc/{proxy.process.pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0])


SURVIVOR = messages.query(b"CREATE TABLE survivor ()")
BROKEN = {
    "length 3": (b"Q\0\0\0\x03", "08P01"),
    "length 0": (b"Q\0\0\0\0", "08P01"),
    "negative": (b"Q\xff\xff\xff\xff", "08P01"),
    "most negative": (b"P\x80\0\0\0", "08P01"),
    "length 0 of DataRow": (b"d\0\0\0\0", "08P01"),
    "two GiB": (b"Q\x7f\xff\xff\xff", "54000"),
    "over what the server takes": (b"B\x40\0\0\0", "54000"),
    "over what the server takes, small": (b"S\0\1\0\0", "54000"),
    "no NUL": (b"Q\0\0\0\x0cSELECT 1", "08P01"),
    "bytes behind the NUL": (b"Q\0\0\0\x0eSELECT\0001\0\0", "08P01"),
    "nothing where a string belongs": (b"Q\0\0\0\x04", "08P01"),
    "unknown type": (b"y\0\0\0\x04", "08P01"),
    "a server's type": (b"Z\0\0\0\x05I", "08P01"),
    "type 0": (b"\0\0\0\0\x04", "08P01"),
    "Bind without strings": (b"B\0\0\0\x06xx", "08P01"),
    "empty Bind": (b"B\0\0\0\x04", "08P01"),
    "Parse that ends in its name": (b"P\0\0\0\x05x", "08P01"),
    "empty Describe": (b"D\0\0\0\x04", "08P01"),
    "empty Close": (b"C\0\0\0\x04", "08P01"),
    "empty Execute": (b"E\0\0\0\x04", "08P01"),
}


@pytest.mark.check(2)
@pytest.mark.parametrize(("frame", "code"), BROKEN.values(), ids=BROKEN)
def test_broken_frame(proxy: Proxy, frame: bytes, code: str) -> None:
    with psycopg.connect(f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres", autocommit=True) as other:
        client = logged_in(proxy)
        client.send(frame + SURVIVOR)
        assert sqlstate(client.read_all()) == code
        assert other.execute("SELECT to_regclass('survivor')").fetchone() == (None,)


@pytest.mark.check(2)
def test_huge_frames_are_not_allocated(proxy: Proxy) -> None:
    """Twenty announce a quarter of a GiB each, and say nothing more."""
    before = memory(proxy)
    clients = [logged_in(proxy) for _ in range(20)]
    for client in clients:
        client.send(b"Q" + struct.pack(">I", 250 * 1024 * 1024) + b"SELECT")
    with psycopg.connect(f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres") as other:
        assert other.execute("SELECT 1").fetchone() == (1,)
    assert memory(proxy) - before < 16 * 1024
    for client in clients:
        client.socket.close()


@pytest.mark.check(9)
def test_half_close_behind_a_query(server: Server, proxy: Proxy) -> None:
    heard = []
    for where in (server, proxy):
        client = logged_in(where)
        client.send(messages.query(b"SELECT pg_sleep(0.2), 'late'") + messages.query(b"SELECT 'later'"))
        client.socket.shutdown(1)
        heard.append(client.read_all())
    assert heard[0] == heard[1]
    assert b"later" in heard[1]


@pytest.mark.check(9)
def test_half_close_in_the_middle(server: Server, proxy: Proxy) -> None:
    """Of a message, and of COPY data."""
    for said in (b"Q\0\0\0\x20SELECT", messages.query(b"COPY pg_am FROM STDIN"), b""):
        heard = []
        for where in (server, proxy):
            client = logged_in(where)
            client.send(said)
            client.socket.shutdown(1)
            heard.append(client.read_all())
        assert heard[0] == heard[1]


@pytest.mark.check(9)
def test_half_close_of_many_at_once(proxy: Proxy) -> None:
    def one(number: int) -> None:
        client = logged_in(proxy)
        client.send(messages.query(b"SELECT %d + 1000000" % number))
        client.socket.shutdown(1)
        heard.append(b"%d" % (number + 1000000) in client.read_all())

    heard: list[bool] = []
    threads = [threading.Thread(target=one, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert heard == [True] * 30
