"""Who is on which version, from real sessions to the report and to the release of the plan."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.command import lintel as command
from tests.e2e.proxy import SECONDS_TO_FLUSH, Proxy
from tests.priority import PLAN, rule

from lintel.demo.postgres import find

RELEASABLE = PLAN + rule("v2", "new")

pytestmark = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    file = tmp_path / "orders-priority.toml"
    file.write_text(RELEASABLE)
    return file


@pytest.fixture
def proxy(database: str, plan: Path, lintel: Callable[..., Proxy]) -> Proxy:
    with psycopg.connect(database) as owner:
        owner.execute("CREATE TABLE orders (id int PRIMARY KEY, total numeric)")
    return lintel(database, "--plan", str(plan))


def run(proxy: Proxy, database: str, client: str, *statements: str) -> None:
    through = f"host={proxy.host} port={proxy.port} application_name={client}"
    with psycopg.connect(database, autocommit=True, **dict(p.split("=") for p in through.split())) as session:
        for statement in statements:
            session.execute(statement)


def clients(proxy: Proxy, expected: int) -> dict[tuple[str, str], dict[str, Any]]:
    """By client and side, once there are that many."""
    deadline = time.monotonic() + SECONDS_TO_FLUSH
    while True:
        plans = proxy.report()["plans"]
        found = {(one["client"], one["side"]): one for plan in plans for one in plan["clients"]}
        if len(found) >= expected or time.monotonic() > deadline:
            return found


def release(proxy: Proxy, plan: Path, *flags: str) -> tuple[int, str]:
    done = command("plan", "release", str(plan), "--store", str(proxy.store), *flags)
    assert not done.stderr
    return done.returncode, done.stdout


def test_the_report_says_who_is_on_which_version(database: str, proxy: Proxy) -> None:
    run(proxy, database, "v1", "SELECT * FROM orders", "SELECT * FROM orders", "SELECT id FROM orders")
    run(proxy, database, "v2", "SELECT * FROM orders", "INSERT INTO orders VALUES (1, 2)")
    run(proxy, database, "unknown", "SELECT priority FROM orders")
    found = clients(proxy, 4)
    assert {key: (one["known"], one["calls"], one["rewritten"]) for key, one in found.items()} == {
        ("v1", "old"): ("default", 2, 2),
        ("v1", "either"): ("inferred", 1, 0),
        ("v2", "new"): ("rule", 2, 2),
        ("unknown", "new"): ("inferred", 1, 1),
    }
    (told,) = proxy.report()["plans"]
    assert (told["plan"], told["table"], told["last_old"]) == (
        "orders-priority", "public.orders", found["v1", "old"]["last_seen"]
    )  # fmt: skip
    text = command("report", "--store", str(proxy.store)).stdout
    assert "orders-priority on public.orders" in text
    assert "1 client of the old table, the last seen" in text


def test_a_plan_is_not_released_too_early(database: str, proxy: Proxy, plan: Path) -> None:
    run(proxy, database, "v1", "SELECT * FROM orders")
    clients(proxy, 1)
    code, told = release(proxy, plan)
    assert code == 1
    assert all(word in told for word in ("the change is not made", "is not 7 days yet", "v1", "nothing: taken for old"))
    assert plan.read_text() == RELEASABLE
    run(proxy, database, "v2", "ALTER TABLE orders ADD COLUMN priority smallint DEFAULT 0")
    deadline = time.monotonic() + SECONDS_TO_FLUSH
    while (found := release(proxy, plan, "--quiet", "1s", "--check"))[0] and time.monotonic() < deadline:
        assert plan.read_text() == RELEASABLE
    assert found == (0, "orders-priority may be released\n")
    assert release(proxy, plan, "--quiet", "1s")[0] == 0
    assert "released = true" in plan.read_text()
    assert release(proxy, plan) == (0, "orders-priority is released already\n")


def test_a_forced_release_asks_nothing(proxy: Proxy, plan: Path) -> None:
    assert release(proxy, plan, "--force")[0] == 0
    assert json.loads(command("plan", "show", str(plan), "--json").stdout)["released"] is True
