"""Parked values while others write the same rows, the column comes and the values land: none is lost, none comes back.

Every write gives a column that was there all along, `shadow`, the same value in the same statement. So whoever reads a
row, at whatever moment, must find the two equal; and so must they be in the table itself when all is over.
"""

import itertools
import json
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from tests.e2e.proxy import Proxy
from tests.shield.planned import PRIO, SECONDS, Start, through, until

KEYS = 12
PLAN = (
    PRIO
    + """
[shield]
absent_writes = "park"
[[shield.clients]]
match = { application_name = "new" }
sees = "new"
[[shield.clients]]
match = { application_name = "old" }
sees = "old"
"""
)
TABLES = "CREATE TABLE o (id int PRIMARY KEY, shadow int DEFAULT 0, n int DEFAULT 0)"
UNEQUAL = "SELECT id, shadow, prio FROM o WHERE shadow IS DISTINCT FROM prio"


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """The plan, as a file."""
    path = tmp_path / "p.toml"
    path.write_text(PLAN)
    return path


def _gone(direct: psycopg.Connection, name: str) -> Callable[[], bool]:
    return lambda: direct.execute("SELECT to_regclass(%s)", (f"lintel.{name}",)).fetchone() == (None,)


def _served(client: psycopg.Connection, sql: str) -> bool:
    """Whether it is not refused (any longer): the marker is in Lintel's snapshot a moment after it was made."""
    with suppress(psycopg.errors.UndefinedColumn, psycopg.errors.InsufficientPrivilege):
        client.execute(sql)
        return True
    return False


