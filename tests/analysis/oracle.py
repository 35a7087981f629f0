"""Postgres' own word about the columns that a statement reads and writes; knows nothing of Lintel.

A statement becomes the body of `CREATE FUNCTION ... BEGIN ATOMIC`, in a transaction that is rolled back: Postgres
analyses it and keeps the query tree in pg_proc.prosqlbody. There, every relation carries the sets of columns for which
the statement needs SELECT, INSERT and UPDATE privileges (RTEPERMISSIONINFO; fields of the range table entry before 16).
They are the columns read and written, exactly as DESIGN's `analyze` counts them:

- a view stands as the view, an unused column of a subquery or of an unused CTE counts, a star counts as each column;
- a whole row sets the bit of attribute 0, which is its own fact (`whole_rows`) and here expanded to all columns;
- USING and NATURAL JOIN columns count, because the join condition reads them; so do ON CONFLICT's arbiter columns,
  those of a named constraint too, and `excluded.c`;
- an UPDATE's SET columns are written, what its expressions and its WHERE name is read, RETURNING is read.

What it cannot say:

- utility statements (EXPLAIN, DECLARE, PREPARE, COPY, CREATE TABLE AS): the statement inside them can be judged;
- how a column was named: star, position, alias. `SELECT *` and a list of all columns are the same tree;
- `(t).c` and `f(t)` for a column f count as the whole row, as Postgres' own privilege check does;
- what functions do when they run.

`depends` is a second opinion from pg_depend: the union of columns read and written. It knows neither (a) the rest of a
whole row, nor (b) that ON CONFLICT DO UPDATE reads only some columns of `excluded` (it lists all of them).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

FIRST_LOW_INVALID = -7  # FirstLowInvalidHeapAttributeNumber: bit 0 of a column set
VERBS = {"1": "select", "2": "update", "3": "insert", "4": "delete", "5": "merge"}
BATCH = 500

SETS = r".*?:selectedCols \(b([ \d]*)\) :insertedCols \(b([ \d]*)\) :updatedCols \(b([ \d]*)\)"
PERMISSIONS = re.compile(r"\{RTEPERMISSIONINFO :relid (\d+) :inh" + SETS)
ENTRY = re.compile(r":rtekind 0 :relid (\d+) ")
ENTRY_BEFORE_16 = re.compile(ENTRY.pattern + SETS)
COMMAND = re.compile(r"\{QUERY :commandType (\d)")

SETUP = """
CREATE SCHEMA oracle;
CREATE FUNCTION oracle.judge(statement text, types text,
    OUT body text, OUT depends text[], OUT code text, OUT message text) LANGUAGE plpgsql AS $$
BEGIN
    IF types IS NULL THEN
        EXECUTE 'PREPARE oracle_types AS ' || statement;
        types := (SELECT array_to_string(parameter_types, ',') FROM pg_prepared_statements WHERE name = 'oracle_types');
        DEALLOCATE oracle_types;
    END IF;
    EXECUTE 'CREATE FUNCTION oracle.body(' || types || ') RETURNS void LANGUAGE sql BEGIN ATOMIC '
        || statement || E'\\n; END';
    SELECT p.prosqlbody::text, array(SELECT d.refobjid || '.' || d.refobjsubid FROM pg_depend d
        WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass)
        INTO STRICT body, depends FROM pg_proc p WHERE p.proname = 'body' AND p.pronamespace = 'oracle'::regnamespace;
    EXECUTE 'DROP FUNCTION oracle.body(' || types || ')';
EXCEPTION WHEN OTHERS THEN
    code := SQLSTATE;
    message := SQLERRM;
END $$
"""

NAMES = """
SELECT c.oid::int8, quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attnum, quote_ident(a.attname)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What Postgres' query tree says of one statement; names as quote_ident writes them, sorted."""

    verb: str
    tables: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    whole_rows: tuple[str, ...]
    depends: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rejection:
    """Postgres refused to analyse the statement, or cannot keep it as a function's body."""

    sqlstate: str
    message: str


class Oracle:
    """Judges statements on one connection, under its search_path; leaves nothing behind in the database."""

    def __init__(self, dsn: str, search_path: str = "public") -> None:
        self.connection = psycopg.connect(dsn)
        self.connection.execute("SET client_min_messages = error")
        self._names: dict[int, str] = {}
        self._columns: dict[int, dict[int, str]] = {}
        self._read_names()
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
        if body is None:
            return Rejection(sqlstate, message)
        reads: set[str] = set()
        writes: set[str] = set()
        whole: set[str] = set()
        pattern = PERMISSIONS if self.version >= 160000 else ENTRY_BEFORE_16
        for relid, *sets in pattern.findall(body):
            selected, inserted, updated = ([int(bit) + FIRST_LOW_INVALID for bit in bits.split()] for bits in sets)
            oid = int(relid)
            if 0 in selected and oid in self._names:
                whole.add(self._names[oid])
            reads.update(self._expand(oid, selected))
            writes.update(self._expand(oid, inserted), self._expand(oid, updated))
        tables = {self._names[int(oid)] for oid in ENTRY.findall(body) if int(oid) in self._names}
        return Verdict(_verb(body), _sorted(tables), _sorted(reads), _sorted(writes), _sorted(whole),
                       self._depended(depends))  # fmt: skip

    def _expand(self, oid: int, attnums: Sequence[int]) -> list[str]:
        columns = self._columns.get(oid, {})
        wanted = columns if 0 in attnums else attnums
        return [f"{self._names[oid]}.{columns[attnum]}" for attnum in wanted if attnum in columns]

    def _depended(self, references: Sequence[str]) -> tuple[str, ...]:
        pairs = [tuple(map(int, reference.split("."))) for reference in references]
        return _sorted({name for oid, attnum in pairs if attnum > 0 for name in self._expand(oid, [attnum])})

    def _read_names(self) -> None:
        for oid, relation, attnum, column in self.connection.execute(NAMES):
            self._names[oid] = relation
            columns = self._columns.setdefault(oid, {})
            if attnum is not None:
                columns[attnum] = column


def _verb(body: str) -> str:
    match = COMMAND.search(body)
    return VERBS.get(match[1], "") if match else ""


def _sorted(names: set[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
