"""Postgres' own word about the columns that a statement reads, writes and returns.

Knows nothing of Lintel but how it writes names: as PostgreSQL 18's quote_ident, whatever the server (before 16, `json`
was no keyword).

A statement becomes the body of `CREATE FUNCTION ... BEGIN ATOMIC`, in a transaction that is rolled back: Postgres
analyses it and keeps the query tree in pg_proc.prosqlbody, which tree.py reads. What this cannot say:

- utility statements (EXPLAIN, DECLARE, PREPARE, COPY, CREATE TABLE AS): the statement inside them can be judged;
- how a column was named: star, position, alias. `SELECT *` and a list of all columns are the same tree;
- `(t).c` and `f(t)` for a column f count as the whole row, as Postgres' own privilege check does;
- what functions do when they run.

`depends` is a second opinion from pg_depend: the union of columns read and written. It knows neither (a) the rest of a
whole row, nor (b) that ON CONFLICT DO UPDATE reads only some columns of `excluded` (it lists all of them).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import psycopg
from psycopg.pq import ExecStatus

from bench.oracle.tree import Named, Rejection, Verdict, read, verdict
from lintel.sql.quoting import quote_qualified

BATCH = 500

SETUP = """
CREATE SCHEMA oracle;
GRANT ALL ON SCHEMA oracle TO PUBLIC;
CREATE FUNCTION oracle.judge(statement text, types text,
    OUT body text, OUT depends text[], OUT code text, OUT message text) LANGUAGE plpgsql AS $$
DECLARE
    own text := 'body_' || pg_backend_pid(); -- sessions that ask at the same time must not wait for each other
BEGIN
    IF types IS NULL THEN
        EXECUTE 'PREPARE oracle_types AS ' || statement;
        types := (SELECT array_to_string(parameter_types, ',') FROM pg_prepared_statements WHERE name = 'oracle_types');
        DEALLOCATE oracle_types;
    END IF;
    EXECUTE 'CREATE FUNCTION oracle.' || own || '(' || types || ') RETURNS void LANGUAGE sql BEGIN ATOMIC '
        || statement || E'\\n; END';
    SELECT p.prosqlbody::text, array(SELECT d.refobjid || '.' || d.refobjsubid FROM pg_depend d
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass)
        INTO STRICT body, depends FROM pg_proc p WHERE p.proname = own AND p.pronamespace = 'oracle'::regnamespace;
    EXECUTE 'DROP FUNCTION oracle.' || own || '(' || types || ')';
EXCEPTION WHEN OTHERS THEN
    code := SQLSTATE;
    message := SQLERRM;
END $$
"""

# A temporary schema goes by the name that a session gives its own.
NAMES = """
SELECT c.oid::int8, CASE WHEN n.nspname LIKE 'pg\\_temp\\_%' THEN 'pg_temp' ELSE n.nspname END, c.relname,
       a.attnum, a.attname
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
"""


class Output(NamedTuple):
    """One column of RowDescription: its name, and the relation and column that it comes from, 0 where from none."""

    name: str
    oid: int
    attnum: int


class Oracle:
    """Judges statements on one connection, under its search_path; leaves nothing behind in the database."""

    def __init__(self, dsn: str, search_path: str = "public") -> None:
        self.connection = psycopg.connect(dsn)
        self.connection.execute("SET client_min_messages = error")
        self._names = named(self.connection.execute(NAMES))
        self.search(search_path)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()

    @property
    def version(self) -> int:
        """The server's version number, as 180000."""
        return self.connection.info.server_version

    def search(self, path: str) -> None:
        """Judge under this search_path from now on."""
        self.connection.execute(f"SET search_path = {path}")
        self.connection.commit()

    def judge(self, statement: str, types: str | None = None) -> Verdict | Rejection:
        """The verdict on one statement; `types` of its parameters, comma-separated, else Postgres infers them."""
        return next(self.judge_all([(statement, types)]))

    def judge_all(self, statements: Iterable[tuple[str, str | None]]) -> Iterator[Verdict | Rejection]:
        """The verdicts on many statements, many to a transaction."""
        pending = list(statements)
        for start in range(0, len(pending), BATCH):
            yield from self._judge_batch(pending[start : start + BATCH])

    def outputs(self, statement: str) -> list[Output] | None:
        """The columns that a statement returns, as Describe tells them; None where Postgres rejects it."""
        connection = self.connection.pgconn
        if connection.prepare(b"", statement.encode()).status != ExecStatus.COMMAND_OK:
            self.connection.rollback()
            return None
        told = connection.describe_prepared(b"")
        return [Output((told.fname(i) or b"").decode(), told.ftable(i), told.ftablecol(i)) for i in range(told.nfields)]

    def _judge_batch(self, batch: Sequence[tuple[str, str | None]]) -> list[Verdict | Rejection]:
        try:
            self.connection.execute(SETUP)
            cursor = self.connection.cursor()
            sql = "SELECT * FROM oracle.judge(%s, %s)"
            cursor.executemany(sql, [(statement, types) for statement, types in batch], returning=True)
            found = []
            while True:
                found.append(self._verdict(cursor.fetchone()))
                if not cursor.nextset():
                    return found
        finally:
            self.connection.rollback()

    def _verdict(self, row: Any) -> Verdict | Rejection:
        body, depends, sqlstate, message = row
        return Rejection(sqlstate, message) if body is None else verdict(read(body), self._names, depends)


def named(rows: Iterable[Any]) -> dict[int, Named]:
    """The relations in rows of NAMES, by oid."""
    relations: dict[int, str] = {}
    columns: dict[int, dict[int, str]] = {}
    for oid, schema, relation, attnum, column in rows:
        relations[oid] = quote_qualified(schema, relation)
        of_it = columns.setdefault(oid, {})
        if attnum is not None:
            of_it[attnum] = quote_qualified(schema, relation, column)
    return {oid: Named(relation, columns[oid]) for oid, relation in relations.items()}
