"""Other people's relays as programs: where they are, in which version; Debian's packages where they are missing."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable

from bench import say

PACKAGES = {"pgbouncer": "pgbouncer", "haproxy": "haproxy", "pgpool": "pgpool2"}
INSTALL_SECONDS = 300

_SYSTEM = "/usr/sbin:/usr/local/sbin:/sbin"  # not everybody's PATH has them
_VERSION = re.compile(r"\b(\d+(?:\.\d+)+)")


def program(name: str) -> str | None:
    """Its path, if it is there."""
    return shutil.which(name) or shutil.which(name, path=_SYSTEM)


def version(name: str) -> str | None:
    """As it says it: pgpool does so on stderr."""
    path = program(name)
    if path is None:
        return None
    option = "-v" if name == "haproxy" else "--version"
    said = subprocess.run([path, option], capture_output=True, text=True, check=False)
    found = _VERSION.search(said.stdout + said.stderr)
    return found[1] if found else None


def present(names: Iterable[str]) -> dict[str, str]:
    """Their paths; what is missing is installed where that is allowed without asking, else left out and said."""
    wanted = tuple(names)
    missing = [name for name in wanted if program(name) is None]
    if missing:
        _install([PACKAGES[name] for name in missing])
    for name in wanted:
        if program(name) is None:
            say.note(f"{name} is not installed: its figures, and the ratios to it, are left out")
    return {name: path for name in wanted if (path := program(name)) is not None}


def _install(packages: list[str]) -> None:
    become = _root()
    if become is None or shutil.which("apt-get") is None:
        return
    say.note(f"installing {', '.join(packages)} with apt-get")
    apt = [*become, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    if not _succeeds(install) and _succeeds([*apt, "update"]):
        _succeeds(install)


def _root() -> list[str] | None:
    """What goes before a command that needs root; None where we may not."""
    if os.geteuid() == 0:
        return []
    return ["sudo", "-n"] if shutil.which("sudo") and _succeeds(["sudo", "-n", "true"]) else None


def _succeeds(command: list[str]) -> bool:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=INSTALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
