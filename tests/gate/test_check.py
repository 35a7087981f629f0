"""`lintel check` on made-up projects: what it says, its exit codes, the baseline, and files since a commit."""

import json
import subprocess
from pathlib import Path

import psycopg
import pytest
from tests.gate.conftest import Check, is_expected

from lintel.demo.postgres import find
from lintel.store import Batch, Store

ADD = "ALTER TABLE orders ADD COLUMN prio smallint;\n"
DROP = "ALTER TABLE orders DROP COLUMN total;\n"
ONE_MAJOR = pytest.mark.parametrize("server", find()[:1], indirect=True, ids=lambda found: f"pg{found.major}")
HARMLESS = "CREATE TABLE notes (id int);\nCREATE INDEX ON notes (id);\nUPDATE orders SET total = 1;\n"


@pytest.mark.parametrize(
    ("paths", "code"),
    [("flyway", 1), ("dbmate", 1), ("goose", 1), ("plans", 2), ("plans/no-total.toml", 1)],
)
def test_text(paths: str, code: int, check: Check) -> None:
    found = check(*paths.split())
    assert (found[0], found[2]) == (code, "")
    is_expected(paths.replace("/", "-") + ".txt", found[1])


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"1.sql": HARMLESS}, 0),
        ({"1.sql": ADD}, 1),
        ({"1.sql": HARMLESS, "2.sql": ADD}, 1),
        ({"1.sql": "ALTER TABLE notes ADD x int"}, 2),
        ({"1.sql": "CREATE TABLE notes (id int)", "2.sql": "ALTER TABLE notes ADD x int"}, 0),
        ({"1.sql": ADD, "2.sql": "ALTER TABLE"}, 2),
        ({"1.sql": "DO $$ BEGIN EXECUTE 'ALTER TABLE orders ADD x int'; END $$"}, 3),
        ({"1.sql": ADD, "2.sql": "DO $$ BEGIN END $$"}, 1),
        ({"1.sql": "-- nothing"}, 0),
        ({"1.sql": "CREATE TABLE ${schema}.notes (id int)"}, 2),
        ({"1.sql": "COPY customers FROM stdin;\n1\tone\n\\.\n"}, 2),
        ({"1.sql": "\0"}, 2),
        ({"1.sql": "-- lintel: ignore ADD-01, ADD-20, ADD-09, ADD-21, ADD-24\n" + ADD}, 0),
        ({"1.sql": "-- lintel: ignore ADD-1\n" + ADD}, 2),
    ],
)
def test_exit_codes(files: dict[str, str], code: int, check: Check, project: Path) -> None:
    (project / "new").mkdir()
    for name, text in files.items():
        (project / "new" / name).write_text(text)
    found = check(*(f"new/{name}" for name in reversed(files)))
    assert found[0] == code, found


