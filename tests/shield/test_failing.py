"""A text that fails under every schema known: somebody else may have made the column by the time it runs."""

import psycopg
import pytest
from psycopg import errors
from tests.shield.planned import Planning

CHANGE = '[add]\ncolumn = "priority"\ntype = "integer"\n'


def test_a_column_that_nobody_announced(planned: Planning) -> None:
    """Until Lintel knows of it the text fails; it never comes back with a column too many."""
    front = planned(CHANGE, "CREATE TABLE o (id integer PRIMARY KEY)", "INSERT INTO o VALUES (1)")
    client = front.connect("old")
    with pytest.raises(errors.UndefinedColumn):
        client.execute("SELECT *, found FROM o")
    front.direct.execute("ALTER TABLE o ADD COLUMN priority integer DEFAULT 3, ADD COLUMN found integer DEFAULT 4")
    rows = _asked(client)
    assert rows is None or rows == [(1, 4, 4)]


def _asked(client: psycopg.Connection[tuple[object, ...]]) -> list[tuple[object, ...]] | None:
    try:
        return client.execute("SELECT *, found FROM o").fetchall()
    except errors.UndefinedColumn:
        return None
