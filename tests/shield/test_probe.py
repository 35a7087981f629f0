"""A loud text in an open transaction: the table is locked and looked at first, so that nothing fails in the block.

A client of the new table whose writes are discarded while the column is not there; somebody else drops the column
within its transactions. Its role may write the table and not read it. And one whose parked values land meanwhile.
"""

import time
from collections.abc import Iterator

import psycopg
import pytest
from tests.shield.planned import Client, Planned, Planning
from tests.shield.wire_client import SYNC, bind, close, describe, execute, parse, query
from tests.shield.wire_client import Client as Wire

pytestmark = pytest.mark.in_turn

ADDED = '[add]\ncolumn = "prio"\ntype = "smallint"\ndefault = "7"\n[shield]\nabsent_writes = '
TABLE = "CREATE TABLE o (id int, note text, prio smallint DEFAULT 7)"
DROP, ADD = "ALTER TABLE o DROP COLUMN prio", "ALTER TABLE o ADD COLUMN prio smallint DEFAULT 7"
GRANT = "GRANT INSERT (id, prio) ON o TO lintel_probe_writer"  # goes with the column
INSERT = "INSERT INTO o (id, prio) VALUES (%s, 1)"
ROLE = "lintel_probe_writer"
LANDED = "SELECT FROM pg_attribute WHERE attrelid = 'lintel.parking_p'::regclass AND attname LIKE 'lintel_landed%'"
SECONDS = 30.0
PROBES = "lintel_probes_total"


@pytest.fixture
def front(planned: Planning) -> Planned:
    """The column is there."""
    return planned(f'{ADDED}"discard"', TABLE)


