"""The command line: what goes to stdout, what to stderr, and the exit codes.

Each command is `started` once at least, as people do; the rest is asked within this process.
"""

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.command import Done, started
from tests.command import lintel as command
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import find

CONFIG = Path(__file__).parents[2] / "config"
PLAN = str(CONFIG / "plans" / "orders-priority.toml")
ONE_MAJOR = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")


def lines(done: Done) -> list[dict[str, object]]:
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def orders(database: str) -> str:
    """A database with the table that the plan is about."""
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE orders (id int PRIMARY KEY, total numeric)")
    return database


def test_version_help_and_usage() -> None:
    assert started("--version").stdout.startswith("lintel ")
    for done in (started("-h"), command("--help")):
        assert (done.returncode, done.stderr) == (0, "")
        assert "Usage: lintel" in done.stdout
    wrong = (["plan"], ["plan", "show"], ["rewrite", "SELECT 1"], ["serve", "--nope"])
    for done in (started("nope"), *(command(*words) for words in wrong)):
        assert (done.returncode, done.stdout) == (2, ""), done.args
        assert "Usage: lintel" in done.stderr


def test_it_starts_quickly() -> None:
    spent = []
    for _ in range(5):
        before = os.times().children_user + os.times().children_system
        assert started("--version").returncode == 0
        spent.append(os.times().children_user + os.times().children_system - before)
    assert min(spent) < 0.5, "seconds of CPU"


def test_what_starts_quickly_imports_little() -> None:
    script = "import sys; from lintel.cli import application; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    heavy = {
        "asyncpg",
        "postgast",
        "sqlglot",
        "starlette",
        "uvicorn",
        "prometheus_client",
        "rich",
        "structlog",
        "uvloop",
    }
    assert not heavy & set(done.stdout.split())


@ONE_MAJOR
def test_analyze_one_statement(orders: str) -> None:
    (answer,) = lines(started("analyze", "--server", orders, "SELECT * FROM orders o WHERE o.total > 5"))
    assert answer["sql"] == "SELECT * FROM orders o WHERE o.total > 5"
    assert answer["verb"] == "select"
    assert answer["tables"] == answer["stars"] == ["public.orders"]
    assert answer["reads"] == ["public.orders.id", "public.orders.total"]
    assert answer["opaque"] is None


@ONE_MAJOR
def test_analyze_answers_each_input_as_it_comes(orders: str) -> None:
    command = [sys.executable, "-m", "lintel", "analyze", "--server", orders]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text in (b"SELECT id FROM orders", b"not sql; at all", b"SELECT '\xff'", b""):
            process.stdin.write(text + b"\0")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            assert answer["sql"].encode("utf-8", "surrogateescape") == text
        process.stdin.write(b"DELETE FROM orders")
        process.stdin.close()
        assert json.loads(process.stdout.readline())["verb"] == "delete"
        assert process.stdout.readline() == b""
    assert process.returncode == 0


@ONE_MAJOR
def test_analyze_uses_the_search_path_of_a_fresh_session(orders: str) -> None:
    with psycopg.connect(orders, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA other")
        connection.execute("CREATE TABLE other.orders (id int, note text)")
        name = connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} SET search_path = other, public".encode())
    (answer,) = lines(command("analyze", "--server", orders, "SELECT note FROM orders"))
    assert answer["reads"] == ["other.orders.note"]


@ONE_MAJOR
def test_rewrite_imagines_hides_and_refuses(orders: str) -> None:
    def verdict(sql: str, *flags: str, run: Callable[..., Done] = command) -> dict[str, object]:
        (answer,) = lines(run("rewrite", "--plan", PLAN, "--server", orders, *flags, sql))
        return answer

    imagined = verdict("SELECT id, priority FROM orders", run=started)
    assert imagined["verdict"] == "rewrite"
    assert "0)::smallint" in str(imagined["sql"])
    refused = verdict("INSERT INTO orders (id, priority) VALUES (1, 2)")
    assert (refused["verdict"], refused["sql"], refused["sqlstate"]) == ("refuse", None, "42703")
    assert str(refused["message"]).startswith('lintel: plan "orders-priority"')
    allowed = verdict("SELECT id FROM orders", "--sees", "old")
    assert allowed["verdict"] in ("allow", "rewrite")
    star = verdict("SELECT * FROM orders", "--client", "application_name=billing-v2")
    assert "priority" in str(star["sql"])


