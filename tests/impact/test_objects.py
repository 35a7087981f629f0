"""Server-side code as a reader: what is said of it against what the server itself says and does."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from tests.databases import fresh

from lintel.analysis.server_code import ObjectUse, server_uses
from lintel.catalog import connect, read, read_code, resolve
from lintel.demo.postgres import Server
from lintel.impact import Finding, Script, assess
from lintel.impact.views import described
from lintel.schema import Schema
from lintel.store import snapshot

SQL = (Path(__file__).parent / "objects.sql").read_text()
DEPENDS = re.compile(r"^(.+) depends on (?:column (\w+) of )?table t$", re.MULTILINE)

# What each object reads (r) and writes (w) of t, or of log where it says so; * is a star, + a whole row.
USES = {
    "view public.v": "id r, total r, state r",
    "materialized view public.mv": "id r, low r, log.id r",
    "constraint t_pkey on table public.t": "id r",
    "constraint ordered on table public.t": "low r, high r",
    "constraint who on table public.log": "ref r, log.who r",
    "generated column g of table public.t": "low r",
    "index public.t_ref": "ref r",
    "index public.plain": "state r",
    "index public.partial": "id r, total r",
    "index public.expr": "note r",
    "statistics object public.st": "low r, high r",
    "column whole of table public.holds": "+",
    "rule r on table public.t": "id r, state r, note r, log.id r, log.id w, log.what w",
    "function public.atomic(integer)": "id r, total r, total w, note w, low r",
    "function public.text_sql(integer)": "id r, state r",
    "function public.the_rows()": "id r, total r, state r, note r, low r, high r, unused r, ref r, g r, *, +",
    "function public.result_columns()": "id r, total r, state r, note r, low r, high r, unused r, ref r, g r, *",
    "function public.variable()": "id r, low w",
    "function public.counts()": "high r",
    "function public.fired()": "state r, note w",
    "function public.copies()": "+",
    "trigger trig on table public.t": " r, state r, total r",
    "trigger copying on table public.t": " r",
    "policy pol on table public.t": "state r",
    "publication of table public.t in publication pub": "id r, state r",
    "publication of table public.log in publication whole": "log.*",
}
KINDS = {"r": "read", "w": "write", "*": "star", "+": "whole_row"}


def expected(name: str, written: str) -> set[ObjectUse]:
    found = set()
    for part in written.split(","):
        table, _, use = part.rpartition(".")
        column = use.strip(" ")[:-1].strip() if use.strip() not in ("r", "w") else ""
        found.add(ObjectUse(name, f"public.{table.strip() or 't'}", column or None, KINDS[use.strip()[-1]]))
    return found


@pytest.fixture(scope="module")
def dsn(server: Server) -> Iterator[str]:
    """One database for all of them, as none commits anything."""
    if server.major < 15:
        pytest.skip("column lists of publications")
    with fresh(server) as made:
        with psycopg.connect(made, autocommit=True) as control:
            control.execute(SQL.encode())
        yield made


@pytest.fixture(scope="module")
def schema(dsn: str) -> Schema:
    return asyncio.run(_read(dsn))


async def _read(dsn: str) -> Schema:
    connection = await connect(resolve(dsn))
    try:
        return replace(await read(connection), code=await read_code(connection))
    finally:
        await connection.close()


@pytest.fixture
def session(dsn: str) -> Iterator[psycopg.Connection]:
    """In a transaction that comes to nothing."""
    with psycopg.connect(dsn) as made:
        yield made
        made.rollback()


def test_every_kind_says_what_it_uses(schema: Schema) -> None:
    found = server_uses(schema)
    views = [name for name in USES if "view" in name]
    for name, written in USES.items():
        if name not in views:
            about = {use for use in found.uses if use.object == name and use.table != "public.wide"}
            assert about == expected(name, written), name
    assert {use.object for use in found.uses} - USES.keys() == set()
    assert [(one.object, "run time" in one.reason) for one in found.unread] == [("function public.dynamic()", True)]


def test_the_store_keeps_it_without_literals(schema: Schema) -> None:
    kept = snapshot.load(snapshot.dump(schema))
    assert kept.code == schema.code
    assert not any("DELETE FROM" in routine.source for routine in kept.code.routines)
    assert server_uses(kept) == server_uses(schema)


def test_views_read_what_pg_depend_says(schema: Schema, session: psycopg.Connection) -> None:
    query = """
        SELECT DISTINCT v.relname, a.attname FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
        JOIN pg_class v ON v.oid = r.ev_class
        JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refobjid = 't'::regclass AND r.rulename = '_RETURN'
        AND d.refobjsubid > 0"""
    truth = {(name, column) for name, column in session.execute(query)}
    mine = {
        (name.rpartition(".")[2], use.strip().split(" ")[0])
        for name, written in USES.items()
        if "view" in name
        for use in written.split(",")
        if "log" not in use
    }
    assert mine == truth


def blocking(findings: tuple[Finding, ...]) -> set[str]:
    return {finding.object or "" for finding in findings if (finding.rule, finding.sqlstate) == ("DRP-05", "2BP01")}


@pytest.mark.parametrize("column", ["id", "total", "state", "note", "low", "high", "unused", "ref"])
def test_what_blocks_a_drop_is_what_the_server_names(schema: Schema, session: psycopg.Connection, column: str) -> None:
    change = f"ALTER TABLE t DROP COLUMN {column}"
    told: set[str] = set()
    try:
        session.execute(change.encode())
    except psycopg.errors.DependentObjectsStillExist as problem:
        told = {name for name, on in DEPENDS.findall(problem.diag.message_detail or "") if on == column}
    assert {bare(name) for name in blocking(assess(change.encode(), schema, ()).findings)} == told


def bare(name: str) -> str:
    """As the server says it under search_path = public."""
    return name.removeprefix("generated ").replace("public.", "")


@pytest.mark.parametrize(
    ("earlier", "column"),
    [
        ("DROP POLICY pol ON t", "state"),
        ("DROP TRIGGER trig ON public.t", "state"),
        ("DROP RULE r ON t", "note"),
        ("DROP FUNCTION atomic(int)", "note"),
        ("DROP VIEW v", "total"),
        ("DROP PUBLICATION pub", "state"),
        ("ALTER TABLE log DROP CONSTRAINT who", "ref"),
        ("DROP RULE r ON t; DROP POLICY pol ON t; DROP TRIGGER trig ON t; DROP VIEW v; DROP PUBLICATION pub", "state"),
    ],
)
def test_what_was_dropped_earlier_does_not_block(
    schema: Schema, session: psycopg.Connection, earlier: str, column: str
) -> None:
    """In one file, and in a file of its own."""
    change = f"ALTER TABLE t DROP COLUMN {column}"
    told: set[str] = set()
    session.execute(earlier.encode())
    try:
        session.execute(change.encode())
    except psycopg.errors.DependentObjectsStillExist as problem:
        told = {name for name, on in DEPENDS.findall(problem.diag.message_detail or "") if on == column}
    for change_of in (f"{earlier}; {change}".encode(), [Script(earlier.encode()), Script(change.encode())]):
        assert {bare(name) for name in blocking(assess(change_of, schema, ()).findings)} == told
    assert told < {bare(name) for name in blocking(assess(change.encode(), schema, ()).findings)}


@pytest.mark.parametrize(
    ("earlier", "column", "name"),
    [("DROP INDEX plain", "state", "index public.plain"), ("DROP STATISTICS st", "low", "statistics object public.st")],
)
def test_what_was_dropped_earlier_does_not_go_with_a_column(
    schema: Schema, earlier: str, column: str, name: str
) -> None:
    def going(change: str) -> set[str | None]:
        return {finding.object for finding in assess(change.encode(), schema, ()).findings}

    change = f"ALTER TABLE t DROP {column} CASCADE"
    assert going(change) - going(f"{earlier}; {change}") == {name}


@pytest.mark.parametrize(
    ("change", "call", "name", "rule"),
    [
        ("ALTER TABLE t ADD COLUMN priority int", "SELECT * FROM result_columns()", "result_columns()", "ADD-08"),
        ("ALTER TABLE t ADD COLUMN priority int", "SELECT variable()", "variable()", "ADD-08"),
        ("ALTER TABLE t ADD COLUMN priority int", "INSERT INTO t (id) VALUES (2)", "copies()", "ADD-05"),
        ("ALTER TABLE t ADD COLUMN priority int", "SELECT * FROM the_rows()", "the_rows()", None),
        ("ALTER TABLE t ADD COLUMN other int", "SELECT variable()", "variable()", None),
        ("ALTER TABLE t ADD COLUMN priority int", "SELECT counts()", "counts()", None),
        ("ALTER TABLE t DROP COLUMN high", "SELECT counts()", "counts()", "DRP-01"),
        ("ALTER TABLE t DROP COLUMN state CASCADE", "SELECT text_sql(1)", "text_sql(integer)", "DRP-01"),
        ("ALTER TABLE t DROP COLUMN unused", "SELECT counts()", "counts()", None),
        ("ALTER TABLE t DROP COLUMN note CASCADE", "UPDATE t SET state = 'y'", "fired()", "DRP-01"),
        ("ALTER TABLE t RENAME COLUMN high TO top", "SELECT counts()", "counts()", "REN-03"),
        ("ALTER TABLE t RENAME COLUMN state TO status", "SELECT text_sql(1)", "text_sql(integer)", "REN-03"),
        ("ALTER TABLE t RENAME COLUMN note TO remark", "UPDATE t SET state = 'y'", "fired()", "REN-03"),
        ("ALTER TABLE t RENAME COLUMN unused TO spare", "SELECT counts()", "counts()", None),
    ],
)
def test_functions_fail_as_they_are_said_to(
    schema: Schema, session: psycopg.Connection, change: str, call: str, name: str, rule: str | None
) -> None:
    findings = assess(change.encode(), schema, ()).findings
    mine = {finding.rule: finding.sqlstate for finding in findings if finding.object == f"function public.{name}"}
    session.execute(change.encode())
    happened = None
    try:
        session.execute(call.encode())
    except psycopg.Error as problem:
        happened = problem.sqlstate
    assert mine == ({} if rule is None else {rule: happened})
    assert (happened is None) == (rule is None)


def test_a_view_is_described_as_the_server_does(schema: Schema) -> None:
    names = {
        described(relation) for relation in schema.relations.values() if relation.definition and relation.oid >= 16384
    }
    assert names == {"view public.v", "materialized view public.mv"}


def test_what_could_not_be_read_is_said(schema: Schema) -> None:
    impact = assess(b"ALTER TABLE t DROP COLUMN unused", schema, ())
    assert impact.findings == ()
    assert impact.unread_objects == (("function public.dynamic()", "it runs SQL that is made at run time"),)
