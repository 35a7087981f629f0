"""A server that logs everything in both formats and counts it, of each major version that has the modules for it."""

import contextlib
from collections.abc import Iterator

import pytest

from lintel.demo.postgres import Binaries, NoPostgres, Server, find, launch

SETTINGS = {
    "logging_collector": "on",
    "log_destination": "csvlog",
    "log_directory": "log",
    "log_filename": "postgresql.log",
    "log_statement": "all",
    "log_timezone": "UTC",
    "shared_preload_libraries": "pg_stat_statements,auto_explain",
    "auto_explain.log_min_duration": "-1",
    "auto_explain.log_analyze": "off",
}


@pytest.fixture(scope="session", params=find(), ids=lambda binaries: f"pg{binaries.major}")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """In place of the usual one: it writes its log as csvlog, and from 15 on as jsonlog too."""
    binaries: Binaries = request.param
    forms = "csvlog,jsonlog" if binaries.major >= 15 else "csvlog"
    with contextlib.ExitStack() as stack:
        try:
            running = stack.enter_context(launch(binaries.bindir, settings={**SETTINGS, "log_destination": forms}))
        except NoPostgres as problem:
            pytest.skip(f"PostgreSQL {binaries.major} has no pg_stat_statements or auto_explain here: {problem}"[:200])
        yield running
