"""`[databases]`: one Lintel in front of several servers, each name at its own."""

import json
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from tests.app.servers import configuration, through
from tests.app.sleeping import heard
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, find, launch

Lintel = Callable[..., Proxy]

PLAN = """
id = "orders-priority"
purpose = "Support wants to sort by urgency"
table = "public.orders"
{where}
[add]
column = "priority"
type = "smallint"
default = "7"
[[shield.clients]]
match = {{ application_name = "new" }}
sees = "new"
"""


class Pair(NamedTuple):
    """Of two majors where both are found. Each has a database `shop` of its own, with its own table `orders`."""

    one: Server
    other: Server


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    found = find()
    with ExitStack() as stack:
        both = Pair(*(stack.enter_context(launch(one.bindir, auth="trust")) for one in (found[0], found[-1])))
        for number, server in enumerate(both, 1):
            with psycopg.connect(server.dsn(), autocommit=True) as control:
                control.execute("CREATE DATABASE shop")
            with psycopg.connect(server.dsn("shop")) as control:
                control.execute(f"CREATE TABLE orders (id int, only_{number} int)")
                control.execute("INSERT INTO orders VALUES (%s, %s)", (number, number))
        yield both


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lintel.toml"


def port(client: psycopg.Connection) -> int:
    row = client.execute("SHOW port").fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def proxy(pair: Pair, lintel: Lintel, file: Path) -> Proxy:
    """[server] is the first; `shop_2` is a database of the second, and so is whatever else ends in 2."""
    file.write_text(configuration({"shop_2": pair.other.dsn("shop"), "*2": pair.other.dsn("").rstrip("/")}))
    return lintel(pair.one.dsn("shop"), "-c", str(file))


@pytest.mark.parametrize(
    ("asked", "server", "database"),
    [("shop", "one", "shop"), ("postgres", "one", "postgres"), ("shop_2", "other", "shop")],
)
def test_each_name_at_its_own(pair: Pair, proxy: Proxy, asked: str, server: str, database: str) -> None:
    with psycopg.connect(through(proxy, asked)) as client:
        assert port(client) == getattr(pair, server).port
        assert client.execute("SELECT current_database()").fetchone() == (database,)


def test_a_name_that_the_server_does_not_have_is_its_own_to_refuse(pair: Pair, proxy: Proxy) -> None:
    with pytest.raises(psycopg.OperationalError, match='database "nothing_2" does not exist'):
        psycopg.connect(through(proxy, "nothing_2"))


def test_names_that_lead_nowhere(pair: Pair, lintel: Lintel, file: Path) -> None:
    file.write_text(configuration({"shop": pair.one.dsn("shop")}))
    proxy = lintel("", "-c", str(file))
    with pytest.raises(psycopg.OperationalError, match='FATAL:  database "postgres" does not exist') as caught:
        psycopg.connect(through(proxy, "postgres"))
    assert caught.value.sqlstate in (None, "3D000")  # libpq keeps it to itself
    with psycopg.connect(through(proxy, "shop")) as client:
        assert port(client) == pair.one.port


def test_replication_connections(pair: Pair, proxy: Proxy) -> None:
    def system(conninfo: str) -> object:
        with psycopg.connect(conninfo, autocommit=True, cursor_factory=psycopg.ClientCursor) as client:
            found = client.execute("IDENTIFY_SYSTEM").fetchone()[0]  # type: ignore[index]
            return found.decode() if isinstance(found, bytes) else found  # a walsender may know no types

    one, other = (system(f"{server.dsn('shop')}?replication=database") for server in pair)
    assert one != other
    assert system(through(proxy, "shop_2", replication="database")) == other
    assert system(through(proxy, "shop", replication="database")) == one
    assert system(through(proxy, "", replication="true")) == one
    assert system(through(proxy, "replication2", replication="true")) == other


@pytest.mark.check(16)
@pytest.mark.parametrize("workers", ["1", "3"])
def test_cancel_requests_find_their_server(pair: Pair, lintel: Lintel, file: Path, workers: str) -> None:
    dead = "host=127.0.0.1 port=1 dbname=x"
    file.write_text(configuration({"dead": dead, "shop_2": pair.other.dsn("shop")}))
    proxy = lintel(pair.one.dsn("shop"), "-c", str(file), "--workers", workers)
    with ExitStack() as stack:
        clients = [stack.enter_context(psycopg.connect(through(proxy, name))) for name in ("shop", "shop_2") * 4]
        told = heard(clients, (0, 1, 4, 5), pair)
    assert told == ["57014" if number in (0, 1, 4, 5) else None for number in range(8)]


