"""The user's own programs, each in a subprocess with a time limit; what goes wrong is a ConfigError that says so."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from lintel.config import ConfigError

SECONDS = 120.0
_TOLD = 5  # lines of what it said


def run(
    command: Sequence[str], directory: Path, *, seconds: float = SECONDS, environment: Mapping[str, str] | None = None
) -> str:
    """What the program prints; ConfigError where it fails, is not there, or takes too long."""
    shown = " ".join(part if len(part) < 60 and "\n" not in part else "..." for part in command)
    try:
        done = subprocess.run(
            command, cwd=directory, env={**os.environ, **(environment or {})}, stdin=subprocess.DEVNULL,
            capture_output=True, timeout=seconds, check=False,
        )  # fmt: skip
    except OSError as problem:
        raise ConfigError(shown, "", f"cannot be run: {problem.strerror}") from None
    except subprocess.TimeoutExpired:
        raise ConfigError(shown, "", f"was not done after {seconds:g} seconds") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip() or done.stdout.decode("utf-8", "replace").strip()
        last = "\n  ".join(said.splitlines()[-_TOLD:]) or "it said nothing"
        hint = "\n  --python names another Python" if "ModuleNotFoundError" in said else ""
        raise ConfigError(shown, "", f"ended with exit code {done.returncode} in {directory}:\n  {last}{hint}")
    return done.stdout.decode("utf-8", "replace")


def python(asked: str | None, package: str) -> str:
    """The Python that has the project's packages: what was asked for, the active environment's, ours, that on PATH."""
    active = os.environ.get("VIRTUAL_ENV")
    if asked is not None:
        return asked
    if active and (found := Path(active, "bin", "python")).exists():
        return str(found)
    ours = find_spec(package)
    # A directory of that name, as Alembic's often is, would do as a package without an origin.
    return sys.executable if ours is not None and ours.origin is not None else "python"
