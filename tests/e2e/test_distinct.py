"""Check 21: texts, statement names and applications that never come again: caches, memory and metrics stay bounded."""

import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.e2e import wire
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, find, launch
from lintel.policy.recent import MAX_ENTRIES

pytestmark = pytest.mark.check(21)
BATCH = 500
MIB = 1024 * 1024


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with launch(find()[0].bindir, auth="trust") as running:
        yield running


def distinct(number: int) -> bytes:
    """One of everything that a client may make up: a shape, a statement's name, and now and then its own."""
    text = b"SELECT %d AS c_%d\0" % (number, number)
    named = b"s_%d" % number
    frames = wire.frame(b"Q", text)
    frames += wire.frame(b"P", named + b"\0" + text + b"\0\0") + wire.frame(b"C", b"S" + named + b"\0")
    frames += wire.frame(b"S", b"")
    if number % 5 == 0:
        frames += wire.frame(b"Q", b"SET application_name = 'a_%d'\0" % number)
    return frames


def answered(stream: Iterator[tuple[bytes, bytes]], number: int) -> None:
    while number:
        number -= next(stream)[0] == b"Z"


def talk(proxy: Proxy, first: int, last: int) -> None:
    with wire.connected(proxy.host, proxy.port) as client:
        client.settimeout(60)
        client.sendall(wire.startup("postgres", "postgres"))
        stream = wire.messages(client)
        answered(stream, 1)
        for start in range(first, last, BATCH):
            frames = b"".join(distinct(number) for number in range(start, start + BATCH))
            sending = threading.Thread(target=client.sendall, args=(frames,))
            sending.start()
            answered(stream, 2 * BATCH + BATCH // 5)
            sending.join()


def resident(proxy: Proxy) -> int:
    status = Path(f"/proc/{proxy.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def series(page: str) -> set[str]:
    names = {line.rpartition(" ")[0] for line in page.splitlines() if line.startswith("lintel_")}
    return names - {"lintel_catalog_age_seconds"}  # there only while a catalog is held


@pytest.mark.parametrize(
    "number", [4_000, pytest.param(1_000_000, marks=[pytest.mark.long, pytest.mark.timeout(3600)])]
)
def test_what_never_comes_again(
    server: Server, lintel: Callable[..., Proxy], number: int, record_property: Callable[[str, object], None]
) -> None:
    proxy = lintel(server.dsn())
    warm = number // 4
    talk(proxy, 0, warm)
    known, before = series(proxy.get("/metrics")), resident(proxy)
    talk(proxy, warm, number)
    page = proxy.get("/metrics")
    assert series(page) == known
    cached = re.search(r"^lintel_decisions_cached (\S+)", page, re.MULTILINE)
    assert cached
    assert float(cached[1]) <= 3 * MAX_ENTRIES
    grown = (resident(proxy) - before) / MIB
    record_property(
        "seen", f"{number:,} texts and names, {number // 5:,} applications: {grown:.0f} MiB more at the end"
    )
    assert grown < 128
