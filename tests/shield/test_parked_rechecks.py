"""Statements that wait for somebody else's change of a row, whose parked value they read or write (EvalPlanQual).

Each case runs twice: on a database that really has the column, and through Lintel on one that parks it. One session has
changed rows and not committed; another one's statement waits for it, or does not; then the first commits, or does not.
Tags, rows, errors and what is in the table at the end must be the same.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import psycopg
import pytest
from tests.e2e.proxy import Proxy
from tests.shield.test_parked_values import PLAN

from lintel.demo.postgres import Server

SECONDS = 30.0
TABLE = "CREATE TABLE o (id int PRIMARY KEY, n int NOT NULL DEFAULT 0, note text); CREATE TABLE c (id int, m int)"
ROWS = (
    "DELETE FROM o; INSERT INTO o SELECT g, g, 'x' FROM generate_series(1, 6) g",
    "DELETE FROM c; INSERT INTO c VALUES (1, 10), (2, 20)",
    "UPDATE o SET prio = 7 WHERE id = 1",
    "UPDATE o SET prio = 6 WHERE id = 2",
)
CONTENTS = "SELECT id, n, note, prio FROM o ORDER BY id"
# What the others have done, and not yet committed.
PARKS = "UPDATE o SET prio = 8 WHERE id = 1"
MATCHES = "UPDATE o SET prio = 7 WHERE id = 2"
FIRST = "UPDATE o SET prio = 5 WHERE id = 3"  # the row's first parked value
OTHER = "UPDATE o SET n = 50 WHERE id < 4"
MOVES = "UPDATE o SET id = 20 WHERE id = 1"
SWAPS = "UPDATE o SET id = 30 WHERE id = 1; UPDATE o SET id = 1 WHERE id = 2; UPDATE o SET id = 2 WHERE id = 30"
DELETES = "DELETE FROM o WHERE id = 1"
AGAIN = "DELETE FROM o WHERE id = 1; INSERT INTO o (id, prio) VALUES (1, 9)"
INSERTS = "INSERT INTO o (id, prio) VALUES (40, 4)"
ELSEWHERE = "UPDATE c SET m = m + 5"
BEFORE = (PARKS, MATCHES, FIRST, OTHER, MOVES, SWAPS, DELETES, AGAIN, INSERTS, ELSEWHERE)
WAYS = [(before, "READ COMMITTED", True) for before in BEFORE]
WAYS += [
    (before, how, how != "READ COMMITTED") for before in (PARKS, SWAPS) for how in ("READ COMMITTED", "REPEATABLE READ")
]
UPSERT = """
WITH u AS (UPDATE o SET prio = 50 WHERE id = 1 RETURNING id)
INSERT INTO o (id, prio) SELECT 1, n + 50 FROM o x WHERE id = 4 AND NOT EXISTS (SELECT FROM u)
"""
GREATER = """
ON CONFLICT (id) DO UPDATE SET prio = o.prio + excluded.prio, n = excluded.prio WHERE o.prio < excluded.prio
"""
OTHERS = " ON CONFLICT (id) DO UPDATE SET n = excluded.n, prio = o.prio * 100 + o.n * 10 + excluded.n"
TWICE = "WITH a AS ({} RETURNING *), b AS ({} RETURNING *) SELECT * FROM a UNION ALL SELECT * FROM b"
STATEMENTS = (
    "DELETE FROM o WHERE prio = 7",
    "DELETE FROM o WHERE prio = 7 RETURNING id, prio",
    "UPDATE o SET n = prio WHERE id < 4 RETURNING id, n, prio",
    "UPDATE o SET n = n + 100 WHERE prio = 7 AND n < 60 RETURNING *",
    "SELECT id, prio FROM o WHERE id < 4 ORDER BY id FOR UPDATE",
    "SELECT id, prio FROM o WHERE prio = 7 FOR NO KEY UPDATE",
    "SELECT id, n FROM o WHERE prio > 5 ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
    "UPDATE o SET prio = n + 10 WHERE id < 4 RETURNING id, prio",
    "UPDATE o SET prio = 3, n = 3 WHERE n < 4",
    "UPDATE o SET prio = prio + 1 WHERE id < 4",
    "UPDATE o SET prio = prio + n, n = prio + 100 WHERE prio IN (6, 7) RETURNING *",
    "UPDATE o SET prio = s.n, n = o.prio FROM o s WHERE s.id = o.id AND o.n < 60",
    "UPDATE o SET prio = 1 WHERE (SELECT count(*) FROM o s WHERE s.n = o.n) = 1 AND id < 4",
    "INSERT INTO o (id, n) VALUES (1, 3), (40, 4) ON CONFLICT (id) DO UPDATE SET n = o.prio + 1 RETURNING *",
    "INSERT INTO o (id, prio) VALUES (1, 3), (40, 5) ON CONFLICT (id) DO UPDATE SET prio = o.prio + excluded.prio",
    "INSERT INTO o (id, n, prio) VALUES (3, 3, 4) ON CONFLICT (id) DO UPDATE SET n = 9 RETURNING *",
    "INSERT INTO o (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET prio = o.prio + 1 WHERE o.prio > 6 RETURNING prio",
    "UPDATE o SET (prio, n) = (SELECT o.n + 10, s.n + o.prio FROM o s WHERE s.id = o.id) WHERE id < 4 RETURNING *",
    "WITH u AS (UPDATE o SET prio = prio + 1, n = n + 10 WHERE id < 4 RETURNING *) SELECT id, n, prio FROM u",
    "WITH u AS (UPDATE o SET prio = n + 10 WHERE prio = 7) SELECT id, prio FROM o WHERE id < 4",
    "WITH i AS (INSERT INTO o (id, prio) VALUES (1, 4), (40, 6) ON CONFLICT (id) DO UPDATE SET prio = 5) SELECT 1",
    "WITH i AS (INSERT INTO o (prio, id) VALUES (1, 41) RETURNING prio) UPDATE c SET m = m + prio FROM i RETURNING m",
    "WITH u AS (UPDATE o SET prio = n + 20 WHERE n = 5 RETURNING *) DELETE FROM c USING u WHERE prio = m RETURNING m",
    UPSERT,
    "WITH d AS (DELETE FROM o WHERE prio = 7 RETURNING id, prio) SELECT prio, id FROM d",
    "WITH d AS (DELETE FROM o WHERE prio = 7 RETURNING *) SELECT row_to_json(d)::text FROM d",
    "WITH u AS (UPDATE o SET prio = prio + n WHERE prio > 5 RETURNING *) SELECT to_jsonb(u)::text FROM u",
    "INSERT INTO o (id, prio) VALUES (1, 8) ON CONFLICT (id) DO UPDATE SET prio = 1 WHERE o.prio < excluded.prio",
    "INSERT INTO o (id, n, prio) VALUES (1, 3, 8), (3, 3, 2), (40, 4, 5)" + GREATER + " RETURNING *",
    "INSERT INTO o (id, prio) SELECT id, n + 6 FROM o s WHERE id < 4" + GREATER,
    "INSERT INTO o (id, prio) VALUES (1, 8), (3, -1) ON CONFLICT (id) DO UPDATE SET n = o.prio - excluded.prio",
    "INSERT INTO o (id, n, prio) VALUES (1, 3, 8), (4, 4, 5) ON CONFLICT (id) DO UPDATE SET id = excluded.id, prio = 3",
    "UPDATE o SET prio = prio + n WHERE id < 4 RETURNING row_to_json(o)::text",
    "DELETE FROM o WHERE prio = 7 RETURNING o::text",
    "UPDATE o SET prio = o.prio + m FROM c WHERE c.id = o.id RETURNING m, o.id, o.prio",
    "UPDATE o SET prio = s.prio + 1 FROM o s WHERE s.n = o.n AND o.prio = 7 RETURNING s.prio, s.id, o.*",
    "INSERT INTO o (id, prio) VALUES (1, 3), (40, 5)" + GREATER + " RETURNING id, prio * n AS x, prio > 4",
    "INSERT INTO o (id, prio) VALUES (1, 3) ON CONFLICT (id) DO UPDATE SET prio = o.prio + 1 RETURNING prio + o.n",
    "INSERT INTO o (id, n, prio) VALUES (1, 9, 3), (3, 8, 2), (40, 7, 1)" + OTHERS,
    "INSERT INTO o (id, n, prio) SELECT id, n + 9, n FROM o s WHERE id < 4" + OTHERS + " RETURNING *",
    "INSERT INTO o (id, prio) VALUES (1, 3) ON CONFLICT (id) DO UPDATE SET prio = (SELECT o.prio + sum(m) FROM c)",
    "WITH i AS (INSERT INTO o (id, n, prio) VALUES (1, 9, 3), (40, 8, 2)" + OTHERS + " RETURNING *) SELECT * FROM i",
    TWICE.format("UPDATE o SET prio = prio + 1 WHERE id = 1", "UPDATE o SET prio = prio - 1, n = prio WHERE id = 2"),
    TWICE.format("UPDATE o SET prio = 1 WHERE id < 3 AND prio = 7", "UPDATE o SET prio = n WHERE id = 3"),
)


@dataclass
class Side:
    """Two sessions with one of the databases, and how to look at it."""

    connect: Callable[[], psycopg.Connection]
    direct: psycopg.Connection
    sessions: list[psycopg.Connection] = field(default_factory=list)

    def met(self, before: str, statement: str, isolation: str, *, kept: bool) -> object:
        """What the waiting statement comes to, and the table afterwards."""
        if not self.sessions:
            self.sessions = [self.connect(), self.connect()]
        first, second = self.sessions
        for sql in ROWS:
            first.execute(sql)
        first.execute("BEGIN")
        for sql in before.split("; "):
            first.execute(sql)
        found: list[object] = []
        second.execute(f"BEGIN ISOLATION LEVEL {isolation}")
        second.execute("SELECT prio FROM o WHERE id = 5")  # takes the snapshot of a REPEATABLE READ transaction
        worker = threading.Thread(target=self._run, args=(second, statement, found))
        worker.start()
        self._waits(second, worker)
        first.execute("COMMIT" if kept else "ROLLBACK")
        worker.join(SECONDS)
        second.execute("COMMIT")
        return found, first.execute(CONTENTS).fetchall()

    def _run(self, session: psycopg.Connection, statement: str, found: list[object]) -> None:
        try:
            done = session.execute(statement)
            found += [done.statusmessage, sorted(done.fetchall()) if done.description else None]
        except psycopg.Error as error:
            found.append(error.sqlstate)

    def _waits(self, session: psycopg.Connection, worker: threading.Thread) -> None:
        """Until the session waits for a lock, or has done."""
        deadline = time.monotonic() + SECONDS
        waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE pid = %s AND NOT granted)"
        while worker.is_alive() and self.direct.execute(waiting, (session.info.backend_pid,)).fetchone() == (False,):
            assert time.monotonic() < deadline
            worker.join(0.005)


@pytest.fixture(scope="module")
def sides(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Side, Side]]:
    """The database with the column, and Lintel before the one without."""
    path = tmp_path_factory.mktemp("plan") / "p.toml"
    path.write_text(PLAN)
    names = [f"recheck_{which}_{time.monotonic_ns()}" for which in ("real", "parked")]
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        made = []
        for name in names:
            control.execute(f"CREATE DATABASE {name}")
            made.append(psycopg.connect(server.dsn(name), autocommit=True))
            made[-1].execute(TABLE)
        made[0].execute("ALTER TABLE o ADD COLUMN prio int DEFAULT 0")
        with Proxy(server.dsn(names[1]), "--plan", str(path)) as proxy:
            dsn = psycopg.conninfo.make_conninfo(
                server.dsn(names[1]), host=proxy.host, port=proxy.port, application_name="new"
            )
            found = (
                Side(lambda: psycopg.connect(server.dsn(names[0]), autocommit=True), made[0]),
                Side(lambda: psycopg.connect(dsn, autocommit=True), made[1]),
            )
            yield found
            for connection in (*made, *found[0].sessions, *found[1].sessions):
                connection.close()
        for name in names:
            control.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.in_turn
@pytest.mark.parametrize("statement", STATEMENTS, ids=range(len(STATEMENTS)))
def test_after_waiting(sides: tuple[Side, Side], statement: str) -> None:
    """In READ COMMITTED the row is read again; in REPEATABLE READ it cannot be serialized."""
    found = []
    for before, isolation, kept in WAYS:
        real, parked = (side.met(before, statement, isolation, kept=kept) for side in sides)
        if real != parked:
            found.append(f"{before} ({isolation}, {kept}):\n  wanted {real}\n  got    {parked}")
    assert not found, "\n".join(found[:4])
