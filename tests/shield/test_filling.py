"""A column that has come and is not filled: it reads as if it were, and is filled while everybody goes on.

`f` is the same table with every value in it, past Lintel: what a statement comes to there it must come to on `o`.
"""

from pathlib import Path

import psycopg
import pytest
from tests.e2e.proxy import Proxy
from tests.shield.planned import PRIO, Start, through, until

pytestmark = pytest.mark.in_turn

PLAN = (
    PRIO
    + """
not_null = true
[backfill]
expression = "CASE WHEN n > 5 THEN n * 2 ELSE 1 END"
batch_rows = 7
[shield]
absent_writes = "{writes}"
whole_rows = "record"
[[shield.clients]]
match = {{ application_name = "new" }}
sees = "new"
"""
)
# Two keys, so that batches go by both; every other row has no value yet.
TABLES = """
CREATE TABLE o (a int, b text, n int, z int, PRIMARY KEY (a, b));
INSERT INTO o SELECT g / 10, 'k' || g % 10, g, 0 FROM generate_series(1, 100) g;
CREATE TABLE f (a int, b text, n int, z int, prio int NOT NULL DEFAULT 0, PRIMARY KEY (a, b));
INSERT INTO f SELECT a, b, n, z, CASE WHEN n > 5 THEN n * 2 ELSE 1 END FROM o;
"""
HOLD = "SELECT pg_advisory_lock(hashtextextended('lintel filling p', 0))"
STATEMENTS = (
    "SELECT * FROM o ORDER BY a, b",
    "SELECT prio, count(*) FROM o WHERE prio > 10 GROUP BY prio ORDER BY prio",
    "SELECT x.prio FROM o x LEFT JOIN o y ON y.prio = x.n ORDER BY 1",
    "SELECT row_to_json(o) FROM o WHERE a = 2 ORDER BY b",
    "SELECT prio FROM o WHERE a = 0 ORDER BY b FOR UPDATE",
    "UPDATE o SET z = prio + 1 WHERE prio = 24 RETURNING *",
    "UPDATE o SET prio = prio + 1 WHERE a = 3 RETURNING a, b, prio",
    "UPDATE o SET prio = 0 WHERE n = 50",
    "INSERT INTO o (a, b, n, prio) VALUES (20, 'x', 9, 5) RETURNING *",
    "INSERT INTO o (a, b) VALUES (3, 'k3') ON CONFLICT (a, b) DO UPDATE SET z = o.prio RETURNING o.*",
    "INSERT INTO o (a, b, prio) VALUES (4, 'k3', 2) ON CONFLICT (a, b) DO UPDATE SET prio = o.prio + excluded.prio",
    "DELETE FROM o WHERE prio = 120 RETURNING a, b, prio",
    "SELECT a, b, n, z, prio FROM o ORDER BY a, b",
)
COPIES = ("COPY o TO STDOUT", "COPY o (prio, a) TO STDOUT", "COPY o (a, b) TO STDOUT", "COPY (TABLE o) TO STDOUT")


