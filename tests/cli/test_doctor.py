"""`lintel doctor`: each check says ok, warning or failure, and leaves everything as it was."""

import asyncio
import json
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import structlog
import trustme
from tests.e2e.proxy import Proxy
from tests.priority import PLAN

from lintel import catalog
from lintel.cli.application import run
from lintel.demo.postgres import NoPostgres, find, launch
from lintel.parking.side_table import prepare
from lintel.plan import load
from lintel.store import Store

ONE_MAJOR = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")
Checks = dict[str, tuple[str, str]]
Doctor = Callable[..., Checks]
NOWHERE = "postgresql://me:hunter2@127.0.0.1:1/shop"
PARKING = PLAN + '[shield]\nabsent_writes = "park"\n'


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """The command runs in this process, and logs to what stderr is meanwhile."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before
    structlog.reset_defaults()


@pytest.fixture
def orders(database: str) -> str:
    """A database with the table that the plan is about."""
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE orders (id int PRIMARY KEY, total numeric)")
    return database


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan that parks."""
    file = tmp_path / "plan.toml"
    file.write_text(PARKING)
    return file


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """An empty directory for the store, in which nothing may have appeared."""
    (tmp_path / "place").mkdir()
    yield tmp_path / "place"
    assert not list((tmp_path / "place").iterdir())


@pytest.fixture
def doctor(capfd: pytest.CaptureFixture[str]) -> Doctor:
    """The command: what each check said; nothing that is printed shows a password."""

    def ask(code: int, *arguments: object, admin: str = "127.0.0.1:0") -> Checks:
        given = ["doctor", "--listen", "127.0.0.1:0", "--admin", admin, *map(str, arguments)]
        assert run([*given, "--json"]) == code
        said = capfd.readouterr()
        assert "hunter2" not in said.out + said.err
        found = {one["check"]: (one["state"], one["text"]) for one in json.loads(said.out)} if said.out else {}
        assert (not found) == (code == 2), said.err
        return found

    return ask


def failing(found: Checks) -> set[str]:
    return {check for check, (state, _) in found.items() if state == "failure"}


@ONE_MAJOR
def test_all_is_well(doctor: Doctor, orders: str, plan: Path, place: Path) -> None:
    found = doctor(0, "--server", orders, "--plan", plan, "--store", place / "lintel.db")
    assert {check for check, (state, _) in found.items() if state != "ok"} <= {"hot path", "open files"}
    assert {"server", "catalog", "plan orders-priority", "logins", "store", "listen.address"} <= found.keys()
    assert "without TLS" in found["server"][1]
    with psycopg.connect(orders) as connection:
        row = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'lintel'").fetchone()
    assert row == (0,), "nothing was made"


@ONE_MAJOR
def test_a_table_that_is_not_as_its_plan_has_it(doctor: Doctor, orders: str, plan: Path, place: Path) -> None:
    with psycopg.connect(orders, autocommit=True) as connection:
        connection.execute("ALTER TABLE orders ADD priority bigint DEFAULT 4711")
    found = doctor(0, "--server", orders, "--plan", plan, "--store", place / "lintel.db")
    state, told = found["table of orders-priority"]
    assert state == "warning"
    assert told.startswith("public.orders.priority is of type bigint, which the plan does not say")
    assert "4711" not in told.partition(", in ")[0]


@ONE_MAJOR
def test_beside_a_running_lintel(doctor: Doctor, orders: str, place: Path, lintel: Callable[..., Proxy]) -> None:
    proxy = lintel(orders)
    found = doctor(0, "--server", orders, "--store", proxy.store, admin=proxy.admin)
    assert found["running"][0] == "ok"
    taken = doctor(1, "--server", orders, "--store", place / "lintel.db", "--listen", f"{proxy.host}:{proxy.port}")
    assert failing(taken) == {"listen.address"}


