"""Transactions that were open when parked values landed: what their snapshot does not show is an error, no default.

The values are in versions of the rows that such a snapshot does not see, and the side table, where it would have seen
them, has gone. Whoever sees the landing is served as ever: READ COMMITTED, a snapshot that was taken behind it, one
that somebody else took and lends.
"""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.shield.planned import PRIO, Start, through, until
from tests.shield.wire_client import SYNC, Reply, bind, describe, execute, parse
from tests.shield.wire_client import Client as Wire

pytestmark = pytest.mark.in_turn

PLAN = (
    PRIO
    + """
[shield]
absent_writes = "park"
whole_rows = "record"
[[shield.clients]]
match = { application_name = "new" }
sees = "new"
"""
)
TABLES = """
CREATE TABLE o (id int PRIMARY KEY, note text, z int DEFAULT 0);
INSERT INTO o SELECT g, 'n' || g FROM generate_series(1, 5) g;
CREATE TABLE other (n int)
"""
LEVELS = ("READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE")
READS = (
    "SELECT prio FROM o WHERE id = 1",
    "SELECT * FROM o ORDER BY id",
    "SELECT count(*) FROM o WHERE prio = 7",
    "SELECT to_json(o) FROM o ORDER BY id",
    "SELECT n FROM other JOIN o ON o.prio = n",
    "UPDATE o SET z = 1 WHERE prio = 7",
    "UPDATE o SET z = 1 WHERE id = 3 RETURNING *",
    "DELETE FROM o WHERE prio = 0",
    "INSERT INTO other SELECT prio FROM o",
    "CREATE TABLE made AS SELECT * FROM o",
    "DECLARE c CURSOR FOR TABLE o",
    "EXPLAIN ANALYZE SELECT prio FROM o",
    "SELECT 1; SELECT prio FROM o",
    "SAVEPOINT a; SELECT prio FROM o",
)
OTHERS = (
    ("SELECT note FROM o WHERE id = 1", [(b"n1",)]),
    ("SELECT id, z FROM o ORDER BY id", [(str(n).encode(), b"0") for n in range(1, 6)]),
    ("SELECT count(*) FROM o", [(b"5",)]),
    ("UPDATE o SET note = 'x' WHERE id = 2", []),
    ("UPDATE o SET prio = 3 WHERE id = 2", []),
    ("INSERT INTO o (id, prio) VALUES (9, 9)", []),
    ("DELETE FROM o WHERE id = 2", []),
)
GONE = "SELECT to_regnamespace('lintel') IS NULL"
TURNED = (
    "SELECT NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = to_regclass('lintel.parking_p') "
    "AND attname = 'lintel_marker')"
)


class Landing:
    """A value is parked for row 1 when it is made; `land` has it come into the column."""

    def __init__(self, database: str, direct: psycopg.Connection, lintel: Start, plan: Path) -> None:
        plan.write_text(PLAN)
        self.database, self.direct = database, direct
        self.plan = plan
        self.proxy = lintel(database, "--plan", str(plan))
        with through(self.proxy, database) as new:
            new.execute("UPDATE o SET prio = 7 WHERE id = 1")

    def client(self, name: str = "new") -> Wire:
        return Wire(self.database, name, host=self.proxy.host, port=self.proxy.port)

    def probes(self) -> str:
        return self.proxy.get("/metrics").partition("lintel_probes_total ")[2].partition("\n")[0]

    def land(self, until_it_holds: str = TURNED) -> None:
        with through(self.proxy, self.database) as new:
            self.direct.execute("ALTER TABLE o ADD COLUMN IF NOT EXISTS prio int DEFAULT 0")
            until(lambda: self.direct.execute(until_it_holds).fetchall() == [(True,)])
            new.execute("CREATE TEMP TABLE t (n int)")  # a new snapshot of the catalog is in force behind it
            assert new.execute("SELECT prio FROM o WHERE id = 1").fetchall() == [(7,)]


@pytest.fixture
def landing(database: str, direct: psycopg.Connection, lintel: Start, tmp_path: Path) -> Landing:
    return Landing(database, direct, lintel, tmp_path / "p.toml")


def _state(reply: Reply) -> str:
    return (reply.error or {"C": ""})["C"]


def _extended(client: Wire, text: str) -> Reply:
    return client.extended(text)


def _simple(client: Wire, text: str) -> Reply:
    return client.simple(text)


def _named(client: Wire, text: str) -> Reply:
    reply = client.prepare("s", text)
    return reply if reply.error else client.run("s")


def _by_sql(client: Wire, text: str) -> Reply:
    reply = client.simple(f"PREPARE q AS {text}")
    return reply if reply.error else client.simple("EXECUTE q")


def _preparable(text: str) -> bool:
    return text.startswith(("SELECT", "UPDATE", "DELETE", "INSERT")) and ";" not in text


