"""A streaming replica on a route of its own, and DDL on the primary: whoever reads there sees the table of its time."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from tests.app.servers import configuration, replica, through
from tests.app.test_several_servers import PLAN
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, find, launch

Lintel = Callable[..., Proxy]


WRITTEN = {"synchronous_commit": "on"}  # so that what has been committed is in the log that a replica gets


class Cluster(NamedTuple):
    """Two servers of one system."""

    primary: Server
    replica: Server

    def replay(self, run: bool) -> None:
        """Let the replica go on, or stop where it is."""
        with psycopg.connect(self.replica.dsn(), autocommit=True) as control:
            control.execute(f"SELECT pg_wal_replay_{'resume' if run else 'pause'}()")

    def caught_up(self) -> None:
        """Until the replica has what the primary has."""
        with psycopg.connect(self.primary.dsn(), autocommit=True) as control:
            (position,) = control.execute("SELECT pg_current_wal_lsn()").fetchone() or ("",)
        deadline = time.monotonic() + 20
        with psycopg.connect(self.replica.dsn(), autocommit=True) as control:
            while control.execute("SELECT pg_last_wal_replay_lsn() >= %s", [position]).fetchone() != (True,):
                assert time.monotonic() < deadline
                time.sleep(0.02)


@pytest.fixture(scope="module", params=find(), ids=lambda binaries: f"pg{binaries.major}")
def cluster(request: pytest.FixtureRequest) -> Iterator[Cluster]:
    with ExitStack() as stack:
        primary = stack.enter_context(launch(request.param.bindir, auth="trust", settings=WRITTEN))
        yield Cluster(primary, stack.enter_context(replica(primary, request.param)))


@pytest.fixture
def orders(cluster: Cluster) -> Iterator[psycopg.Connection]:
    """A connection to the primary that has made the table anew."""
    with psycopg.connect(cluster.primary.dsn("postgres"), autocommit=True) as control:
        control.execute("DROP TABLE IF EXISTS orders")
        control.execute("CREATE TABLE orders (id int, total int)")
        control.execute("INSERT INTO orders VALUES (1, 10)")
        cluster.caught_up()
        yield control
        cluster.replay(run=True)


@pytest.fixture
def proxy(cluster: Cluster, lintel: Lintel, tmp_path: Path) -> Proxy:
    hosts = ",".join(f"{server.host}:{server.port}" for server in cluster)
    dsn = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=prefer-standby"
    (tmp_path / "plan.toml").write_text(PLAN.format(where=""))
    file = tmp_path / "lintel.toml"
    file.write_text(configuration({"shop_ro": dsn}, '[shield]\nplans = ["plan.toml"]'))
    return lintel(cluster.primary.dsn("postgres"), "-c", str(file))


OLD, NEW = [(1, 10)], [(1, 10, 7)]
STAR = "SELECT * FROM orders"


def test_ddl_reaches_the_replica_later(cluster: Cluster, orders: psycopg.Connection, proxy: Proxy) -> None:
    def client(name: str, application_name: str) -> psycopg.Connection:
        made = psycopg.connect(through(proxy, name, application_name=application_name), autocommit=True)
        made.prepare_threshold = 0
        return stack.enter_context(made)

    def everybody() -> None:
        for name in ("postgres", "shop_ro"):
            assert clients[name, "old"].execute(STAR).fetchall() == OLD
            assert clients[name, "new"].execute(STAR).fetchall() == NEW
            assert clients[name, "new"].execute("SELECT id FROM orders WHERE priority = 7").fetchall() == [(1,)]

    with ExitStack() as stack:
        clients = {(name, who): client(name, who) for name in ("postgres", "shop_ro") for who in ("old", "new")}
        assert clients["shop_ro", "old"].execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        everybody()
        cluster.replay(run=False)
        clients["postgres", "old"].execute("ALTER TABLE orders ADD COLUMN priority smallint DEFAULT 7")
        everybody()  # the one has the column, the other does not yet
        cluster.replay(run=True)
        cluster.caught_up()
        everybody()  # from the first statement on, whatever Lintel knows of it
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            clients["shop_ro", "old"].execute("INSERT INTO orders VALUES (2, 20)")
        clients["postgres", "old"].execute("INSERT INTO orders VALUES (2, 20)")
        orders.execute("ALTER TABLE orders DROP COLUMN priority")
        cluster.caught_up()
        assert clients["shop_ro", "old"].execute(STAR).fetchall() == [(1, 10), (2, 20)]
        assert clients["shop_ro", "new"].execute(STAR).fetchall() == [(1, 10, 7), (2, 20, 7)]


def test_its_catalog_follows_it(cluster: Cluster, orders: psycopg.Connection, proxy: Proxy) -> None:
    """A transaction that is older than the DDL and goes on hides the DDL's end from a standby's snapshots."""
    with psycopg.connect(cluster.primary.dsn("postgres")) as older, ExitStack() as stack:
        older.execute("SELECT pg_current_xact_id()")
        client = stack.enter_context(psycopg.connect(through(proxy, "shop_ro", application_name="c"), autocommit=True))
        ddl = stack.enter_context(psycopg.connect(cluster.primary.dsn("postgres")))
        ddl.execute("DROP TABLE IF EXISTS fresh")
        ddl.commit()
        ddl.execute("CREATE TABLE fresh (colour int)")
        orders.execute("SELECT pg_current_xact_id()")
        cluster.caught_up()
        client.execute("SELECT 1")
        time.sleep(1.5)  # Lintel has looked again
        ddl.commit()
        cluster.caught_up()
        deadline = time.monotonic() + 10
        while not [use for use in proxy.report()["uses"] if use["column"] == "colour"]:
            assert time.monotonic() < deadline
            client.execute("SELECT colour FROM fresh")
            time.sleep(0.2)
        older.rollback()


PARKED = """
id = "p"
purpose = "x"
table = "public.parked"
[add]
column = "prio"
type = "int"
default = "0"
not_null = true
[backfill]
expression = "5"
[shield]
absent_writes = "park"
"""


def test_parked_values_are_read_on_a_replica(cluster: Cluster, lintel: Lintel, tmp_path: Path) -> None:
    """Before the column is there and while it is filled; nothing is written or complained of there."""
    (tmp_path / "plan.toml").write_text(PARKED)
    file = tmp_path / "lintel.toml"
    file.write_text(configuration({"shop_ro": cluster.replica.dsn("postgres")}, '[shield]\nplans = ["plan.toml"]'))
    with psycopg.connect(cluster.primary.dsn("postgres"), autocommit=True) as control:
        control.execute("DROP TABLE IF EXISTS parked CASCADE; CREATE TABLE parked (id int PRIMARY KEY)")
        control.execute("INSERT INTO parked VALUES (1), (2)")
        cluster.caught_up()
        proxy = lintel(cluster.primary.dsn("postgres"), "-c", str(file))
        read = "SELECT id, prio FROM parked ORDER BY id"
        with psycopg.connect(through(proxy, "postgres"), autocommit=True) as client:
            client.execute("UPDATE parked SET prio = 7 WHERE id = 1")
            cluster.caught_up()
            with psycopg.connect(through(proxy, "shop_ro"), autocommit=True) as reader:
                assert reader.execute(read).fetchall() == [(1, 7), (2, 5)]
                control.execute("ALTER TABLE parked ADD COLUMN prio int")
                cluster.caught_up()
                assert reader.execute(read).fetchall() == [(1, 7), (2, 5)]
                deadline = time.monotonic() + 30
                while control.execute("SELECT prio FROM parked ORDER BY id").fetchall() != [(7,), (5,)]:
                    assert time.monotonic() < deadline
                    time.sleep(0.05)
                cluster.caught_up()
                assert reader.execute(read).fetchall() == [(1, 7), (2, 5)]
                assert "problem" not in proxy.log


FILLED = """
id = "f"
purpose = "x"
table = "public.filled"
[add]
column = "prio"
type = "int"
default = "0"
not_null = true
[backfill]
expression = "id % 3"
batch_rows = 20
max_replica_lag = "500ms"
"""


def test_filling_waits_for_a_replica(cluster: Cluster, lintel: Lintel, tmp_path: Path) -> None:
    """No row is filled while the replica is behind, and all of them once it has caught up."""
    (tmp_path / "plan.toml").write_text(FILLED)
    with psycopg.connect(cluster.primary.dsn("postgres"), autocommit=True) as control:
        control.execute("DROP TABLE IF EXISTS filled; CREATE TABLE filled (id int PRIMARY KEY)")
        control.execute("INSERT INTO filled SELECT generate_series(1, 50)")
        cluster.caught_up()
        proxy = lintel(cluster.primary.dsn("postgres"), "--plan", str(tmp_path / "plan.toml"))
        with psycopg.connect(through(proxy, "postgres"), autocommit=True) as client:
            client.execute("SELECT 1")
            cluster.replay(run=False)
            try:
                _until(lambda: _is_behind(control))
                control.execute("ALTER TABLE filled ADD COLUMN prio int")
                end = time.monotonic() + 4  # Lintel looks every second
                while time.monotonic() < end:
                    assert _is_behind(control)
                    assert _empty(control) == 50
                    time.sleep(0.1)
            finally:
                cluster.replay(run=True)
            _until(lambda: _empty(control) == 0)
            assert control.execute("SELECT count(*) FROM filled WHERE prio = id % 3").fetchone() == (50,)
            assert "problem" not in proxy.log


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _empty(control: psycopg.Connection) -> int:
    (rows,) = control.execute("SELECT count(*) FROM filled WHERE prio IS NULL").fetchone() or (0,)
    return int(rows)


def _is_behind(control: psycopg.Connection) -> bool:
    control.execute("SELECT pg_logical_emit_message(true, 'lintel test', 'goes on')")  # lag is that of something
    lag = "SELECT max(replay_lag) > '500ms' FROM pg_stat_replication"
    return control.execute(lag).fetchone() == (True,)
