"""A loud text in an open transaction: the table is locked and looked at first, so that nothing fails in the block.

A client of the new table whose writes are discarded while the column is not there; somebody else drops the column
within its transactions. Its role may write the table and not read it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from tests.e2e.proxy import Proxy

PLAN = """
id = "p"
purpose = "x"
table = "public.o"
[add]
column = "prio"
type = "smallint"
default = "7"
[shield]
absent_writes = "discard"
[[shield.clients]]
match = { application_name = "new" }
sees = "new"
"""
TABLE = "CREATE TABLE o (id int, note text, prio smallint DEFAULT 7)"
DROP, ADD = "ALTER TABLE o DROP COLUMN prio", "ALTER TABLE o ADD COLUMN prio smallint DEFAULT 7"
GRANT = "GRANT INSERT (id, prio) ON o TO lintel_probe_writer"  # goes with the column
INSERT = "INSERT INTO o (id, prio) VALUES (%s, 1)"
ROLE = "lintel_probe_writer"


@pytest.fixture
def proxy(database: str, lintel: Callable[..., Proxy], tmp_path: Path) -> Proxy:
    """A Lintel with the plan; the column is there."""
    (tmp_path / "plan.toml").write_text(PLAN)
    with psycopg.connect(database, autocommit=True) as made:
        made.execute(TABLE)
    return lintel(database, "--plan", str(tmp_path / "plan.toml"))


@pytest.fixture
def direct(database: str) -> Iterator[psycopg.Connection]:
    """Somebody else, past Lintel."""
    with psycopg.connect(database, autocommit=True) as connection:
        yield connection


@pytest.fixture
def new(database: str, proxy: Proxy, direct: psycopg.Connection) -> Iterator[psycopg.Connection]:
    """The client, as a role that may only INSERT two columns."""
    dsn = make_conninfo(database, host="127.0.0.1", port=proxy.port, application_name="new")
    with psycopg.connect(dsn, autocommit=True) as connection:
        direct.execute(f"DROP ROLE IF EXISTS {ROLE}")
        direct.execute(f"CREATE ROLE {ROLE}; {GRANT}")
        direct.execute("ALTER TABLE o ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON o FOR INSERT WITH CHECK (id < 100)")
        connection.execute(INSERT, (1,), prepare=True)
        connection.execute(f"SET ROLE {ROLE}")
        yield connection
    direct.execute(f"DROP OWNED BY {ROLE}; DROP ROLE {ROLE}")


def _probes(proxy: Proxy) -> int:
    found = [line for line in proxy.get("/metrics").splitlines() if line.startswith("lintel_probes_total")]
    return int(float(found[0].split()[-1]))


def _ids(direct: psycopg.Connection) -> list[int]:
    return [number for (number,) in direct.execute("SELECT id FROM o ORDER BY id")]


@pytest.mark.parametrize("prepare", [False, True])
def test_dropped_within_a_transaction(
    proxy: Proxy, new: psycopg.Connection, direct: psycopg.Connection, prepare: bool
) -> None:
    """Served, by a role that may not read the table; and the lock is held until the transaction ends."""
    before = _probes(proxy)
    with new.transaction():
        new.execute("SELECT 1")
        direct.execute(DROP)
        for number in (2, 3):
            assert new.execute(INSERT, (number,), prepare=prepare).rowcount == 1
        direct.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            direct.execute(f"{ADD}; {GRANT}")
    direct.execute(f"{ADD}; {GRANT}")
    new.execute(INSERT, (4,), prepare=prepare)
    assert (_ids(direct), _probes(proxy) - before) == ([1, 2, 3, 4], 1)


def test_savepoints_and_pipelines(proxy: Proxy, new: psycopg.Connection, direct: psycopg.Connection) -> None:
    """What a savepoint took is probed again when it is gone; a pipeline without Syncs is a transaction, too."""
    with new.transaction():
        with new.transaction(force_rollback=True):
            new.execute(INSERT, (2,))
        direct.execute(DROP)
        new.execute(INSERT, (3,))
    direct.execute(f"{ADD}; {GRANT}")
    before = _probes(proxy)
    with new.pipeline():
        for number in (4, 5, 6):
            new.execute(INSERT, (number,), prepare=True)
    assert _ids(direct) == [1, 3, 4, 5, 6]
    assert _probes(proxy) > before


def test_nothing_else_is_different(new: psycopg.Connection, direct: psycopg.Connection) -> None:
    """SET TRANSACTION still comes first; an aborted transaction stays one; a canceled wait is the statement's own."""
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
