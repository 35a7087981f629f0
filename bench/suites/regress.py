"""PostgreSQL's own regression suite, file by file with psql, as pg_regress would run it serially.

A file's result is what psql printed. Some files print what differs from run to run, so it is the two direct runs that
say which can be compared. What the suite has in C (regress.so) is not built: those statements fail alike on both ways.
"""

import os
import re
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from bench.failure import BenchFailure

_SCHEDULE = re.compile(r"^test: (.*)$", re.MULTILINE)
_SECONDS = 120
PLANNED = ("regression", "onek")  # the database and the table that a plan names


@dataclass(frozen=True, slots=True)
class Tree:
    """The unpacked src/test/regress, and where the server may write."""

    directory: Path

    @property
    def files(self) -> list[str]:
        """In the order of the schedule, one after the other."""
        groups = _SCHEDULE.findall((self.directory / "parallel_schedule").read_text())
        return [name for group in groups for name in group.split()]


def unpack(archive: Path, below: Path) -> Tree:
    """The part of PostgreSQL's sources that the suite is, readable for the server's account."""
    with tarfile.open(archive) as sources:
        members = [member for member in sources if "/src/test/regress/" in member.name]
        if not members:
            raise BenchFailure(f"{archive} has no src/test/regress")
        sources.extractall(below, members, filter="data")
    (found,) = below.glob("*/src/test/regress")
    for path in (below, *below.rglob("*")):
        path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o644))
    return Tree(found)


def run(tree: Tree, psql: str, connection: dict[str, str], results: Path) -> dict[str, bytes]:
    """What psql printed for each file."""
    for directory in (results, results / "results"):  # the second is where files of the server go
        directory.mkdir(parents=True)
        directory.chmod(0o777)
    environment = {**os.environ, **connection, **_surroundings(tree, results)}
    _prepare(psql, {**os.environ, **connection})
    place = str(results).encode()  # some files print paths
    return {name: _printed(tree, psql, environment, name).replace(place, b"RESULTS") for name in tree.files}


def keep(printed: dict[str, bytes], directory: Path) -> None:
    """What was printed, to be compared by hand."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in printed.items():
        (directory / f"{name}.out").write_bytes(text)


def _surroundings(tree: Tree, results: Path) -> dict[str, str]:
    return {
        "PG_ABS_SRCDIR": str(tree.directory),
        "PG_ABS_BUILDDIR": str(results),
        "PG_LIBDIR": str(results),
        "PG_DLSUFFIX": ".so",
        "PGTZ": "PST8PDT",
        "PGDATESTYLE": "Postgres, MDY",
        "PGOPTIONS": "-c intervalstyle=postgres_verbose",
        "PGDATABASE": "regression",
        "PGAPPNAME": "regress",
        "LC_ALL": "C",
    }


def _prepare(psql: str, environment: dict[str, str]) -> None:
    settings = " ".join(f"ALTER DATABASE regression SET {name} TO '{value}';" for name, value in _DATABASE)
    text = f"CREATE DATABASE regression TEMPLATE template0;\n{settings}"
    done = subprocess.run(
        [psql, "-Xq", "postgres"], input=text, env=environment, text=True, capture_output=True, check=False
    )
    if done.returncode or done.stderr:
        raise BenchFailure(f"could not make the database regression: {done.stderr}")


def _printed(tree: Tree, psql: str, environment: dict[str, str], name: str) -> bytes:
    options = ["-Xaq", "-v", "HIDE_TABLEAM=on", "-v", "HIDE_TOAST_COMPRESSION=on"]
    with (tree.directory / "sql" / f"{name}.sql").open("rb") as source:
        try:
            done = subprocess.run(
                [psql, *options], stdin=source, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
                cwd=tree.directory, timeout=_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as late:
            return (late.stdout or b"") + b"\n(no end within the time allowed)\n"
    return done.stdout


_DATABASE = (
    ("lc_messages", "C"),
    ("lc_monetary", "C"),
    ("lc_numeric", "C"),
    ("lc_time", "C"),
    ("bytea_output", "hex"),
    ("timezone_abbreviations", "Default"),
)
