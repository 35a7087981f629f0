"""No reload takes a plan away for which values may be parked; what one that comes needs is made before it is over."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.app.test_reload import problems, reload
from tests.app.test_serve import ONE_MAJOR, through
from tests.command import lintel as command
from tests.e2e.proxy import Proxy
from tests.shield.planned import PRIO, until
from tests.shield.reloading import ordered

Lintel = Callable[..., Proxy]
pytestmark = ONE_MAJOR

PLAN = (
    PRIO
    + """
[shield]
absent_writes = "park"
[[shield.clients]]
match = { application_name = "new" }
sees = "new"
"""
)
WITH = '[shield]\nplans = ["plan.toml"]\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "plan.toml").write_text(PLAN)
    return tmp_path / "lintel.toml"


@pytest.fixture
def table(database: str) -> str:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE o (id int PRIMARY KEY)")
        connection.execute("INSERT INTO o VALUES (1)")
    return database


def _new(proxy: Proxy, database: str) -> psycopg.Connection:
    return psycopg.connect(through(proxy, database), application_name="new", autocommit=True)


@pytest.mark.parametrize("workers", ["1", "2"])
@pytest.mark.parametrize("way", ["gone", "released", "refuse", "dry-run", "column", "type"])
def test_it_is_not_taken_away(table: str, lintel: Lintel, file: Path, workers: str, way: str) -> None:
    file.write_text(WITH)
    proxy, plan = lintel(table, "-c", str(file), "--workers", workers), file.parent / "plan.toml"
    plans = {
        "released": f"released = true\n{PLAN}",
        "refuse": PLAN.replace('"park"', '"refuse"'),
        "column": PLAN.replace('"prio"', '"other"'),
        "type": PLAN.replace('"int"', '"bigint"'),
    }
    with _new(proxy, table) as new, psycopg.connect(table, autocommit=True) as direct:
        new.execute("UPDATE o SET prio = 5")
        plan.write_text(plans.get(way, PLAN))
        file.write_text({"gone": "", "dry-run": f'{WITH}mode = "dry-run"\n'}.get(way, WITH))
        reload(proxy, "configuration not reloaded")
        assert "values may be parked by p" in problems(proxy)["configuration"]
        assert new.execute("SELECT prio FROM o").fetchall() == [(5,)]
        assert command("plan", "apply", str(plan), "--admin", proxy.admin).returncode == 1
        direct.execute("ALTER TABLE o ADD COLUMN prio int DEFAULT 0")
        until(lambda: direct.execute("SELECT prio FROM o").fetchall() == [(5,)])
        until(lambda: "landing" not in proxy.get("/status"))
        reload(proxy)
        assert "configuration" not in problems(proxy)
        assert new.execute("SELECT id FROM o").fetchall() == [(1,)]


def test_by_force_it_is(table: str, lintel: Lintel, file: Path) -> None:
    file.write_text(WITH)
    proxy, plan = lintel(table, "-c", str(file)), file.parent / "plan.toml"
    with _new(proxy, table) as new:
        new.execute("UPDATE o SET prio = 5")
        plan.write_text(f"released = true\n{PLAN}")
        assert command("plan", "apply", str(plan), "--admin", proxy.admin, "--force").returncode == 0
        with pytest.raises(psycopg.errors.UndefinedColumn):
            new.execute("SELECT prio FROM o")


def test_other_changes_of_it_are_in_force(table: str, lintel: Lintel, file: Path) -> None:
    file.write_text(WITH)
    proxy, plan = lintel(table, "-c", str(file)), file.parent / "plan.toml"
    with _new(proxy, table) as new:
        new.execute("UPDATE o SET prio = 5")
        plan.write_text(PLAN.replace('application_name = "new"', 'application_name = "newer"'))
        reload(proxy)
        assert problems(proxy) == {}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_one_that_comes_parks_at_once(table: str, lintel: Lintel, file: Path, workers: str) -> None:
    """When the reload has answered, in whatever worker."""
    file.write_text("")
    proxy = lintel(table, "-c", str(file), "--workers", workers)
    sessions = [_new(proxy, table) for _ in range(4)]
    file.write_text(WITH)
    assert ordered(proxy.admin, "reload")["reloaded"]
    for number, new in enumerate(sessions):
        assert new.execute("UPDATE o SET prio = %s RETURNING prio", (number,)).fetchall() == [(number,)]
        new.close()
    assert "problems" in json.loads(proxy.get("/status"))
