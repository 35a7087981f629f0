"""pg8000, a driver in pure Python with its own idea of the protocol, through Lintel."""

import io
import ssl
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from pg8000 import native
from tests.e2e.route import Address


@pytest.fixture
def client(address: Address) -> Iterator[Any]:
    tls = ssl.create_default_context(cafile=str(address.authority)) if address.authority else None
    connection = native.Connection(**address.keywords(), ssl_context=tls, application_name="e2e")
    connection.run("CREATE TABLE t (id int PRIMARY KEY, name text)")
    connection.run("INSERT INTO t SELECT n, 'n' || n FROM generate_series(1, 10) AS n")
    yield connection
    connection.close()


def test_queries_and_settings(client: Any) -> None:
    assert client.run("SELECT name FROM t WHERE id = :id", id=3) == [["n3"]]
    assert client.run("SHOW application_name") == [["e2e"]]
    client.run("UPDATE t SET name = 'x' WHERE id <= 3")
    assert client.row_count == 3


def test_prepared_statements_run_again_and_again(client: Any) -> None:
    statement = client.prepare("SELECT name FROM t WHERE id = :id")
    assert [statement.run(id=n) for n in (1, 2, 3)] == [[["n1"]], [["n2"]], [["n3"]]]
    statement.close()


def test_transactions_roll_back(client: Any) -> None:
    client.run("START TRANSACTION")
    client.run("DELETE FROM t")
    client.run("ROLLBACK")
    assert client.run("SELECT count(*) FROM t") == [[10]]


def test_errors_have_their_sqlstate(client: Any) -> None:
    with pytest.raises(native.DatabaseError) as caught:
        client.run("INSERT INTO t VALUES (1)")
    assert caught.value.args[0]["C"] == "23505"
    assert client.run("SELECT 1") == [[1]]


def test_copy_in_and_out(client: Any) -> None:
    client.run("COPY t FROM STDIN", stream=io.StringIO("".join(f"{n}\tcopied\n" for n in range(100, 200))))
    out = io.BytesIO()
    client.run("COPY (SELECT id FROM t WHERE name = 'copied' ORDER BY id) TO STDOUT", stream=out)
    assert out.getvalue().splitlines()[-1] == b"199"


def test_a_statement_cancelled_by_somebody_else(client: Any, address: Address) -> None:
    # pg8000 has no cancel of its own.
    ((pid,),) = client.run("SELECT pg_backend_pid()")
    with psycopg.connect(address.uri(), autocommit=True) as other:
        killer = threading.Thread(target=other.execute, args=(f"SELECT pg_sleep(0.2), pg_cancel_backend({pid})",))
        killer.start()
        started = time.monotonic()
        with pytest.raises(native.DatabaseError) as caught:
            client.run("SELECT pg_sleep(8)")
        killer.join()
    assert caught.value.args[0]["C"] == "57014"
    assert time.monotonic() - started < 5


def test_listen_and_notify(client: Any) -> None:
    client.run("LISTEN news")
    client.run("NOTIFY news, 'hello'")
    client.run("SELECT 1")
    assert [(channel, payload) for _, channel, payload in client.notifications] == [("news", "hello")]


def test_a_cursor_fetches_in_pieces(client: Any) -> None:
    client.run("BEGIN")
    client.run("DECLARE c CURSOR FOR SELECT id FROM t ORDER BY id")
    assert client.run("FETCH 4 FROM c") == [[1], [2], [3], [4]]
    assert client.run("FETCH 4 FROM c") == [[5], [6], [7], [8]]
    client.run("COMMIT")


def test_a_large_result_arrives_whole(client: Any) -> None:
    rows = client.run("SELECT repeat('x', 1000) FROM generate_series(1, 5000)")
    assert len(rows) == 5000
