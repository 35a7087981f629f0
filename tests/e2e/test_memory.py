"""What Lintel holds of a large result or a large COPY: a bounded part, however slow the other side is."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.e2e import wire
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, find, launch

MIB = 1024 * 1024
ROW = 64 * 1024
ALLOWED = 8 * MIB
pytestmark = pytest.mark.check(19)
Say = Callable[[str, object], None]


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


def told(what: str, before: int, proxy: Proxy, say: Say) -> None:
    """What `./dev wire-report` shows."""
    grown = peak(proxy) - before
    say("seen", f"{what}: {grown / MIB:.1f} MiB more at most")
    assert grown < ALLOWED


def stalled(proxy: Proxy, megabytes: int, seconds: float, say: Say) -> None:
    """Ask for a result, read nothing for a while, then all of it."""
    rows = megabytes * MIB // ROW
    before = forget_peak(proxy)
    with wire.connected(proxy.host, proxy.port) as client:
        client.sendall(wire.startup("postgres", "postgres"))
        wire.until_ready(client)
        text = f"SELECT repeat('x', {ROW}) FROM generate_series(1, {rows})"
        client.sendall(wire.frame(b"Q", text.encode() + b"\0") + wire.frame(b"X", b""))
        time.sleep(seconds)
        told(f"{megabytes} MiB to a stalled reader", before, proxy, say)
        assert sum(len(body) > ROW for kind, body in wire.messages(client) if kind == b"D") == rows
    told(f"{megabytes} MiB, read in the end", before, proxy, say)


def test_a_large_result_to_a_stalled_reader(proxy: Proxy, record_property: Say) -> None:
    stalled(proxy, 200, 1.0, record_property)


@pytest.mark.long
def test_a_gigabyte_to_a_stalled_reader(proxy: Proxy, record_property: Say) -> None:
    stalled(proxy, 1024, 10.0, record_property)


def copied(proxy: Proxy, server: Server, megabytes: int, seconds: float, say: Say) -> None:
    """A server that for a while reads nothing of what is copied to it: a trigger waits for a lock."""
    before = forget_peak(proxy)
    with psycopg.connect(server.dsn(), autocommit=True) as control, wire.connected(proxy.host, proxy.port) as client:
        client.settimeout(120)
        control.execute(SLOW_TABLE)
        control.execute("SELECT pg_advisory_lock(19)")
        client.sendall(wire.startup("postgres", "postgres"))
        wire.until_ready(client)
        client.sendall(wire.frame(b"Q", b"COPY slow FROM STDIN\0"))
        pushing = threading.Thread(target=push, args=(client, megabytes))
        pushing.start()
        time.sleep(seconds)
        told(f"{megabytes} MiB to a stalled server", before, proxy, say)
        assert pushing.is_alive()
        control.execute("SELECT pg_advisory_unlock(19)")
        pushing.join(120)
        kinds = [kind for kind, _ in wire.until_ready(client)]
        assert kinds == [b"G", b"C", b"Z"]
        assert control.execute("SELECT count(*) FROM slow").fetchone() == (megabytes,)
    told(f"{megabytes} MiB, copied in the end", before, proxy, say)


SLOW_TABLE = """
CREATE TABLE IF NOT EXISTS slow (x text);
TRUNCATE slow;
CREATE OR REPLACE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN PERFORM pg_advisory_xact_lock(19); RETURN NULL; END $$;
CREATE OR REPLACE TRIGGER slow BEFORE INSERT ON slow FOR EACH STATEMENT EXECUTE FUNCTION wait();
"""


def push(client: socket.socket, megabytes: int) -> None:
    line = wire.frame(b"d", b"x" * (MIB - 1) + b"\n")
    for _ in range(megabytes):
        client.sendall(line)
    client.sendall(wire.frame(b"c", b""))


def test_a_large_copy_to_a_stalled_server(proxy: Proxy, server: Server, record_property: Say) -> None:
    copied(proxy, server, 100, 1.0, record_property)


@pytest.mark.long
def test_a_gigabyte_to_a_stalled_server(proxy: Proxy, server: Server, record_property: Say) -> None:
    copied(proxy, server, 1024, 10.0, record_property)


def test_a_value_of_a_hundred_megabytes(proxy: Proxy, record_property: Say) -> None:
    before = forget_peak(proxy)
    with psycopg.connect(uri(proxy), autocommit=True) as client:
        row = client.execute("SELECT repeat('x', 100000000)").fetchone()
        assert row is not None
        assert len(row[0]) == 100_000_000
    told("one value of 95 MiB", before, proxy, record_property)
