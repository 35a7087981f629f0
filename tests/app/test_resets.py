"""Check 23: clients that reset their connections leave nothing behind; clocks that jump move no timeout."""

import ast
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.e2e import wire
from tests.e2e.proxy import Proxy

import lintel
from lintel.demo.postgres import Server, find, launch

pytestmark = pytest.mark.check(23)
THREADS = 4
# What a client has under way when it resets.
UNDER_WAY = (
    wire.frame(b"Q", b"SELECT repeat('x', 1000) FROM generate_series(1, 100000)\0"),
    wire.frame(b"Q", b"BEGIN; SELECT 1\0"),
    wire.frame(b"P", b"s\0SELECT 1\0\0\0") + wire.frame(b"H", b""),
    wire.frame(b"Q", b"SELECT pg_sleep(0.05)\0"),
    b"Q\0\0",
    b"",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with launch(find()[0].bindir, auth="trust") as running:
        yield running


def backends(server: Server) -> int:
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        row = control.execute("SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'").fetchone()
    assert row is not None
    return int(row[0])


def descriptors(proxy: Proxy) -> int:
    return len(list(Path(f"/proc/{proxy.process.pid}/fd").iterdir()))


def resets(proxy: Proxy, number: int) -> None:
    for at in range(number):
        with wire.connected(proxy.host, proxy.port) as client:
            client.sendall(wire.startup("postgres", "postgres"))
            if at % 7:  # some do not wait to be let in
                wire.until_ready(client)
                client.sendall(UNDER_WAY[at % len(UNDER_WAY)])
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("number", [300, pytest.param(10_000, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
def test_backends_and_descriptors_return_to_the_baseline(
    server: Server, lintel: Callable[..., Proxy], number: int, record_property: Callable[[str, object], None]
) -> None:
    proxy = lintel(server.dsn())
    psycopg.connect(f"postgresql://postgres@{proxy.host}:{proxy.port}/postgres").close()
    known, opened = backends(server), descriptors(proxy)
    threads = [threading.Thread(target=resets, args=(proxy, number // THREADS)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until = time.monotonic() + 20
    while backends(server) > known or descriptors(proxy) > opened + 2:
        assert time.monotonic() < until, (backends(server), descriptors(proxy))
        time.sleep(0.1)
    assert "lintel_sessions 0.0" in proxy.get("/metrics")
    record_property("seen", f"{number:,} resets, backends as before")


@pytest.mark.parametrize("package", ["session", "wire", "admin"])
def test_no_timeout_knows_the_time_of_day(package: str) -> None:
    """The loop's clock is monotonic, and there is no other: setting the machine's clock moves nothing."""
    for path in (Path(lintel.__file__).parent / package).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module in ("time", "datetime"):
                assert {name.name for name in node.names} <= {"monotonic", "perf_counter"}, path
            if isinstance(node, ast.Import):
                assert not {"time", "datetime"} & {name.name for name in node.names}, path
