"""Databases of the resolver's tests, one of each kind per server, with the oracle and the schema as Lintel reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from bench.oracle.oracle import Oracle
from tests.analysis import cases
from tests.analysis.random_query import SCHEMA as RANDOM_SCHEMA
from tests.catalog.snapshots import taken

from lintel.demo.postgres import Server
from lintel.schema import Schema


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One database: its oracle, and its schema from the live catalog."""

    oracle: Oracle
    live: Schema


@pytest.fixture(scope="session")
def shop(server: Server) -> Iterator[Judged]:
    """The database that the cases speak of."""
    with _judged(server, "lintel_shop", cases.SCHEMA.read_text(), cases.LIVE_SCHEMA.read_text()) as found:
        yield found


@pytest.fixture(scope="session")
def made(server: Server) -> Iterator[Judged]:
    """The shop, and a depot of views, children, rules and the like."""
    ddl = (schema.read_text() for schema in (cases.SCHEMA, cases.LIVE_SCHEMA, cases.MADE_SCHEMA))
    with _judged(server, "lintel_made", *ddl) as found:
        yield found


@pytest.fixture(scope="session")
def tpch(server: Server) -> Iterator[Judged]:
    """TPC-H's tables."""
    with _judged(server, "lintel_tpch", cases.TPCH_SCHEMA.read_text()) as found:
        yield found


@pytest.fixture(scope="session")
def small(server: Server) -> Iterator[Judged]:
    """The tables of the random statements."""
    with _judged(server, "lintel_random", RANDOM_SCHEMA) as found:
        yield found


@contextmanager
def _judged(server: Server, name: str, *ddl: str) -> Iterator[Judged]:
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        control.execute(f"CREATE DATABASE {name}".encode())
    with psycopg.connect(server.dsn(name), autocommit=True) as control:
        for text in ddl:
            control.execute(text.encode())
    oracle = Oracle(server.dsn(name))
    try:
        yield Judged(oracle, taken(server.dsn(name)))
    finally:
        oracle.close()
        with psycopg.connect(server.dsn(), autocommit=True) as control:
            control.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
