"""Other people's relays in front of a server: pgbouncer, HAProxy, pgpool-II; each a context manager as in relays.

They run as a user that is not root (pgbouncer refuses root), everything as it comes but what the comparison needs, and
none writes a line per connection.
"""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bench.certificates import Certificate
from bench.failure import BenchFailure
from bench.pgbench import Target
from bench.relays import DATABASE, START_SECONDS, Relay, ended
from lintel.demo.account import give, unprivileged
from lintel.demo.postgres import Server

_PGBOUNCER = """\
[databases]
* = host={host} port={port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = {auth}
auth_file = {directory}/users
pool_mode = {mode}
max_client_conn = 200
default_pool_size = {size}
log_connections = 0
log_disconnections = 0
"""
_PGBOUNCER_TLS = """\
client_tls_sslmode = require
client_tls_cert_file = {directory}/certificate
client_tls_key_file = {directory}/key
"""

# One thread, as the others have; connections may wait.
_HAPROXY = """\
global
    nbthread 1
    maxconn 400
defaults
    mode tcp
    timeout connect 5s
    timeout client 1h
    timeout server 1h
listen postgres
    bind 127.0.0.1:{listen}
    server postgres {host}:{port}
"""

# A process per session, without end: what a process that has gone has used is not in the figures.
_PGPOOL = """\
backend_clustering_mode = 'raw'
backend_hostname0 = '{host}'
backend_port0 = {port}
listen_addresses = '127.0.0.1'
port = {listen}
socket_dir = '{directory}'
pcp_listen_addresses = ''
pcp_socket_dir = '{directory}'
pid_file_name = '{directory}/pid'
logdir = '{directory}'
num_init_children = 80
max_pool = 1
child_life_time = 0
sr_check_period = 0
load_balance_mode = off
"""


@contextlib.contextmanager
def pgbouncer(
    server: Server | Target,
    program: str,
    secret: str = "",
    certificate: Certificate | None = None,
    mode: str = "session",
    size: int = 100,
) -> Iterator[Relay]:
    """With the user's secret (SCRAM's, or the password itself) it asks for a password, with a certificate for TLS.

    `mode` is of pooling, `size` how many connections to the server it has.
    """
    auth = "scram-sha-256" if secret else "trust"
    files = {"users": f'"{server.user}" "{secret}"\n'}
    if certificate:
        files |= {"certificate": certificate.certificate.read_text(), "key": certificate.key.read_text()}
    text = _PGBOUNCER.replace("{auth}", auth).replace("{mode}", mode).replace("{size}", str(size))
    text += _PGBOUNCER_TLS if certificate else ""
    with _running("pgbouncer", server, [program, "-q", "conf"], {"conf": text, **files}) as relay:
        yield relay


@contextlib.contextmanager
def haproxy(server: Server, program: str) -> Iterator[Relay]:
    """It moves bytes and knows nothing of what they are."""
    with _running("haproxy", server, [program, "-db", "-f", "conf"], {"conf": _HAPROXY}) as relay:
        yield relay


@contextlib.contextmanager
def pgpool(server: Server, program: str) -> Iterator[Relay]:
    """It parses every query, here without anything to balance or to replicate."""
    command = [program, "-n", "-f", "conf", "-F", "pcp"]
    with _running("pgpool", server, command, {"conf": _PGPOOL, "pcp": ""}) as relay:
        yield relay


@contextlib.contextmanager
def _running(name: str, server: Server | Target, command: list[str], files: Mapping[str, str]) -> Iterator[Relay]:
    """The program in a directory of its own with these files, what is in braces filled in."""
    identity, listen = unprivileged(), _free_port()
    with tempfile.TemporaryDirectory(prefix="lintel-bench-") as directory:
        values = {"database": DATABASE, "host": server.host, "port": server.port, "listen": listen}
        give(identity, Path(directory))
        for file, text in files.items():
            path = Path(directory, file)
            path.write_text(text.format(**values, directory=directory) if file == "conf" else text)
            path.chmod(0o600)
            give(identity, path)
        with Path(directory, "log").open("wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=directory, **identity
            )
        with ended(process):
            if not _listens(listen, process):
                raise BenchFailure(f"{name} did not start: {Path(directory, 'log').read_text()[-2000:]}")
            yield Relay(name, Target("127.0.0.1", listen, server.user, DATABASE), process.pid)


def _listens(port: int, process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        time.sleep(0.02)
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
