"""From traffic through the proxy to who uses what, what a change would break, and what must never be kept."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import psycopg
import pytest
from tests.command import lintel
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, launch

ADD = "ALTER TABLE orders ADD COLUMN priority smallint NOT NULL DEFAULT 0"


@pytest.fixture(scope="module")
def observed() -> Iterator[tuple[Server, Proxy]]:
    with launch() as server, Proxy(server.dsn()) as proxy:
        traffic(server, proxy)
        yield server, proxy


def uri(server: Server, proxy: Proxy, client: str = "e2e") -> str:
    return f"postgresql://{server.user}:{server.password}@{proxy.host}:{proxy.port}/postgres?application_name={client}"


def traffic(server: Server, proxy: Proxy) -> None:
    with psycopg.connect(uri(server, proxy, "migration"), autocommit=True) as client:
        client.execute("CREATE TABLE orders (id int PRIMARY KEY, customer int, total numeric)")
        client.execute("CREATE TABLE customers (customer int PRIMARY KEY, priority int)")
    with psycopg.connect(uri(server, proxy, "billing"), autocommit=True) as client:
        for number in range(1, 6):
            client.execute("INSERT INTO orders VALUES (%s, 1, 100)", (number,))
            client.execute("SELECT * FROM orders WHERE id = %s", (number,), prepare=True)
        client.execute("UPDATE orders SET total = total + 1 WHERE id = 3")
    with psycopg.connect(uri(server, proxy, "reporting"), autocommit=True) as client:
        client.execute("SELECT sum(total) FROM orders NATURAL JOIN customers")
        client.execute("SELECT total, priority FROM orders JOIN customers USING (customer) /* ?service=x */")


def of(uses: list[dict[str, Any]], client: str) -> set[tuple[str, str | None]]:
    return {(use["kind"], use["column"]) for use in uses if use["client"] == client and use["table"] == "public.orders"}


def test_the_report_says_who_uses_which_column_and_how(observed: tuple[Server, Proxy]) -> None:
    uses = observed[1].uses(at_least=8)
    assert {("star", None), ("positional", None), ("write", "total"), ("read", "id")} <= of(uses, "billing")
    assert ("read", "total") in of(uses, "reporting")
    assert ("positional", None) in of(uses, "reporting")
    calls = [use["calls"] for use in uses if use["client"] == "billing" and use["kind"] == "star"]
    assert calls == [5]


def test_the_text_report_names_clients_and_columns(observed: tuple[Server, Proxy]) -> None:
    observed[1].uses(at_least=8)
    done = lintel("report", "--store", str(observed[1].store))
    assert done.returncode == 0, done.stderr
    assert all(word in done.stdout for word in ("billing", "reporting", "orders", "total"))


def test_impact_finds_what_the_change_would_break(observed: tuple[Server, Proxy]) -> None:
    server, proxy = observed
    proxy.uses(at_least=8)
    done = lintel("impact", ADD, "--store", str(proxy.store), "--server", server.dsn(), "--format", "json")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout)
    rules = {(finding["rule"], finding["client"]) for finding in found["findings"]}
    assert {("ADD-01", "billing"), ("ADD-24", "billing"), ("ADD-21", "reporting"), ("ADD-02", "reporting")} <= rules
    assert found["ddl"][0]["lock"] == "AccessExclusiveLock"


def test_impact_works_from_the_stores_own_snapshot(observed: tuple[Server, Proxy]) -> None:
    observed[1].uses(at_least=8)
    done = lintel(
        "impact", "ALTER TABLE orders DROP COLUMN total", "--store", str(observed[1].store), "--format", "json"
    )
    assert done.returncode == 1, done.stderr
    assert "DRP-01" in {finding["rule"] for finding in json.loads(done.stdout)["findings"]}


def test_impact_of_a_harmless_change_finds_nothing(observed: tuple[Server, Proxy]) -> None:
    observed[1].uses(at_least=8)
    done = lintel("impact", "ALTER TABLE customers ADD COLUMN note text", "--store", str(observed[1].store))
    assert done.returncode in (0, 3), done.stdout + done.stderr


def test_analyze_shows_the_facts_of_one_statement(observed: tuple[Server, Proxy]) -> None:
    sql = "SELECT total FROM orders WHERE id = 1"
    done = lintel("analyze", "--server", observed[0].dsn(), sql)
    assert done.returncode == 0, done.stderr
    facts = json.loads(done.stdout)
    assert (facts["sql"], facts["verb"], facts["tables"]) == (sql, "select", ["public.orders"])
    assert facts["reads"] == ["public.orders.id", "public.orders.total"]


def test_rewrite_shows_the_verdict(observed: tuple[Server, Proxy], tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text(
        'id = "orders-priority"\npurpose = "urgency"\ntable = "public.orders"\n'
        '[add]\ncolumn = "priority"\ntype = "smallint"\ndefault = "0"\nnot_null = true\n'
    )
    verdicts = {}
    for sql in ("SELECT priority FROM orders", "SELECT id FROM orders", "UPDATE orders SET priority = 1"):
        done = lintel("rewrite", "--plan", str(plan), "--server", observed[0].dsn(), sql)
        assert done.returncode == 0, done.stderr
        verdict = json.loads(done.stdout)
        verdicts[sql] = (verdict["verdict"], verdict["sqlstate"])
    assert list(verdicts.values()) == [("rewrite", None), ("allow", None), ("refuse", "42703")]


CANARIES = ("canary-literal", "canary-value", "canary-password", "canary-copied", "canary-comment", "canary-dollar")


@pytest.mark.check(30)
async def test_no_literal_no_value_and_no_password_is_kept_anywhere() -> None:
    with launch() as server, Proxy(server.dsn()) as proxy:
        address = uri(server, proxy)
        client = await asyncpg.connect(address, ssl=False)
        await client.execute("CREATE ROLE clerk LOGIN PASSWORD 'canary-password'")
        await client.execute("CREATE TABLE notes (id int, note text DEFAULT 'canary-literal')")
        await client.execute(
            "INSERT INTO notes VALUES (1, 'canary-literal'), (2, E'canary-literal\\n'), (3, U&'canary-literal')"
        )
        await client.fetch("SELECT * FROM notes WHERE note = $1", "canary-value")
        await client.fetch(
            "SELECT note FROM notes WHERE note = $$canary-dollar$$ /* canary-comment */ -- canary-comment"
        )
        await client.execute("DO $body$ BEGIN PERFORM 'canary-dollar'; END $body$")
        await client.copy_records_to_table("notes", records=[(4, "canary-copied")])
        for broken in ("SELEKT 'canary-literal'", "SELECT 'canary-literal' FROM nowhere", "SELECT 'canary-literal"):
            with pytest.raises(asyncpg.PostgresError):
                await client.execute(broken)
        await client.close()
        wrong = f"postgresql://clerk:canary-password-wrong@{proxy.host}:{proxy.port}/postgres"
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(wrong, ssl=False)
        proxy.uses(at_least=4)
        report = json.dumps(proxy.report())
        metrics = proxy.get("/metrics")
        assert proxy.terminate() < 10
        kept = {path.name: path.read_bytes().decode("latin-1") for path in proxy.directory.iterdir()}
    assert "notes" in report
    for canary in (*CANARIES, server.password):
        assert canary not in report
        assert canary not in metrics
        assert not [name for name, content in kept.items() if canary in content], canary