@pytest.fixture(params=["refuse", "park"])
def plan(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The plan, as a file."""
    path = tmp_path / "p.toml"
    path.write_text(PLAN.format(writes=request.param))
    return path


def _rows(connection: psycopg.Connection, sql: str) -> list[object]:
    cursor = connection.execute(sql)
    return cursor.fetchall() if cursor.description else [cursor.statusmessage]


def _copied(connection: psycopg.Connection, sql: str) -> list[str]:
    with connection.cursor().copy(sql) as copy:
        return sorted("".join(bytes(piece).decode() for piece in copy).splitlines())


def test_as_if_it_were_filled(database: str, direct: psycopg.Connection, lintel: Start, plan: Path) -> None:
    """Reads and writes by new code, before the column, without a value in it, while it is filled and after."""
    proxy = lintel(database, "--plan", str(plan))
    direct.execute(HOLD)
    with through(proxy, database) as client:
        for sql in STATEMENTS[:5]:
            assert _rows(client, sql) == _rows(direct, sql.replace(" o", " f").replace("(o)", "(f)"))
        direct.execute("ALTER TABLE o ADD COLUMN prio int")
        client.execute("UPDATE o SET prio = 8 WHERE a = 1 AND b = 'k1'")
        direct.execute("UPDATE f SET prio = 8 WHERE a = 1 AND b = 'k1'")
        for sql in STATEMENTS:
            wanted = sql.replace(" o", " f").replace("(o", "(f")
            assert _rows(client, sql) == _rows(direct, wanted), sql
        for sql in COPIES:
            assert _copied(client, sql) == _copied(direct, sql.replace(" o", " f"))
        direct.execute("SELECT pg_advisory_unlock_all()")
        until(lambda: _rows(direct, "SELECT 1 FROM o WHERE prio IS NULL LIMIT 1") == [])
        assert _rows(direct, STATEMENTS[-1]) == _rows(direct, STATEMENTS[-1].replace(" o", " f"))
        direct.execute("ALTER TABLE o ALTER prio SET NOT NULL")
        assert _rows(client, STATEMENTS[-1]) == _rows(direct, STATEMENTS[-1].replace(" o", " f"))
    assert "lintel_filled_rows_total 0" not in proxy.get("/metrics")


def test_by_several(database: str, direct: psycopg.Connection, lintel: Start, plan: Path) -> None:
    """Two Lintels, one of which is killed; a row that somebody has locked is filled when it can be."""
    first, second = Proxy(database, "--plan", str(plan)), lintel(database, "--plan", str(plan))
    with first, through(first, database), through(second, database) as client, psycopg.connect(database) as other:
        direct.execute("ALTER TABLE o ADD COLUMN prio int")
        other.execute("SELECT FROM o WHERE a = 5 AND b = 'k5' FOR UPDATE")
        until(lambda: _rows(direct, "SELECT 1 FROM o WHERE prio IS NOT NULL LIMIT 1") == [(1,)])
        first.process.kill()
        first.process.wait()
        client.execute("UPDATE o SET prio = 77 WHERE a = 9 AND b = 'k9'")
        other.rollback()
        until(lambda: _rows(direct, "SELECT 1 FROM o WHERE prio IS NULL LIMIT 1") == [])
    wrong = "SELECT a, b, o.prio FROM o JOIN f USING (a, b) WHERE o.prio <> f.prio"
    assert _rows(direct, wrong) == [(9, "k9", 77)]


def test_parked_values_have_landed_and_rows_are_not_filled(
    database: str, direct: psycopg.Connection, lintel: Start, tmp_path: Path
) -> None:
    """Nor are they while the side table is there no longer: reads go on giving what the backfill would."""
    plan = tmp_path / "p.toml"
    plan.write_text(PLAN.format(writes="park"))
    proxy = lintel(database, "--plan", str(plan))
    direct.execute(HOLD)
    with through(proxy, database) as client:
        client.execute("UPDATE o SET prio = 8 WHERE a = 1 AND b = 'k1'")
        direct.execute("UPDATE f SET prio = 8 WHERE a = 1 AND b = 'k1'")
        direct.execute("ALTER TABLE o ADD prio int")
        until(lambda: _rows(direct, "SELECT prio FROM o WHERE a = 1 AND b = 'k1'") == [(8,)])
        until(lambda: _rows(direct, "SELECT to_regnamespace('lintel')") == [(None,)])
        for sql in STATEMENTS:
            wanted = sql.replace(" o", " f").replace("(o", "(f")
            assert _rows(client, sql) == _rows(direct, wanted), sql
        for sql in COPIES:
            assert _copied(client, sql) == _copied(direct, sql.replace(" o", " f"))
        assert _rows(direct, "SELECT 1 FROM o WHERE prio IS NULL LIMIT 1") == [(1,)]
        direct.execute("SELECT pg_advisory_unlock_all()")


def test_a_snapshot_from_before_the_rows_were_filled(
    database: str, direct: psycopg.Connection, lintel: Start, plan: Path
) -> None:
    """It sees NULLs where the column has been made NOT NULL since: they read as filled until its transaction ends."""
    direct.execute("ALTER TABLE o ADD prio int")
    proxy = lintel(database, "--plan", str(plan))
    own = _rows(direct, "SELECT * FROM f ORDER BY a, b")
    with through(proxy, database) as older, through(proxy, database) as other:
        older.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        older.execute("SELECT count(*) FROM f")
        until(lambda: not _rows(direct, "SELECT 1 FROM o WHERE prio IS NULL"))
        direct.execute("ALTER TABLE o ALTER prio SET NOT NULL")
        other.execute("CREATE TABLE another (n int)")  # a new snapshot of the catalog is in force behind it
        for text in ("SELECT * FROM o ORDER BY a, b", "SELECT * FROM o WHERE prio IS NOT NULL ORDER BY a, b"):
            assert _rows(older, text) == own
        older.execute("COMMIT")
        plans = [_rows(client, "EXPLAIN SELECT prio FROM o WHERE prio = 3") for client in (older, other)]
        assert "COALESCE" not in str(plans)
