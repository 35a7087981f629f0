"""What Lintel holds of a large result or a large COPY: a bounded part, however slow the other side is."""

import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.e2e import wire
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, find, launch

MIB = 1024 * 1024
ROW = 64 * 1024
ALLOWED = 8 * MIB


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with launch(find()[0].bindir, auth="trust") as running:
        yield running


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    with Proxy(server.dsn()) as running:
        with psycopg.connect(uri(running), autocommit=True) as client:  # whatever a first session costs
            client.execute("CREATE TEMP TABLE warm (x text); INSERT INTO warm SELECT repeat('x', 1000000)")
            assert client.execute("SELECT repeat('x', 1000) FROM generate_series(1, 10000)").fetchall()
        yield running


def uri(proxy: Proxy) -> str:
    return f"postgresql://postgres@{proxy.host}:{proxy.port}/postgres"


def resident(proxy: Proxy) -> int:
    """Its memory now, in bytes."""
    status = Path(f"/proc/{proxy.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def peak(proxy: Proxy) -> int:
    """The most that it ever was."""
    status = Path(f"/proc/{proxy.process.pid}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def forget_peak(proxy: Proxy) -> int:
    """From here on `peak` is of what follows; the memory now."""
    Path(f"/proc/{proxy.process.pid}/clear_refs").write_text("5")
    return resident(proxy)


def told(what: str, before: int, proxy: Proxy) -> None:
    after = peak(proxy)
    print(f"{what}: {before / MIB:.1f} MiB before, {after / MIB:.1f} MiB at most")
    assert after - before < ALLOWED


def stalled(proxy: Proxy, megabytes: int, seconds: float) -> None:
    """Ask for a result, read nothing for a while, then all of it."""
    rows = megabytes * MIB // ROW
    before = forget_peak(proxy)
    with wire.connected(proxy.host, proxy.port) as client:
        client.sendall(wire.startup("postgres", "postgres"))
        wire.until_ready(client)
        text = f"SELECT repeat('x', {ROW}) FROM generate_series(1, {rows})"
        client.sendall(wire.frame(b"Q", text.encode() + b"\0") + wire.frame(b"X", b""))
        time.sleep(seconds)
        told(f"{megabytes} MiB to a stalled reader", before, proxy)
        assert sum(len(body) > ROW for kind, body in wire.messages(client) if kind == b"D") == rows
    told(f"{megabytes} MiB, read in the end", before, proxy)


def test_a_large_result_to_a_stalled_reader(proxy: Proxy) -> None:
    stalled(proxy, 200, 1.0)


@pytest.mark.long
def test_a_gigabyte_to_a_stalled_reader(proxy: Proxy) -> None:
    stalled(proxy, 1024, 10.0)


@pytest.mark.long
def test_a_gigabyte_copied_in(proxy: Proxy, server: Server) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as control, psycopg.connect(uri(proxy)) as client:
        control.execute("CREATE TABLE filled (x text)")
        before = forget_peak(proxy)
        with client.cursor().copy("COPY filled FROM STDIN") as copy:
            line = b"x" * (MIB - 1) + b"\n"
            copy.write(line)
            for _ in range(1023):
                copy.write(line)
        assert client.execute("SELECT count(*) FROM filled").fetchone() == (1024,)
        told("1024 MiB copied in", before, proxy)


def test_a_value_of_a_hundred_megabytes(proxy: Proxy) -> None:
    before = forget_peak(proxy)
    with psycopg.connect(uri(proxy), autocommit=True) as client:
        row = client.execute("SELECT repeat('x', 100000000)").fetchone()
        assert row is not None
        assert len(row[0]) == 100_000_000
    told("one value of 95 MiB", before, proxy)