@ONE_MAJOR
def test_an_unreachable_server_and_a_wrong_client_attribute(server: object) -> None:
    done = started("analyze", "--server", "postgresql://u:canary@127.0.0.1:1/d", "SELECT 1")
    assert done.returncode == 2
    assert done.stderr.startswith("lintel: --server: 127.0.0.1:1 cannot be read: ")
    assert "canary" not in done.stderr


@pytest.mark.parametrize("flag", ["color=red", "color"])
@ONE_MAJOR
def test_a_wrong_client_attribute(orders: str, flag: str) -> None:
    done = command("rewrite", "--plan", PLAN, "--server", orders, "--client", flag, "SELECT 1")
    assert done.returncode == 2
    assert done.stderr.startswith("lintel: --client: ")


@pytest.fixture
def store(orders: str, lintel: Callable[..., Proxy]) -> str:
    """What a Lintel kept of two clients of `orders`."""
    proxy = lintel(orders)
    address = f"host={proxy.host} port={proxy.port} dbname={orders.rpartition('/')[2]} user=postgres"
    password = orders.split(":")[2].partition("@")[0]
    for client, sql in (("shop", "SELECT * FROM orders WHERE id = 42"), ("books", "SELECT sum(total) FROM orders")):
        with psycopg.connect(f"{address} password={password} application_name={client}") as connection:
            connection.execute(sql.encode())
    proxy.terminate()
    return str(proxy.store)


@ONE_MAJOR
def test_report(store: str, tmp_path: Path) -> None:
    shown = json.loads(started("report", "--store", store, "--format", "json", "--column", "total").stdout)
    assert {use["client"] for use in shown["uses"]} >= {"shop", "books"}
    only = json.loads(command("report", "--store", store, "--format", "json", "--client", "books").stdout)
    assert {use["client"] for use in only["uses"]} == {"books"}
    assert "public.orders" in command("report", "--store", store).stdout
    assert command("report", "--store", store, "-o", str(tmp_path / "report.txt")).stdout == ""
    assert "public.orders" in (tmp_path / "report.txt").read_text()
    assert command("report", "-c", "absent.toml").returncode == 2
    missing = started("report", "--store", str(tmp_path / "absent.db"))
    assert missing.returncode == 2
    assert "there is no store" in missing.stderr


