"""Restarts that refuse nobody: sockets that are handed over (SIGUSR2), and sockets that systemd passes in."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Self

import psycopg
import pytest
from tests.app.test_serve import ONE_MAJOR, through
from tests.e2e.proxy import READY, Proxy

Lintel = Callable[..., Proxy]
pytestmark = [ONE_MAJOR, pytest.mark.check(31)]


class Knocking:
    """Clients that connect, ask and leave in a tight loop."""

    def __init__(self, dsn: str, clients: int = 4) -> None:
        self.logins = 0
        self.refused: list[str] = []
        self._dsn = dsn
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(clients)]

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                with psycopg.connect(self._dsn, autocommit=True) as client:
                    client.execute("SELECT 1")
            except psycopg.OperationalError as problem:
                self.refused.append(str(problem))
            self.logins += 1

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *problem: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def adopted() -> Iterator[list[int]]:
    """Successors: nobody's children any longer."""
    pids: list[int] = []
    yield pids
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
            _gone(pid)


def _gone(pid: int) -> None:
    deadline = time.monotonic() + 15
    while Path(f"/proc/{pid}/stat").exists() and ") Z" not in Path(f"/proc/{pid}/stat").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def successor(proxy: Proxy) -> int:
    """Its process id, when it has taken over."""
    deadline = time.monotonic() + 20
    while (found := re.search(r'"event": "handed over", "successor": (\d+)', proxy.log)) is None:
        assert time.monotonic() < deadline, proxy.log
        time.sleep(0.05)
    return int(found[1])


@pytest.mark.parametrize("workers", ["1", "2"])
def test_nobody_is_refused_while_a_successor_takes_over(
    database: str, lintel: Lintel, adopted: list[int], workers: str
) -> None:
    proxy = lintel(database, "--workers", workers)
    dsn = through(proxy, database)
    with closing(psycopg.connect(dsn)) as old, Knocking(dsn) as knocking:
        old.execute("SELECT 1")  # a transaction
        proxy.process.send_signal(signal.SIGUSR2)
        adopted.append(successor(proxy))
        time.sleep(0.5)
        old.execute("SELECT 2")
        old.commit()
        assert proxy.process.wait(20) == 0
        before = knocking.logins
        time.sleep(1.0)
    assert knocking.refused == []
    assert knocking.logins > before > 0
    with urllib.request.urlopen(f"http://{proxy.admin}/readyz", timeout=5) as reply:
        assert reply.status == 200


def test_a_successor_that_cannot_begin_changes_nothing(database: str, lintel: Lintel, tmp_path: Path) -> None:
    file = tmp_path / "lintel.toml"
    file.write_text("")
    proxy = lintel(database, "-c", str(file))
    file.write_text("[listen")
    proxy.process.send_signal(signal.SIGUSR2)
    deadline = time.monotonic() + 20
    while "successor did not become ready" not in proxy.log:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    psycopg.connect(through(proxy, database)).close()


def test_sockets_that_systemd_passes(database: str, tmp_path: Path) -> None:
    """As systemd does it: descriptors from 3 on, LISTEN_PID the service's own; readiness by NOTIFY_SOCKET."""
    program = (
        "import os, sys\n"
        "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='2', LISTEN_FDNAMES='lintel.socket:admin')\n"
        "os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4)\n"
        "os.set_inheritable(3, True); os.set_inheritable(4, True)\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'lintel', 'serve', *sys.argv[3:]])\n"
    )
    listens = [socket.create_server(("127.0.0.1", 0)) for _ in range(2)]
    told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    told.bind(str(tmp_path / "notify"))
    told.settimeout(15)
    numbers = [one.fileno() for one in listens]
    client = socket.create_connection(listens[0].getsockname())  # before anybody accepts
    process = subprocess.Popen(
        [sys.executable, "-c", program, *map(str, numbers), "--server", database, "--store", str(tmp_path / "s.db")],
        pass_fds=numbers, stdout=subprocess.PIPE, env={**os.environ, "NOTIFY_SOCKET": str(tmp_path / "notify")},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        found = READY.search(process.stdout.readline().decode())
        assert found
        assert int(found[2]) == listens[0].getsockname()[1]
        assert found[3].endswith(f":{listens[1].getsockname()[1]}")
        assert told.recv(1000) == f"READY=1\nMAINPID={process.pid}".encode()
        client.sendall(b"\0\0\0\x08\x04\xd2\x16\x2f")
        assert client.recv(1) == b"N"
    finally:
        process.terminate()
        process.wait(15)
        for one in (*listens, client, told, process.stdout):
            assert one is not None
            one.close()