def test_each_has_a_catalog_and_lines_of_its_own_in_the_report(proxy: Proxy) -> None:
    for name, column in (("shop", "only_1"), ("shop_2", "only_2")):
        with psycopg.connect(through(proxy, name, application_name=name), autocommit=True) as client:
            client.execute(f"SELECT {column} FROM orders")
    uses = proxy.uses(2)
    assert {(use["client"], use["column"]) for use in uses} == {("shop", "only_1"), ("shop_2", "only_2")}


@pytest.mark.parametrize(
    ("where", "held"),
    [
        ("", {"shop": True, "shop_2": True}),
        ('routes = ["shop_2"]', {"shop": False, "shop_2": True}),
        ('routes = ["[server]"]\ndatabase = "shop"', {"shop": True, "shop_2": False}),
    ],
)
def test_where_a_plan_holds(pair: Pair, lintel: Lintel, file: Path, where: str, held: dict[str, bool]) -> None:
    (file.parent / "plan.toml").write_text(PLAN.format(where=where))
    file.write_text(configuration({"shop_2": pair.other.dsn("shop")}, '[shield]\nplans = ["plan.toml"]'))
    proxy = lintel(pair.one.dsn("shop"), "-c", str(file))
    for name, carried in held.items():
        with psycopg.connect(through(proxy, name, application_name="new"), autocommit=True) as client:
            if carried:
                assert client.execute("SELECT priority FROM orders").fetchall() == [(7,)]
            else:
                with pytest.raises(psycopg.errors.UndefinedColumn, match='column "priority" does not exist'):
                    client.execute("SELECT priority FROM orders")


def reload(proxy: Proxy, said: str = "configuration reloaded") -> None:
    times = proxy.log.count(said)
    proxy.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 10
    while proxy.log.count(said) == times:
        assert time.monotonic() < deadline, proxy.log
        time.sleep(0.02)


@pytest.mark.check(32)
def test_reload_leads_who_comes_from_now_on_elsewhere_and_leaves_sessions_where_they_are(
    pair: Pair, proxy: Proxy, file: Path
) -> None:
    plan = file.parent / "plan.toml"
    plan.write_text(PLAN.format(where=""))
    with psycopg.connect(through(proxy, "shop_2", application_name="new"), autocommit=True) as before:
        assert port(before) == pair.other.port
        file.write_text(configuration({"shop_2": pair.one.dsn("shop")}, '[shield]\nplans = ["plan.toml"]'))
        reload(proxy)
        with psycopg.connect(through(proxy, "shop_2"), autocommit=True) as after:
            assert port(after) == pair.one.port
            assert after.execute("SELECT only_1 FROM orders").fetchall() == [(1,)]
        assert port(before) == pair.other.port
        assert before.execute("SELECT only_2, priority FROM orders").fetchall() == [(2, 7)]  # the new plan's, there too
        file.write_text(configuration({"shop_2": "mysql://nowhere"}))
        reload(proxy, "configuration not reloaded")
        assert (
            "databases.shop_2: expected a PostgreSQL DSN"
            in json.loads(proxy.get("/readyz"))["problems"]["configuration"]
        )
        with psycopg.connect(through(proxy, "shop_2")) as still:
            assert port(still) == pair.one.port


@pytest.mark.parametrize("workers", ["1", "2"])
def test_one_server_that_is_down_is_a_problem_and_no_reason_to_be_out_of_service(
    pair: Pair, lintel: Lintel, file: Path, workers: str
) -> None:
    file.write_text(configuration({"gone": "host=127.0.0.1 port=1 dbname=x"}))
    proxy = lintel(pair.one.dsn("shop"), "-c", str(file), "--workers", workers)
    body = json.loads(proxy.get("/readyz"))
    assert body["ready"] is True
    assert body["problems"] == {"server gone": "cannot be reached"}
    with pytest.raises(psycopg.OperationalError, match="the server cannot be reached"):
        psycopg.connect(through(proxy, "gone"))
