"""Running somebody else's program against a server: what it printed, whatever became of it."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

Connection = Mapping[str, str]  # PGHOST and so on
_SECONDS = 1800
_SURROUNDINGS = {
    "PGDATABASE": "suite",
    "PGSSLMODE": "disable",
    "PSYCOPG2_TESTDB": "suite",
    "PSYCOPG2_TEST_REPL_DSN": "",
}


def run(command: list[str], directory: Path, printed: Path, environment: Mapping[str, str]) -> str:
    """What it printed, also kept in `printed`; how it ended is in its report, if it makes one."""
    printed.parent.mkdir(parents=True, exist_ok=True)
    with printed.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=directory, env={**os.environ, **_SURROUNDINGS, **environment}, stdin=subprocess.DEVNULL,
            stdout=output, stderr=subprocess.STDOUT,
        )  # fmt: skip
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return printed.read_text(errors="replace")
