"""The corpora that are captured: other people's suites run through a relay that judges each statement on its way."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import psycopg

from bench.failure import BenchFailure
from bench.oracle.compare import Count
from bench.oracle.judge import Judge
from bench.oracle.relay import Listener, Relay, Session
from bench.suites import regress
from bench.suites.command import Connection, run
from bench.suites.django import run_tests
from bench.suites.sources import Place
from lintel.demo.postgres import Server, launch

_SETTINGS = {
    "max_prepared_transactions": "50",
    "wal_level": "logical",
    "max_connections": "200",
    "allow_in_place_tablespaces": "on",
}
_SECONDS = 7200  # that a suite may take
_SQLALCHEMY = ("test/dialect/postgresql", "test/sql", "test/orm", "--backend-only")
_SQLALCHEMY_DATABASE = """
ALTER DATABASE test SET default_text_search_config = 'pg_catalog.english';
"""
_SQLALCHEMY_OBJECTS = """
CREATE SCHEMA test_schema; CREATE SCHEMA test_schema_2; CREATE EXTENSION hstore; CREATE EXTENSION citext;
"""
_DJANGO = (
    "aggregation aggregation_regress annotations basic bulk_create composite_pk constraints custom_columns datatypes "
    "dates datetimes db_functions defer delete delete_regress distinct_on_fields expressions expressions_case "
    "expressions_window extra_regress filtered_relation force_insert_update foreign_object from_db_value "
    "generic_relations get_or_create known_related_objects lookup m2m_through many_to_many many_to_one "
    "model_inheritance model_inheritance_regress null_fk null_queries one_to_one or_lookups ordering postgres_tests "
    "prefetch_related proxy_models queries raw_query reverse_lookup select_for_update select_related timezones update "
    "update_only_fields"
)


def regression(major: int, archive: Path, directory: Path) -> Count:
    """PostgreSQL's own suite, file by file in the order of its schedule."""
    # The server's account reads data there, and writes results.
    directory.chmod(0o755)
    tree = regress.unpack(archive, directory / "regression")
    count = Count()
    with _relayed(major, lambda session: Judge(session, count)) as (server, connection):
        regress.run(tree, str(server.bindir / "psql"), dict(connection), directory / "results")
    return count


def sqlalchemy(major: int, place: Place) -> Count:
    """SQLAlchemy's suites for PostgreSQL and for any database."""
    count = Count()
    run_sqlalchemy(major, place, lambda session: Judge(session, count))
    return count


def run_sqlalchemy(
    major: int, place: Place, listener: Callable[[Session], Listener], tests: Sequence[str] = _SQLALCHEMY
) -> None:
    """Run them (or these of them), with somebody who listens."""
    root = place.unpacked("sqlalchemy==2.1.9", "")
    with _relayed(major, listener) as (server, connection):
        _database(server, "test", _SQLALCHEMY_OBJECTS)
        with psycopg.connect(server.dsn(), autocommit=True) as control:
            control.execute(_SQLALCHEMY_DATABASE.encode())
        uri = "postgresql+psycopg2://{PGUSER}:{PGPASSWORD}@{PGHOST}:{PGPORT}/test".format(**connection)
        command = [str(place.python), "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, "--maxfail=10000"]
        run([*command, "--dburi", uri], root, place.printed("oracle-sqlalchemy"), connection, _SECONDS)


def django(major: int, place: Place) -> Count:
    """Django's tests of its ORM."""
    count = Count()
    run_django(major, place, lambda session: Judge(session, count))
    return count


def run_django(major: int, place: Place, listener: Callable[[Session], Listener], tests: str = _DJANGO) -> None:
    """Run them (or these of them), with somebody who listens."""
    with _relayed(major, listener) as (_, connection):
        run_tests(place, connection, tests, place.printed("oracle-django"), _SECONDS)


@contextmanager
def _relayed(major: int, listener: Callable[[Session], Listener]) -> Iterator[tuple[Server, Connection]]:
    """A fresh server, and a relay in front of it."""
    with launch(major, auth="trust", settings=_SETTINGS) as server:
        relay = Relay(server.host, server.port, listener)
        account = {"PGUSER": server.user, "PGPASSWORD": server.password}
        surroundings = {"PGSSLMODE": "disable", "PGGSSENCMODE": "disable"}
        try:
            yield server, {"PGHOST": server.host, "PGPORT": str(relay.port), **account, **surroundings}
        finally:
            relay.close()
        if relay.failures:
            raise BenchFailure(f"the relay failed: {relay.failures[0]!r}")


def _database(server: Server, name: str, objects: str) -> None:
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        control.execute(f"CREATE DATABASE {name}".encode())
    with psycopg.connect(server.dsn(name), autocommit=True) as control:
        control.execute(objects.encode())
