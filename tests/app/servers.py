"""Several servers, and the configuration that puts one Lintel in front of them."""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Binaries, Server, launch


def configuration(databases: Mapping[str, str], *more: str) -> str:
    """As TOML."""
    lines = [f'"{name}" = "{dsn}"' for name, dsn in databases.items()]
    return "\n".join(["[databases]", *lines, *more])


def through(proxy: Proxy, name: str, **parameters: str) -> str:
    """A database by the name that Lintel's clients ask for."""
    query = "&".join(f"{key}={value}" for key, value in parameters.items())
    return f"postgresql://postgres@{proxy.host}:{proxy.port}/{name}?{query}"


@contextmanager
def replica(primary: Server, binaries: Binaries) -> Iterator[Server]:
    """A streaming standby of it; both let everybody in."""
    with launch(binaries.bindir, auth="trust") as server:
        server.stop()
        data = server.directory / "data"
        subprocess.run(["rm", "-r", str(data)], check=True)
        _base_backup(primary, server, data)
        server.start()
        yield server


def _base_backup(primary: Server, server: Server, data: Path) -> None:
    command = [server.bindir / "pg_basebackup", "-d", primary.dsn(), "-D", data, "-R", "-X", "stream", "-c", "fast"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    # Its own port is on the command line; the rest of the primary's configuration would do, but for the socket.
    with (data / "postgresql.auto.conf").open("a") as conf:
        conf.write(f"unix_socket_directories = '{server.socket_dir}'\n")
    owner = server.directory.stat()
    subprocess.run(["chown", "-R", f"{owner.st_uid}:{owner.st_gid}", str(data)], check=True)