@ONE_MAJOR
def test_a_role_that_may_not_park_and_a_wrong_password(doctor: Doctor, orders: str, plan: Path, place: Path) -> None:
    role = f"r_{orders.rpartition('/')[2]}"
    where = orders.rpartition("@")[2]
    with psycopg.connect(orders, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'hunter2'")
        try:
            rest = ("--plan", plan, "--store", place / "lintel.db")
            poor = doctor(1, "--server", f"postgresql://{role}:hunter2@{where}", *rest)
            wrong = doctor(1, "--server", f"postgresql://{role}:hunter22@{where}", *rest)
            granted = f"GRANT CREATE ON DATABASE {where.rpartition('/')[2]} TO {role}"
            connection.execute(f"{granted}; ALTER TABLE orders OWNER TO {role}")
            doctor(0, "--server", f"postgresql://{role}:hunter2@{where}", *rest)
            assert asyncio.run(_prepared(f"postgresql://{role}:hunter2@{where}", plan)), "as it was told"
            doctor(0, "--server", f"postgresql://{role}:hunter2@{where}", *rest)
        finally:
            connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
    assert failing(poor) == {"plan orders-priority"}
    assert "may not create the schema" in poor["plan orders-priority"][1]
    assert failing(wrong) == {"catalog"}
    assert "password authentication failed" in wrong["catalog"][1]


async def _prepared(dsn: str, plan: Path) -> bool:
    connection = await catalog.connect(catalog.resolve(dsn))
    try:
        return await prepare(connection, load(plan))
    finally:
        await connection.close()


@ONE_MAJOR
def test_sslmode_is_kept_to(doctor: Doctor, orders: str, place: Path) -> None:
    found = doctor(1, "--server", f"{orders}?sslmode=require", "--store", place / "lintel.db")
    assert failing(found) == {"server"}


@ONE_MAJOR
def test_rows_that_cannot_be_filled(doctor: Doctor, orders: str, plan: Path, place: Path) -> None:
    text = plan.read_text().replace('default = "0"', "not_null = true").partition("[shield]")[0]
    plan.write_text(text + '[backfill]\nexpression = "0"\n')
    arguments = ("--server", orders, "--plan", plan, "--store", place / "lintel.db")
    assert doctor(0, *arguments)["plan orders-priority"][0] == "ok"
    with psycopg.connect(orders) as connection:
        connection.execute("ALTER TABLE orders DROP CONSTRAINT orders_pkey")
    assert "no primary key" in doctor(1, *arguments)["plan orders-priority"][1]
    with psycopg.connect(orders) as connection:
        connection.execute("DROP TABLE orders")
    assert doctor(0, *arguments)["plan orders-priority"][0] == "warning"


def test_with_tls_on_the_servers_leg(doctor: Doctor, tmp_path: Path, place: Path) -> None:
    issued = trustme.CA().issue_cert("localhost", "127.0.0.1")
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    try:
        server = launch(find()[-1].bindir, ssl_cert=tmp_path / "cert.pem", ssl_key=tmp_path / "key.pem")
    except NoPostgres:
        pytest.skip("no PostgreSQL here is built with TLS")
    with server:
        found = doctor(0, "--server", f"{server.dsn()}?sslmode=require", "--store", place / "lintel.db")
    assert "with TLS" in found["server"][1]
    assert found["logins"][0] == "ok"


def test_for_people(capfd: pytest.CaptureFixture[str], place: Path) -> None:
    arguments = ["--server", NOWHERE, "--store", str(place / "lintel.db")]
    assert run(["doctor", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", *arguments]) == 1
    said = capfd.readouterr().out
    assert "hunter2" not in said
    assert {line.split()[0] for line in said.splitlines()} <= {"ok", "warning", "failure"}


def test_the_server_is_down(doctor: Doctor, place: Path) -> None:
    found = doctor(1, "--server", NOWHERE, "--store", place / "lintel.db")
    assert failing(found) == {"server"}
    assert "127.0.0.1:1" in found["server"][1]


def test_a_bad_plan(doctor: Doctor, plan: Path, place: Path) -> None:
    plan.write_text('id = "x"\n')
    found = doctor(1, "--server", NOWHERE, "--plan", plan, "--store", place / "lintel.db")
    assert failing(found) == {"server", "plans"}
    assert str(plan) in found["plans"][1]


def test_a_bad_configuration_is_usage(doctor: Doctor, tmp_path: Path) -> None:
    file = tmp_path / "lintel.toml"
    file.write_text('[server]\ndsn = "postgresql://me:hunter2@x:nope/shop"\n')
    assert doctor(2, "--config", file) == {}
    file.write_text("[sever]\n")
    assert doctor(2, "--config", file) == {}


def test_the_store(doctor: Doctor, tmp_path: Path) -> None:
    good, other, junk = tmp_path / "good.db", tmp_path / "other.db", tmp_path / "junk.db"
    Store(good).close()
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE mine (a)")
    junk.write_text("no database at all" * 100)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for path, state in ((good, "ok"), (other, "failure"), (junk, "failure"), (tmp_path / "no" / "x.db", "failure")):
        assert doctor(1, "--server", NOWHERE, "--store", path)["store"][0] == state, path
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_certificate_and_the_key_of_another(doctor: Doctor, tmp_path: Path, place: Path) -> None:
    for name in ("one", "two"):
        issued = trustme.CA().issue_cert("localhost")
        issued.cert_chain_pems[0].write_to_path(str(tmp_path / f"{name}.pem"))
        issued.private_key_pem.write_to_path(str(tmp_path / f"{name}.key"))
    file = tmp_path / "lintel.toml"
    for key, failed in (("one", {"server"}), ("two", {"server", "TLS of clients"})):
        file.write_text(f'[listen]\ntls_cert = "one.pem"\ntls_key = "{key}.key"\n')
        found = doctor(1, "--config", file, "--server", NOWHERE, "--store", place / "lintel.db")
        assert failing(found) == failed
