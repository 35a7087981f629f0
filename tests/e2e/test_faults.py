"""What a client, an operator and the neighbours see when things go wrong."""

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import asyncpg
import psycopg
import pytest
from tests.e2e import wire
from tests.e2e.proxy import Proxy
from tests.priority import PLAN

from lintel.demo.postgres import Server, launch


@pytest.fixture(scope="module")
def trusting() -> Iterator[Server]:
    with launch(auth="trust") as server:
        yield server


@pytest.fixture(scope="module")
def proxy(trusting: Server) -> Iterator[Proxy]:
    with Proxy(trusting.dsn()) as running:
        yield running


def uri(proxy: Proxy, database: str = "postgres") -> str:
    return f"postgresql://postgres@{proxy.host}:{proxy.port}/{database}"


@pytest.mark.check(22)
async def test_an_unreachable_server_is_57p03_and_one_line_in_the_log() -> None:
    with Proxy("postgresql://postgres:secret-canary@127.0.0.1:1/postgres") as proxy:
        with pytest.raises(asyncpg.CannotConnectNowError) as caught:
            await asyncpg.connect(uri(proxy), ssl=False)
        said = [line for line in proxy.log.splitlines() if "57P03" in line or "unreachable" in line]
        assert caught.value.sqlstate == "57P03"
        assert len(said) == 1, proxy.log
        assert "secret-canary" not in proxy.log
        assert "Traceback" not in proxy.log


@pytest.mark.check(22)
def test_a_server_lost_in_a_transaction_and_back_again() -> None:
    with launch(auth="trust") as server, Proxy(server.dsn()) as proxy:
        with closing(psycopg.connect(uri(proxy))) as client:
            client.execute("CREATE TABLE t (id int)")
            client.commit()
            client.execute("INSERT INTO t VALUES (1)")
            server.stop()
            with pytest.raises(psycopg.OperationalError) as caught:
                client.execute("INSERT INTO t VALUES (2)")
            assert caught.value.sqlstate in ("57P01", "08006", None)
            assert client.closed
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(uri(proxy))
        server.start()
        with psycopg.connect(uri(proxy)) as client:
            assert client.execute("SELECT count(*) FROM t").fetchone() == (0,)


MALFORMED = {
    "length below four": b"Q\0\0\0\3",
    "negative length": b"Q\xff\xff\xff\xff",
    "unknown type": wire.frame(b"\x01", b"abc"),
    "query without its NUL": wire.frame(b"Q", b"SELECT 1"),
    "bytes after the NUL": wire.frame(b"Q", b"SELECT 1\0more\0"),
    "truncated Parse": wire.frame(b"P", b"name"),
}


