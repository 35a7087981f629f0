"""The report, from a store that a recorder has written."""

import json
import re
from pathlib import Path

import pytest

from lintel.analysis import analyze
from lintel.analysis.ddl import schema_of
from lintel.config import ConfigError
from lintel.policy.statement import Statement
from lintel.recorder import Recorder
from lintel.report import render as pieces
from lintel.report import wanted
from lintel.sql.stored import stored_text
from lintel.store import Batch, Filter, Store

SCHEMA = schema_of(b"""
    CREATE TABLE orders (id int PRIMARY KEY, cid int, total numeric);
    CREATE TABLE customers (cid int, name text);
    CREATE VIEW dear AS SELECT id, total FROM orders WHERE total > 100;
""")
SEEN = [
    ("SELECT * FROM orders WHERE id = 4711", "billing", "allow"),
    ("INSERT INTO orders VALUES (4711, 2, 3)", "billing", "rewrite"),
    ("SELECT name FROM customers NATURAL JOIN orders", "reporting", "allow"),
    ("DELETE FROM orders WHERE id = 3", "cron", "refuse"),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "lintel.db"


def render(path: Path, filters: Filter, form: str = "text", *, colour: bool = False) -> str:
    return "".join(pieces(path, filters, form, colour=colour))


async def record(path: Path, *seen: tuple[str, str, str]) -> None:
    recorder = Recorder(path, interval=60)
    recorder.start()
    recorder.catalog("shop", SCHEMA)
    for sql, client, verdict in seen:
        facts = analyze(sql.encode(), SCHEMA, ("public",))
        message = 'lintel: plan "p" refuses it' if verdict == "refuse" else None
        statement = Statement(stored_text(sql.encode()), facts, verdict, search_path=("public",), message=message)
        recorder.observe(statement, recorder.tally(client, "shop"), "42703" if message else None)
    await recorder.close()


def documented(path: Path, **options: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = json.loads(render(path, wanted(**options), "json"))
    return found


async def test_the_document(path: Path) -> None:
    await record(path, *SEEN)
    found = documented(path)
    assert list(found) == ["window", "uses", "objects", "windows", "unread", "whole", "unused", "plans", "unplanned"]
    assert set(found["window"]) == {"from", "to", "gaps", "dropped", "opaque"}
    assert {tuple(use) for use in found["uses"]} == {
        ("table", "column", "kind", "client", "shape", "sql", "calls", "first_seen", "last_seen", "database",
         "calls_per_day", "failed", "refused", "would_refuse", "refusal", "errors", "seconds", "rows", "risks")
    }  # fmt: skip
    uses = {(u["table"], u["column"], u["kind"], u["client"]) for u in found["uses"]}
    assert ("public.orders", None, "star", "billing") in uses
    assert ("public.orders", "total", "read", "billing") in uses
    assert ("public.orders", "total", "write", "billing") in uses
    assert ("public.orders", None, "positional", "billing") in uses
    assert ("public.orders", None, "positional", "reporting") in uses
    assert ("public.customers", "name", "read", "reporting") in uses
    assert "4711" not in json.dumps(found)
    assert {"object": "view public.dear", "table": "public.orders", "column": "total", "kind": "read"} in found[
        "objects"
    ]


async def test_filters(path: Path) -> None:
    await record(path, *SEEN)
    assert {u["column"] for u in documented(path, table="Orders", column="total")["uses"]} == {"total", None}
    assert {u["client"] for u in documented(path, client="rep*")["uses"]} == {"reporting"}
    assert documented(path, table="customers")["objects"] == []
    assert documented(path, since="1h")["uses"]
    assert documented(path, since="2999-01-01")["uses"] == []


async def test_text(path: Path) -> None:
    await record(path, *SEEN)
    text = render(path, wanted("orders"))
    lines = text.splitlines()
    assert lines[0].startswith("Watched from ")
    assert "public.orders" in lines
    assert any(line.split()[:4] == ["total", "read", "billing", "1"] for line in lines)
    assert "cron  1 of 1 call " in text
    assert 'plan "p" refuses it' in text
    assert "view public.dear  public.orders: id, total" in text
    assert "SELECT * FROM orders WHERE id = ?" in text
    assert "\x1b" not in text
    assert "\x1b[1mpublic.orders" in render(path, wanted("orders"), colour=True)


async def test_nobody_is_only_said_of_a_whole_window(path: Path) -> None:
    await record(path, SEEN[0])
    assert re.search("Nobody used customers in [0-9]+ seconds?[.]", render(path, wanted("customers")))
    assert "Nobody" not in render(path, wanted("orders", "nothing", since="1d")), "the store is younger than a day"


@pytest.mark.parametrize("dropped", [0, 1])
async def test_nobody_is_never_said_with_gaps_or_drops(path: Path, dropped: int) -> None:
    await record(path, SEEN[0])
    at = 1_000_000_000.0
    Store(path).add(Batch(at, at + 1, dropped={"shop": dropped}))
    text = render(path, wanted("customers"))
    assert "Nobody" not in text
    assert "That does not mean that there is none" in text
    assert "Not watched from 2001-09-09" in text


async def test_nobody_is_never_said_beside_what_was_not_understood(path: Path) -> None:
    await record(path, SEEN[0], ("DO $$ begin end $$", "cron", "allow"))
    text = render(path, wanted("customers"))
    assert "Nobody" not in text
    assert "Not understood: 1 statement;" in text


async def test_long_statements_are_laid_out(path: Path) -> None:
    long = "SELECT " + ", ".join(f"o.total + {i} AS t{i}" for i in range(12)) + " FROM orders o WHERE o.id = 4711"
    await record(path, (long, "billing", "allow"))
    text = render(path, wanted())
    assert "          o.total + ? AS t0,\n" in text
    assert max(map(len, text.splitlines())) <= 120


def test_what_would_be_changed_is_shown_as_it_is() -> None:
    from lintel.report.pretty import pretty

    assert pretty("select now() from t where mod(a, b) = 1", 10) == ["select now() from t where mod(a, b) = ?"]
    assert pretty("sha256:0123456789abcdef alter role", 10) == ["sha256:0123456789abcdef alter role"]


@pytest.mark.parametrize(
    ("options", "named"),
    [({"table": "a.b.c"}, "--table"), ({"table": "select 1"}, "--table"), ({"column": "a.b"}, "--column"),
     ({"since": "yesterday-ish"}, "--since"), ({"table": ""}, "--table")],
)  # fmt: skip
def test_options_that_make_no_sense(options: dict[str, str], named: str) -> None:
    with pytest.raises(ConfigError, match=named):
        wanted(**options)


def test_names_are_read_as_sql_writes_them() -> None:
    assert wanted(table='Public."Order"').table == 'public."Order"'
    assert wanted(column='"total"').column == "total"
    assert wanted(since="2026-01-01T00:00+02:00").since == "2025-12-31T22:00:00.000Z"
