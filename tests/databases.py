"""Databases for as long as something lasts: a test, or all that a file asks of one which it leaves as it was."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from lintel.demo.postgres import Server


@contextmanager
def fresh(server: Server) -> Iterator[str]:
    """The DSN of an empty database that is dropped afterwards, whoever is still connected to it."""
    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        control.execute(f"CREATE DATABASE {name}")
        yield server.dsn(name)
        control.execute(f"DROP DATABASE {name} WITH (FORCE)")
