"""Every kind of DDL that a snapshot of the schema must show, and what happens all day and must not move it."""

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
CREATE SCHEMA s;
CREATE SEQUENCE s.q;
CREATE TYPE pair AS (l int, r int);
CREATE DOMAIN positive AS int;
CREATE TABLE uses (n positive, p pair, m mood[], rows u[], i int DEFAULT nextval('s.q'), j int DEFAULT f());
CREATE VIEW w AS SELECT v.id, uses.j, f() AS called FROM v, uses;
CREATE FUNCTION many_u(OUT n int, OUT us u[]) LANGUAGE sql AS 'SELECT 1, array_agg(u) FROM u';
CREATE FUNCTION all_u() RETURNS SETOF u LANGUAGE sql AS 'SELECT * FROM u';
CREATE VIEW from_function AS SELECT * FROM all_u();
CREATE DOMAIN one_u AS u;
CREATE DOMAIN some_u AS u[];
CREATE TABLE holds (x one_u, y some_u, z one_u[]);
CREATE PROCEDURE gives(INOUT k int, INOUT r u) LANGUAGE sql AS 'SELECT k, r';
CREATE TABLE child (extra int) INHERITS (base);
CREATE TABLE ruled (id int UNIQUE, spot int4range, CONSTRAINT apart EXCLUDE USING gist (spot WITH &&));
CREATE RULE quiet AS ON DELETE TO ruled DO INSTEAD NOTHING;
CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER fired BEFORE UPDATE OF spot ON ruled FOR EACH ROW EXECUTE FUNCTION fires();
"""
CHANGES = [
    "CREATE TABLE n (x int)",
    "CREATE TABLE n ()",
    "DROP TABLE part",
    "ALTER TABLE t ADD COLUMN c int",
    "ALTER TABLE t DROP COLUMN doc",
    "ALTER TABLE t RENAME COLUMN a TO z",
    "ALTER TABLE t RENAME TO t2",
    "BEGIN; ALTER TABLE t RENAME TO x; ALTER TABLE u RENAME TO t; ALTER TABLE x RENAME TO u; COMMIT",
    "BEGIN; ALTER TABLE t RENAME COLUMN a TO x; ALTER TABLE t RENAME COLUMN b TO a; COMMIT",
    "BEGIN; DROP TABLE part; CREATE TABLE part (id int, b int); COMMIT",
    "ALTER TABLE t ALTER COLUMN b TYPE varchar(9)",
    "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
    "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1",
    "ALTER TABLE t ALTER COLUMN b SET DEFAULT 'z'",
    "ALTER TABLE t ALTER COLUMN b DROP DEFAULT",
    "ALTER TABLE t DROP CONSTRAINT t_pkey",
    "ALTER TABLE u ADD PRIMARY KEY (id)",
    "ALTER TABLE t ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY",
    "ALTER TABLE parent ATTACH PARTITION part FOR VALUES IN (1)",
    "ALTER TABLE part INHERIT base",
    "CREATE VIEW one AS SELECT 1 AS one",
    "CREATE OR REPLACE VIEW v AS SELECT id FROM u",
    "ALTER VIEW v RENAME TO other_v",
    "DROP VIEW from_function",
    "CREATE RULE r AS ON INSERT TO t DO ALSO NOTHING",
    "CREATE SCHEMA more",
    "ALTER TABLE t SET SCHEMA s",
    "ALTER SCHEMA public RENAME TO private",
    "CREATE FUNCTION g() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
    "DROP FUNCTION all_u() CASCADE",
    "CREATE SEQUENCE q",
    "ALTER TYPE mood RENAME TO temper",
    "CREATE TYPE three AS (l int, r int)",
    "CREATE DOMAIN negative AS int",
    "ALTER TABLE t ADD UNIQUE (a)",
    "ALTER TABLE u ADD CONSTRAINT u_key PRIMARY KEY (id)",
    "CREATE UNIQUE INDEX later ON u (a); ALTER TABLE u ADD CONSTRAINT later UNIQUE USING INDEX later",
    "ALTER TABLE t RENAME CONSTRAINT t_pkey TO t_key",
    "ALTER INDEX t_pkey RENAME TO t_key",
    "ALTER TABLE ruled DROP CONSTRAINT apart",
    "ALTER TABLE ruled DROP CONSTRAINT ruled_id_key",
    "DROP RULE quiet ON ruled",
    "DROP TRIGGER fired ON ruled",
    "CREATE OR REPLACE TRIGGER fired BEFORE UPDATE OF id, spot ON ruled FOR EACH ROW EXECUTE FUNCTION fires()",
    "CREATE TRIGGER of_a AFTER UPDATE OF a ON t FOR EACH ROW EXECUTE FUNCTION fires()",
    "ALTER TABLE ruled DROP COLUMN spot CASCADE",
    "ALTER TABLE child NO INHERIT base",
    "ALTER TABLE u ADD COLUMN more int",
    "ALTER TABLE u RENAME TO them",
    "ALTER TABLE u RENAME COLUMN a TO b",
    "ALTER TABLE base ADD COLUMN more int",
    "ALTER TABLE base ADD COLUMN extra int",
    "ALTER SEQUENCE s.q RENAME TO numbers",
    "ALTER SEQUENCE s.q SET SCHEMA public",
    "ALTER SCHEMA s RENAME TO s2",
    "ALTER FUNCTION f() RENAME TO g",
    "ALTER FUNCTION f() SET SCHEMA s",
    "ALTER TYPE pair RENAME TO couple",
    "ALTER TYPE pair ADD ATTRIBUTE m int",
    "ALTER DOMAIN positive RENAME TO natural_number",
    "CREATE DOMAIN other_u AS one_u",
    "CREATE DOMAIN more_u AS u[]",
    "ALTER DOMAIN some_u RENAME TO us",
    "ALTER DOMAIN one_u SET SCHEMA s",
    "DROP DOMAIN one_u CASCADE",
    "CREATE PROCEDURE takes(INOUT r some_u) LANGUAGE sql AS 'SELECT r'",
    "ALTER PROCEDURE gives(int, u) RENAME TO hands",
    "DROP PROCEDURE gives",
    "ALTER TYPE mood SET SCHEMA s",
    "ALTER TABLE uses ALTER COLUMN i DROP DEFAULT",
    "DROP TABLE u CASCADE",
    "DROP TABLE base CASCADE",
    "DROP TABLE u CASCADE; CREATE TABLE u (id int, a int)",
    "DROP FUNCTION f() CASCADE",
    "DROP TYPE mood CASCADE",
    "DROP SCHEMA s CASCADE",
    "CREATE TABLE n PARTITION OF parent FOR VALUES IN (7)",
    "CREATE TABLE n (LIKE t INCLUDING ALL)",
    "CREATE TABLE n AS SELECT * FROM t",
    "CREATE TABLE n (id serial PRIMARY KEY)",
    "CREATE MATERIALIZED VIEW n AS SELECT a FROM u",
    "SELECT id, a INTO n FROM t",
]
# Who may use a schema: the fingerprint says nothing of it.
USERS = [
    "GRANT USAGE ON SCHEMA s TO PUBLIC",
    "GRANT USAGE ON SCHEMA s TO pg_monitor",
    "GRANT pg_signal_backend TO pg_monitor; GRANT USAGE ON SCHEMA s TO pg_signal_backend",
    "REVOKE pg_signal_backend FROM pg_monitor",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
]
EVERY_DAY = [
    "VACUUM",
    "VACUUM FREEZE t",
    "VACUUM FULL t",
    "VACUUM FULL pg_catalog.pg_attribute",
    "VACUUM FREEZE pg_catalog.pg_attribute",
    "ANALYZE",
    "INSERT INTO u SELECT 1, 2",
    "UPDATE t SET a = a + 1",
    "TRUNCATE u",
    "REFRESH MATERIALIZED VIEW mv",
    "CREATE INDEX ON t (a)",
    "CREATE TRIGGER always BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION fires()",
    "DROP TRIGGER always ON t",
    "REINDEX TABLE t",
    "CREATE TEMP TABLE scratch (x int DEFAULT 1)",
    "CREATE TEMP TABLE scratch2 AS SELECT * FROM t",
    "CREATE TEMP TABLE scratch3 (id int PRIMARY KEY); CREATE TEMP TABLE scratch4 () INHERITS (scratch3)",
    "CREATE RULE scratched AS ON DELETE TO scratch3 DO INSTEAD NOTHING",
    "DROP RULE scratched ON scratch3; DROP TABLE scratch3 CASCADE",
    "GRANT SELECT ON t TO PUBLIC",
    "CREATE ROLE somebody; DROP ROLE somebody",
    "COMMENT ON TABLE t IS 'x'",
    "BEGIN; CREATE TABLE undone (x int); ROLLBACK",
]
