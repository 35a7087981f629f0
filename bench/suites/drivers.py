"""The suites of drivers and frameworks: how each is started, and which of its tests have passed."""

import re
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from bench.suites.command import Connection, run
from bench.suites.django import run_tests
from bench.suites.golang import GO_SUITES, Go
from bench.suites.node import NODE_SUITES, Mocha
from bench.suites.sources import Place

_DJANGO = re.compile(r"^test\w+ \(([\w.]+)\)(?:\n.*?)? \.\.\. ok$", re.MULTILINE)
_DJANGO_TESTS = (
    "backends transactions transaction_hooks postgres_tests introspection inspectdb schema select_for_update "
    "bulk_create raw_query dbshell constraints indexes db_functions expressions"
)


@dataclass(frozen=True, slots=True)
class Suite:
    """One that pytest runs."""

    name: str
    requirement: str
    arguments: tuple[str, ...]  # of pytest; {PGHOST} and so on are filled in
    planned: tuple[str, str]  # the database and the table, mostly one of the suite's, that a plan names
    shadow: str = ""  # the package beside its tests, where that would be imported instead of the installed one

    def passed(self, place: Place, connection: Connection) -> set[str]:
        """The names of the tests that passed."""
        root = place.unpacked(self.requirement, self.shadow)
        report = root / "report.xml"
        options = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        arguments = [argument.format(**connection) for argument in self.arguments]
        command = [str(place.python), "-m", "pytest", *options, *arguments]
        run(command, root, place.printed(self.name), connection)
        return _passed(report) if report.exists() else set()


class Django:
    """Django's own runner, over what speaks to the database."""

    name = "django"
    planned = ("test_django", "backends_person")

    def passed(self, place: Place, connection: Connection) -> set[str]:
        """The names of the tests that passed."""
        return set(_DJANGO.findall(run_tests(place, connection, _DJANGO_TESTS, place.printed(self.name))))


def _sqlalchemy(driver: str) -> Suite:
    uri = f"postgresql+{driver}://" + "{PGUSER}:{PGPASSWORD}@{PGHOST}:{PGPORT}/test"
    where = ("test/dialect/postgresql", "test/dialect/test_suite.py", "--backend-only", "--maxfail=10000")
    return Suite(f"sqlalchemy-{driver}", "sqlalchemy==2.1.9", (*where, "--dburi", uri), ("test", "some_table"))


# psycopg's source distribution has no tests. pg8000's test/*/auth needs servers of other authentication, its
# benchmarks a plugin.
_PG8000 = ("test", *(f"--ignore=test/{way}/auth" for way in ("native", "dbapi", "legacy")), "-k", "not benchmark")
_ASYNCPG = ("tests", "--ignore=tests/test__sourcecode.py", "--timeout=300")
SUITES: tuple[Suite | Django | Go | Mocha, ...] = (
    Suite("asyncpg", "asyncpg==0.32.0", _ASYNCPG, ("suite", "tab"), "asyncpg"),
    Suite("psycopg2", "psycopg2==2.9.13", ("tests", "--timeout=60"), ("suite", "table1"), "lib"),
    Suite("pg8000", "pg8000==1.31.6", (*_PG8000, "--timeout=60"), ("suite", "t1"), "src"),
    *GO_SUITES,
    *NODE_SUITES,
    *(_sqlalchemy(driver) for driver in ("asyncpg", "psycopg", "psycopg2", "pg8000")),
    Django(),
)


def _passed(report: Path) -> set[str]:
    cases = ElementTree.parse(report).iter("testcase")
    bad = {"failure", "error", "skipped"}
    return {f"{case.get('classname')}::{case.get('name')}" for case in cases if not bad & {child.tag for child in case}}
