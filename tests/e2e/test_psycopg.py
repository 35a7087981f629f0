"""psycopg 3 through Lintel: synchronous, and in pipeline mode."""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import errors
from tests.e2e.route import Address

Client = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def client(address: Address) -> Iterator[Client]:
    with psycopg.connect(address.uri(application_name="e2e"), autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY, name text)")
        connection.execute("INSERT INTO t SELECT n, 'n' || n FROM generate_series(1, 10) AS n")
        yield connection


def value(client: Client, sql: str, *parameters: object, **options: Any) -> Any:
    row = client.execute(sql, parameters or None, **options).fetchone()
    return row and row[0]


def test_queries_and_settings(client: Client) -> None:
    assert value(client, "SELECT %s::int + 1", 41) == 42
    assert value(client, "SHOW application_name") == "e2e"
    assert client.execute("UPDATE t SET name = 'x' WHERE id <= 3").statusmessage == "UPDATE 3"
    assert client.info.parameter_status("server_encoding") == "UTF8"


def test_several_statements_in_one_text(client: Client) -> None:
    cursor = client.execute("SELECT 1; SELECT 2, 3; UPDATE t SET name = ''")
    results = [cursor.fetchall()]
    assert cursor.nextset()
    results.append(cursor.fetchall())
    assert cursor.nextset()
    assert (results, cursor.statusmessage) == ([[(1,)], [(2, 3)]], "UPDATE 10")


def test_prepared_statements_run_again_and_again(client: Client) -> None:
    names = [value(client, "SELECT name FROM t WHERE id = %s", n, prepare=True) for n in (1, 2, 3)]
    assert names == ["n1", "n2", "n3"]
    assert value(client, "SELECT count(*) FROM pg_prepared_statements") == 1
    client.execute("DEALLOCATE ALL")
    assert value(client, "SELECT name FROM t WHERE id = %s", 4, prepare=True) == "n4"


def test_sql_level_prepare_and_execute(client: Client) -> None:
    client.execute("PREPARE p (int) AS SELECT name FROM t WHERE id = $1")
    assert value(client, "EXECUTE p (7)") == "n7"
    client.execute("DEALLOCATE p")
    with pytest.raises(errors.InvalidSqlStatementName):
        client.execute("EXECUTE p (7)")


def test_transactions_roll_back_and_savepoints_too(client: Client) -> None:
    with client.transaction(force_rollback=True):
        client.execute("DELETE FROM t")
        with pytest.raises(errors.UniqueViolation), client.transaction():
            client.execute("INSERT INTO t VALUES (20), (20)")
        assert value(client, "SELECT count(*) FROM t") == 0
    assert value(client, "SELECT count(*) FROM t") == 10


def test_an_aborted_transaction_stays_aborted(client: Client) -> None:
    client.execute("BEGIN")
    with pytest.raises(errors.DivisionByZero):
        client.execute("SELECT 1 / 0")
    with pytest.raises(errors.InFailedSqlTransaction):
        client.execute("SELECT 1")
    assert client.execute("COMMIT").statusmessage == "ROLLBACK"


def test_errors_keep_their_fields(client: Client) -> None:
    with pytest.raises(errors.UniqueViolation) as caught:
        client.execute("INSERT INTO t VALUES (1)")
    assert caught.value.diag.constraint_name == "t_pkey"
    with pytest.raises(errors.UndefinedColumn) as undefined:
        client.execute("SELECT id, nix FROM t")
    assert undefined.value.diag.statement_position == "12"


def test_copy_in_and_out(client: Client) -> None:
    cursor = client.cursor()
    with cursor.copy("COPY t FROM STDIN") as copy:
        for n in range(100, 5100):
            copy.write_row((n, f"copied {n}"))
    assert cursor.statusmessage == "COPY 5000"
    with cursor.copy("COPY (SELECT * FROM t WHERE id >= 100 ORDER BY id) TO STDOUT (FORMAT binary)") as copy:
        copy.set_types(["int4", "text"])
        assert list(copy.rows())[-1] == (5099, "copied 5099")


