"""The suites of drivers and frameworks: how each is started, and which of its tests have passed."""

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from bench.suites.sources import Place

Connection = Mapping[str, str]  # PGHOST and so on
_SECONDS = 1200
_DJANGO = re.compile(r"^test\w+ \(([\w.]+)\)(?:\n.*?)? \.\.\. ok$", re.MULTILINE)
_DJANGO_TESTS = (
    "backends transactions transaction_hooks postgres_tests introspection inspectdb schema select_for_update "
    "bulk_create raw_query dbshell constraints indexes db_functions expressions"
)
_DJANGO_SETTINGS = """
import os
_here = {"ENGINE": "django.db.backends.postgresql", "HOST": os.environ["PGHOST"], "PORT": os.environ["PGPORT"],
         "USER": os.environ["PGUSER"], "PASSWORD": os.environ["PGPASSWORD"]}
DATABASES = {"default": {**_here, "NAME": "django"}, "other": {**_here, "NAME": "django_other"}}
SECRET_KEY = "not secret"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
"""


@dataclass(frozen=True, slots=True)
class Suite:
    """One that pytest runs."""

    name: str
    requirement: str
    arguments: tuple[str, ...]  # of pytest; {PGHOST} and so on are filled in
    shadow: str = ""  # the package beside its tests, where that would be imported instead of the installed one

    def passed(self, place: Place, connection: Connection) -> set[str]:
        """The names of the tests that passed."""
        root = place.unpacked(self.requirement, self.shadow)
        report = root / "report.xml"
        options = ["-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        arguments = [argument.format(**connection) for argument in self.arguments]
        _run([str(place.python), "-m", "pytest", *options, *arguments], root, connection)
        return _passed(report) if report.exists() else set()


class Django:
    """Django's own runner, over what speaks to the database."""

    name = "django"

    def passed(self, place: Place, connection: Connection) -> set[str]:
        """The names of the tests that passed."""
        root = place.unpacked("django==5.2.19", "django") / "tests"
        (root / "lintel_settings.py").write_text(_DJANGO_SETTINGS)
        options = ["--noinput", "-v", "2", "--parallel", "1", "--settings", "lintel_settings"]
        command = [str(place.python), "runtests.py", *options, *_DJANGO_TESTS.split()]
        return set(_DJANGO.findall(_run(command, root, connection)))


def _sqlalchemy(driver: str) -> Suite:
    uri = f"postgresql+{driver}://" + "{PGUSER}:{PGPASSWORD}@{PGHOST}:{PGPORT}/test"
    where = ("test/dialect/postgresql", "test/dialect/test_suite.py", "--backend-only", "--maxfail=10000")
    return Suite(f"sqlalchemy-{driver}", "sqlalchemy==2.1.9", (*where, "--dburi", uri))


# psycopg's source distribution has no tests. pg8000's test/*/auth needs servers of other authentication, its
# benchmarks a plugin.
_PG8000 = ("test", *(f"--ignore=test/{way}/auth" for way in ("native", "dbapi", "legacy")), "-k", "not benchmark")
SUITES: tuple[Suite | Django, ...] = (
    Suite("asyncpg", "asyncpg==0.32.0", ("tests", "--ignore=tests/test__sourcecode.py", "--timeout=300"), "asyncpg"),
    Suite("psycopg2", "psycopg2==2.9.13", ("tests", "--timeout=60"), "lib"),
    Suite("pg8000", "pg8000==1.31.6", (*_PG8000, "--timeout=60"), "src"),
    *(_sqlalchemy(driver) for driver in ("asyncpg", "psycopg", "psycopg2", "pg8000")),
    Django(),
)


def _run(command: list[str], directory: Path, connection: Connection) -> str:
    """What it printed; how it ended is in the report, if there is one."""
    test_database = {"PGDATABASE": "suite", "PSYCOPG2_TESTDB": "suite", "PSYCOPG2_TEST_REPL_DSN": ""}
    try:
        done = subprocess.run(
            command, cwd=directory, env={**os.environ, **connection, **test_database}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode(errors="replace")
    return done.stdout.decode(errors="replace")


def _passed(report: Path) -> set[str]:
    cases = ElementTree.parse(report).iter("testcase")
    bad = {"failure", "error", "skipped"}
    return {f"{case.get('classname')}::{case.get('name')}" for case in cases if not bad & {child.tag for child in case}}
