"""Routines that DDL makes, against what the catalog shows of them once they are made."""

import re
from dataclasses import replace

import psycopg
from tests.catalog.snapshots import taken

from lintel.analysis.ddl_routines import with_routines
from lintel.schema import Function, Schema
from lintel.sql.grammar import parse

SETUP = """
CREATE TABLE o (id int, note text);
CREATE TYPE w AS (k int, r o);
CREATE TYPE plain AS (k int);
CREATE TABLE h (k int, r o, rs o[]);
CREATE SCHEMA s;
CREATE FUNCTION step(o, int) RETURNS o IMMUTABLE LANGUAGE sql AS 'SELECT $1';
"""
BODY = "LANGUAGE plpgsql AS 'BEGIN END'"
FUNCTIONS = (
    f"CREATE FUNCTION f() RETURNS o {BODY}",
    f"CREATE FUNCTION s.f(a o, int) RETURNS SETOF o {BODY}",
    f"CREATE FUNCTION f(o[]) RETURNS o[] {BODY}",
    f"CREATE FUNCTION f(k int, VARIADIC o[]) RETURNS text {BODY}",
    f"CREATE FUNCTION f() RETURNS varchar {BODY}",
    f"CREATE FUNCTION f() RETURNS void {BODY}",
    f"CREATE FUNCTION f() RETURNS SETOF int {BODY}",
    f"CREATE FUNCTION f() RETURNS record {BODY}",
    f"CREATE FUNCTION f(a int, OUT r o) {BODY}",
    f"CREATE FUNCTION f(OUT int) {BODY}",
    f"CREATE FUNCTION f(OUT n int) {BODY}",
    f"CREATE FUNCTION f(OUT n int, OUT o, INOUT rs o[]) {BODY}",
    f"CREATE FUNCTION f(OUT n int, OUT t text) RETURNS SETOF record {BODY}",
    f"CREATE FUNCTION f() RETURNS TABLE (n int, r o) {BODY}",
    f"CREATE FUNCTION f() RETURNS w {BODY}",
    f"CREATE FUNCTION f() RETURNS SETOF plain {BODY}",
    f"CREATE FUNCTION f() RETURNS h.r%TYPE {BODY}",
    f"CREATE FUNCTION f() RETURNS h.rs%TYPE {BODY}",
    "CREATE AGGREGATE f(int) (sfunc = step, stype = o)",
)
PROCEDURES = (
    f"CREATE PROCEDURE f(INOUT r o) {BODY}",
    f"CREATE PROCEDURE f(INOUT k int, INOUT rs o[], w) {BODY}",
    f"CREATE PROCEDURE f(INOUT w) {BODY}",
    f"CREATE PROCEDURE f(o) {BODY}",
)


def test_as_the_catalog_shows_them(database: str) -> None:
    """All at once, each under a name of its own."""
    made = [re.sub(r"\bf\(", f"f{number}(", sql, count=1) for number, sql in enumerate((*FUNCTIONS, *PROCEDURES))]
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SETUP)
        foretold = taken(database)
        for sql in made:
            connection.execute(sql)
    for sql in made:
        foretold = with_routines(foretold, parse(sql.encode())[0].node, ("public",))
    shown = taken(database)
    assert _given_back(foretold) == _given_back(shown)
    for number in range(len(FUNCTIONS)):
        known = [[_told(function) for function in schema.functions[f"f{number}"]] for schema in (foretold, shown)]
        assert known[0] == known[1], made[number]


def _given_back(schema: Schema) -> dict[str, list[set[int]]]:
    return {name: [set(one.holds) - {0} for one in found] for name, found in schema.procedures.items()}


def _told(function: Function) -> Function:
    """Without what only the catalog says; what gives a row of a table gives its columns, however they are told."""
    gives = replace(function, columns=None, holds=()) if function.row_type else function
    return replace(gives, volatile="v")
