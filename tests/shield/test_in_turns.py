"""Two plans on one table that park: one column has come and counts while the other's values are still elsewhere.

`f` is the table as it will be, past Lintel: what a statement comes to there it must come to on `o`, at every stage.
"""

import re
from pathlib import Path

import psycopg
import pytest
from tests.shield.planned import Start, through, until

PLAN = """
id = "p{0}"
purpose = "x"
table = "public.o"
[add]
column = "{0}"
type = "int"
default = "3"
not_null = true
{1}
[shield]
absent_writes = "park"
[[shield.clients]]
match = {{ application_name = "new" }}
sees = "new"
"""
BACKFILL = '[backfill]\nexpression = "n"'
TABLES = """
CREATE TABLE o (id int PRIMARY KEY, note text, n int DEFAULT 5);
INSERT INTO o SELECT g, 'n' || g, g FROM generate_series(1, 6) g;
CREATE TABLE f (id int PRIMARY KEY, note text, n int DEFAULT 5, a int NOT NULL DEFAULT 3, b int NOT NULL DEFAULT 3);
INSERT INTO f SELECT id, note, n, 3, n FROM o;
"""
ADD = {"a": "ADD a int NOT NULL DEFAULT 3", "b": "ADD b int, ALTER b SET DEFAULT 3"}
TEXTS = (
    "SELECT id, note, a, b FROM o ORDER BY id",
    "SELECT id, b FROM o WHERE a = 3 OR b = 7 ORDER BY id FOR UPDATE",
    "INSERT INTO o (id, a, b) VALUES (7, 1, 2) ON CONFLICT (id) DO NOTHING RETURNING a, b",
    "INSERT INTO o (id, note, a) VALUES (2, 'x', 5) ON CONFLICT (id) DO UPDATE SET a = 5, b = o.b + 1 RETURNING o.b",
    "UPDATE o SET a = b, b = a WHERE id = 1 RETURNING id, a, b",
    "UPDATE o SET a = x.a + 1 FROM o x WHERE x.id = o.id AND x.b > 3 RETURNING o.id, o.a",
    "UPDATE o SET (a, b) = (SELECT 8, 9) WHERE id = 3",
    "UPDATE o SET (note, b, a) = (SELECT note || '!', a, b FROM o x WHERE x.id = o.id) WHERE id > 4",
    "UPDATE o SET note = 'q', b = 2 WHERE a = 3 RETURNING id, note, a, b",
    "UPDATE o SET id = id + 10 WHERE id = 4 RETURNING id, note",
    "WITH u AS (UPDATE o SET a = 6 WHERE id = 5 RETURNING id, a, b) SELECT * FROM u",
    "DELETE FROM o WHERE b = 2 AND id > 5 RETURNING id, a, b",
    "SELECT id, note, a, b FROM o ORDER BY id",
)


def _came_to(client: psycopg.Connection, text: str) -> tuple[str | None, list[object]]:
    cursor = client.execute(text)
    rows: list[object] = cursor.fetchall() if cursor.description else []
    return cursor.statusmessage, sorted(rows, key=repr)


def _hold(direct: psycopg.Connection, word: str, *names: str) -> None:
    for name in names:
        direct.execute(f"SELECT pg_advisory_{word}(hashtextextended('lintel {name}', 0))")


def _landed(direct: psycopg.Connection, name: str) -> bool:
    marker = f"to_regclass('lintel.parking_p{name}')"
    found = direct.execute(f"SELECT FROM pg_attribute WHERE attrelid = {marker} AND attname = 'lintel_marker'")
    return not found.fetchall()


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
def test_in_turns(
    database: str, direct: psycopg.Connection, lintel: Start, tmp_path: Path, order: tuple[str, str]
) -> None:
    plans = [tmp_path / f"{name}.toml" for name in "ab"]
    for plan, backfill in zip(plans, ("", BACKFILL), strict=True):
        plan.write_text(PLAN.format(plan.stem, backfill))
    proxy = lintel(database, "--plan", str(plans[0]), "--plan", str(plans[1]))
    _hold(direct, "lock", "landing pa", "landing pb", "filling pb")
    with through(proxy, database) as new, psycopg.connect(database, autocommit=True) as own:

        def alike() -> None:
            for client in (new, own):
                client.execute("BEGIN")
            for text in TEXTS:
                assert _came_to(new, text) == _came_to(own, re.sub(r"\bo\b", "f", text)), text
            for client in (new, own):
                client.execute("ROLLBACK")
            for table, client in (("o", new), ("f", own)):
                client.execute(f"UPDATE {table} SET a = a + 1, b = b + a WHERE id IN (1, 6)")
                assert client.info.transaction_status == psycopg.pq.TransactionStatus.IDLE

        alike()
        for name in order:
            direct.execute(f"ALTER TABLE o {ADD[name]}")
            alike()
            _hold(direct, "unlock", f"landing p{name}")
            alike()
            until(lambda name=name: _landed(direct, name))  # type: ignore[misc]
            alike()
        _hold(direct, "unlock", "filling pb")
        alike()
