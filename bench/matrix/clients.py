"""The drivers that can be had here: two of Python's, and programs for those of node and Java (tests/e2e/clients)."""

import shutil
import subprocess
from functools import partial
from pathlib import Path

from bench.matrix.drivers import Asyncpg, Program, Psycopg
from bench.matrix.play import Driver

CLIENTS = Path(__file__).parents[2] / "tests" / "e2e" / "clients"
JAR = Path("/usr/share/java/postgresql.jar")  # where Debian's libpostgresql-jdbc-java puts it
_INSTALL = ("npm", "install", "--no-package-lock", "--omit=optional", "--no-audit", "--no-fund", "--prefix", CLIENTS)

PYTHON: dict[str, Driver] = {"asyncpg": Asyncpg.connect, "psycopg": Psycopg.connect}


def found(directory: Path) -> tuple[dict[str, Driver], list[str]]:
    """All drivers by name, and what is missing for the others; what has to be compiled goes into the directory."""
    drivers, missing = dict(PYTHON), []
    for name, make in (("node-postgres", _node), ("JDBC", _java)):
        made = make(directory)
        if isinstance(made, str):
            missing.append(f"{name}: {made}")
        else:
            drivers[name] = partial(Program.connect, made)
    return drivers, missing


def _node(_: Path) -> tuple[str, ...] | str:
    if shutil.which("node") is None:
        return "no node here"
    driver = CLIENTS / "node_modules" / "pg"
    if not driver.exists() and shutil.which("npm") is not None:
        subprocess.run(_INSTALL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if not driver.exists():
        return "npm install --no-package-lock --prefix tests/e2e/clients did not bring it"
    return ("node", str(CLIENTS / "session.js"))


def _java(directory: Path) -> tuple[str, ...] | str:
    if shutil.which("java") is None or shutil.which("javac") is None:
        return "no JDK here (default-jdk-headless)"
    if not JAR.exists():
        return "no driver here (libpostgresql-jdbc-java)"
    subprocess.run(["javac", "-cp", JAR, "-d", directory, CLIENTS / "Session.java"], check=True)
    return ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-cp", f"{JAR}:{directory}", "Session")
