"""psql and pgbench through Lintel, as people and their scripts run them."""

import re
import signal
import subprocess
import time
from pathlib import Path

import psycopg
import pytest
from tests.e2e.route import Address


def run(program: str, *arguments: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([program, *arguments], input=text, capture_output=True, text=True, timeout=60, check=False)


def script(psql: str, address: Address, text: str) -> subprocess.CompletedProcess[str]:
    return run(psql, "-XAtq", "-v", "ON_ERROR_STOP=1", address.uri(), text=text)


TABLE = (
    "CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t SELECT n, 'n' || n FROM generate_series(1, 10) AS n;"
)


def test_a_script_with_a_transaction_rolled_back(psql: str, address: Address) -> None:
    done = script(psql, address, TABLE + "BEGIN; DELETE FROM t; ROLLBACK; SELECT count(*), max(name) FROM t;")
    assert (done.stdout, done.stderr) == ("10|n9\n", "")


def test_describe_commands(psql: str, address: Address) -> None:
    done = script(psql, address, TABLE + "\\d t\n\\dt+\n\\dn\n")
    assert done.returncode == 0, done.stderr
    assert "id|integer||not null|" in done.stdout


def test_an_error_with_its_sqlstate_and_position(psql: str, address: Address) -> None:
    done = script(psql, address, "\\set VERBOSITY verbose\nSELECT 1,\n  nix;\n")
    assert done.returncode == 3
    assert "42703" in done.stderr
    assert "LINE 2:   nix" in done.stderr


def test_bound_and_prepared(psql: str, address: Address) -> None:
    done = script(psql, address, TABLE + "PREPARE p AS SELECT name FROM t WHERE id = $1; EXECUTE p (3); EXECUTE p (4);")
    assert done.stdout == "n3\nn4\n"


def test_copy_in_and_out(psql: str, address: Address, tmp_path: Path) -> None:
    source = tmp_path / "rows"
    source.write_text("".join(f"{n}\tcopied\n" for n in range(100, 200)))
    copying = f"\\copy t from '{source}'\n\\copy (select count(*) from t where name = 'copied') to stdout\n"
    assert script(psql, address, TABLE + copying).stdout == "100\n"


def test_a_cursor_and_a_large_result(psql: str, address: Address) -> None:
    text = "\\set FETCH_COUNT 1000\nSELECT n, repeat('x', 200) FROM generate_series(1, 20000) AS n;\n"
    assert script(psql, address, text).stdout.count("\n") == 20_000


def test_listen_and_notify(psql: str, address: Address) -> None:
    done = script(psql, address, "LISTEN news; NOTIFY news, 'hello'; SELECT 1;")
    assert 'Asynchronous notification "news" with payload "hello" received' in done.stdout


def test_interrupt_cancels_the_statement(psql: str, address: Address) -> None:
    process = subprocess.Popen(
        [psql, "-XAtq", address.uri(), "-c", "SELECT pg_sleep(30)"], stderr=subprocess.PIPE, text=True
    )
    with psycopg.connect(address.uri(), autocommit=True) as other:
        wait_until_active(other, "SELECT pg_sleep(30)")
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=20)
    assert "canceling statement due to user request" in messages
    assert time.monotonic() - started < 5


def wait_until_active(other: psycopg.Connection[tuple[object, ...]], query: str) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if other.execute("SELECT FROM pg_stat_activity WHERE query = %s AND state = 'active'", (query,)).fetchall():
            return
        time.sleep(0.02)
    raise AssertionError(f"never active: {query}")


@pytest.fixture
def benched(pgbench: str, address: Address) -> Address:
    done = run(pgbench, "-i", "-q", "-s", "1", address.uri())
    assert done.returncode == 0, done.stderr
    return address


@pytest.mark.parametrize("mode", ["simple", "extended", "prepared"])
def test_pgbench(pgbench: str, benched: Address, mode: str) -> None:
    done = run(pgbench, "-n", "-M", mode, "-c", "4", "-t", "50", benched.uri())
    assert done.returncode == 0, done.stderr
    assert re.search(r"actually processed: 200/200", done.stdout)
    assert "number of failed transactions: 0" in done.stdout
    with psycopg.connect(benched.uri()) as check:
        sums = "SELECT (SELECT sum(abalance) FROM pgbench_accounts), (SELECT sum(delta) FROM pgbench_history), count(*)"
        balance, deltas, rows = check.execute(sums + " FROM pgbench_history").fetchall()[0]
    assert (balance, rows) == (deltas, 200)
