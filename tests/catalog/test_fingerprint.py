"""The cheap question "has anything changed?": every DDL that matters says yes, what happens all day says no."""

import psycopg

from lintel.catalog.queries import FINGERPRINT

SETUP = """
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(5) DEFAULT 'x', m mood, doc text);
CREATE TABLE u (id int, a int);
CREATE TABLE parent (id int) PARTITION BY LIST (id);
CREATE TABLE part (id int);
CREATE TABLE base (id int);
CREATE VIEW v AS SELECT id FROM t;
CREATE MATERIALIZED VIEW mv AS SELECT id FROM t;
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';
INSERT INTO t SELECT i, i, 'y', 'good', repeat('x', 100) FROM generate_series(1, 1000) i;
"""
CHANGES = [
    "CREATE TABLE n (x int)",
    "CREATE TABLE n ()",
    "DROP TABLE u",
    "ALTER TABLE t ADD COLUMN c int",
    "ALTER TABLE t DROP COLUMN a",
    "ALTER TABLE t RENAME COLUMN a TO z",
    "ALTER TABLE t RENAME TO t2",
    "BEGIN; ALTER TABLE t RENAME TO x; ALTER TABLE u RENAME TO t; ALTER TABLE x RENAME TO u; COMMIT",
    "BEGIN; ALTER TABLE t RENAME COLUMN a TO x; ALTER TABLE t RENAME COLUMN b TO a; COMMIT",
    "BEGIN; DROP TABLE u; CREATE TABLE u (id int, b int); COMMIT",
    "ALTER TABLE t ALTER COLUMN b TYPE varchar(9)",
    "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
    "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1",
    "ALTER TABLE t ALTER COLUMN b SET DEFAULT 'z'",
    "ALTER TABLE t ALTER COLUMN b DROP DEFAULT",
    "ALTER TABLE t DROP CONSTRAINT t_pkey",
    "ALTER TABLE u ADD PRIMARY KEY (id)",
    "ALTER TABLE t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE parent ATTACH PARTITION part FOR VALUES IN (1)",
    "ALTER TABLE base INHERIT part",
    "CREATE VIEW w AS SELECT 1 AS one",
    "CREATE OR REPLACE VIEW v AS SELECT id FROM u",
    "ALTER VIEW v RENAME TO w",
    "DROP VIEW v",
    "CREATE RULE r AS ON INSERT TO t DO ALSO NOTHING",
    "CREATE SCHEMA s",
    "BEGIN; CREATE SCHEMA s; ALTER TABLE t SET SCHEMA s; COMMIT",
    "ALTER SCHEMA public RENAME TO private",
    "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
    "DROP FUNCTION f()",
    "CREATE SEQUENCE q",
    "ALTER TYPE mood RENAME TO temper",
    "CREATE TYPE pair AS (l int, r int)",
    "CREATE DOMAIN positive AS int",
]
EVERY_DAY = [
    "VACUUM",
    "VACUUM FREEZE t",
    "VACUUM FULL t",
    "ANALYZE",
    "INSERT INTO u SELECT 1, 2",
    "UPDATE t SET a = a + 1",
    "TRUNCATE u",
    "REFRESH MATERIALIZED VIEW mv",
    "CREATE INDEX ON t (a)",
    "REINDEX TABLE t",
    "CREATE TEMP TABLE scratch (x int DEFAULT 1)",
    "CREATE TEMP TABLE scratch2 AS SELECT * FROM t",
    "GRANT SELECT ON t TO PUBLIC",
    "CREATE ROLE somebody; DROP ROLE somebody",
    "COMMENT ON TABLE t IS 'x'",
    "BEGIN; CREATE TABLE undone (x int); ROLLBACK",
]


def mark(connection: psycopg.Connection) -> str:
    row = connection.execute(FINGERPRINT.encode()).fetchone()
    assert row is not None
    return str(row[0])


def test_daily_work_leaves_it_alone(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SETUP)
        for statement in EVERY_DAY:
            before = mark(connection)
            connection.execute(statement.encode())
            assert mark(connection) == before, statement


def test_ddl_moves_it(database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(SETUP)
        for change in CHANGES:
            before = mark(connection)
            # In one transaction and rolled back: a transaction sees its own rows, so the mark is that of the commit.
            body = change.removeprefix("BEGIN; ").removesuffix("; COMMIT")
            connection.execute("BEGIN")
            connection.execute(body.encode())
            assert mark(connection) != before, change
            connection.execute("ROLLBACK")
            assert mark(connection) == before, change
