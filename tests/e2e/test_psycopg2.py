"""psycopg2, libpq's older driver, through Lintel: large objects by way of libpq's function calls included."""

import io
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from tests.e2e.route import Address

psycopg2 = pytest.importorskip("psycopg2", reason="no wheel of psycopg2 is locked for this Python and platform")
errors = pytest.importorskip("psycopg2.errors")
extras = pytest.importorskip("psycopg2.extras")


@pytest.fixture
def client(address: Address) -> Iterator[Any]:
    connection = psycopg2.connect(address.uri())
    connection.autocommit = True
    connection.cursor().execute(
        "CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t SELECT n, 'n' || n FROM generate_series(1, 10) n"
    )
    yield connection
    connection.close()


def rows(client: Any, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    with client.cursor() as cursor:
        cursor.execute(sql, parameters or None)
        return list(cursor.fetchall())


def test_queries_and_settings(client: Any) -> None:
    assert rows(client, "SELECT %s + 1, name FROM t WHERE id = %s", 41, 3) == [(42, "n3")]
    client.set_client_encoding("LATIN1")
    assert rows(client, "SELECT 'é'") == [("é",)]


def test_prepared_statements_run_again_and_again(client: Any) -> None:
    client.cursor().execute("PREPARE p (int) AS SELECT name FROM t WHERE id = $1")
    assert [rows(client, "EXECUTE p (%s)", n) for n in (1, 2, 3)] == [[("n1",)], [("n2",)], [("n3",)]]


def test_transactions_roll_back(client: Any) -> None:
    client.autocommit = False
    client.cursor().execute("DELETE FROM t")
    client.rollback()
    assert rows(client, "SELECT count(*) FROM t") == [(10,)]
    assert client.status == psycopg2.extensions.STATUS_BEGIN


def test_errors_have_their_sqlstate(client: Any) -> None:
    with pytest.raises(errors.UniqueViolation) as caught:
        client.cursor().execute("INSERT INTO t VALUES (1)")
    assert (caught.value.pgcode, caught.value.diag.constraint_name) == ("23505", "t_pkey")
    with pytest.raises(errors.UndefinedColumn) as undefined:
        client.cursor().execute("SELECT id, nix FROM t")
    assert undefined.value.diag.statement_position == "12"


def test_copy_in_and_out(client: Any) -> None:
    with client.cursor() as cursor:
        cursor.copy_expert("COPY t FROM STDIN", io.StringIO("".join(f"{n}\tcopied\n" for n in range(100, 5100))))
        assert cursor.rowcount == 5000
        out = io.StringIO()
        cursor.copy_expert("COPY (SELECT id FROM t WHERE name = 'copied' ORDER BY id) TO STDOUT", out)
    assert out.getvalue().splitlines()[-1] == "5099"


def test_a_broken_copy_leaves_the_session_usable(client: Any) -> None:
    with pytest.raises(errors.BadCopyFileFormat):
        client.cursor().copy_expert("COPY t FROM STDIN", io.StringIO("1\t2\t3\n"))
    assert rows(client, "SELECT count(*) FROM t") == [(10,)]


def test_cancel_reaches_the_statement(client: Any) -> None:
    timer = threading.Timer(0.2, client.cancel)
    timer.start()
    started = time.monotonic()
    with pytest.raises(errors.QueryCanceled):
        client.cursor().execute("SELECT pg_sleep(30)")
    timer.join()
    assert time.monotonic() - started < 5
    assert rows(client, "SELECT 1") == [(1,)]


def test_listen_and_notify(client: Any, address: Address) -> None:
    client.cursor().execute("LISTEN news")
    other = psycopg2.connect(address.uri())
    with other, other.cursor() as cursor:
        cursor.execute("NOTIFY news, 'hello'")
    other.close()
    deadline = time.monotonic() + 5
    while not client.notifies and time.monotonic() < deadline:
        client.poll()
        time.sleep(0.01)
    assert [(heard.channel, heard.payload) for heard in client.notifies] == [("news", "hello")]


def test_a_named_cursor_fetches_in_pieces(client: Any) -> None:
    client.autocommit = False
    with client.cursor("c", scrollable=True) as cursor:
        cursor.execute("SELECT id FROM t ORDER BY id")
        assert cursor.fetchmany(4) == [(1,), (2,), (3,), (4,)]
        cursor.scroll(-2)
        assert cursor.fetchmany(4) == [(3,), (4,), (5,), (6,)]
    client.rollback()


def test_many_rows_in_one_statement(client: Any) -> None:
    with client.cursor() as cursor:
        extras.execute_values(
            cursor, "INSERT INTO t VALUES %s", [(n, "many") for n in range(100, 2100)], page_size=2000
        )
    assert rows(client, "SELECT count(*) FROM t WHERE name = 'many'") == [(2000,)]


def test_a_large_result_arrives_whole(client: Any) -> None:
    found = rows(client, "SELECT repeat('x', 1000) FROM generate_series(1, 10000)")
    assert sum(len(text) for (text,) in found) == 10_000_000


def test_large_objects(client: Any) -> None:
    client.autocommit = False
    content = bytes(range(256)) * 8000
    made = client.lobject(0, "wb")
    assert made.write(content) == len(content)
    made.close()
    client.commit()
    read = client.lobject(made.oid, "rb")
    assert read.seek(256_000) == 256_000
    assert read.read(256) == content[:256]
    read.seek(0)
    assert read.read() == content
    read.unlink()
    client.commit()
    with pytest.raises(psycopg2.OperationalError, match="does not exist"):
        client.lobject(made.oid, "rb")
    client.rollback()


def test_two_phase_commit(client: Any) -> None:
    client.autocommit = False
    client.tpc_begin(client.xid(1, "global", "branch"))
    assert rows(client, "SELECT 1") == [(1,)]
    with pytest.raises(errors.ObjectNotInPrerequisiteState):  # max_prepared_transactions is 0 here
        client.tpc_prepare()
    assert client.tpc_recover() == []
