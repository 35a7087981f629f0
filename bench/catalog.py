"""`./dev bench catalog`: what a database with many tables costs: the first snapshot, following DDL, memory.

For each size a fresh database whose tables have no statistics yet. The loader is measured in a process of its own, as
`lintel serve` would use it; then single statements of DDL are timed in pairs, directly and through `lintel serve`.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import psycopg
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench import cpu, relays, say
from bench.failure import BenchFailure
from lintel.catalog import connect, resolve
from lintel.catalog.load import Loader
from lintel.demo.postgres import NoPostgres, launch

SIZES = (10, 1000, 5000, 50_000)
TABLE = "CREATE TABLE {name} (id int PRIMARY KEY, name text NOT NULL, state int DEFAULT 0, at timestamptz, sum numeric)"
CREATE, DROP = TABLE.format(name="fresh"), "DROP TABLE fresh"
ALTER, UNDO = "ALTER TABLE t1 ADD COLUMN fresh int", "ALTER TABLE t1 DROP COLUMN fresh"
BATCH = 200  # CREATE TABLEs in a transaction: each takes locks


@dataclass(frozen=True, slots=True)
class Size:
    """What a number of tables costs: seconds, medians of milliseconds, megabytes."""

    tables: int
    snapshot_s: float
    refresh_idle_ms: float
    refresh_create_ms: float
    refresh_drop_ms: float
    refresh_alter_ms: float
    refresh_cpu_ms: float  # after DDL: of Lintel's process and the server's together
    memory_mb: float
    direct_ms: float
    through_ms: float
    added_ms: float


def main(arguments: list[str]) -> int:
    """Run it; 0 measured, raises BenchFailure."""
    options = _options(arguments)
    if options.probe:
        print(json.dumps(asyncio.run(_probe(options.probe, options.rounds))))
        return 0
    try:
        with launch(options.server, auth="trust") as server, tempfile.TemporaryDirectory() as directory:
            found = []
            for tables in options.tables:
                say.progress(f"{tables} tables")
                found.append(measured(server.dsn(), tables, options.rounds, Path(directory)))
    except NoPostgres as problem:
        raise BenchFailure(str(problem)) from None
    Console(width=120).print(_table(found))
    if options.json:
        print(json.dumps({"catalog": [asdict(size) for size in found]}))
    return 0


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench catalog", description=__doc__)
    parser.add_argument("--tables", type=int, nargs="+", default=SIZES, help="sizes of the database")
    parser.add_argument("--rounds", type=int, default=20, help="statements of DDL of each kind")
    parser.add_argument("--server", default=None, help="a major version, or a directory of PostgreSQL's binaries")
    parser.add_argument("--json", action="store_true", help="end stdout with one line of JSON")
    parser.add_argument("--probe", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def measured(dsn: str, tables: int, rounds: int, directory: Path) -> Size:
    """A fresh database with so many tables on that server. Raises BenchFailure."""
    name = f"with_{tables}_tables"
    with psycopg.connect(dsn, autocommit=True) as control:
        control.execute(f"CREATE DATABASE {name}".encode())
    dsn = f"{dsn.rpartition('/')[0]}/{name}"
    _fill(dsn, tables)
    command = [sys.executable, "-m", "bench", "catalog", "--probe", dsn, "--rounds", str(rounds)]
    probed = subprocess.run(command, check=False, capture_output=True, text=True)
    if probed.returncode:
        raise BenchFailure(f"the catalog could not be read: {probed.stderr}")
    return Size(tables, **json.loads(probed.stdout), **_pairs(dsn, rounds, directory / f"{name}.db"))


def _fill(dsn: str, tables: int) -> None:
    with psycopg.connect(dsn, autocommit=True) as session:
        for first in range(1, tables + 1, BATCH):
            numbers = range(first, min(first + BATCH, tables + 1))
            session.execute("; ".join(TABLE.format(name=f"t{number}") for number in numbers).encode())


async def _probe(dsn: str, rounds: int) -> dict[str, float]:
    """The loader alone, in this process."""
    loader, before = Loader(), _resident()
    connection = await connect(resolve(dsn))
    begun = time.perf_counter()
    await loader.read(connection)
    snapshot = time.perf_counter() - begun
    backend, spent, readings = connection.get_server_pid(), 0, 0
    found: dict[str, list[float]] = {"": [], CREATE: [], ALTER: [], DROP: [], UNDO: []}
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as session:
        for _ in range(rounds):
            for statement, times in found.items():
                await session.execute(statement.encode())
                begun, before_ns = time.perf_counter(), cpu.spent_ns(backend) + time.process_time_ns()
                await loader.read(connection)
                times.append(1000 * (time.perf_counter() - begun))
                if statement:
                    spent += cpu.spent_ns(backend) + time.process_time_ns() - before_ns
                    readings += 1
    await connection.close()
    return {
        "snapshot_s": round(snapshot, 3),
        "refresh_idle_ms": _middle(found[""]),
        "refresh_create_ms": _middle(found[CREATE]),
        "refresh_drop_ms": _middle(found[DROP]),
        "refresh_alter_ms": _middle(found[ALTER] + found[UNDO]),
        "refresh_cpu_ms": round(spent / readings / 1e6, 2),
        "memory_mb": round((_resident() - before) / (1 << 20), 1),
    }


def _pairs(dsn: str, rounds: int, store: Path) -> dict[str, float]:
    """CREATE TABLE and DROP TABLE by turns, each directly and through Lintel."""
    with relays.serving(dsn, store) as relay:
        through = f"host={relay.target.host} port={relay.target.port} user=postgres dbname={dsn.rpartition('/')[2]}"
        times: dict[str, list[float]] = {dsn: [], through: []}
        with psycopg.connect(dsn, autocommit=True) as direct, psycopg.connect(through, autocommit=True) as lintel:
            for _ in range(rounds):
                for way, session in ((dsn, direct), (through, lintel)):
                    for statement in (CREATE, DROP):
                        times[way].append(_timed(lambda: session.execute(statement.encode())))  # noqa: B023
    alone, relayed = median(times[dsn]), median(times[through])
    added = median(b - a for a, b in zip(times[dsn], times[through], strict=True))
    return {"direct_ms": round(alone, 2), "through_ms": round(relayed, 2), "added_ms": round(added, 2)}


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begun)


def _middle(times: list[float]) -> float:
    return round(median(times), 2)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _table(found: list[Size]) -> Table:
    columns = "tables|snapshot s|idle ms|CREATE ms|DROP ms|ALTER ms|CPU ms|memory MB|direct ms|through ms|added ms"
    table = Table(*columns.split("|"), box=SIMPLE_HEAD)
    for size in found:
        table.add_row(*(str(value) for value in asdict(size).values()))
    return table