@pytest.mark.check(2)
@pytest.mark.parametrize("bytes_sent", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_malformed_frame_closes_that_session_and_no_other(proxy: Proxy, bytes_sent: bytes) -> None:
    with psycopg.connect(uri(proxy)) as neighbour, wire.connected(proxy.host, proxy.port) as client:
        client.sendall(wire.startup("postgres", "postgres"))
        wire.until_ready(client)
        client.sendall(bytes_sent)
        replies = list(wire.messages(client))
        assert [kind for kind, _ in replies] == [b"E"]
        assert wire.sqlstate(replies[0][1]) == "08P01"
        assert neighbour.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.check(8, 17)
@pytest.mark.parametrize("bytes_sent", [b"\0\0\0\3", b"\x7f\xff\xff\xff\0\3\0\0", b"GET / HTTP/1.1\r\n\r\n"])
def test_a_malformed_startup_is_closed(proxy: Proxy, bytes_sent: bytes) -> None:
    with psycopg.connect(uri(proxy)) as neighbour, wire.connected(proxy.host, proxy.port) as client:
        client.sendall(bytes_sent)
        assert [kind for kind, _ in wire.messages(client)] in ([], [b"E"])
        assert neighbour.execute("SELECT 1").fetchone() == (1,)


def test_what_nobody_can_parse_gets_the_servers_answer_and_is_recorded_as_opaque(trusting: Server) -> None:
    with Proxy(trusting.dsn()) as proxy, psycopg.connect(uri(proxy), autocommit=True) as client:
        with pytest.raises(psycopg.errors.SyntaxError):
            client.execute("SELEKT canary_opaque")
        client.execute("DO $$ BEGIN PERFORM 1; END $$")
        deadline = time.monotonic() + 5
        while proxy.report()["window"]["opaque"] < 1 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert proxy.report()["window"]["opaque"] >= 1


def test_on_opaque_decides_about_what_runs_inside_the_server(trusting: Server, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(PLAN)
    outcome = {}
    for mode in ("pass", "refuse"):
        environment = {"LINTEL_SHIELD__ON_OPAQUE": mode}
        with (
            Proxy(trusting.dsn(), "--plan", str(plan), environment=environment) as proxy,
            psycopg.connect(uri(proxy), autocommit=True) as client,
        ):
            client.execute("CREATE TABLE IF NOT EXISTS orders (id int, total numeric)")
            try:
                client.execute("DO $$ BEGIN PERFORM count(*) FROM orders; END $$")
                outcome[mode] = "passed"
            except psycopg.Error as error:
                outcome[mode] = f"{error.sqlstate} {error.diag.message_primary}"
            assert client.execute("SELECT 1").fetchone() == (1,)
    assert outcome["pass"] == "passed"
    assert outcome["refuse"].startswith("42501 lintel:")


def test_sigterm_ends_idle_sessions_and_lets_a_transaction_finish(trusting: Server) -> None:
    with (
        Proxy(trusting.dsn()) as proxy,
        closing(psycopg.connect(uri(proxy))) as busy,
        closing(psycopg.connect(uri(proxy), autocommit=True)) as idle,
    ):
        idle.execute("SELECT 1")
        busy.execute("CREATE TABLE finished AS SELECT 1")
        proxy.process.terminate()
        time.sleep(0.3)
        busy.execute("INSERT INTO finished SELECT 2")
        busy.commit()
        with pytest.raises(psycopg.OperationalError):
            idle.execute("SELECT 1")
        started = time.monotonic()
        assert proxy.process.wait(timeout=10) == 0
        assert time.monotonic() - started < 10
    with psycopg.connect(trusting.dsn(), autocommit=True) as check:
        assert check.execute("SELECT count(*) FROM finished").fetchone() == (2,)
        check.execute("DROP TABLE finished")


def test_sigterm_does_not_wait_for_ever_for_an_open_transaction(trusting: Server) -> None:
    with Proxy(trusting.dsn()) as proxy, closing(psycopg.connect(uri(proxy))) as client:
        client.execute("SELECT 1")
        assert proxy.terminate() < 10.5


def test_a_database_can_be_dropped_once_its_clients_have_left(proxy: Proxy, trusting: Server) -> None:
    with psycopg.connect(trusting.dsn(), autocommit=True) as control:
        control.execute("CREATE DATABASE passing")
        with psycopg.connect(uri(proxy, "passing"), autocommit=True) as client:
            client.execute("CREATE TABLE t (id int)")
            client.execute("SELECT * FROM t")
        control.execute("DROP DATABASE passing")
        control.execute("CREATE DATABASE passing")
        with psycopg.connect(uri(proxy, "passing"), autocommit=True) as client:
            client.execute("CREATE TABLE t (other int)")
            assert client.execute("SELECT other FROM t").fetchall() == []
        control.execute("DROP DATABASE passing")


def test_health_and_metrics(proxy: Proxy) -> None:
    with psycopg.connect(uri(proxy)) as client:
        client.execute("SELECT 1")
        assert proxy.get("/livez")
        assert proxy.get("/readyz")
        metrics = proxy.get("/metrics")
    assert "lintel_build_info" in metrics
    assert any(line.startswith("lintel_sessions") for line in metrics.splitlines()), metrics
