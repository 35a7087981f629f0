"""Lists and rows of literals told twice: the same key whatever their length, and offsets that find each other."""

import pytest

from lintel.sql import condensing
from lintel.sql.condensing import condensed
from lintel.sql.shape import carried, shape_of


def rows(number: int, row: str = "({0}, 'x{0}')", between: str = ", ") -> str:
    return between.join(row.format(n) for n in range(number))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"INSERT INTO o VALUES {rows(9)} RETURNING id", "INSERT INTO o VALUES (1, ''), (1, '') RETURNING id"),
        (f"insert into o values{rows(5, '({0})', ',')}", "insert into o values(1),(1)"),
        (f"VALUES {rows(3)}, (NULL, 'y')", "VALUES (1, ''), (1, ''), (NULL, '')"),
        ("SELECT 1 WHERE x IN (1, 2, 3, 4) AND y in ('a','b','c')", "SELECT 1 WHERE x IN (1, 1) AND y in ('','')"),
        ("SELECT ARRAY[1.5, 2.5, 3.5]", "SELECT ARRAY[1.0, 1.0]"),
        ("SELECT 1 WHERE x IN (1, 2, 3, y)", "SELECT 1 WHERE x IN (1, 1, y)"),
        # Too short, or how many they are is of importance, or they are no literals.
        ("VALUES (1, 'x'), (2, 'y')", "VALUES (1, ''), (1, '')"),
        ("SELECT x IN (1, 2)", "SELECT x IN (1, 1)"),
        ("SELECT f(1, 2, 3, 4)", "SELECT f(1, 1, 1, 1)"),
        ("SELECT (1), (2), (3)", "SELECT (1), (1), (1)"),
        ('SELECT "in" (1, 2, 3), é.in (1, 2, 3)', 'SELECT "in" (1, 1, 1), é.in (1, 1, 1)'),
        ("SELECT 'IN (1, 2, 3)'", "SELECT ''"),
        ("VALUES (f(1)), (f(2)), (f(3))", "VALUES (f(1)), (f(1)), (f(1))"),
        ("VALUES ('a', $1), ('b', $2), ('c', $3)", "VALUES ('', $1), ('', $1)"),
        ("SELECT $3, x IN ($1, $22, $333), $2", "SELECT $1, x IN ($1, $1), $1"),
        ('SELECT "a $2 b", a$2, $$ $4 $$, $2 -- $9', "SELECT \"a $2 b\", a$2, '', $1 --"),
    ],
)
def test_key(monkeypatch: pytest.MonkeyPatch, text: str, key: str) -> None:
    monkeypatch.setattr(condensing, "MANY_PARAMETERS", 0)
    model, mine = condensed(shape_of(text.encode()))
    assert model.key == mine.key == key.encode()
    assert len(model.holes) == len(mine.holes)


def test_a_longer_one_has_the_same_key() -> None:
    keys = {condensed(shape_of(f"INSERT INTO o VALUES {rows(n)}".encode()))[1].key for n in range(2, 40)}
    assert len(keys) == 1


def test_few_parameters_keep_their_numbers() -> None:
    assert condensed(shape_of(b"SELECT $2, $3, 5"))[0].key == b"SELECT $2, $3, 1"


def test_edits_are_carried_past_them() -> None:
    text = f"INSERT INTO o VALUES {rows(40)} RETURNING 'abc', *".encode()
    model, mine = condensed(shape_of(text))
    short = model.key
    edits = [(short.index(b" VALUES"),) * 2 + (b" (id)",), (short.index(b"*"), short.index(b"*") + 1, b"id")]
    (first, second) = carried(tuple(edits), model, mine)
    assert text[first[0] :].startswith(b" VALUES")
    assert (text[second[0] : second[1]], text[: second[0]]) == (b"*", text[:-1])


def test_behind_the_last_row_is_behind_the_last_row() -> None:
    text = f"VALUES {rows(7)}".encode()
    model, mine = condensed(shape_of(text))
    assert carried(((len(model.key), len(model.key), b""),), model, mine) == ((len(text), len(text), b""),)
    assert carried(((0, 0, b""),), model, mine) == ((0, 0, b""),)


def test_linear() -> None:
    """Nothing here may take more than its length in time: many rows, and openings that never close."""
    for text in (f"VALUES {rows(10_000)}", "VALUES (" * 10_000, "x IN (1, " * 10_000, "values (1), (1" * 5_000):
        condensed(shape_of(text.encode()))
