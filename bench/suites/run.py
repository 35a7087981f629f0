"""`./dev bench suites`: each suite directly and through Lintel, and by name what passed on one way only."""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.proxy import Proxy

from bench.failure import BenchFailure
from bench.suites import regress
from bench.suites.drivers import SUITES, Connection
from bench.suites.sources import Place
from lintel.demo.postgres import Server, launch

WAYS = ("direct", "lintel")
_SETTINGS = {
    "max_prepared_transactions": "50",
    "wal_level": "logical",
    "max_connections": "200",
    "allow_in_place_tablespaces": "on",
}
_DATABASES = """
CREATE DATABASE suite; ALTER DATABASE suite SET timezone = 'UTC'; CREATE DATABASE test;
ALTER DATABASE test SET default_text_search_config = 'pg_catalog.english';
\\c test
CREATE SCHEMA test_schema; CREATE SCHEMA test_schema_2; CREATE EXTENSION hstore; CREATE EXTENSION citext;
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """What passed directly and what through Lintel."""

    name: str
    direct: set[str]
    lintel: set[str]

    def shown(self) -> list[str]:
        """A line, and one for each test that differs."""
        lines = [f"{self.name:20} {len(self.direct):6} direct {len(self.lintel):6} through Lintel"]
        lines += [f"    only direct: {name}" for name in sorted(self.direct - self.lintel)]
        return lines + [f"    only through Lintel: {name}" for name in sorted(self.lintel - self.direct)]

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        lost, gained = sorted(self.direct - self.lintel), sorted(self.lintel - self.direct)
        counts = {"direct": len(self.direct), "lintel": len(self.lintel)}
        return {"suite": self.name, **counts, "only_direct": lost, "only_lintel": gained}


def main(arguments: list[str]) -> int:
    """0 where everything that passes directly passes through Lintel, 1 where something does not."""
    options = _options(arguments)
    with ExitStack() as stack:
        kept = options.directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lintel-suites-")))
        compared = []
        for result in _compared(options, Place(kept)):
            compared.append(result)
            print("\n".join(result.shown()), flush=True)
    if options.json:
        print(json.dumps({"bench": "suites", "suites": [result.as_json() for result in compared]}))
    return int(any(result.direct - result.lintel for result in compared))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench suites", description=__doc__)
    names = [suite.name for suite in SUITES]
    parser.add_argument("--only", nargs="+", choices=names, help="these suites")
    parser.add_argument("--server", type=int, default=15, help="PostgreSQL's major version (15)")
    parser.add_argument("--directory", type=Path, help="keep what was fetched here")
    parser.add_argument("--regress", type=Path, metavar="ARCHIVE", help="also PostgreSQL's suite, of these sources")
    parser.add_argument("--json", action="store_true", help="end stdout with one line of JSON")
    return parser.parse_args(arguments)


def _compared(options: argparse.Namespace, place: Place) -> Iterator[Compared]:
    wanted = [suite for suite in SUITES if suite.name in (options.only or [suite.name])]
    if options.regress is None or options.only:
        place.prepare()
        for suite in wanted:
            passed = {}
            for way in WAYS:
                with _way(options.server, way) as (_, connection):
                    passed[way] = suite.passed(place, connection)
            yield Compared(suite.name, passed["direct"], passed["lintel"])
    if options.regress is not None:
        yield _regression(options.server, options.regress)


@contextmanager
def _way(major: int, way: str) -> Iterator[tuple[Server, Connection]]:
    """A fresh server each time, so that no run sees what another left."""
    with ExitStack() as stack:
        server = stack.enter_context(launch(major, settings=_SETTINGS))
        front = server if way == "direct" else stack.enter_context(Proxy(server.dsn()))
        psql = [str(server.bindir / "psql"), "-Xq", "-v", "ON_ERROR_STOP=1", server.dsn()]
        done = subprocess.run(psql, input=_DATABASES, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchFailure(f"the databases could not be made: {done.stderr}")
        account = {"PGUSER": server.user, "PGPASSWORD": server.password}
        yield server, {"PGHOST": front.host, "PGPORT": str(front.port), **account}


def _regression(major: int, archive: Path) -> Compared:
    """A file passes directly if two runs print the same, and through Lintel if that prints it, too."""
    printed = []
    with tempfile.TemporaryDirectory(prefix="lintel-regress-") as directory:
        Path(directory).chmod(0o755)  # the server's account reads data there, and writes results
        tree = regress.unpack(archive, Path(directory) / "sources")
        for number, way in enumerate(("direct", "direct", "lintel")):
            with _way(major, way) as (server, connection):
                results = Path(directory) / f"results{number}"
                printed.append(regress.run(tree, str(server.bindir / "psql"), dict(connection), results))
                print(f"PostgreSQL's suite, run {number + 1} of 3 done", file=sys.stderr)
    first, second, through = printed
    direct = {name for name in first if first[name] == second[name]}
    return Compared("postgresql", direct, {name for name in direct if through[name] == first[name]})