@pytest.fixture
def new(front: Planned) -> Iterator[Client]:
    """The client, as a role that may only INSERT two columns."""
    direct, connection = front.direct, front.connect("new")
    direct.execute(f"DROP ROLE IF EXISTS {ROLE}")
    direct.execute(f"CREATE ROLE {ROLE}; {GRANT}")
    direct.execute("ALTER TABLE o ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON o FOR INSERT WITH CHECK (id < 100)")
    connection.execute(INSERT, (1,), prepare=True)
    connection.execute(f"SET ROLE {ROLE}")
    yield connection
    direct.execute(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")


def _ids(direct: Client) -> list[int]:
    return [number for (number,) in direct.execute("SELECT id FROM o ORDER BY id")]


@pytest.mark.check(27)
@pytest.mark.parametrize("prepare", [False, True])
def test_dropped_within_a_transaction(front: Planned, new: Client, prepare: bool) -> None:
    """Served, by a role that may not read the table; and the lock is held until the transaction ends."""
    direct, before = front.direct, front.counted(PROBES)
    with new.transaction():
        new.execute("SELECT 1")
        direct.execute(DROP)
        for number in (2, 3):
            assert new.execute(INSERT, (number,), prepare=prepare).rowcount == 1
        direct.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            direct.execute(f"{ADD}; {GRANT}")
    assert front.counted(PROBES) - before == 1
    direct.execute(f"{ADD}; {GRANT}")
    new.execute(INSERT, (4,), prepare=prepare)
    assert _ids(direct) == [1, 2, 3, 4]


def test_savepoints_and_pipelines(front: Planned, new: Client) -> None:
    """What a savepoint took is probed again when it is gone; a pipeline without Syncs is a transaction, too."""
    direct = front.direct
    with new.transaction():
        with new.transaction(force_rollback=True):
            new.execute(INSERT, (2,))
        direct.execute(DROP)
        new.execute(INSERT, (3,))
    direct.execute(f"{ADD}; {GRANT}")
    before = front.counted(PROBES)
    with new.pipeline():
        for number in (4, 5, 6):
            new.execute(INSERT, (number,), prepare=True)
    assert _ids(direct) == [1, 3, 4, 5, 6]
    assert front.counted(PROBES) > before


def test_nothing_else_is_different(front: Planned, new: Client) -> None:
    """SET TRANSACTION still comes first; an aborted transaction stays one; a canceled wait is the statement's own."""
    direct = front.direct
    with new.transaction():
        new.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        new.execute(INSERT, (2,))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        new.execute(INSERT, (100,))
    new.execute("BEGIN")
    with pytest.raises(psycopg.errors.DivisionByZero):
        new.execute("SELECT 1/0")
    with pytest.raises(psycopg.errors.InFailedSqlTransaction):
        new.execute(INSERT, (3,))
    new.execute("ROLLBACK")
    with direct.transaction():
        direct.execute(ADD.replace("prio", "other"))
        for client_side in (True, False):
            new.execute("BEGIN; SET LOCAL lock_timeout = '50ms'")
            cursor = psycopg.ClientCursor(new) if client_side else new.cursor()
            with pytest.raises(psycopg.errors.LockNotAvailable):
                cursor.execute(INSERT, (3,))
            assert new.info.transaction_status == psycopg.pq.TransactionStatus.INERROR
            new.execute("ROLLBACK")
    assert _ids(direct) == [1, 2]


@pytest.mark.parametrize("prepare", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_landed_within_a_transaction(planned: Planning, prepare: bool, own: bool) -> None:
    """The column comes and the parked values land between BEGIN and the statement; the DDL passes Lintel, or not."""
    front = planned(f'{ADDED}"park"', "CREATE TABLE o (id int PRIMARY KEY, note text)")
    new, old = front.connect("new"), front.connect("old")
    insert, update = INSERT, "UPDATE o SET prio = %s WHERE id = %s RETURNING prio"
    read = "SELECT prio FROM o WHERE id = %s"
    for number in (1, 2):
        new.execute(insert, (number,), prepare=prepare)
    new.execute(update, (2, 1), prepare=prepare)
    new.execute(read, (1,), prepare=prepare)
    with new.transaction():
        new.execute("SELECT 1")
        (old if own else front.direct).execute(ADD)
        deadline = time.monotonic() + SECONDS
        while not front.direct.execute(LANDED).fetchall():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert new.execute(read, (1,), prepare=prepare).fetchall() == [(2,)]
        assert new.execute(update, (3, 1), prepare=prepare).fetchall() == [(3,)]
        new.execute(insert, (3,), prepare=prepare)
    assert front.direct.execute("SELECT id, prio FROM o ORDER BY id").fetchall() == [(1, 3), (2, 1), (3, 1)]


READ, OTHER = "SELECT count(*) FROM o", "SELECT count(*) FROM other"
LOUD = "INSERT INTO o (id, prio) VALUES (2, 1)"
COPY = "COPY o (id, prio) FROM STDIN"


@pytest.mark.parametrize(
    ("texts", "served"),
    [
        ((LOUD, LOUD), True),
        ((READ, LOUD, READ), True),
        ((LOUD, OTHER, LOUD), True),
        ((OTHER, LOUD), False),
        ((OTHER, COPY), False),
        ((READ, COPY), False),
        ((OTHER, "COPY o (prio) TO STDOUT"), False),
    ],
)
@pytest.mark.parametrize("block", [False, True])
def test_several_statements_in_one_query(front: Planned, block: bool, texts: tuple[str, ...], served: bool) -> None:
    """They wait behind the DROP. What the first of them locks is looked at first; what only others do is refused."""
    direct = front.direct
    direct.execute("CREATE TABLE other ()")
    front.connect("new").execute(LOUD)
    with Wire(front.database, "new", host="127.0.0.1", port=front.proxy.port) as client:
        client.simple("BEGIN; SELECT 1" if block else "SELECT 1")
        direct.execute(f"BEGIN; {DROP}")
        client.send(query("; ".join(texts)))
        deadline = time.monotonic() + SECONDS
        while not direct.execute("SELECT FROM pg_locks WHERE NOT granted").fetchall():
            assert time.monotonic() < deadline
            time.sleep(0.001)
        direct.execute("COMMIT")
        reply = client.reply()
        client.simple("COMMIT")
    told = None if reply.error is None else reply.error["M"].partition(": the columns")[0]
    assert told == (None if served else 'lintel: plan "p"')
    assert len(_ids(direct)) == 1 + (texts.count(LOUD) if served else 0)


@pytest.mark.parametrize("prepared", [True, False])
@pytest.mark.parametrize(
    "sql",
    [
        "COPY o (id, total) FROM STDIN",
        "COPY (UPDATE o SET total = 1 RETURNING id) TO STDOUT",
        "PREPARE q AS UPDATE o SET total = 1",
    ],
)
def test_what_is_analysed_when_it_is_executed(planned: Planning, sql: str, prepared: bool) -> None:
    """Renamed when Lintel has just looked: behind a Bind nothing is tried again, the table is looked at ahead of it."""
    front = planned('[rename]\ncolumn = "total"\nto = "amount"', "CREATE TABLE o (id int, total int)")
    with Wire(front.database, "old", host="127.0.0.1", port=front.proxy.port) as old:
        for number, (name, other) in enumerate((("total", "amount"), ("amount", "total"), ("total", "amount"))):
            assert old.simple("SELECT total FROM o").error is None
            if prepared:
                assert old.prepare("kept", sql).error is None
            front.direct.execute(f"ALTER TABLE o RENAME COLUMN {name} TO {other}")
            made = [] if prepared else [parse("", sql)]
            old.send(*made, bind("kept" if prepared else ""), describe("P"), execute(), SYNC)
            assert old.reply(b"9\t3\n", in_copy=SYNC).error is None
            old.exchange(close("S", "kept"), SYNC)
            old.simple("DEALLOCATE ALL")
            if "FROM STDIN" in sql:
                assert front.direct.execute("SELECT count(*) FROM o").fetchone() == (number + 1,)
