"""`lintel impact` on a store: output and exit codes."""

import json
from pathlib import Path

import pytest
from tests.report.test_report import SCHEMA, SEEN, record
from typer.testing import CliRunner

from lintel.cli.application import app
from lintel.config import ConfigError
from lintel.report.breakage import Catalog, run
from lintel.store import Batch, Store, StoreError

ADD = "ALTER TABLE orders ADD COLUMN prio smallint"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lintel.db"


async def test_the_document(path: Path) -> None:
    await record(path, *SEEN)
    verdict = run(path, ADD, "json")
    found = json.loads(verdict.output)
    assert verdict.code == 1
    assert set(found) == {"change", "window", "findings", "ddl", "not_seen", "code"}
    assert found["change"] == ADD
    assert set(found["findings"][0]) == {
        "rule", "sqlstate", "client", "object", "shape", "sql", "calls", "calls_per_day", "last_seen", "message", "fix",
        "file", "line",
    }  # fmt: skip
    assert {(f["rule"], f["client"], f["sql"]) for f in found["findings"]} == {
        ("ADD-01", "billing", "SELECT * FROM orders WHERE id = ?"),
        ("ADD-20", "billing", "SELECT * FROM orders WHERE id = ?"),
        ("ADD-24", "billing", "INSERT INTO orders VALUES (?, ?, ?)"),
    }
    (ddl,) = found["ddl"]
    about = {"statement": ADD, "lock": "AccessExclusiveLock", "rewrites_table": False, "scans_table": False}
    assert {name: ddl[name] for name in about} == about
    assert (ddl["table"], ddl["rows"], ddl["in_the_way"]) == ("public.orders", None, [])


async def test_text(path: Path) -> None:
    await record(path, *SEEN)
    text = run(path, "ALTER TABLE orders DROP COLUMN total").output
    assert "DRP-05  An object that uses the column  (2BP01)" in text
    assert "      view public.dear" in text
    assert "1 client and 1 object meet this change of public.orders." in text
    assert "takes AccessExclusiveLock, briefly" in text


async def test_exit_codes(path: Path) -> None:
    await record(path, ("SELECT id, total FROM orders", "billing", "allow"))
    assert run(path, ADD).code == 0
    assert "Nothing that was seen breaks (1 statement on public.orders in 0 seconds)." in run(path, ADD).output
    assert run(path, "ALTER TABLE customers ADD x int").code == 3, "nobody was seen to use it"
    assert run(path, "ALTER TABLE orders ALTER total SET DEFAULT 0").code == 0
    Store(path).add(Batch(2e9, 2e9 + 1))
    verdict = run(path, ADD)
    assert verdict.code == 3, "the window has a gap"
    assert "too little was seen" in verdict.output


async def test_what_cannot_be_resolved_again_is_no_silence(path: Path) -> None:
    await record(path, ("SELECT id FROM orders", "billing", "allow"), ("DO $$ begin end $$", "cron", "allow"))
    verdict = run(path, ADD)
    assert verdict.code == 3
    assert "Not judged: 1 recorded statement" in verdict.output


async def test_ddl_that_came_through_is_not_in_the_way(path: Path) -> None:
    await record(path, ("SELECT id FROM orders", "billing", "allow"), ("ALTER TABLE orders ADD x int", "dba", "allow"))
    assert run(path, ADD).code == 0


async def test_a_live_catalog_goes_before_the_kept_one(path: Path) -> None:
    await record(path, *SEEN)
    assert run(path, ADD, catalog=Catalog("shop", SCHEMA)).code == 1
    assert run(path, ADD, catalog=Catalog("other", SCHEMA)).code == 3


async def test_bad_input(path: Path) -> None:
    with pytest.raises(StoreError):
        run(path, ADD)
    Store(path).close()
    with pytest.raises(ConfigError, match="no catalog yet"):
        run(path, ADD)
    await record(path, *SEEN)
    with pytest.raises(ConfigError, match="ADD COLUMN"):
        run(path, "SELECT 1")
    with pytest.raises(ConfigError, match="nothing"):
        run(path, "ALTER TABLE nothing ADD x int")


CODE = {
    "report.py": 'SQL = "SELECT total FROM orders WHERE id = 1"\n',
    "export.sql": "-- all of it\nSELECT * FROM orders;\n",
    "names.sql": "SELECT name FROM customers;\nSELECT id FROM orders;\n",
}


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ("ALTER TABLE orders DROP COLUMN total", {("report.py", 1, "read"), ("export.sql", 2, "star")}),
        ("ALTER TABLE orders RENAME COLUMN total TO amount", {("report.py", 1, "read"), ("export.sql", 2, "star")}),
        ("ALTER TABLE orders ALTER total TYPE text", {("report.py", 1, "read"), ("export.sql", 2, "star")}),
        (ADD, {("export.sql", 2, "star")}),
        ("ALTER TABLE orders ALTER total SET DEFAULT 0", set()),
        ("ALTER TABLE customers DROP COLUMN name", {("names.sql", 1, "read")}),
        ("DROP TABLE customers", {("names.sql", 1, "read")}),
    ],
)
async def test_source_code_is_looked_through(
    path: Path, tmp_path: Path, change: str, places: set[tuple[str, int, str]]
) -> None:
    """By the command, as people give it."""
    await record(path, ("SELECT id FROM orders", "billing", "allow"))
    code = tmp_path / "code"
    code.mkdir()
    for name, text in CODE.items():
        (code / name).write_text(text)
    arguments = ["impact", change, "--store", str(path), "--code", str(code)]
    said = CliRunner().invoke(app, [*arguments, "--format", "json"])
    found = json.loads(said.stdout)["code"]
    assert {(Path(use["file"]).name, use["line"], use["kind"]) for use in found} == places
    assert said.exit_code == 1 or not places
    told = CliRunner().invoke(app, arguments).stdout
    assert ("In source code" in told) == bool(places)
