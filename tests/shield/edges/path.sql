-- A search_path with types and operators of the same names.
## setup
CREATE SCHEMA evil;
CREATE TYPE evil.text AS (a int); CREATE TYPE evil.numeric AS (a int); CREATE TYPE evil.varchar AS (x int); CREATE TYPE evil.int4 AS (x int); CREATE TYPE evil.bool AS (x int); CREATE TYPE evil.bpchar AS (x int);CREATE TYPE evil.date AS (x int); CREATE TYPE evil.uuid AS (x int);
CREATE FUNCTION evil.eq(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR evil.= (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.eq);
CREATE FUNCTION evil.eqt(pg_catalog.text, pg_catalog.text) RETURNS pg_catalog.bool LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR evil.= (LEFTARG = pg_catalog.text, RIGHTARG = pg_catalog.text, FUNCTION = evil.eqt);
CREATE FUNCTION evil.cc(pg_catalog.text, pg_catalog.text) RETURNS pg_catalog.text LANGUAGE sql IMMUTABLE AS $$SELECT 'true'::pg_catalog.text$$;
CREATE OPERATOR evil.|| (LEFTARG = pg_catalog.text, RIGHTARG = pg_catalog.text, FUNCTION = evil.cc);
CREATE TABLE r (id int PRIMARY KEY, d date DEFAULT '2020-01-01', u uuid, t text, n numeric(8,2), v varchar(5), q text DEFAULT 'q');
INSERT INTO r VALUES (1, '2020-02-02', '00000000-0000-0000-0000-000000000001', 'abcdefgh', 1.55, 'x', 'z');
CREATE TABLE r2 (id int PRIMARY KEY, u uuid, t text); INSERT INTO r2 SELECT id, u, t FROM r;
CREATE TABLE r3 (id int PRIMARY KEY, t text); INSERT INTO r3 SELECT id, t FROM r;
CREATE TABLE r4 (id int PRIMARY KEY, t text, n numeric, v varchar(8)); INSERT INTO r4 VALUES (1, 'abc', 1.5, 'abcdefgh'), (2, 'abc ', 1, 'x');
## change
ALTER TABLE r RENAME d TO dd;
ALTER TABLE r2 RENAME u TO uu;
ALTER TABLE r3 RENAME t TO tt;
ALTER TABLE r4 ALTER v TYPE text;
ALTER TABLE r4 ALTER n TYPE int USING 1;
ALTER TABLE r4 ALTER t TYPE varchar(9);
ALTER TABLE r DROP q;
## plan
id = "d"
purpose = "x"
table = "public.r"
[rename]
column = "d"
to = "dd"
## plan
id = "q"
purpose = "x"
table = "public.r"
[drop]
column = "q"
[shield]
absent_writes = "discard"
## plan
id = "u"
purpose = "x"
table = "public.r2"
[rename]
column = "u"
to = "uu"
## plan
id = "t"
purpose = "x"
table = "public.r3"
[rename]
column = "t"
to = "tt"
## plan
id = "v"
purpose = "x"
table = "public.r4"
[retype]
column = "v"
type = "text"
## plan
id = "n"
purpose = "x"
table = "public.r4"
[retype]
column = "n"
type = "int"
## plan
id = "t4"
purpose = "x"
table = "public.r4"
[retype]
column = "t"
type = "varchar(9)"
## path
evil pg_catalog public
## try
old: SELECT id, d FROM r
new: SELECT id, dd FROM r
old: SELECT * FROM r2
old: SELECT * FROM r3
new: SELECT * FROM r3
old: SELECT v FROM r4 WHERE id OPERATOR(pg_catalog.=) 2
old: SELECT v FROM r4
new: SELECT v FROM r4
new: SELECT n FROM r4 WHERE id OPERATOR(pg_catalog.=) 2
new 22P02: SELECT n FROM r4
old: SELECT t FROM r4
new: SELECT t FROM r4
new: UPDATE r4 SET t = 'x' RETURNING t
