"""The life of a plan by commands: written, taken up by a running Lintel, listed, told, released, let go of."""

import json
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.command import lintel as command
from tests.command import started
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import find

pytestmark = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")
NEW = ("--table", "public.orders", "--add", "priority", "--type", "smallint", "--default", "0")


def run(*words: str, code: int = 0) -> str:
    done = command(*words)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def star(proxy: Proxy, database: str) -> list[str]:
    with psycopg.connect(database, host=proxy.host, port=proxy.port, application_name="v1") as session:
        return [column.name for column in session.execute("SELECT * FROM orders").description or ()]


@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_life_of_a_plan(database: str, lintel: Callable[..., Proxy], tmp_path: Path, workers: str) -> None:
    with psycopg.connect(database) as owner:
        owner.execute("CREATE TABLE orders (id int, priority smallint DEFAULT 0)")
    plans, configuration = tmp_path / "plans", tmp_path / "lintel.toml"
    plans.mkdir()
    proxy = lintel(database, "-c", str(configuration_of(configuration)), "--workers", workers)
    at = ("--admin", proxy.admin)
    stored = ("-c", str(configuration), "--store", str(proxy.store))
    assert star(proxy, database) == ["id", "priority"]
    assert run("plan", "list", *stored) == "no plans\n"

    elsewhere, file = tmp_path / "elsewhere.toml", plans / "orders-priority.toml"
    run("plan", "new", "elsewhere", *NEW, "-o", str(elsewhere))
    assert "not among [shield] plans" in run("plan", "apply", str(elsewhere), *at, code=1)
    run("plan", "new", "orders-priority", *NEW, "-o", str(file))
    assert "cannot be written" in run("plan", "new", "orders-priority", *NEW, "-o", str(file), code=2)
    assert "orders-priority is in force" in run("plan", "apply", str(file), *at)
    assert star(proxy, database) == ["id"]

    proxy.uses()
    (listed,) = json.loads(run("plan", "list", "--json", *stored))
    name = database.rpartition("/")[2]
    assert (listed["plan"], listed["kind"], listed["phases"]) == ("orders-priority", "add", {name: "present"})
    page = run("plan", "doc", "orders-priority", *stored)
    assert "`ALTER TABLE public.orders ADD COLUMN priority smallint DEFAULT 0;`" in page

    run("plan", "release", "orders-priority", "--force", *stored)
    assert "out of force" in run("plan", "apply", str(file), *at)
    assert star(proxy, database) == ["id", "priority"]
    assert "released" in run("plan", "list", *stored)


def configuration_of(file: Path) -> Path:
    file.write_text('[shield]\nplans = ["plans/*.toml"]\n')
    return file


def test_a_file_that_cannot_be_used_leaves_what_is_in_force(
    database: str, lintel: Callable[..., Proxy], tmp_path: Path
) -> None:
    with psycopg.connect(database) as owner:
        owner.execute("CREATE TABLE orders (id int, priority smallint DEFAULT 0)")
    file = tmp_path / "p.toml"
    run("plan", "new", "p", *NEW, "-o", str(file))
    proxy = lintel(database, "--plan", str(file))
    written = file.read_text()
    file.write_text(written.replace("smallint", "int4"))
    other = tmp_path / "q.toml"
    other.write_text(written)
    assert "as another file has it" in run("plan", "apply", str(other), "--admin", proxy.admin, code=1)
    file.write_text("id = 1")
    done = started("plan", "apply", str(other), "--admin", proxy.admin)
    assert (done.returncode, "not reloaded" in done.stdout + done.stderr) == (1, True), done
    assert star(proxy, database) == ["id"]
