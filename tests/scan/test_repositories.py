"""Made-up repositories, and every finding in them."""

import json
from pathlib import Path

import pytest
from tests.command import Done, lintel, started
from tests.scan.cases import HERE, SCHEMA, scanned

from lintel.config import ConfigError
from lintel.scan import Target, scan
from lintel.store import Store


@pytest.mark.parametrize("name", ["shop", "warehouse"])
def test_every_finding(name: str) -> None:
    assert scanned(name) == (HERE / "expected" / f"{name}.txt").read_text().splitlines()


def test_a_mart_three_models_away_is_named() -> None:
    result = scan([HERE / "repositories" / "warehouse"], Target(SCHEMA, table="public.orders", column="total"))
    (mart,) = {one.reason for one in result.uses if one.reader == "model fct_clients"}
    assert mart == "through orders_by_client"
    assert {one.column for one in result.uses} == {"total", None}


def test_a_table_or_column_that_is_not_there_is_an_error() -> None:
    for table, column in (("public.nowhere", None), ("public.orders", "nothing")):
        with pytest.raises(ConfigError):
            scan([HERE], Target(SCHEMA, table=table, column=column))


def run(*arguments: str) -> Done:
    return lintel("scan", *arguments)


def test_the_command(tmp_path: Path) -> None:
    schema = str(HERE / "schema.sql")
    place = str(HERE / "repositories")
    done = started("scan", place, "--schema", schema, "--table", "Orders", "--column", "total", "--format", "json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    assert found.keys() == {"uses", "files", "opaque"}
    assert {use["column"] for use in found["uses"]} == {"total", None}
    store = Store(tmp_path / "lintel.db")
    store.save_catalog("shop", SCHEMA)
    store.close()
    clean = tmp_path / "clean.sql"
    clean.write_text("SELECT 'orders' AS total;")
    assert run(str(clean), "--store", str(tmp_path / "lintel.db")).returncode == 0
    clean.write_text("DO $$ BEGIN EXECUTE orders; END $$;")
    assert run(str(clean), "--schema", schema, "--table", "orders").returncode == 3
    for wrong in (
        [str(clean)],
        ["nowhere", "--schema", schema],
        [str(clean), "--schema", schema, "--dialect", "cobol"],
    ):
        done = run(*wrong)
        assert (done.returncode, done.stdout) == (2, ""), wrong
        assert done.stderr.startswith("lintel: ")
