"""sqlglot as a second reader of the cases: which tables a statement names.

Where the two disagree, second_reader.json says who is right and why; a new disagreement fails. Postgres itself judges
the resolver in test_oracle.py, so what stands here is mostly a list of what sqlglot does not read.
"""

import json
import logging
from functools import cache

import pytest
import sqlglot
from sqlglot import exp
from sqlglot.optimizer.scope import Scope, traverse_scope
from tests.analysis import cases
from tests.analysis.cases import Case

from lintel.analysis import analyze
from lintel.analysis.ddl import schema_of
from lintel.schema import Schema
from lintel.sql.quoting import quote_ident

SIMPLE, TPCH = cases.simple(), cases.tpch()
DISAGREEMENTS: dict[str, dict[str, str]] = json.loads((cases.HERE / "second_reader.json").read_text())


@cache
def _schema(text: str) -> Schema:
    return schema_of(text.encode())


def _resolver(case: Case, schema: Schema) -> set[str]:
    return set(analyze(case.sql.encode(), schema, cases.search_path(case)).tables)


def _sqlglot(case: Case, schema: Schema) -> set[str] | str:
    """The relations that sqlglot finds, named as the resolver names them; or why it found none."""
    try:
        trees = sqlglot.parse(case.sql, dialect="postgres")
    except sqlglot.errors.SqlglotError:
        return "not parsed"
    found = set()
    for tree in trees:
        if tree is not None:
            found |= {_name(table, case, schema) for table in _tables(tree)}
    return {name for name in found if name is not None}


def _tables(tree: exp.Expr) -> list[exp.Table]:
    """Every table but those that are WITH queries where they stand."""
    ctes = {
        id(source_table)
        for scope in _scopes(tree)
        for source_table in scope.tables
        if not source_table.db and source_table.name in scope.cte_sources
    }
    return [table for table in tree.find_all(exp.Table) if id(table) not in ctes]


def _scopes(tree: exp.Expr) -> list[Scope]:
    try:
        return [scope for query in tree.find_all(exp.Query) for scope in traverse_scope(query)]
    except sqlglot.errors.SqlglotError:
        return []


def _name(table: exp.Table, case: Case, schema: Schema) -> str | None:
    parts = [part for part in table.parts if isinstance(part, exp.Identifier)]
    names = [part.name if part.quoted else part.name.lower() for part in parts]
    if not names:
        return None
    relation = schema.find(names[-2] if len(names) > 1 else None, names[-1], cases.search_path(case))
    return None if relation is None else f"{quote_ident(relation.schema)}.{quote_ident(relation.name)}"


def _disagreement(case: Case, schema: Schema) -> str | None:
    ours, theirs = _resolver(case, schema), _sqlglot(case, schema)
    if isinstance(theirs, str):
        return theirs if ours else None
    if ours == theirs:
        return None
    return f"only resolver: {sorted(ours - theirs)}, only sqlglot: {sorted(theirs - ours)}"


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, logger="sqlglot")


@pytest.mark.parametrize("case", SIMPLE, ids=str)
def test_tables(case: Case) -> None:
    """The disagreement, if any, is the one that is known."""
    known = DISAGREEMENTS.get(str(case), {}).get("difference")
    assert _disagreement(case, _schema(cases.SCHEMA.read_text())) == known


@pytest.mark.parametrize("case", TPCH, ids=str)
def test_tables_of_tpch(case: Case) -> None:
    """None at all."""
    assert _disagreement(case, _schema(cases.TPCH_SCHEMA.read_text())) is None


def test_no_disagreement_is_listed_for_nothing() -> None:
    """Each entry names a case."""
    assert set(DISAGREEMENTS) <= {str(case) for case in SIMPLE}