@ONE_MAJOR
def test_impact(store: str, orders: str) -> None:
    drop = "ALTER TABLE orders DROP COLUMN total"
    done = started("impact", drop, "--store", store, "--format", "json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found["change"] == drop
    assert ("DRP-01", "books") in {(finding["rule"], finding["client"]) for finding in found["findings"]}
    live = json.loads(command("impact", drop, "--store", store, "--server", orders, "--format", "json").stdout)
    assert live["findings"] == found["findings"]
    planned = command("impact", "--plan", PLAN, "--store", store)
    assert planned.returncode == 1
    assert "ADD-01" in planned.stdout
    for wrong in ([], [drop, "--plan", PLAN], ["SELECT 1"], ["absent.sql"], [drop, drop]):
        done = command("impact", *wrong, "--store", store)
        assert (done.returncode, done.stdout) == (2, ""), wrong
        assert done.stderr.startswith("lintel: ")


@ONE_MAJOR
def test_impact_of_files(store: str, tmp_path: Path) -> None:
    first, second = tmp_path / "1.sql", tmp_path / "2.sql"
    first.write_text("ALTER TABLE orders ADD COLUMN note text;\n")
    second.write_text("-- later\n\nALTER TABLE orders DROP COLUMN total;\n")
    done = command("impact", "-f", str(first), "--file", str(second), "--store", store, "--format", "json")
    assert done.returncode == 1, done.stderr
    places = {(f["rule"], f["file"], f["line"]) for f in json.loads(done.stdout)["findings"] if f["client"] == "books"}
    assert places == {("DRP-01", str(second), 3)}
    text = command("impact", str(first), str(second), "--store", store).stdout
    assert f"ALTER TABLE orders DROP COLUMN total  ({second}:3)" in text
    harmless = "ALTER TABLE orders ALTER COLUMN total SET DEFAULT 0"
    assert command("impact", harmless, "--store", store).returncode == 0
    short = started("impact", harmless, "--store", store, "--at-least", "7d")
    assert (short.returncode, "were watched" in short.stdout) == (3, True)


def test_explain() -> None:
    assert "ADD-01  0A000" in started("explain").stdout
    assert "shield:" in command("explain", "drp-04").stdout
    wrong = command("explain", "ADD-99")
    assert (wrong.returncode, wrong.stdout) == (2, "")


def test_plan_lint_and_show(tmp_path: Path) -> None:
    assert (
        "fine; orders-priority is for ALTER TABLE public.orders ADD COLUMN priority"
        in started("plan", "lint", PLAN).stdout
    )
    assert "(0)::smallint" in started("plan", "show", PLAN).stdout
    assert json.loads(command("plan", "show", "--json", PLAN).stdout)["change"]["column"] == "priority"
    twice = tmp_path / "again.toml"
    twice.write_text(Path(PLAN).read_text())
    done = command("plan", "lint", PLAN, str(twice))
    assert done.returncode == 2
    assert f"{twice}: id: " in done.stderr


def test_config_show_masks_passwords_and_is_toml(tmp_path: Path) -> None:
    environ = {
        "LINTEL_SERVER__DSN": "postgresql://app:canary@db.internal/shop",
        "LINTEL_ADMIN__TOKEN": "canary",
        "LINTEL_LISTEN__ADDRESS": "[::1]:6432",
    }
    done = started("config", "show", "--origin", cwd=tmp_path, **environ)
    assert "canary" not in done.stdout
    shown = tomllib.loads(done.stdout)
    assert shown["listen"]["address"] == "[::1]:6432"
    assert 'address = "[::1]:6432"  # LINTEL_LISTEN__ADDRESS' in done.stdout
    assert 'level = "info"  # default' in done.stdout


def test_config_shows_and_checks_databases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "lintel.toml"
    entries = '"a.b" = "postgresql://u:canary@h/d"\nlogs = { dsn = "host=l", control_dsn = "password=canary" }'
    file.write_text(f"[databases]\n{entries}")
    done = command("config", "show", "--origin")
    assert tomllib.loads(done.stdout)["databases"] == {
        "a.b": "postgresql://u:***@h/d",
        "logs": {"dsn": "host=l", "control_dsn": "password=***"},
    }
    assert '"a.b" = "postgresql://u:***@h/d"  # lintel.toml' in done.stdout
    assert command("config", "check").stdout == "lintel.toml: fine; 0 plans\n"
    monkeypatch.setenv("LINTEL_SHIELD__PLANS", PLAN)
    done = command("config", "check")
    assert (done.returncode, done.stderr) == (
        2, f"lintel: {PLAN}: database: missing; expected, because there is no [server] dsn\n"
    )  # fmt: skip


def test_config_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = str(CONFIG / "lintel.toml")
    assert started("config", "check", "-c", file, cwd=tmp_path).stdout == f"{file}: fine; 0 plans\n"
    without = "defaults and LINTEL_* variables (no lintel.toml here): fine; 0 plans\n"
    assert started("config", "check", cwd=tmp_path).stdout == without
    done = started("config", "check", cwd=tmp_path, LINTEL_SHIELD__PLANS="nowhere.toml")
    assert (done.returncode, done.stderr) == (2, "lintel: nowhere.toml: cannot be read: No such file or directory\n")
    for said, key in (
        ({"LINTEL_AUTH__MODE": "own", "LINTEL_AUTH__FILE": "users.txt"}, "users.txt: auth.file"),
        ({"LINTEL_LISTEN__TLS_CERT": "no.pem", "LINTEL_LISTEN__TLS_KEY": "no.key"}, "no.pem: listen.tls_cert"),
    ):
        with monkeypatch.context() as within:
            within.chdir(tmp_path)
            for name, value in said.items():
                within.setenv(name, value)
            done = command("config", "check")
        assert (done.returncode, key in done.stderr) == (2, True), done


def test_output_into_a_closed_pipe_is_no_traceback() -> None:
    command = f"{sys.executable} -m lintel config show | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("[", "")
