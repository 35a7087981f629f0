"""The corpora whose statements are all there from the start: TPC-H, TPC-DS and the random ones."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import psycopg
from tests.analysis import cases, random_sql
from tests.analysis.random_query import SCHEMA

from bench.oracle import tpcds
from bench.oracle.compare import Count, differences, output_differences
from bench.oracle.oracle import Oracle
from bench.oracle.tree import Rejection, Verdict
from lintel.analysis import World, facts_of, resolve
from lintel.cli import sources
from lintel.demo.postgres import Server
from lintel.sql.grammar import SyntaxProblem, TooDeep, parse

_BATCH = 500
# ORDER BY an expression over an output column's name, which only other databases accept (TPC-DS 36, 70, 86).
_OUTPUT_NAME = re.compile(r'CASE\s+WHEN\s+"?lochierarchy"?\s*=\s*0\s+THEN\s+(\S+)\s+END', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Statement:
    """A text, and what no query tree shows of it; None: not known."""

    sql: str
    stars: tuple[str, ...] | None = None
    positional: tuple[str, ...] | None = None


def tpch(server: Server) -> Count:
    """TPC-H's 22 queries."""
    return _judged(server, "tpch", cases.TPCH_SCHEMA.read_text(), (Statement(case.sql) for case in cases.tpch()))


def tpc_ds(server: Server, directory: Path) -> Count:
    """TPC-DS."""
    ddl, queries = tpcds.corpus(directory)
    return _judged(server, "tpcds", ddl, (Statement(accepted(query)) for query in queries))


def accepted(query: str) -> str:
    """A query of TPC-DS as PostgreSQL accepts it."""
    return _OUTPUT_NAME.sub(r"\1", query)


def random(server: Server, accepted: int, seed: int) -> Count:
    """As many random statements as it takes for this many that Postgres accepts."""
    made = random_sql.statements(seed, accepted * 10)
    known = (Statement(found.sql, found.stars, found.positional) for found in made)
    return _judged(server, "random", SCHEMA, known, accepted)


def _judged(server: Server, name: str, ddl: str, statements: Iterable[Statement], enough: int | None = None) -> Count:
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        control.execute(f"CREATE DATABASE {name}".encode())
    with psycopg.connect(server.dsn(name), autocommit=True) as control:
        control.execute(ddl.encode())
    oracle, count = Oracle(server.dsn(name)), Count()
    schema, path = sources.world(server.dsn(name), None)
    try:
        for batch in _batches(iter(statements)):
            for statement, said in zip(batch, oracle.judge_all([(one.sql, "") for one in batch]), strict=True):
                _judge(count, oracle, statement, said, World(schema, path))
            if enough is not None and count.found.total() >= enough:
                break
    finally:
        oracle.close()
    return count


def _batches(statements: Iterator[Statement]) -> Iterator[list[Statement]]:
    while batch := list(islice(statements, _BATCH)):
        yield batch


def _judge(count: Count, oracle: Oracle, statement: Statement, said: Verdict | Rejection, world: World) -> None:
    if isinstance(said, Rejection):
        count.rejected += 1
        return
    try:
        result = resolve(parse(statement.sql.encode()), world)
    except (SyntaxProblem, TooDeep) as error:
        count.note(statement.sql, f"not parsed: {error}", ())
        return
    facts = facts_of(result, world)
    differing = differences(facts, said)
    differing += [f"{key} {getattr(facts, key)}" for key in ("stars", "positional")
                  if getattr(statement, key) not in (None, getattr(facts, key))]  # fmt: skip
    described = oracle.outputs(statement.sql)
    if result.outputs is not None and described is not None:
        differing += output_differences(result.outputs, described)
    count.note(statement.sql, facts.opaque, differing)
