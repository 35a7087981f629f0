"""INSERTs of more rows than a list of targets may have entries (1,664), as bulk loads send them."""

import psycopg
import pytest
from tests.shield.planned import Planning

pytestmark = pytest.mark.in_turn

ROWS = 1800
FEW = 300  # of expressions, whose texts grow
TABLE = "CREATE TABLE o (id int PRIMARY KEY, note text, qty int)"
ADDED = '[add]\ncolumn = "prio"\ntype = "int"\n[shield]\nabsent_writes = "{}"'
VALUES = {"{row}": ROWS, "$1 + {row}": FEW, "$1": ROWS, "7 * {row}": FEW}
CHANGES = {
    "discard": (ADDED.format("discard"), "prio"),
    "park": (ADDED.format("park"), "prio"),
    "retype": ('[retype]\ncolumn = "qty"\ntype = "bigint"\nusing = "qty::bigint"\nfrom = "int"', "qty"),
    "rename": ('[rename]\ncolumn = "qty"\nto = "amount"', "amount"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_all_of_them(planned: Planning, change: str) -> None:
    plan, column = CHANGES[change]
    front = planned(plan, TABLE)
    client = front.connect("new", cursor_factory=psycopg.RawCursor)
    for number, (value, count) in enumerate(VALUES.items()):
        rows = ", ".join(f"({number * ROWS + row}, 'n{row}', {value.format(row=row)})" for row in range(count))
        parameters = [3] if "$" in value else []
        found = client.execute(f"INSERT INTO o (id, note, {column}) VALUES {rows} RETURNING id", parameters)
        assert found.rowcount == count, value
    total = sum(VALUES.values())
    assert front.direct.execute("SELECT count(*), count(DISTINCT id) FROM o").fetchone() == (total, total)


@pytest.mark.parametrize("change", ["discard", "retype"])
@pytest.mark.parametrize("count", [1, 40])
def test_again_with_other_literals(planned: Planning, change: str, count: int) -> None:
    """From the third text of a shape on its edits are carried: each row with its own values, each value looked at."""
    plan, column = CHANGES[change]
    front = planned(plan, TABLE)
    client = front.connect("new" if change == "discard" else "old", cursor_factory=psycopg.ClientCursor)

    def insert(time: int, value: str) -> list[tuple[object, ...]]:
        rows = [(100 * time + row, f"it's \\ {time} 'é' {row}", str(7**time * row)) for row in range(count)]
        rows[-1] = (*rows[-1][:2], value)
        listed = ", ".join(["(%s, %s, %s)"] * count)
        text = f"INSERT INTO o (id, note, {column}) VALUES {listed} RETURNING id"
        assert client.execute(text, [value for row in rows for value in row]).fetchall() == [row[:1] for row in rows]
        return [(*row[:2], int(row[2]) if change == "retype" else None) for row in rows]

    given = [row for time in range(5) for row in insert(time, str(time))]
    with pytest.raises(psycopg.errors.InvalidTextRepresentation, match='"seven"'):
        insert(5, "seven")
    assert front.direct.execute("SELECT * FROM o ORDER BY id").fetchall() == given
