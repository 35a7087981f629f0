"""What the fidelity benchmark takes for open: PostgreSQL itself may answer it with other rows."""

import pytest
from bench.fidelity.both import in_rows_only, is_open


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT DISTINCT a FROM t LIMIT 3", True),
        ("UPDATE t SET a = (SELECT b FROM s LIMIT 1)", True),
        ("SELECT a FROM t ORDER BY a LIMIT 3", False),
        ("SELECT a FROM (SELECT a FROM t FETCH FIRST 2 ROWS ONLY) q ORDER BY a LIMIT 3", True),
        ("SELECT DISTINCT a FROM t", False),
    ],
)
def test_limits_without_an_order(sql: str, expected: bool) -> None:
    assert is_open(sql) == expected


def test_only_rows_may_differ() -> None:
    assert in_rows_only("statement 1, rows:\n  wanted [1]\n  got    [2]")
    assert not in_rows_only("statement 1, rows:\n  wanted [1]\nstatement 1, tag:\n  wanted 1\n  got    2")
    assert not in_rows_only("")
