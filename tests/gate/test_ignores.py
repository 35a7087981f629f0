"""`lintel: ignore` in comments: what it reads, where it holds, and what it says to a wrong one."""

from pathlib import Path

import pytest

from lintel.config import ConfigError
from lintel.gate.ignores import applying, in_python, in_sql, in_toml
from lintel.gate.migration import Ignore, Step

FILE = Path("1.sql")


@pytest.mark.parametrize(
    ("comment", "rules"),
    [
        ("-- lintel: ignore ADD-01", ("ADD-01",)),
        ("--lintel:ignore ADD-01,ADD-20", ("ADD-01", "ADD-20")),
        ("/* lintel: ignore ADD-01 ADD-20 */", ("ADD-01", "ADD-20")),
        ("-- because of #12; -- lintel: ignore: DRP-01 , ADD-01", ("DRP-01", "ADD-01")),
        ("-- a lintel carries the wall", None),
        ("SELECT '-- lintel: ignore ADD-01'", None),
    ],
)
def test_sql(comment: str, rules: tuple[str, ...] | None) -> None:
    found = [ignore.rules for ignore in in_sql(FILE, comment.encode())]
    assert found == ([] if rules is None else [rules])


def test_python_and_toml() -> None:
    text = "x = '# lintel: ignore ADD-01'\ny = 1  # lintel: ignore ADD-20\n"
    assert list(in_python(FILE, text)) == [Ignore(2, ("ADD-20",))]
    assert list(in_toml(FILE, 'x = "# lintel: ignore ADD-01"\n# lintel: ignore ADD-20\n')) == [Ignore(2, ("ADD-20",))]


@pytest.mark.parametrize(
    ("comment", "said"),
    [
        ("-- lintel: ignore ADD-1", r"1\.sql:2: lintel: ignore: there is no rule ADD-1; did you mean ADD-"),
        ("-- lintel: ignore add-01", "there is no rule add-01; did you mean ADD-01"),
        ("-- lintel: ignore everything", "there is no rule everything; expected one of ADD-01"),
        ("-- lintel: ignore", "expected the ids of rules"),
    ],
)
def test_a_wrong_one(comment: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        list(in_sql(FILE, f"\n{comment}".encode()))


@pytest.mark.parametrize(
    ("line", "statement"),
    [(1, 3), (2, 3), (3, 3), (4, 3), (5, 3), (6, 8), (7, 8), (8, 8), (9, 0)],
)
def test_where_it_holds(line: int, statement: int) -> None:
    steps = [Step(b"", 3, 5), Step(b"", 8, 8)]
    assert [at for _, at in applying([Ignore(line, ("ADD-01",))], steps)] == [statement]
