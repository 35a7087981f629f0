"""A `lintel` command that ends by itself: within this process, or in one of its own where that is looked at."""

import contextlib
import io
import os
import subprocess
import sys
from pathlib import Path

from lintel.cli.application import run

LINTEL = (sys.executable, "-m", "lintel")  # as its users start it, where its script is not on PATH

Done = subprocess.CompletedProcess[str]


def lintel(*arguments: str) -> Done:
    """Within this process: to start a new one costs more than all the rest (tests/cli/test_commands.py does)."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as messages:
        code = run(arguments)
    return Done(arguments, code, out.getvalue(), messages.getvalue())


def started(*arguments: str, cwd: Path | None = None, **environ: str) -> Done:
    """As a process of its own."""
    return subprocess.run(
        [*LINTEL, *arguments],
        capture_output=True, text=True, timeout=60, check=False, cwd=cwd, env={**os.environ, **environ},
    )  # fmt: skip
