"""The resolver against Postgres' own query tree: hand-made cases, TPC-H, and random statements."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from bench.oracle.compare import output_differences
from bench.oracle.tree import Rejection, Verdict
from tests.analysis import cases
from tests.analysis.cases import Case, Expected
from tests.analysis.conftest import Judged
from tests.analysis.random_sql import Statement, statements

from lintel.analysis import World, analyze, resolve
from lintel.analysis.ddl import schema_of
from lintel.schema import Schema
from lintel.sql.grammar import parse

SIMPLE, LIVE, TPCH = cases.simple(), cases.live(), cases.tpch()
PATH = ("public",)
LISTS = ("tables", "reads", "writes", "whole_rows")
NAME_ERRORS = ("42702", "42703", "42P01")

_expectations: dict[tuple[int, int], Mapping[Case, Expected]] = {}


def _expected(judged: Judged, every: list[Case], case: Case) -> Expected:
    """What this server says of the case; all of a list are judged at once, the first time."""
    key = (judged.oracle.version, id(every))
    if key not in _expectations:
        _expectations[key] = cases.expected(every, judged.oracle)
    if case not in _expectations[key]:
        pytest.skip("this server cannot read it")
    return _expectations[key][case]


def _check(case: Case, schema: Schema, expected: Expected) -> None:
    found: dict[str, Any] = analyze(case.sql.encode(), schema, cases.search_path(case)).as_dict()
    reason = found["opaque"]
    found["opaque"] = reason is not None
    assert {key: found[key] for key in expected} == expected, reason


@cache
def _from_ddl(text: str) -> Schema:
    return schema_of(text.encode())


@pytest.mark.parametrize("case", SIMPLE, ids=str)
def test_case(shop: Judged, case: Case) -> None:
    """Under the live catalog."""
    _check(case, shop.live, _expected(shop, SIMPLE, case))


@pytest.mark.parametrize("case", LIVE, ids=str)
def test_case_of_the_catalog(shop: Judged, case: Case) -> None:
    """What only the live catalog knows."""
    _check(case, shop.live, _expected(shop, LIVE, case))


@pytest.mark.parametrize("case", SIMPLE, ids=str)
def test_case_under_a_file_of_ddl(shop: Judged, case: Case) -> None:
    """Under the schema that `--schema FILE` reads."""
    _check(case, _from_ddl(cases.SCHEMA.read_text()), _expected(shop, SIMPLE, case))


@pytest.mark.parametrize("case", TPCH, ids=str)
def test_tpch(tpch: Judged, case: Case) -> None:
    """The 22 queries of TPC-H, both ways of knowing the schema."""
    expected = _expected(tpch, TPCH, case)
    _check(case, tpch.live, expected)
    _check(case, _from_ddl(cases.TPCH_SCHEMA.read_text()), expected)


def test_outputs(shop: Judged) -> None:
    """Names and origins of the columns that come back, as RowDescription tells them."""
    plain = [case for case in SIMPLE + LIVE if not {"judge", "verb", "opaque", "path"} & set(case.given)]
    shop.oracle.search("public")
    differing = []
    for case in plain:
        described = shop.oracle.outputs(case.sql)
        if described is None:  # several statements, or not for this server
            continue
        outputs = resolve(parse(case.sql.encode()), World(shop.live, PATH)).outputs
        if outputs is None:
            differing.append(f"{case}: not known")
        else:
            differing += [f"{case}: {difference}" for difference in output_differences(outputs, described)]
    assert differing == []


def test_the_oracle_agrees_with_pg_depend(shop: Judged) -> None:
    """The union of columns read and written, where neither of the two is known to say less (oracle.py)."""
    plain = [case for case in SIMPLE if "judge" not in case.given and "verb" not in case.given and ";" not in case.sql]
    verdicts = zip(plain, shop.oracle.judge_all([(case.sql, None) for case in plain]), strict=True)
    differing = [
        str(case)
        for case, verdict in verdicts
        if isinstance(verdict, Verdict)
        and verdict.verb in ("select", "update", "delete")
        and not verdict.whole_rows
        and set(verdict.reads) | set(verdict.writes) != set(verdict.depends)
    ]
    assert differing == []


def _compare(statement: Statement, verdict: Verdict | Rejection, schema: Schema) -> str:
    """Sorts into "exact", "opaque", "silent" or, of what Postgres rejects for a name, "noticed" or "unnoticed"."""
    facts = analyze(statement.sql.encode(), schema, PATH)
    if isinstance(verdict, Rejection):
        if verdict.sqlstate not in NAME_ERRORS:
            return "rejected"
        return "noticed" if facts.opaque else "unnoticed"
    if facts.opaque:
        return "opaque"
    same = all(getattr(facts, key) == getattr(verdict, key) for key in LISTS)
    same = same and facts.stars == statement.stars and facts.positional == statement.positional
    return "exact" if same and facts.verb == verdict.verb else "silent"


def _differ(small: Judged, seed: int, count: int) -> dict[str, list[str]]:
    sorted_out: dict[str, list[str]] = {}
    made = list(statements(seed, count))
    verdicts = small.oracle.judge_all([(statement.sql, "") for statement in made])
    for statement, verdict in zip(made, verdicts, strict=True):
        sorted_out.setdefault(_compare(statement, verdict, small.live), []).append(statement.sql)
    print({kind: len(found) for kind, found in sorted_out.items()})
    return sorted_out


def _demand(found: dict[str, list[str]], count: int) -> None:
    assert found.get("silent", []) == []
    assert len(found["exact"]) > count / 3
    # Only ORDER BY names that are ambiguous between equal values of different items go unnoticed, and only
    # names that are ambiguous between equal expressions make us doubt.
    assert len(found.get("opaque", [])) <= count / 500
    assert len(found.get("unnoticed", [])) <= count / 200


def test_random_statements(small: Judged) -> None:
    """A few thousand, in seconds."""
    _demand(_differ(small, seed=20260, count=3000), 3000)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("seed", range(10))
def test_many_random_statements(small: Judged, seed: int) -> None:
    """A hundred thousand."""
    _demand(_differ(small, seed, 10_000), 10_000)