class Writers:
    """Threads that write and read through Lintel until told to stop."""

    def __init__(self, proxies: list[Proxy], database: str) -> None:
        self.stop = threading.Event()
        self.wrong: list[str] = []
        self.refused = 0  # in a transaction block: to be run again
        self.done = 0
        self._numbers = itertools.count()
        turns = itertools.cycle(proxies)
        self._connect = lambda name: through(next(turns), database, name, prepare_threshold=2)
        works = [*(lambda seed=seed: self._write(seed) for seed in range(3)), self._read, self._old]
        self._threads = [threading.Thread(target=self._guarded, args=(work,)) for work in works]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Wait for all."""
        self.stop.set()
        for thread in self._threads:
            thread.join(SECONDS)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception as problem:
            self.wrong.append(f"{type(problem).__name__}: {problem}")
            self.stop.set()

    def _write(self, seed: int) -> None:
        chance = random.Random(seed)
        with self._connect("new") as client:
            until(lambda: _served(client, "UPDATE o SET prio = 1 WHERE id = -1"))
            number = seed
            while not self.stop.is_set():
                number += 10
                self._one(client, chance, chance.randrange(KEYS), None if number % 7 == 0 else number)
                self.done += 1

    def _one(self, client: psycopg.Connection, chance: random.Random, key: int, value: int | None) -> None:
        insert = "INSERT INTO o (id, shadow, prio) VALUES (%(k)s, %(v)s, %(v)s) ON CONFLICT (id) DO "
        update = "UPDATE o SET shadow = %(v)s, prio = %(v)s WHERE id = %(k)s"
        again = (
            "INSERT INTO o (id, shadow, prio) VALUES (%(k)s, %(v)s, %(v)s), (%(k)s + 50, 1, 1) ON CONFLICT (id) DO "
            "UPDATE SET shadow = o.shadow + excluded.shadow, prio = o.prio + excluded.prio RETURNING shadow, prio"
        )
        upsert = (
            f"WITH u AS ({update} RETURNING id) INSERT INTO o (id, shadow, prio) SELECT %(k)s::int, %(v)s::int, "
            "%(v)s::int WHERE NOT EXISTS (SELECT FROM u) ON CONFLICT DO NOTHING"
        )
        sql = chance.choice(
            [update, update, update.replace("id =", "n %% 3 = 1 OR id ="), update + " RETURNING shadow, prio",
             "UPDATE o SET shadow = shadow + 1, prio = prio + 1 WHERE id < %(k)s RETURNING shadow, prio",
             "DELETE FROM o WHERE prio = %(v)s OR prio IS NULL AND id = %(k)s", again,
             f"WITH w AS ({update} RETURNING shadow, prio) SELECT * FROM w", f"WITH w AS ({again}) TABLE w", upsert,
             "UPDATE o SET (prio, shadow) = (SELECT o.prio + x, o.shadow + x FROM (VALUES (%(k)s)) v (x)) WHERE id < 5",
             insert + "NOTHING", insert + "UPDATE SET shadow = excluded.shadow, prio = excluded.prio",
             "DELETE FROM o WHERE id = %(k)s", "DELETE FROM o WHERE n = %(k)s",
             "UPDATE o SET id = %(m)s WHERE id = %(k)s", "UPDATE o SET n = n + 1 WHERE id < 4"]
        )  # fmt: skip
        given = {"k": key, "v": value, "m": 1000 + next(self._numbers)}
        if chance.random() < 0.5:
            with suppress(psycopg.errors.DeadlockDetected):  # several rows in an order that is nobody's
                self._returned(client.execute(sql, given))
        else:
            self._in_block(client, chance, sql, given)

    def _returned(self, cursor: psycopg.Cursor) -> None:
        rows = cursor.fetchall() if cursor.description else []
        if any(shadow != prio for shadow, prio in rows):
            self.wrong.append(f"returned {rows}")

    def _in_block(
        self, client: psycopg.Connection, chance: random.Random, sql: str, given: dict[str, int | None]
    ) -> None:
        try:
            with client.transaction(force_rollback=chance.random() < 0.3):
                with suppress(ZeroDivisionError), client.transaction():
                    client.execute(sql, given)
                    if chance.random() < 0.3:
                        raise ZeroDivisionError
                client.execute("UPDATE o SET shadow = %(k)s, prio = %(k)s WHERE id = %(k)s", given)
        except psycopg.errors.DeadlockDetected:
            pass
        except psycopg.Error as problem:
            if "while this statement was under way" not in str(problem):
                raise
            self.refused += 1

    def _read(self) -> None:
        with self._connect("new") as client:
            while not self.stop.is_set():
                found = client.execute(UNEQUAL).fetchall()
                if found:
                    self.wrong.append(f"read {found}")

    def _old(self) -> None:
        with self._connect("old") as client:
            while not self.stop.is_set():
                # Who waits for one row holds its place in the queue, and may be chosen where two others are at odds.
                with suppress(psycopg.errors.DeadlockDetected):
                    client.execute("INSERT INTO o (id) VALUES (%s) ON CONFLICT (id) DO UPDATE SET n = o.n + 1", (3,))
                with suppress(psycopg.errors.DeadlockDetected):
                    client.execute("DELETE FROM o WHERE id > 100")
                time.sleep(0.02)


def test_concurrently(database: str, direct: psycopg.Connection, lintel: Start, plan: Path) -> None:
    """Writing, deleting, inserting again, rolling back, all the while; through two Lintels, one of two processes."""
    proxies = [lintel(database, "--plan", str(plan), *more) for more in ((), ("--workers", "2"))]
    writers = Writers(proxies, database)
    try:
        until(lambda: writers.done > 200 or bool(writers.wrong))
        direct.execute("ALTER TABLE o ADD COLUMN prio int DEFAULT 0")
        until(lambda: _gone(direct, "parking_p")() or bool(writers.wrong))
        done = writers.done
        until(lambda: writers.done > done + 60 or bool(writers.wrong))
    finally:
        writers.end()
    assert not writers.wrong
    assert direct.execute(UNEQUAL).fetchall() == []
    assert (direct.execute("SELECT count(*) FROM o WHERE prio > 0").fetchone() or (0,))[0] > 0
    until(_gone(direct, "park_p"))
    assert writers.refused <= 5  # one for each block that was open at the flip


def test_killed_while_landing(database: str, direct: psycopg.Connection, lintel: Start, plan: Path) -> None:
    """Another Lintel goes on where the first one was."""
    plan.write_text(PLAN + "\n[backfill]\nexpression = '0'\nbatch_rows = 50\n")
    direct.execute("INSERT INTO o SELECT g, g FROM generate_series(1, 2000) g")
    first = Proxy(database, "--plan", str(plan))
    with first, through(first, database) as client:
        client.execute("UPDATE o SET prio = shadow WHERE id > 0")
        direct.execute("ALTER TABLE o ADD COLUMN prio int DEFAULT 0")
        moved = "SELECT count(*) FROM lintel.park_p WHERE lintel_moved"
        until(lambda: (direct.execute(moved).fetchone() or (0,))[0] > 0)
        first.process.send_signal(signal.SIGKILL)
        first.process.wait()
    assert (direct.execute("SELECT count(*) FROM lintel.park_p WHERE NOT lintel_moved").fetchone() or (0,))[0] > 0
    second = lintel(database, "--plan", str(plan))
    with through(second, database) as client:
        assert client.execute(UNEQUAL).fetchall() == []
        client.execute("UPDATE o SET shadow = 9, prio = 9 WHERE id = 1")
        until(_gone(direct, "park_p"))
        assert client.execute(UNEQUAL).fetchall() == []
    assert direct.execute(UNEQUAL).fetchall() == []
    assert direct.execute("SELECT nspname FROM pg_namespace WHERE nspname = 'lintel'").fetchall() == []


def test_prepared_before_landing(database: str, direct: psycopg.Connection, lintel: Start, plan: Path) -> None:
    """A statement that the server has prepared lives through the coming of the column and the going of the marker."""
    proxy = lintel(database, "--plan", str(plan))
    with through(proxy, database) as client:
        client.prepare_threshold = 0
        write, read = "UPDATE o SET shadow = %s, prio = %s WHERE id = 1", "SELECT shadow, prio FROM o WHERE id = %s"
        client.execute("INSERT INTO o (id, prio) VALUES (1, 5)")
        for value in range(3):
            client.execute(write, (value, value))
            assert client.execute(read, (1,)).fetchall() == [(value, value)]
        direct.execute("ALTER TABLE o ADD COLUMN prio int DEFAULT 0")
        client.execute(write, (4, 4))
        assert client.execute(read, (1,)).fetchall() == [(4, 4)]
        until(_gone(direct, "parking_p"))
        client.execute(write, (5, 5))
        assert client.execute(read, (1,)).fetchall() == [(5, 5)]
    assert direct.execute("SELECT shadow, prio FROM o").fetchall() == [(5, 5)]


def test_literals(database: str, direct: psycopg.Connection, lintel: Start, plan: Path) -> None:
    """Texts that differ in a literal only each park what they say."""
    proxy = lintel(database, "--plan", str(plan))
    direct.execute("INSERT INTO o SELECT g, g FROM generate_series(1, 4) g")
    with through(proxy, database) as client:
        for key in range(1, 5):
            client.execute(f"UPDATE o SET prio = %s WHERE id = {key}", (key,))
            client.execute(f"UPDATE o SET n = {key}, prio = shadow WHERE shadow > {key - 1} AND id = {key}")
        assert client.execute(UNEQUAL).fetchall() == []


def test_undone(database: str, direct: psycopg.Connection, lintel: Start, plan: Path) -> None:
    """The column goes again: what was in it has gone with it, and new values are parked anew."""
    proxy = lintel(database, "--plan", str(plan))
    with through(proxy, database) as client:
        client.execute("INSERT INTO o (id, prio) VALUES (1, 5)")
        direct.execute("ALTER TABLE o ADD COLUMN prio int DEFAULT 0")
        until(_gone(direct, "park_p"))
        direct.execute("ALTER TABLE o DROP COLUMN prio")
        until(lambda: not _gone(direct, "parking_p")())
        until(lambda: _served(client, "SELECT prio FROM o"))
        assert client.execute("SELECT prio FROM o").fetchall() == [(0,)]
        until(lambda: _served(client, "UPDATE o SET prio = 8 WHERE id = 1"))
        assert client.execute("SELECT prio FROM o").fetchall() == [(8,)]


@pytest.mark.parametrize(
    ("setup", "why"),
    [
        ("ALTER TABLE o DROP CONSTRAINT o_pkey", "no primary key"),
        ("ALTER TABLE o ENABLE ROW LEVEL SECURITY; ALTER TABLE o FORCE ROW LEVEL SECURITY", "FORCE ROW LEVEL"),
        ("CREATE TABLE child () INHERITS (o)", "children"),
        ("CREATE RULE r AS ON INSERT TO o DO ALSO NOTHING", "rules"),
        (
            "CREATE TRIGGER t BEFORE UPDATE ON o FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            "suppresses redundant updates",
        ),
    ],
)
def test_not_parkable(
    database: str, direct: psycopg.Connection, lintel: Start, plan: Path, setup: str, why: str
) -> None:
    """The statement is refused, and /readyz says why."""
    direct.execute(setup)
    proxy = lintel(database, "--plan", str(plan))
    with through(proxy, database) as client:
        with pytest.raises(psycopg.errors.UndefinedColumn, match="lintel:"):
            client.execute("INSERT INTO o (id, prio) VALUES (1, 5)")
        assert why in json.dumps(json.loads(proxy.get("/readyz")))
    assert direct.execute("SELECT * FROM o").fetchall() == []


def test_who_may(database: str, direct: psycopg.Connection, lintel: Start, plan: Path) -> None:
    """Whoever may read or write the table may read or write what is parked for it; row security turns away loudly."""
    role = f"clerk_{database.rpartition('/')[2].partition('?')[0][:30]}"
    direct.execute(f"CREATE ROLE {role}; GRANT SELECT, INSERT, UPDATE ON o TO {role}")
    proxy = lintel(database, "--plan", str(plan))
    try:
        with through(proxy, database) as client, through(proxy, database) as clerk:
            client.execute("INSERT INTO o (id, prio) VALUES (1, 5), (2, 5)")
            clerk.execute(f"SET ROLE {role}")
            clerk.execute("UPDATE o SET prio = 6 WHERE id = 1")
            clerk.execute("INSERT INTO o (id, prio) VALUES (3, 7)")
            assert clerk.execute("SELECT prio FROM o ORDER BY id").fetchall() == [(6,), (5,), (7,)]
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                clerk.execute("DELETE FROM lintel.park_p")
            direct.execute(f"ALTER TABLE o ENABLE ROW LEVEL SECURITY; CREATE POLICY c ON o TO {role} USING (id = 1)")
            until(
                lambda: (
                    direct.execute("SELECT relrowsecurity FROM pg_class WHERE relname = 'park_p'").fetchone()
                    or (False,)
                )[0]
            )
            for sql in ("SELECT prio FROM o", "UPDATE o SET prio = 1 WHERE id = 1"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    clerk.execute(sql)
            assert clerk.execute("SELECT id FROM o").fetchall() == [(1,)]
            assert client.execute("SELECT prio FROM o ORDER BY id").fetchall() == [(6,), (5,), (7,)]
    finally:
        direct.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_privileges_of_columns(database: str, direct: psycopg.Connection, lintel: Start, plan: Path) -> None:
    """Who may not read the whole table may not read what is parked, nor write it; the rest goes on."""
    role = f"part_{database.rpartition('/')[2].partition('?')[0][:30]}"
    direct.execute(f"CREATE ROLE {role}; GRANT SELECT (id, n), INSERT (id, n), UPDATE (n), DELETE ON o TO {role}")
    proxy = lintel(database, "--plan", str(plan))
    try:
        with through(proxy, database) as client, through(proxy, database) as part:
            client.execute("INSERT INTO o (id, prio) VALUES (1, 5), (2, 6)")
            part.execute(f"SET ROLE {role}")
            assert part.execute("UPDATE o SET n = 3 WHERE id = 1").rowcount == 1
            part.execute("INSERT INTO o (id, n) VALUES (3, 1)")
            for sql in (
                "SELECT prio FROM o", "UPDATE o SET prio = 1", "INSERT INTO o (id, prio) VALUES (4, 4)",
                "DELETE FROM o WHERE prio = 5", "UPDATE o SET n = prio", "TRUNCATE o",
            ):  # fmt: skip
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    part.execute(sql)
            assert part.execute("DELETE FROM o WHERE id = 2").rowcount == 1
            assert client.execute("SELECT id, n, prio FROM o ORDER BY id").fetchall() == [(1, 3, 5), (3, 1, 0)]
    finally:
        direct.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_one_probe(database: str, direct: psycopg.Connection, lintel: Start, plan: Path) -> None:
    """By the key a parked value costs one look into the side table's index, and nothing where it is not asked for."""
    direct.execute("INSERT INTO o SELECT g, g FROM generate_series(1, 3000) g")
    proxy = lintel(database, "--plan", str(plan))
    with through(proxy, database) as client:
        client.execute("UPDATE o SET prio = 1 WHERE id > 0")
        direct.execute("ANALYZE o, lintel.park_p")

        def plan_of(sql: str) -> str:
            return "\n".join(line for (line,) in client.execute(f"EXPLAIN (COSTS OFF) {sql}").fetchall())

        for sql in (
            "SELECT prio FROM o WHERE id = 5",
            "SELECT * FROM o WHERE id = 5",
            "SELECT prio FROM o WHERE id = 5 FOR UPDATE",
            "DELETE FROM o WHERE id = 5 AND prio = 1",
            "UPDATE o SET prio = prio + 1, n = 2 WHERE id = 5",
        ):
            found = plan_of(sql)
            assert "Seq Scan" not in found, found
            assert found.count("using park_p_pkey") == 1, found
        assert "park_p" not in plan_of("SELECT id, n FROM o WHERE shadow = 4")


def test_left_out_by_a_trigger(database: str, direct: psycopg.Connection, lintel: Start, plan: Path) -> None:
    """Of several rows one is not inserted: nobody can say which value is whose, so nothing is."""
    direct.execute(
        "CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN CASE WHEN NEW.id % 2 = 1 THEN NEW END; END $$;"
        "CREATE TRIGGER odd BEFORE INSERT ON o FOR EACH ROW EXECUTE FUNCTION odd()"
    )
    proxy = lintel(database, "--plan", str(plan))
    with through(proxy, database) as client:
        for sql in ("VALUES (1, 5), (2, 6), (3, 7)", "SELECT g, g FROM generate_series(1, 3) g"):
            with pytest.raises(psycopg.errors.NotNullViolation):
                client.execute(f"INSERT INTO o (id, prio) {sql}")
        client.execute("INSERT INTO o (id, prio) VALUES (1, 4), (2, 4), (3, 4)")
        assert client.execute("SELECT id, prio FROM o").fetchall() == [(1, 4), (3, 4)]