@pytest.mark.parametrize("level", LEVELS)
def test_a_transaction_that_is_older(landing: Landing, level: str) -> None:
    """Each statement is a transaction of its own, all of which were begun before the landing."""
    ways: list[tuple[Callable[[Wire, str], Reply], str]] = [(_simple, text) for text in READS]
    ways += [(way, text) for way in (_extended, _named, _by_sql) for text in READS if _preparable(text)]
    sessions = [(landing.client(), way, text) for way, text in ways]
    beside = [(landing.client(), text, rows) for text, rows in OTHERS]
    for client, *_ in (*sessions, *beside):
        client.simple(f"BEGIN ISOLATION LEVEL {level}")
        client.simple("TABLE other")
    landing.land()
    for client, way, text in sessions:
        reply = way(client, text)
        if level == "READ COMMITTED":
            assert not reply.error, (way, text, reply.error)
        else:
            assert _state(reply) == "40001", (way, text, reply)
            assert "lintel: " in (reply.error or {})["M"]
            assert reply.status == "E"
        client.simple("ROLLBACK")
        assert client.simple("SELECT prio FROM o WHERE id = 1").rows == [(b"7",)]
        client.close()
    for client, text, rows in beside:
        reply = client.simple(text)
        assert not reply.error, (text, reply.error)
        assert reply.rows == rows
        client.simple("ROLLBACK")
        client.close()


@pytest.mark.parametrize("gone", [TURNED, GONE])
def test_a_snapshot_that_was_taken_behind_it(landing: Landing, gone: str) -> None:
    """Though the transaction was begun before: it sees what has landed."""
    with landing.client() as client, landing.client() as pipelined, landing.client() as levelled:
        client.simple("BEGIN ISOLATION LEVEL REPEATABLE READ")
        levelled.simple("BEGIN")
        pipelined.simple("SET default_transaction_isolation = 'repeatable read'")
        pipelined.simple("BEGIN")
        landing.land(gone)
        assert client.simple("SELECT prio FROM o WHERE id = 1").rows == [(b"7",)]
        assert client.simple("SELECT count(*) FROM o WHERE prio = 7").rows == [(b"1",)]
        assert pipelined.extended("SELECT prio FROM o WHERE id = 1").rows == [(b"7",)]
        assert not levelled.simple("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").error
        assert levelled.simple("SELECT prio FROM o WHERE id = 1").rows == [(b"7",)]


def test_whatever_else_changes_behind_the_landing(landing: Landing) -> None:
    """Somebody's DDL makes no transaction older than a landing that it has seen."""
    landing.land(GONE)
    landing.direct.execute("CREATE VIEW v AS SELECT prio FROM o")
    with landing.client() as client:
        client.simple("BEGIN ISOLATION LEVEL REPEATABLE READ")
        client.simple("TABLE other")
        with through(landing.proxy, landing.database) as another:
            another.execute("CREATE TABLE yet_another (n int)")
        assert client.simple("SELECT prio FROM o WHERE id = 1").rows == [(b"7",)]
        client.simple("ROLLBACK")
        client.simple("BEGIN")
        with through(landing.proxy, landing.database) as another:
            another.execute("DROP TABLE yet_another")
        before = landing.probes()
        assert client.simple("SELECT count(*) FROM v").rows == [(b"5",)]
        assert landing.probes() == before


def test_a_lintel_that_was_not_there(landing: Landing, lintel: Start) -> None:
    landing.land(GONE)
    proxy = lintel(landing.database, "--plan", str(landing.plan))
    with Wire(landing.database, "new", host=proxy.host, port=proxy.port) as client:
        client.simple("BEGIN ISOLATION LEVEL REPEATABLE READ")
        client.simple("TABLE other")
        with through(proxy, landing.database) as another:
            another.execute("CREATE TABLE yet_another (n int)")
        assert client.simple("SELECT prio FROM o WHERE id = 1").rows == [(b"7",)]


