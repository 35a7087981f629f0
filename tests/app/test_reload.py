"""SIGHUP: all of a new configuration is in force, or nothing of it."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import trustme
from tests.app.test_serve import ONE_MAJOR, through
from tests.e2e.proxy import Proxy

Lintel = Callable[..., Proxy]
pytestmark = [ONE_MAJOR, pytest.mark.check(32)]

PLAN = """
id = "orders-priority"
purpose = "Support wants to sort by urgency"
table = "public.orders"
[add]
column = "priority"
type = "smallint"
default = "7"
[shield]
stars = "pin"
[[shield.clients]]
match = { application_name = "new" }
sees = "new"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lintel.toml"


@pytest.fixture
def orders(database: str) -> str:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE orders (id int)")
        connection.execute("INSERT INTO orders VALUES (1)")
    return database


def reload(proxy: Proxy, said: str = "configuration reloaded") -> None:
    times = proxy.log.count(said)
    proxy.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 10
    while proxy.log.count(said) == times:
        assert time.monotonic() < deadline, proxy.log
        time.sleep(0.02)
    time.sleep(0.3)  # the workers, too


def problems(proxy: Proxy) -> dict[str, str]:
    body = json.loads(proxy.get("/readyz"))
    assert body["ready"] is True
    return dict(body.get("problems", {}))


@pytest.mark.check(27, 32)
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_plan_comes_and_goes_under_running_sessions(orders: str, lintel: Lintel, file: Path, workers: str) -> None:
    file.write_text("")
    proxy = lintel(orders, "-c", str(file), "--workers", workers)
    new = psycopg.connect(through(proxy, orders), application_name="new", autocommit=True, prepare_threshold=0)
    with new, pytest.raises(psycopg.errors.UndefinedColumn):
        new.execute("SELECT priority FROM orders")
    new = psycopg.connect(through(proxy, orders), application_name="new", autocommit=True, prepare_threshold=0)
    with new:
        assert new.execute("SELECT * FROM orders").fetchall() == [(1,)]
        (file.parent / "plan.toml").write_text(PLAN)
        file.write_text('[shield]\nplans = ["plan.toml"]')
        reload(proxy)
        assert new.execute("SELECT priority FROM orders").fetchall() == [(7,)]
        assert new.execute("SELECT * FROM orders").fetchall() == [(1, 7)]  # prepared before there was a plan
        file.write_text("")
        reload(proxy)
        assert new.execute("SELECT * FROM orders").fetchall() == [(1,)]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_bad_plan_leaves_the_old_one_in_force_and_is_shown(
    orders: str, lintel: Lintel, file: Path, workers: str
) -> None:
    plan = file.parent / "plan.toml"
    plan.write_text(PLAN)
    file.write_text('[shield]\nplans = ["plan.toml"]')
    proxy = lintel(orders, "-c", str(file), "--workers", workers)
    plan.write_text(PLAN.replace('type = "smallint"', 'type = "no such ( type"'))
    file.write_text('[shield]\nplans = ["plan.toml"]\non_opaque = "refuse"\n[log]\nlevel = "error"')
    reload(proxy, "configuration not reloaded")
    assert f"{plan}: add.type: " in problems(proxy)["configuration"]
    with psycopg.connect(through(proxy, orders), application_name="new", autocommit=True) as client:
        assert client.execute("SELECT priority FROM orders").fetchall() == [(7,)]
        client.execute("DO $$ BEGIN END $$")  # opaque, and still let through
    plan.write_text(PLAN)
    file.write_text('[shield]\nplans = ["plan.toml"]')
    reload(proxy)
    assert problems(proxy) == {}


def test_what_takes_a_restart_is_named_and_stays(orders: str, lintel: Lintel, file: Path) -> None:
    file.write_text("")
    proxy = lintel(orders, "-c", str(file))
    file.write_text('[record]\ntables = ["orders"]\n[limits]\nsessions = 1\n[log]\nlevel = "debug"')
    reload(proxy)
    assert problems(proxy) == {"configuration": "takes a restart: record.tables"}
    with psycopg.connect(through(proxy, orders)), pytest.raises(psycopg.OperationalError, match="too many connections"):
        psycopg.connect(through(proxy, orders))
    assert '"level": "debug"' in proxy.log


def test_a_new_certificate_is_shown_to_those_who_come_from_now_on(orders: str, lintel: Lintel, file: Path) -> None:
    def issue() -> None:
        authority = trustme.CA()
        issued = authority.issue_cert("localhost", "127.0.0.1")
        issued.cert_chain_pems[0].write_to_path(str(file.parent / "cert.pem"))
        issued.private_key_pem.write_to_path(str(file.parent / "key.pem"))
        authority.cert_pem.write_to_path(str(file.parent / "ca.pem"))

    def connect() -> None:
        trusted = f"?sslmode=verify-full&sslrootcert={file.parent / 'ca.pem'}"
        psycopg.connect(through(proxy, orders).replace("127.0.0.1", "localhost") + trusted).close()

    issue()
    file.write_text('[listen]\ntls_cert = "cert.pem"\ntls_key = "key.pem"')
    proxy = lintel(orders + "?sslmode=disable", "-c", str(file))
    connect()
    issue()
    with pytest.raises(psycopg.OperationalError):
        connect()
    reload(proxy)
    connect()
    (file.parent / "cert.pem").write_text("not a certificate")
    reload(proxy, "configuration not reloaded")
    connect()
