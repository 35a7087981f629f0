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
from bench.suites import plans, regress
from bench.suites.command import Connection
from bench.suites.drivers import SUITES
from bench.suites.regress import PLANNED
from bench.suites.sources import Place
from lintel.demo.postgres import Server, launch

_SETTINGS = {
    "max_prepared_transactions": "50",
    "wal_level": "logical",
    "max_connections": "200",
    "allow_in_place_tablespaces": "on",
}
_DATABASES = """
CREATE DATABASE suite; ALTER DATABASE suite SET timezone = 'UTC'; CREATE DATABASE test;
ALTER DATABASE test SET default_text_search_config = 'pg_catalog.english';
\\c suite
CREATE EXTENSION hstore; CREATE EXTENSION ltree; CREATE DOMAIN uint64 AS numeric(20, 0);
\\c test
CREATE SCHEMA test_schema; CREATE SCHEMA test_schema_2; CREATE EXTENSION hstore; CREATE EXTENSION citext;
"""


@dataclass(frozen=True, slots=True)
class Compared:
    """What passed directly and what in front of the same server stood Lintel, without or with a plan."""

    name: str
    direct: set[str]
    through: dict[str, set[str]]  # "lintel", "plan"

    def shown(self) -> list[str]:
        """A line, and one for each test that differs."""
        counts = "".join(f" {len(passed):6} {way}" for way, passed in self.through.items())
        lines = [f"{self.name:20} {len(self.direct):6} direct{counts}"]
        for way, passed in self.through.items():
            lines += [f"    only direct, not {way}: {name}" for name in sorted(self.direct - passed)]
            lines += [f"    only {way}: {name}" for name in sorted(passed - self.direct)]
        return lines

    def as_json(self) -> dict[str, object]:
        """The same for programs."""
        ways = {
            way: {"passed": len(passed), "lost": sorted(self.direct - passed), "gained": sorted(passed - self.direct)}
            for way, passed in self.through.items()
        }
        return {"suite": self.name, "direct": len(self.direct), **ways}

    @property
    def lost(self) -> bool:
        """Something passes directly only."""
        return any(self.direct - passed for passed in self.through.values())


def main(arguments: list[str]) -> int:
    """0 where everything that passes directly passes through Lintel, 1 where something does not."""
    options = _options(arguments)
    with ExitStack() as stack:
        kept = options.directory or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lintel-suites-")))
        kept.mkdir(parents=True, exist_ok=True)
        compared = []
        for result in _compared(options, kept.resolve()):
            compared.append(result)
            print("\n".join(result.shown()), flush=True)
    if options.json:
        print(json.dumps({"bench": "suites", "suites": [result.as_json() for result in compared]}))
    return int(any(result.lost for result in compared))


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./dev bench suites", description=__doc__)
    names = [suite.name for suite in SUITES]
    parser.add_argument("--only", nargs="+", choices=names, help="these suites")
    parser.add_argument("--server", type=int, default=15, help="PostgreSQL's major version (15)")
    parser.add_argument("--plan", action="store_true", help="also with a plan on a table that the suite uses")
    parser.add_argument("--directory", type=Path, help="keep what was fetched here, and what the suites printed")
    parser.add_argument("--regress", type=Path, metavar="ARCHIVE", help="PostgreSQL's suite, of these sources")
    parser.add_argument("--json", action="store_true", help="end stdout with one line of JSON")
    return parser.parse_args(arguments)


def _compared(options: argparse.Namespace, kept: Path) -> Iterator[Compared]:
    wanted = [suite for suite in SUITES if suite.name in (options.only or [suite.name])]
    through = ["lintel", "plan"] if options.plan else ["lintel"]
    if options.regress is None or options.only:
        Place(kept).prepare()
        for suite in wanted:
            passed = {}
            for way in ("direct", *through):
                with _way(options.server, way, kept, suite.planned) as (_, connection):
                    passed[way] = suite.passed(Place(kept, way), connection)
            yield Compared(suite.name, passed.pop("direct"), passed)
    if options.regress is not None:
        yield _regression(options, kept, through)


@contextmanager
def _way(major: int, way: str, kept: Path, planned: tuple[str, str]) -> Iterator[tuple[Server, Connection]]:
    """A fresh server each time, so that no run sees what another left."""
    with ExitStack() as stack:
        server = stack.enter_context(launch(major, settings=_SETTINGS))
        plan = ["--plan", str(plans.write(kept, *planned))] if way == "plan" else []
        front = server if way == "direct" else stack.enter_context(Proxy(server.dsn(), *plan))
        psql = [str(server.bindir / "psql"), "-Xq", "-v", "ON_ERROR_STOP=1", server.dsn()]
        done = subprocess.run(psql, input=_DATABASES, capture_output=True, text=True, check=False)
        if done.returncode:
            raise BenchFailure(f"the databases could not be made: {done.stderr}")
        account = {"PGUSER": server.user, "PGPASSWORD": server.password}
        yield server, {"PGHOST": front.host, "PGPORT": str(front.port), **account}


def _regression(options: argparse.Namespace, kept: Path, through: list[str]) -> Compared:
    """A file passes directly if two runs print the same, and through Lintel if that prints it, too."""
    printed: dict[str, dict[str, bytes]] = {}
    with tempfile.TemporaryDirectory(prefix="lintel-regress-") as directory:
        Path(directory).chmod(0o755)  # the server's account reads data there, and writes results
        tree = regress.unpack(options.regress, Path(directory) / "sources")
        for run in ("direct", "again", *through):
            with _way(options.server, "direct" if run == "again" else run, kept, PLANNED) as (server, connection):
                psql = str(server.bindir / "psql")
                printed[run] = regress.run(tree, psql, dict(connection), Path(directory) / f"results-{run}")
            regress.keep(printed[run], kept / "printed" / run)
            print(f"PostgreSQL's suite: {run} done", file=sys.stderr)
    direct = {name for name in printed["direct"] if printed["direct"][name] == printed["again"][name]}
    same = {way: {name for name in direct if printed[way][name] == printed["direct"][name]} for way in through}
    return Compared("postgresql", direct, same)
