"""Running somebody else's program against a server: what it printed, whatever became of it."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from bench.failure import BenchFailure

Connection = Mapping[str, str]  # PGHOST and so on
_SECONDS = 1800
_SURROUNDINGS = {
    "PGDATABASE": "suite",
    "PGSSLMODE": "disable",
    "PSYCOPG2_TESTDB": "suite",
    "PSYCOPG2_TEST_REPL_DSN": "",
}


def run(
    command: list[str], directory: Path, printed: Path, environment: Mapping[str, str], whole: int | None = None
) -> str:
    """What it printed, also kept in `printed`; how it ended is in its report, if it makes one.

    It has half an hour; where it must come to its end it has `whole` seconds, and BenchFailure is raised.
    """
    printed.parent.mkdir(parents=True, exist_ok=True)
    with printed.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=directory, env={**os.environ, **_SURROUNDINGS, **environment}, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            process.wait(whole or _SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            if whole is not None:
                raise BenchFailure(f"not at its end after {whole} seconds: {' '.join(command[:4])}") from None
    return printed.read_text(errors="replace")
