"""What the Conversation does on a real server: refusals, statements with an age, loud texts, DDL, and no trace."""

import threading
from collections.abc import Iterator

import psycopg
import pytest
from tests.session.proxy import Proxy

from lintel.wire.decision import DDL, SETTINGS, Decision, Refusal

REFUSED = Decision(
    text=b"SELECT lintel_refused_1", refusals=((b"lintel_refused_1", Refusal("42703", "lintel: plan p")),)
)


@pytest.fixture
def client(dsn: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE o (id int)")
        connection.execute("INSERT INTO o VALUES (1)")
        yield connection
        left = connection.execute("SELECT name FROM pg_prepared_statements WHERE name LIKE 'lintel%'").fetchall()
        assert left == connection.execute("SELECT name FROM pg_cursors").fetchall() == []


Client = psycopg.Connection[tuple[object, ...]]


@pytest.mark.check(5)
def test_refusal_in_a_transaction(client: Client, proxy: Proxy) -> None:
    proxy.database.says("INSERT INTO o (prio) VALUES (1)", REFUSED)
    with pytest.raises(psycopg.errors.UndefinedColumn, match="lintel: plan p"), client.transaction():
        client.execute("INSERT INTO o (prio) VALUES (1)")
    with client.transaction():
        with pytest.raises(psycopg.errors.UndefinedColumn), client.transaction():  # a savepoint
            client.execute("INSERT INTO o (prio) VALUES (1)")
        client.execute("INSERT INTO o VALUES (2)")
    assert client.execute("SELECT count(*) FROM o").fetchone() == (2,)


def test_prepared_before_the_plan(client: Client, proxy: Proxy) -> None:
    text = "SELECT * FROM o WHERE id = $1"
    asked = "SELECT * FROM o WHERE id = %s"
    assert client.execute(asked, (1,), prepare=True).fetchall() == [(1,)]
    client.execute("ALTER TABLE o ADD prio int")
    proxy.database.says(text, Decision(text=b"SELECT id FROM o WHERE id = $1"), "planned")
    proxy.call(proxy.database.switch, "planned")
    for _ in range(3):
        assert client.execute(asked, (1,), prepare=True).fetchall() == [(1,)]
    proxy.database.contexts["planned"].decisions[b"DEALLOCATE ALL"] = Decision(effects=4)
    client.execute("DEALLOCATE ALL")


def test_loud_text_is_decided_again(client: Client, proxy: Proxy) -> None:
    loud = Decision(text=b"SELECT prio FROM (SELECT 0 AS prio) d, o", retry=frozenset({"42702"}))
    proxy.database.says("SELECT prio FROM o", loud)
    assert client.execute("SELECT prio FROM o").fetchall() == [(0,)]
    client.execute("ALTER TABLE o ADD prio int DEFAULT 7")
    proxy.database.after_refresh = "after"
    proxy.database.says("SELECT prio FROM o", Decision(), "after")
    for prepare in (None, True):
        proxy.call(proxy.database.switch, "now")
        proxy.database.refreshes = 0
        assert client.execute("SELECT prio FROM o", prepare=prepare).fetchall() == [(7,)]
        assert proxy.database.refreshes == 1


def test_loud_text_in_a_pipeline(client: Client, proxy: Proxy) -> None:
    loud = Decision(text=b"SELECT prio FROM (SELECT 0 AS prio) d, o", retry=frozenset({"42702"}))
    proxy.database.says("SELECT prio FROM o", loud)
    client.execute("ALTER TABLE o ADD prio int DEFAULT 7")
    proxy.database.after_refresh = "after"
    proxy.database.says("SELECT prio FROM o", Decision(), "after")
    with client.pipeline():
        first = client.execute("SELECT prio FROM o")
        second = client.execute("SELECT 5")
    assert first.fetchall() == [(7,)]
    assert second.fetchall() == [(5,)]


def test_ddl_waits_for_the_snapshot(client: Client, proxy: Proxy) -> None:
    proxy.database.says("ALTER TABLE o ADD c int", Decision(effects=DDL))
    client.execute("ALTER TABLE o ADD c int")
    assert proxy.database.refreshes == 1
    proxy.database.says("ALTER TABLE o ADD d int", Decision(effects=DDL))
    with client.transaction():
        client.execute("ALTER TABLE o ADD d int")
        assert proxy.database.refreshes == 1
    assert proxy.database.refreshes == 2


def test_settings_are_asked_for(client: Client, proxy: Proxy) -> None:
    assert proxy.database.settings[-1].search_path == '"$user", public'
    proxy.database.says("SET search_path = x", Decision(effects=SETTINGS))
    proxy.database.says("SET LOCAL search_path = y", Decision(effects=SETTINGS))
    client.execute("SET search_path = x")
    client.execute("SELECT 1")
    assert proxy.database.settings[-1].search_path == "x"
    with client.transaction():
        client.execute("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        client.execute("SET LOCAL search_path = y")
        client.execute("SELECT 1")
        assert proxy.database.settings[-1].search_path == "y"
    client.execute("SELECT 1")
    assert proxy.database.settings[-1].search_path == "x"
    client.execute("SET application_name = 'other'")
    client.execute("SELECT 1")
    assert proxy.database.settings[-1].application_name == "other"


def test_the_unnamed_statement_survives_the_question(client: Client, proxy: Proxy) -> None:
    proxy.database.says("SET search_path = x", Decision(effects=SETTINGS))
    pg = client.pgconn
    assert pg.prepare(b"", b"SET search_path = x").status == psycopg.pq.ExecStatus.COMMAND_OK
    for _ in range(3):
        assert pg.exec_prepared(b"", None).status == psycopg.pq.ExecStatus.COMMAND_OK


def test_many_sessions_at_once(dsn: str, proxy: Proxy) -> None:
    proxy.database.says("SELECT * FROM pg_class LIMIT 1", Decision(text=b"SELECT 1 AS one"))

    def work() -> None:
        with psycopg.connect(dsn, autocommit=True) as client:
            for _ in range(50):
                assert client.execute("SELECT * FROM pg_class LIMIT 1").fetchone() == (1,)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    proxy.until_nobody_is_left()
    assert proxy.database.counted.count(("SELECT * FROM pg_class LIMIT 1", "ok")) == 400
