"""Everything that `lintel analyze` says: of most of it no query tree of the server's tells."""

from typing import Any

import pytest
from bench.oracle.tree import Verdict
from tests.analysis import cases
from tests.analysis.cases import Case
from tests.analysis.conftest import Judged

from lintel.analysis import analyze
from lintel.analysis.ddl import apply_text
from lintel.analysis.facts import Facts
from lintel.schema import Schema

MADE = cases.made()


def _expected(case: Case) -> dict[str, Any]:
    given = {key: value for key, value in case.given.items() if key not in ("path", "temp")}
    return Facts(verb="").as_dict() | given


def _schema(case: Case, live: Schema) -> Schema:
    return apply_text(live, case.given["temp"].encode()) if "temp" in case.given else live


@pytest.mark.parametrize("case", MADE, ids=str)
def test_case(made: Judged, case: Case) -> None:
    """All ten keys, the reason for being opaque word by word."""
    assert analyze(case.sql.encode(), _schema(case, made.live), cases.search_path(case)).as_dict() == _expected(case)


def test_the_server_agrees(made: Judged) -> None:
    """Where it can be asked: what is expected here is no opinion of ours."""
    plain = [case for case in MADE if not {"temp", "path", "opaque"} & set(case.given)]
    verdicts = list(made.oracle.judge_all([(case.sql, None) for case in plain]))
    judged = [(case, verdict) for case, verdict in zip(plain, verdicts, strict=True) if isinstance(verdict, Verdict)]
    keys = ("verb", "tables", "reads", "writes", "whole_rows")
    assert len(judged) > 100
    for case, verdict in judged:
        told = {key: list(getattr(verdict, key)) if key != "verb" else verdict.verb for key in keys}
        assert {key: _expected(case)[key] for key in keys} == told, str(case)
