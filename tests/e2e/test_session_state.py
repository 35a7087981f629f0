"""What a session holds on the server, through Lintel: settings, locks, portals, prepared transactions and the like."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors
from tests.e2e import wire
from tests.e2e.proxy import Proxy
from tests.e2e.route import Address
from tests.e2e.test_psql import script

from lintel.demo.postgres import Server, find, launch

Client = psycopg.Connection[tuple[Any, ...]]
pytestmark = pytest.mark.check(6)


@pytest.fixture(scope="module", params=find(), ids=lambda binaries: f"pg{binaries.major}")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with launch(request.param.bindir, auth="trust", settings={"max_prepared_transactions": "5"}) as running:
        yield running


@pytest.fixture(scope="module")
def address(server: Server) -> Iterator[Address]:
    with Proxy(server.dsn()) as proxy:
        yield Address(proxy.host, proxy.port, server.user, server.password, "postgres")


@pytest.fixture
def client(address: Address) -> Iterator[Client]:
    with psycopg.connect(address.uri(), autocommit=True) as connection:
        connection.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; CREATE TABLE t (id int)")
        yield connection


@pytest.fixture
def other(address: Address) -> Iterator[Client]:
    with psycopg.connect(address.uri(), autocommit=True) as connection:
        yield connection


def rows(client: Client, sql: str) -> list[tuple[Any, ...]]:
    return client.execute(sql).fetchall()


def test_settings_are_the_sessions_own(client: Client, other: Client) -> None:
    client.execute("SET work_mem = '7MB'")
    client.execute("SET SESSION search_path = pg_temp, public")
    with client.transaction(force_rollback=True):
        client.execute("SET LOCAL work_mem = '9MB'")
        assert rows(client, "SHOW work_mem") == [("9MB",)]
    assert rows(client, "SHOW work_mem") == [("7MB",)]
    assert rows(other, "SHOW work_mem") != [("7MB",)]
    client.execute("RESET ALL")
    assert rows(client, "SHOW work_mem") == rows(other, "SHOW work_mem")


def test_advisory_locks_are_the_sessions_own(client: Client, other: Client) -> None:
    client.execute("SELECT pg_advisory_lock(1)")
    assert rows(other, "SELECT pg_try_advisory_lock(1)") == [(False,)]
    client.execute("DISCARD ALL")
    assert rows(other, "SELECT pg_try_advisory_lock(1)") == [(True,)]


def test_temporary_tables_are_the_sessions_own(client: Client, other: Client) -> None:
    client.execute("CREATE TEMP TABLE t AS SELECT 7 AS id")
    assert (rows(client, "SELECT id FROM t"), rows(other, "SELECT id FROM t")) == ([(7,)], [])
    client.execute("DISCARD TEMP")
    assert rows(client, "SELECT id FROM t") == []


def test_discard_all_leaves_nothing(client: Client) -> None:
    client.execute("SELECT 1 AS one", prepare=True)
    client.execute("PREPARE p AS SELECT 1; DECLARE c CURSOR WITH HOLD FOR SELECT 1; CREATE TEMP TABLE x (); LISTEN a")
    client.execute("DISCARD ALL")
    left = "(SELECT count(*) FROM pg_prepared_statements), (SELECT count(*) FROM pg_cursors), to_regclass('x')"
    assert rows(client, f"SELECT {left}, (SELECT count(*) FROM pg_listening_channels())") == [(0, 0, None, 0)]


def test_a_held_cursor_outlives_its_transaction(client: Client) -> None:
    client.execute("INSERT INTO t SELECT generate_series(1, 10)")
    with client.transaction():
        client.execute("DECLARE c SCROLL CURSOR WITH HOLD FOR SELECT id FROM t ORDER BY id")
    client.execute("DELETE FROM t")
    assert rows(client, "FETCH 3 FROM c") == [(1,), (2,), (3,)]
    assert rows(client, "FETCH BACKWARD 1 FROM c") == [(2,)]
    client.execute("CLOSE c")
    with pytest.raises(errors.InvalidCursorName):
        client.execute("FETCH 1 FROM c")


def test_two_phase_commit_over_two_sessions(client: Client, other: Client) -> None:
    client.execute("BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION 'first'")
    client.execute("BEGIN; INSERT INTO t VALUES (2); PREPARE TRANSACTION 'second'")
    assert rows(other, "SELECT * FROM t") == []
    other.execute("COMMIT PREPARED 'first'")
    other.execute("ROLLBACK PREPARED 'second'")
    assert rows(client, "SELECT * FROM t") == [(1,)]
    with pytest.raises(errors.UndefinedObject):
        client.execute("COMMIT PREPARED 'second'")


def test_ddl_in_a_prepared_transaction(client: Client, other: Client) -> None:
    client.execute("BEGIN; ALTER TABLE t ADD COLUMN word text DEFAULT 'w'; PREPARE TRANSACTION 'ddl'")
    other.execute("COMMIT PREPARED 'ddl'")
    client.execute("INSERT INTO t VALUES (1)")
    assert (rows(client, "SELECT * FROM t"), rows(other, "SELECT word FROM t")) == ([(1, "w")], [("w",)])


def test_notifications_reach_who_listens(client: Client, other: Client) -> None:
    client.execute("LISTEN a; LISTEN b")
    with other.transaction():
        other.execute("SELECT pg_notify('a', n::text) FROM generate_series(1, 500) AS n")
        other.execute("NOTIFY b, 'last'")
    heard = [note.payload for note in client.notifies(timeout=5, stop_after=501)]
    assert heard == [*map(str, range(1, 501)), "last"]


def test_large_objects_by_psql(psql: str, address: Address, client: Client, tmp_path: Path) -> None:
    # libpq's lo_* are FunctionCall messages.
    source, target = tmp_path / "source", tmp_path / "target"
    source.write_bytes(bytes(range(256)) * 4000)
    text = f"\\lo_import '{source}' 'a comment'\n\\lo_export :LASTOID '{target}'\n\\lo_unlink :LASTOID\n\\lo_list\n"
    done = script(psql, address, text)
    assert (done.returncode, done.stderr, target.read_bytes()) == (0, "", source.read_bytes())


def test_a_long_pipeline_that_is_read_late(client: Client) -> None:
    with client.pipeline():
        cursors = [client.execute("SELECT %s::int, repeat('x', 500)", (n,)) for n in range(20_000)]
    assert [cursor.fetchone()[0] for cursor in cursors] == list(range(20_000))  # type: ignore[index]


def test_portals_with_a_row_limit(address: Address) -> None:
    with wire.connected(address.host, address.port) as client:
        client.sendall(wire.startup(address.user, address.database))
        wire.until_ready(client)
        portal = wire.frame(b"B", b"p\0\0" + bytes(6))
        some = wire.frame(b"E", b"p\0" + struct.pack("!i", 4))
        text = wire.frame(b"P", b"\0SELECT generate_series(1, 10)\0\0\0")
        client.sendall(wire.frame(b"Q", b"BEGIN\0"))
        wire.until_ready(client)
        client.sendall(text + portal + some + some + wire.frame(b"S", b""))
        first = "".join(kind.decode() for kind, _ in wire.until_ready(client))
        client.sendall(some + wire.frame(b"C", b"Pp\0") + some + wire.frame(b"S", b""))
        then = wire.until_ready(client)
    assert first == "12DDDDsDDDDsZ"
    assert "".join(kind.decode() for kind, _ in then) == "DDC3EZ"
    assert wire.sqlstate(then[-2][1]) == "34000"


@pytest.mark.parametrize(("arguments", "kinds"), [(1, b"VZ"), (0, b"EZ")])
def test_a_function_called(address: Address, arguments: int, kinds: bytes) -> None:
    absolute, minus_seven = 1397, struct.pack("!ii", 4, -7)  # abs(integer)
    body = struct.pack("!ihhh", absolute, 1, 1, arguments) + minus_seven * arguments + struct.pack("!h", 1)
    with wire.connected(address.host, address.port) as client:
        client.sendall(wire.startup(address.user, address.database))
        wire.until_ready(client)
        client.sendall(wire.frame(b"F", body) + wire.frame(b"Q", b"SELECT 1\0") + wire.frame(b"X", b""))
        heard = list(wire.messages(client))
    assert b"".join(kind for kind, _ in heard) == kinds + b"TDCZ"
    assert not arguments or heard[0][1] == struct.pack("!ii", 4, 7)
