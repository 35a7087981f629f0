"""As whom PostgreSQL runs: it refuses root, and its binaries must be within reach of whoever it is instead."""

import atexit
import contextlib
import functools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from lintel.demo.binaries import NoPostgres

# Keyword arguments of subprocess; empty where we are not root.
Identity = dict[str, Any]


def unprivileged() -> Identity:
    """What subprocess needs to run as somebody else: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoPostgres("PostgreSQL cannot run as root, and there is neither a user postgres nor a user nobody")


def give(identity: Identity, *paths: Path) -> None:
    """Make that user the owner."""
    if identity:
        for path in paths:
            os.chown(path, identity["user"], identity["group"])


def reachable(bindir: Path, identity: Identity) -> Path:
    """The same binaries, copied to where that user can reach them if it cannot (a clone below /root)."""
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        subprocess.run([bindir / "initdb", "--version"], check=True, capture_output=True, cwd="/", **identity)
        return bindir
    return _copied(bindir)


@functools.cache
def _copied(bindir: Path) -> Path:
    # The libraries lie beside the package, where the binaries' RPATH looks for them.
    install = bindir.parent
    package = install.parent
    target = Path(tempfile.mkdtemp(prefix="lintel-pg-binaries-", dir="/tmp"))
    atexit.register(shutil.rmtree, target, ignore_errors=True)
    target.chmod(0o755)
    shutil.copytree(install, target / package.name / install.name, symlinks=True)
    libraries = package.with_name(package.name + ".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name, symlinks=True)
    return target / package.name / install.name / bindir.name
