"""Long IN lists are read without their numbers: what is said of everything else stays as it is."""

from collections.abc import Iterator
from typing import Any

import pytest

from lintel.sql.grammar import UNGUARDED_BYTES, SyntaxProblem, parse

NUMBERS = ", ".join(map(str, range(1000, 1000 + UNGUARDED_BYTES // 5)))


def _names(node: Any) -> Iterator[tuple[str, int]]:
    """Every name that is referred to, and where."""
    if isinstance(node, list):
        for part in node:
            yield from _names(part)
    elif isinstance(node, dict):
        if "fields" in node:
            yield str(node["fields"]), node["location"]
        for part in node.values():
            yield from _names(part)


def test_names_and_offsets_stay() -> None:
    text = f'SELECT a FROM t WHERE b in ({NUMBERS}) AND "c" NOT IN ( {NUMBERS} ) AND d = 1'
    found = dict(_names([raw.node for raw in parse(text.encode())]))
    assert set(found.values()) == {text.index(name) for name in ("a FROM", "b in", '"c"', "d = 1")}


def test_a_name_that_looks_like_a_list_stays() -> None:
    text = f'SELECT "in ({NUMBERS})" FROM t'
    (raw,) = parse(text.encode())
    ((name, _),) = _names(raw.node)
    assert f"in ({NUMBERS}"[:63] in name


def test_values_keep_their_width() -> None:
    (raw,) = parse(f"INSERT INTO t VALUES ({NUMBERS})".encode())
    (row,) = raw.node["InsertStmt"]["selectStmt"]["SelectStmt"]["valuesLists"]
    assert len(row["List"]["items"]) == NUMBERS.count(",") + 1


@pytest.mark.parametrize("broken", [f"IN ({NUMBERS},)", f"IN ({NUMBERS}", f"IN ({NUMBERS} 1)"])
def test_what_is_no_list_is_no_list(broken: str) -> None:
    with pytest.raises(SyntaxProblem):
        parse(f"SELECT a FROM t WHERE b {broken}".encode())