def test_silence_counts_only_where_enough_was_watched(
    check: Check, recorded: Path, project: Path, tmp_path: Path
) -> None:
    (project / "1.sql").write_text("ALTER TABLE customers ADD COLUMN x int; ALTER TABLE customers DROP COLUMN x;")
    assert check("1.sql")[0] == 0
    assert check("1.sql", "--at-least", "7d")[0] == 0, "what comes and goes concerns nobody"
    (project / "2.sql").write_text("ALTER TABLE customers ADD COLUMN x int;")
    assert check("2.sql")[0] == 0
    code, out, _ = check("2.sql", "--at-least", "7d")
    assert (code, "were watched" in out) == (3, True)
    gap = tmp_path / "gap.db"
    gap.write_bytes(recorded.read_bytes())
    store = Store(gap)
    store.add(Batch(2e9, 2e9 + 1))
    store.close()
    code, out, _ = check("2.sql", "--store", str(gap))
    assert (code, "1 gap" in out) == (3, True), out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nothing",), "nothing: there is no such file or directory"),
        (("flyway", "--write-baseline"), "expected --baseline FILE as well"),
        (("flyway", "--baseline", "none.json"), "there is none; --write-baseline makes it"),
        (("flyway", "--baseline", "flyway/V1__orders.sql"), "expected what --write-baseline writes"),
        (("flyway", "--since-commit", "--output=x"), "expected a commit"),
        (("flyway", "--since-commit", "HEAD"), "ended with exit code 128"),
        (("flyway", "--since", "soon"), "--since: soon: expected a time"),
        (("flyway", "--database", "other"), "the store keeps catalogs of shop"),
        (("alembic/migrations/env.py",), "expected a migration"),
        (("alembic/migrations/versions/a1_orders.py", "--python", "/none/python"), "cannot be run"),
        (("django/manage.py", "--adapter", "django", "--python", "false"), "ended with exit code 1"),
    ],
)
def test_usage(arguments: tuple[str, ...], said: str, check: Check) -> None:
    code, out, err = check(*arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_only_the_store_or_a_server_can_say(check: Check, tmp_path: Path) -> None:
    assert "there is no store" in check("flyway", "--store", str(tmp_path / "none.db"))[2]
    Store(tmp_path / "empty.db").close()
    assert "keeps no catalog yet; give --server" in check("flyway", "--store", str(tmp_path / "empty.db"))[2]


def test_the_baseline_knows_findings_wherever_they_stand(check: Check, project: Path) -> None:
    file = project / "1.sql"
    file.write_text(DROP)
    code, out, _ = check("1.sql", "--baseline", "known.json", "--write-baseline")
    assert code == 0
    entries = json.loads((project / "known.json").read_text())["findings"]
    assert out == f"known.json: {len(entries)} accepted\n"
    assert {entry["rule"] for entry in entries} >= {"DRP-02", "DRP-05"}
    assert {tuple(entry) for entry in entries} == {("rule", "change", "client", "object", "sql", "fingerprint")}
    code, out, _ = check("1.sql", "--baseline", "known.json")
    assert (code, f"Accepted: {len(entries)} by the baseline." in out) == (0, True)

    file.write_text("-- moved\n\n\nalter  table orders -- and laid out anew\n  drop column total;\n")
    file.rename(project / "7.sql")
    assert check("7.sql", "--baseline", "known.json")[0] == 0

    (project / "8.sql").write_text("ALTER TABLE customers DROP COLUMN name;\nALTER TABLE orders DROP COLUMN cid;\n")
    code, out, _ = check("8.sql", "--baseline", "known.json")
    assert code == 1, "another change is another finding"
    assert f"{len(entries)} findings of the baseline did not come up" in out


def test_only_what_has_changed_since_a_commit(check: Check, project: Path) -> None:
    def git(*arguments: str) -> None:
        config = ("-c", "user.name=n", "-c", "user.email=e", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *config, *arguments], cwd=project, check=True, capture_output=True)

    (project / ".git").rmdir()
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-qm", "all")
    assert check("flyway", "dbmate", "--since-commit", "main")[1].endswith("There was no migration to judge.\n")
    git("checkout", "-qb", "change")
    (project / "flyway" / "V11__prio.sql").write_text(ADD)
    git("add", ".")
    git("commit", "-qm", "change")
    (project / "flyway" / "V12__ä b.sql").write_text("ALTER TABLE orders DROP COLUMN prio;")
    (project / "flyway" / "V2__customers.sql").unlink()
    git("checkout", "-q", "main")
    (project / "dbmate" / "20261201000000_x.sql").write_text("x")
    git("add", "dbmate")
    git("commit", "-qm", "on main meanwhile")
    git("checkout", "-q", "change")
    code, out, _ = check("flyway", "dbmate", "--since-commit", "main", "--format", "json")
    found = json.loads(out)
    assert [file["file"] for file in found["files"]] == ["flyway/V11__prio.sql", "flyway/V12__ä b.sql"]
    assert code == 1


@ONE_MAJOR
def test_a_live_catalog_goes_before_the_kept_one(check: Check, database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute("CREATE TABLE orders (id int, total numeric)")
        connection.execute("CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'x'; RETURN 1; END $$")
    code, out, _ = check("flyway", "--server", database)
    assert code == 3, "nobody was seen in a database of that name"
    assert "V1__orders.sql: in the schema already" in out
    assert "V2__customers.sql: nothing that was seen breaks" in out
    assert "no statement on public.orders was seen" in out
    assert "Not all read: function public.f()" in out
    assert "cannot be read" in check("flyway", "--server", "postgresql://127.0.0.1:1/none")[2]