def test_a_broken_copy_leaves_the_session_usable(client: Client) -> None:
    with contextlib.suppress(ZeroDivisionError), client.cursor().copy("COPY t FROM STDIN") as copy:
        copy.write_row((100, 1 // 0))
    with pytest.raises(errors.BadCopyFileFormat), client.cursor().copy("COPY t FROM STDIN") as copy:
        copy.write("1\t2\t3\n")
    assert value(client, "SELECT count(*) FROM t") == 10


def test_cancel_reaches_the_statement(client: Client) -> None:
    timer = threading.Timer(0.2, client.cancel_safe)
    timer.start()
    started = time.monotonic()
    with pytest.raises(errors.QueryCanceled):
        client.execute("SELECT pg_sleep(30)")
    assert time.monotonic() - started < 5
    timer.join()
    assert value(client, "SELECT 1") == 1


def test_listen_and_notify(client: Client, address: Address) -> None:
    client.execute("LISTEN news")
    with psycopg.connect(address.uri(), autocommit=True) as other:
        other.execute("NOTIFY news, 'hello'")
    heard = list(client.notifies(timeout=5, stop_after=1))
    assert [(n.channel, n.payload) for n in heard] == [("news", "hello")]


def test_notices_arrive(client: Client) -> None:
    heard: list[str | None] = []
    client.add_notice_handler(lambda notice: heard.append(notice.message_primary))
    client.execute("DO $$ BEGIN RAISE NOTICE 'attention'; END $$")
    assert heard == ["attention"]


def test_a_named_cursor_fetches_in_pieces(client: Client) -> None:
    with client.transaction(), client.cursor("c", scrollable=True) as cursor:
        cursor.execute("SELECT id FROM t ORDER BY id")
        assert [row[0] for row in cursor.fetchmany(4)] == [1, 2, 3, 4]
        cursor.scroll(-2)
        assert [row[0] for row in cursor.fetchmany(4)] == [3, 4, 5, 6]


def test_rows_one_by_one(client: Client) -> None:
    rows = client.cursor().stream("SELECT n FROM generate_series(1, 5000) AS n")
    assert sum(row[0] for row in rows) == 12_502_500


def test_a_large_result_arrives_whole(client: Client) -> None:
    rows = client.execute("SELECT n, repeat('x', 1000) FROM generate_series(1, 20000) AS n").fetchall()
    assert sum(len(row[1]) for row in rows) == 20_000_000


def test_large_values_go_both_ways(client: Client) -> None:
    sent = bytes(range(256)) * 40_000
    assert value(client, "SELECT %b::bytea", sent) == sent


def test_a_pipeline_keeps_its_order(client: Client) -> None:
    with client.pipeline():
        cursors = [client.execute("SELECT %s::int", (n,)) for n in range(200)]
    assert [cursor.fetchone() for cursor in cursors] == [(n,) for n in range(200)]


def test_a_pipeline_with_prepared_statements_and_syncs(client: Client) -> None:
    found = []
    with client.pipeline() as pipeline:
        for n in (1, 2, 3):
            found.append(client.execute("SELECT name FROM t WHERE id = %s", (n,), prepare=True))
            pipeline.sync()
        client.execute("INSERT INTO t VALUES (30, 'pipelined')")
    assert [cursor.fetchone() for cursor in found] == [("n1",), ("n2",), ("n3",)]
    assert value(client, "SELECT name FROM t WHERE id = 30") == "pipelined"


def test_an_error_in_a_pipeline_skips_to_its_sync_and_no_further(client: Client) -> None:
    def failing() -> None:
        client.execute("SELECT nix FROM t")
        client.execute("INSERT INTO t VALUES (41)")  # raises already if the error is back by now
        pipeline.sync()

    with client.pipeline() as pipeline:
        client.execute("INSERT INTO t VALUES (40)")
        with pytest.raises(errors.UndefinedColumn):
            failing()
        with contextlib.suppress(errors.PipelineAborted):
            pipeline.sync()
        after = client.execute("SELECT count(*) FROM t WHERE id >= 40")
    assert after.fetchone() == (0,)


def test_a_wrong_password_is_the_servers_own_error(address: Address) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(address.at(password="wrong").uri())


def test_an_unknown_database_is_the_servers_own_error(address: Address) -> None:
    with pytest.raises(psycopg.OperationalError, match='database "nowhere" does not exist'):
        psycopg.connect(address.at(database="nowhere").uri())
