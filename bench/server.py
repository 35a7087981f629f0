"""The throw-away PostgreSQL that a benchmark runs against."""

import contextlib
from collections.abc import Iterator, Mapping

from bench.failure import BenchFailure
from lintel.demo.postgres import Auth, NoPostgres, Server, launch

# The benchmark's table stays in memory and nobody works on it meanwhile; pools keep the sessions that they have opened.
SETTINGS = {"shared_buffers": "256MB", "autovacuum": "off", "max_connections": "300"}


@contextlib.contextmanager
def postgres(
    choice: str | None = None, auth: Auth = "trust", settings: Mapping[str, str] = SETTINGS
) -> Iterator[Server]:
    """A running one: a major version, the directory of its binaries, or the first found. Raises BenchFailure."""
    wanted = int(choice) if choice is not None and choice.isdigit() else choice
    try:
        running = launch(wanted, auth=auth, settings=settings)
    except NoPostgres as error:
        raise BenchFailure(str(error)) from None
    with running:
        yield running
