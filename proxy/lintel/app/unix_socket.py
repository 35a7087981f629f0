"""The Unix socket that clients on this machine find where libpq looks for one: DIRECTORY/.s.PGSQL.PORT."""

import errno
import socket
import stat
from pathlib import Path

from lintel.config import ConfigError, Listen

BACKLOG = 1024


def listening(listen: Listen, port: int) -> socket.socket | None:
    """A socket in the directory of the configuration, if it names one; ConfigError where it cannot be.

    It is not removed at the end: a successor may be listening on it by then. One that nobody listens on is replaced.
    """
    if not listen.unix_socket_directory:
        return None
    path = Path(listen.unix_socket_directory) / f".s.PGSQL.{port}"
    made = socket.socket(socket.AF_UNIX)
    try:
        _remove_stale(path)
        made.bind(str(path))
        path.chmod(int(listen.unix_socket_permissions, 8))
        made.listen(BACKLOG)
    except OSError as problem:
        made.close()
        raise ConfigError("listen.unix_socket_directory", str(path), problem.strerror or str(problem)) from None
    return made


def _remove_stale(path: Path) -> None:
    if not path.exists() or not stat.S_ISSOCK(path.stat().st_mode):
        return  # bind() says what is there
    with socket.socket(socket.AF_UNIX) as probe:
        refused = probe.connect_ex(str(path)) == errno.ECONNREFUSED
    if refused:
        path.unlink()
