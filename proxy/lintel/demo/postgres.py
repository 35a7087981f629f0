"""A throw-away PostgreSQL server of our own, for the demo and the tests; knows nothing of Lintel's other parts.

It listens on a free TCP port and on a unix socket in a directory of its own, and ends with the process (on Linux:
with the *thread*, as PR_SET_PDEATHSIG has it) that launched it.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

from lintel.demo import account
from lintel.demo.binaries import Binaries, NoPostgres, choose, find
from lintel.demo.mortal import die_with

__all__ = ["Auth", "Binaries", "NoPostgres", "Server", "find", "launch"]

Auth = Literal["scram-sha-256", "md5", "trust", "password"]

# The cluster is thrown away: what protects it against a crash of the machine only costs time.
THROWAWAY = {
    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "256MB",
    "listen_addresses": "127.0.0.1",
}  # fmt: skip
START_SECONDS = 30.0
STOP_SECONDS = 10.0


class Server:
    """A running PostgreSQL; leaving the context, or close(), stops it and removes its directory."""

    host = "127.0.0.1"
    user = "postgres"
    place = Path("/tmp")  # noqa: S108 - not below TMPDIR: the path of a unix socket has 107 bytes at most

    def __init__(self, binaries: Binaries, auth: Auth) -> None:
        self.binaries = binaries
        self.version = binaries.version
        self.major = binaries.major
        self.password = secrets.token_hex(8)
        self.port = 0
        self._auth = auth
        self._account = account.unprivileged()
        self._bindir = account.reachable(binaries.bindir, self._account)
        self.directory = Path(tempfile.mkdtemp(prefix="lintel-pg-", dir=self.place))
        self.socket_dir = str(self.directory)
        self._data = self.directory / "data"
        self._process: subprocess.Popen[bytes] | None = None

    def dsn(self, database: str = "postgres", *, user: str | None = None, password: str | None = None) -> str:
        """The URI of a database on this server over TCP."""
        credentials = f"{quote(user or self.user, safe='')}:{quote(password or self.password, safe='')}"
        return f"postgresql://{credentials}@{self.host}:{self.port}/{quote(database, safe='')}"

    @property
    def bindir(self) -> Path:
        """Where initdb, postgres and, mostly, psql and pgbench of this version are."""
        return self._bindir

    @property
    def log(self) -> str:
        """What the server has logged so far."""
        return (self.directory / "log").read_text(errors="replace")

    @property
    def pid(self) -> int:
        """The postmaster's process id."""
        assert self._process is not None
        return self._process.pid

    def initialise(self, settings: Mapping[str, str], certificate: Path | None, key: Path | None) -> None:
        """Make the cluster's data directory and its configuration."""
        password_file = self.directory / "password"
        password_file.write_text(self.password)
        account.give(self._account, self.directory, password_file)
        command = [str(self._bindir / "initdb"), "-D", str(self._data), "-U", self.user, "-A", self._auth]
        options = ["--pwfile", str(password_file), "-E", "UTF8", "--no-locale", "--no-sync"]
        _checked(command + options, self._account)
        password_file.unlink()
        tls = self._install_tls(certificate, key) if certificate and key else {}
        values = {**THROWAWAY, "unix_socket_directories": self.socket_dir, **tls, **settings}
        with (self._data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = {_quoted(value)}\n" for name, value in values.items())

    def start(self) -> None:
        """Start the postmaster, on the port that it had before if any, and wait until it accepts connections."""
        for attempt in range(3):  # the free port may be somebody else's by the time the server binds it
            if attempt or not self.port:
                self.port = _free_port()
            self._process = self._spawn()
            if self._wait_ready(self._process):
                return
            if "could not bind" not in self.log:
                break
        raise NoPostgres(f"PostgreSQL {self.version} did not start:\n{self.log}")

    def stop(self) -> None:
        """Fast shutdown; an immediate one if that takes too long. start() may follow."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.send_signal(how)
                process.wait(STOP_SECONDS)
                return

    def close(self) -> None:
        """Stop the server and remove everything it left."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [str(self._bindir / "postgres"), "-D", str(self._data), "-p", str(self.port)]
        hook = die_with(os.getpid(), signal.SIGINT)  # two system calls, looked up before the fork
        options: dict[str, Any] = {"cwd": "/", "preexec_fn": hook, "start_new_session": True, **self._account}
        with (self.directory / "log").open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, **options
            )
        return process

    def _install_tls(self, certificate: Path, key: Path) -> dict[str, str]:
        # Copied, because the server insists on owning its key alone.
        names = {"ssl_cert_file": certificate, "ssl_key_file": key}
        for name, source in names.items():
            target = self._data / name
            shutil.copyfile(source, target)
            target.chmod(0o600)
            account.give(self._account, target)
        return {"ssl": "on"} | {name: str(self._data / name) for name in names}

    def _wait_ready(self, process: subprocess.Popen[bytes]) -> bool:
        # The eighth line of postmaster.pid is what pg_ctl goes by, too: it needs no login.
        deadline = time.monotonic() + START_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                lines = (self._data / "postmaster.pid").read_text().split("\n")
                if len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                    return True
            time.sleep(0.005)
        self.stop()
        return False


def launch(
    major_or_bindir: int | str | Path | None = None,
    *,
    auth: Auth = "scram-sha-256",
    settings: Mapping[str, str] | None = None,
    ssl_cert: str | Path | None = None,
    ssl_key: str | Path | None = None,
) -> Server:
    """A started server of that major version, or of those binaries, or of the first found. Raises NoPostgres."""
    server = Server(choose(major_or_bindir), auth)
    try:
        server.initialise(settings or {}, Path(ssl_cert) if ssl_cert else None, Path(ssl_key) if ssl_key else None)
        server.start()
    except BaseException:
        server.close()
        raise
    return server


def _checked(command: list[str], identity: account.Identity) -> None:
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd="/", stdin=subprocess.DEVNULL, **identity
    )
    if done.returncode != 0:
        raise NoPostgres(f"{command[0]} failed:\n{done.stdout}{done.stderr}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((Server.host, 0))
        port: int = probe.getsockname()[1]
        return port


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
