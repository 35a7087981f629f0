"""Clients that come by a Unix socket, and a server that is behind one."""

import socket
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, find
from lintel.wire.startup import SSL_REQUEST_PACKET

ONE_MAJOR = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")


@pytest.fixture
def directory() -> Iterator[Path]:
    """A short one: the path of such a socket has 107 bytes at most."""
    with tempfile.TemporaryDirectory(prefix="lintel-", dir="/tmp") as made:
        yield Path(made)


@ONE_MAJOR
def test_both_sides_by_unix_sockets(server: Server, lintel: Callable[..., Proxy], directory: Path) -> None:
    upstream = f"host={server.socket_dir} port={server.port} user=postgres password={server.password}"
    environment = {
        "LINTEL_LISTEN__UNIX_SOCKET_DIRECTORY": str(directory),
        "LINTEL_LISTEN__UNIX_SOCKET_PERMISSIONS": "0770",
    }
    proxy = lintel(upstream, **environment)
    path = directory / f".s.PGSQL.{proxy.port}"
    assert stat.S_IMODE(path.stat().st_mode) == 0o770
    with psycopg.connect(
        host=str(directory), port=proxy.port, user="postgres", password=server.password, dbname="postgres"
    ) as client:
        assert client.execute("SELECT inet_client_addr()").fetchone() == (None,)
        psycopg.connect(f"{upstream} dbname=postgres").close()
    with socket.socket(socket.AF_UNIX) as plain:
        plain.connect(str(path))
        plain.sendall(SSL_REQUEST_PACKET)
        assert plain.recv(10) == b"N"
    proxy.terminate()
    again = ("--listen", f"127.0.0.1:{proxy.port}")
    assert lintel(upstream, *again, **environment).port == proxy.port, "what was left of the socket is replaced"


def test_a_socket_that_somebody_listens_on(directory: Path) -> None:
    with socket.socket(socket.AF_UNIX) as taken:
        taken.bind(str(directory / ".s.PGSQL.0"))
        taken.listen()
        free = socket.create_server(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        (directory / ".s.PGSQL.0").rename(directory / f".s.PGSQL.{port}")
        (directory / "lintel.toml").write_text(f'[listen]\nunix_socket_directory = "{directory}"\n')
        command = ["serve", "--admin", "127.0.0.1:0", "--listen", f"127.0.0.1:{port}", "--server", "host=127.0.0.1"]
        done = subprocess.run(
            [sys.executable, "-m", "lintel", *command],
            cwd=directory, capture_output=True, text=True, timeout=30, check=False,
        )  # fmt: skip
    assert done.returncode == 2
    assert f"listen.unix_socket_directory: {directory}/.s.PGSQL.{port}: Address already in use" in done.stderr