@pytest.mark.parametrize("way", ["landing", "lent"])
def test_prepared_and_declared_before(landing: Landing, way: str) -> None:
    """A cursor goes on as it was declared; what was prepared is prepared again, and refused like any other."""
    text = "SELECT prio FROM o WHERE id = 1"
    with landing.client() as client, landing.client() as cursor, landing.client() as lender:
        client.prepare("s", text)
        client.simple(f"PREPARE q AS {text}")
        for each in (client, cursor, lender):
            each.simple("BEGIN ISOLATION LEVEL REPEATABLE READ")
        cursor.simple("SAVEPOINT a; DECLARE c CURSOR FOR TABLE other")
        (lent,) = lender.simple("SELECT pg_export_snapshot()").rows[0]
        client.simple("TABLE other")
        client.simple("SAVEPOINT a")
        if way == "lent":
            client.simple("ROLLBACK")
        landing.land()
        if way == "lent":
            client.simple("BEGIN ISOLATION LEVEL REPEATABLE READ")
            assert not client.simple(f"SET TRANSACTION SNAPSHOT '{(lent or b'').decode()}'").error
            client.simple("SAVEPOINT a")
        for reply in (
            lambda: client.exchange(bind("s"), execute(), SYNC),
            lambda: client.exchange(describe("S", "s"), SYNC),
            lambda: client.exchange(parse("", text), bind(""), execute(), SYNC),
            lambda: client.simple(text),
        ):
            assert _state(reply()) == "40001"
            assert not client.simple("ROLLBACK TO a").error
        assert client.simple("EXECUTE q").error
        assert not client.simple("ROLLBACK").error
        assert client.run("s").rows == [(b"7",)]
        assert not cursor.simple("FETCH ALL FROM c").error


def test_a_lent_snapshot_of_now(landing: Landing) -> None:
    """As pg_dump's workers have it; and what SQL has prepared before is held to it as well."""
    with landing.client() as client, landing.client() as lender, landing.client() as old:
        old.simple("BEGIN ISOLATION LEVEL REPEATABLE READ")
        (older,) = old.simple("SELECT pg_export_snapshot()").rows[0]
        landing.land(GONE)
        lender.simple("BEGIN ISOLATION LEVEL REPEATABLE READ")
        (lent,) = lender.simple("SELECT pg_export_snapshot()").rows[0]
        client.simple("PREPARE q AS SELECT prio FROM o WHERE id = 1")
        for snapshot, wanted in ((lent, ""), (older, "40001")):
            for text in (
                "EXECUTE q",
                "SELECT prio FROM o WHERE id = 1",
                "COPY o (id, prio) TO STDOUT",
                "SELECT 1; EXECUTE q",
            ):
                client.simple("BEGIN ISOLATION LEVEL REPEATABLE READ")
                client.simple(f"SET TRANSACTION SNAPSHOT '{(snapshot or b'').decode()}'")
                assert _state(client.simple(text)) == wanted, text
                client.simple("ROLLBACK")
        begun = f"BEGIN ISOLATION LEVEL REPEATABLE READ; SET TRANSACTION SNAPSHOT '{(older or b'').decode()}'; "
        assert client.simple(f"{begun} SELECT prio FROM o WHERE id = 1").error


def test_a_pipeline_in_a_transaction_of_its_own(landing: Landing) -> None:
    """By a default of the session's, and without a block."""
    with landing.client() as client:
        client.simple("SET default_transaction_isolation = 'repeatable read'")
        client.send(parse("", "TABLE other"), bind(""), execute(), b"H\0\0\0\4")
        landing.land()
        reply = client.exchange(parse("", "SELECT prio FROM o WHERE id = 1"), bind(""), execute(), SYNC)
        assert _state(reply) == "40001"
        assert client.simple("SELECT prio FROM o WHERE id = 1").rows == [(b"7",)]


def test_behind_a_savepoint(landing: Landing) -> None:
    """It gives back the lock by which values wait; and what takes a failed transaction back comes with a statement."""
    text = "SELECT prio FROM o WHERE id = 1"
    with landing.client() as client:
        client.prepare("back", "ROLLBACK TO b")
        client.simple("BEGIN ISOLATION LEVEL REPEATABLE READ")
        client.simple("SAVEPOINT a")
        assert client.simple(text).rows == [(b"7",)]
        client.simple("ROLLBACK TO a")
        landing.land()
        client.simple("SAVEPOINT b")
        ways: tuple[Callable[[], Reply], ...] = (
            lambda: client.simple(f"ROLLBACK TO b; {text}"),
            lambda: client.exchange(bind("back"), execute(), parse("", text), bind(""), execute(), SYNC),
        )
        for failed in ways:
            assert client.simple("SELECT 1/0").status == "E"
            reply = failed()
            assert _state(reply) in ("40001", "25P02"), reply
            assert not reply.rows
            assert not client.simple("ROLLBACK TO b").error
        assert client.simple("SELECT note FROM o WHERE id = 1").rows == [(b"n1",)]
        assert _state(client.simple(text)) == "40001"
        assert not client.simple("ROLLBACK").error
        assert client.simple(text).rows == [(b"7",)]


def test_old_code_does_not_notice(landing: Landing) -> None:
    with landing.client("old") as client:
        client.simple("BEGIN ISOLATION LEVEL REPEATABLE READ")
        client.simple("TABLE other")
        landing.land()
        reply = client.simple("SELECT * FROM o WHERE id = 1")
        assert reply.rows == [(b"1", b"n1", b"0")]
        assert len(client.simple("TABLE o").rows) == 5
