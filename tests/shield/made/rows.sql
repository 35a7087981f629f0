-- What a transaction makes itself and uses at once: another place for rows of a planned table, by each kind of DDL.
## setup
CREATE TABLE o (id int PRIMARY KEY, note text); INSERT INTO o VALUES (1, 'a'), (2, NULL);
CREATE TABLE c (k int PRIMARY KEY, x text); INSERT INTO c VALUES (1, 'x');
CREATE TYPE w AS (k int, x text);
CREATE TYPE holder AS (r o);
CREATE TYPE wt AS (k int, x text); CREATE TABLE typed OF wt; INSERT INTO typed VALUES (3, 'z');
CREATE TABLE t (k int, v w); INSERT INTO t VALUES (1, (2, 'y'));
CREATE TABLE h (k int, r o); INSERT INTO h (k, r.id, r.note) VALUES (1, 7, 'seven');
CREATE DOMAIN od AS o;
CREATE FUNCTION ws() RETURNS SETOF w STABLE LANGUAGE sql AS 'SELECT v FROM public.t';
CREATE FUNCTION os() RETURNS SETOF o STABLE LANGUAGE sql AS 'SELECT * FROM public.o';
CREATE FUNCTION step(o, int) RETURNS o IMMUTABLE LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION number() RETURNS int STABLE LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE give(INOUT r o) LANGUAGE plpgsql AS 'BEGIN SELECT * INTO r FROM public.o WHERE id = 1; END';
CREATE PROCEDURE nothing() LANGUAGE plpgsql AS 'BEGIN END';
CREATE TABLE sub (id int NOT NULL, note text); INSERT INTO sub VALUES (9, 'nine');
CREATE SCHEMA s;
CREATE SCHEMA aside; CREATE FUNCTION aside.os() RETURNS SETOF o STABLE LANGUAGE sql AS 'SELECT * FROM public.o';
## change
ALTER TABLE o ADD prio int; ALTER TABLE o ALTER prio SET DEFAULT 5; UPDATE o SET prio = 5; ALTER TABLE sub ADD prio int;
## try
CREATE FUNCTION f() RETURNS SETOF o STABLE LANGUAGE sql AS 'SELECT * FROM o'
> SELECT * FROM f()
> SELECT q.note FROM f() q WHERE q.id = 1
> SELECT (f()).note
> SELECT count(*) FROM f()
> SELECT f.* FROM c, f()
> SELECT o.*, f.note FROM o JOIN f() USING (id)
> SELECT * FROM public.f() AS q(i)
> COMMENT ON FUNCTION f() IS 'f'
> GRANT EXECUTE ON FUNCTION f() TO PUBLIC
> ALTER FUNCTION f() COST 7
> DROP FUNCTION f()
refuse> SELECT f()
refuse> SELECT q FROM f() q
refuse> SELECT to_jsonb(f())
refuse> CREATE VIEW v AS SELECT f() AS r

CREATE FUNCTION f(int) RETURNS o STABLE LANGUAGE sql AS 'SELECT o FROM o WHERE id = $1'
> SELECT * FROM f(1)
> SELECT (f(k)).note FROM c
> SELECT (f(1)).*
refuse> SELECT f(k) FROM c
refuse> SELECT f(1), id FROM o

CREATE FUNCTION f(OUT n int, OUT r o, OUT rs o[]) STABLE LANGUAGE sql AS 'SELECT 1, (SELECT o FROM o WHERE id = 1), ARRAY(SELECT o FROM o)'
> SELECT n FROM f()
> SELECT ((f()).r).note
> SELECT (q.rs[1]).id FROM f() q
refuse> SELECT * FROM f()
refuse> SELECT r FROM f()
refuse> SELECT (f()).rs
refuse> SELECT f()

CREATE FUNCTION f() RETURNS TABLE (n int, r o) STABLE LANGUAGE sql AS 'SELECT 1, o FROM o'
> SELECT n, (r).note FROM f()
refuse> SELECT * FROM f()

CREATE FUNCTION f() RETURNS SETOF h STABLE LANGUAGE sql AS 'SELECT * FROM h'
> SELECT k, (r).note FROM f()
refuse> SELECT * FROM f()

CREATE FUNCTION f() RETURNS SETOF h.r%TYPE STABLE LANGUAGE sql AS 'SELECT r FROM h'
> SELECT (f()).note
refuse> SELECT f()

CREATE FUNCTION f() RETURNS bigint STABLE LANGUAGE sql AS 'SELECT count(*) FROM o'
> SELECT f()
> SELECT * FROM f()
> SELECT f(), o.* FROM o

CREATE FUNCTION f(o) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1.note'
> SELECT note FROM o
refuse> SELECT o::text FROM o

CREATE PROCEDURE f(INOUT r o) LANGUAGE plpgsql AS 'BEGIN SELECT * INTO r FROM public.o WHERE id = 1; END'
refuse> CALL f(NULL)

CREATE PROCEDURE f(INOUT k int) LANGUAGE plpgsql AS 'BEGIN k := k + 1; END'
> CALL f(3)

CREATE DOMAIN d AS o
CREATE FUNCTION f() RETURNS d STABLE LANGUAGE sql AS 'SELECT o::d FROM o WHERE id = 1'
> SELECT (f()).note
> SELECT (NULL::d).id
refuse> SELECT f()
refuse> SELECT NULL::d

CREATE DOMAIN d AS o[]
CREATE TABLE x (k int, rs d)
INSERT INTO x (k) VALUES (1)
> SELECT k, (rs[1]).note FROM x
refuse> SELECT * FROM x
refuse> SELECT rs[1] FROM x

CREATE TYPE pair AS (k int, r o)
CREATE TABLE x (p pair, ps pair[])
INSERT INTO x VALUES (NULL, NULL)
> SELECT (p).k, ((p).r).note, ((ps[1]).r).id FROM x
refuse> SELECT p FROM x
refuse> SELECT (p).r FROM x
refuse> SELECT NULL::pair
refuse> TABLE x
refuse> SELECT x FROM x

CREATE TABLE x (k int, r o, rs o[])
INSERT INTO x (k, r.id, r.note) VALUES (1, 7, 'seven')
> SELECT k, (r).note, (r).* FROM x
> UPDATE x SET k = 2 RETURNING k, (r).id
> COPY x (k) TO STDOUT
refuse> SELECT * FROM x
refuse> SELECT r FROM x
refuse> SELECT to_jsonb(x) FROM x
refuse> UPDATE x SET k = 2 RETURNING *
refuse> COPY x TO STDOUT
refuse> CREATE TABLE y AS TABLE x

CREATE TABLE x () INHERITS (o)
INSERT INTO x (id, note) VALUES (9, 'nine')
> SELECT * FROM x
> SELECT x.*, k FROM x, c
> INSERT INTO x VALUES (10, 'ten') RETURNING *
> SELECT * FROM o ORDER BY id
> SELECT to_jsonb(x) FROM x

CREATE TABLE x AS SELECT * FROM o
apart> SELECT * FROM x
apart> SELECT x FROM x

CREATE VIEW x AS SELECT * FROM o
apart> SELECT * FROM x

SELECT * INTO x FROM o
apart> SELECT * FROM x

CREATE OR REPLACE FUNCTION number() RETURNS int STABLE LANGUAGE sql AS 'SELECT 2'
> SELECT number()
> SELECT number(), o.* FROM o

DROP FUNCTION number()
CREATE FUNCTION number() RETURNS SETOF o STABLE LANGUAGE sql AS 'SELECT * FROM o'
refuse> SELECT number()

ALTER FUNCTION os() RENAME TO renamed
> SELECT * FROM renamed()
refuse> SELECT renamed()

ALTER FUNCTION os() SET SCHEMA s
> SELECT * FROM s.os()
refuse> SELECT s.os()

ALTER SCHEMA aside RENAME TO there
> SELECT * FROM there.os()
refuse> SELECT there.os()

ALTER PROCEDURE give RENAME TO given
apart> CALL nothing()
refuse> CALL given(NULL)

ALTER DOMAIN od RENAME TO od2
> SELECT (NULL::od2).id
refuse> SELECT NULL::od2

ALTER DOMAIN od SET SCHEMA s
refuse> SELECT NULL::s.od

ALTER TYPE holder RENAME TO holder2
> SELECT ((NULL::holder2).r).id
refuse> SELECT NULL::holder2

CREATE TABLE x (a holder)
ALTER TYPE holder RENAME TO holder2
INSERT INTO x VALUES (NULL)
> SELECT ((a).r).id FROM x
refuse> SELECT a FROM x

ALTER TABLE h RENAME TO h2
> SELECT k, (r).note FROM h2
refuse> SELECT * FROM h2

ALTER TABLE h SET SCHEMA s
> SELECT k, (r).note FROM s.h
refuse> SELECT * FROM s.h

ALTER TABLE c ADD COLUMN r o
> SELECT k, x, (r).id FROM c
refuse> SELECT * FROM c

ALTER TABLE c ALTER COLUMN x TYPE o USING NULL
> SELECT k, (x).id FROM c
refuse> SELECT x FROM c

ALTER TYPE w ADD ATTRIBUTE r o
> SELECT (v).k, ((v).r).id FROM t
> SELECT k, x FROM ws()
refuse> SELECT v FROM t
refuse> SELECT (v).* FROM t
refuse> SELECT * FROM ws()
refuse> SELECT ws()

ALTER TYPE wt ADD ATTRIBUTE r o CASCADE
> SELECT k, x FROM typed
refuse> SELECT NULL::wt
refuse> SELECT * FROM typed

CREATE TABLE x (k int, rs _o)
CREATE FUNCTION f() RETURNS _o STABLE LANGUAGE sql AS 'SELECT ARRAY(SELECT o FROM o)'
> SELECT (f())[1].note, (SELECT (rs[1]).id FROM x)
refuse> SELECT f()
refuse> SELECT * FROM x
refuse> SELECT NULL::_o

CREATE AGGREGATE first(int) (sfunc = step, stype = o)
> SELECT (first(k)).id FROM c
refuse> SELECT first(k) FROM c

SAVEPOINT a
ALTER TABLE c ADD COLUMN r o
ROLLBACK TO a
> SELECT * FROM c

SAVEPOINT a
ALTER TABLE c ADD COLUMN r o
RELEASE a
refuse> SELECT * FROM c

CREATE FUNCTION pg_temp.f() RETURNS SETOF o STABLE LANGUAGE sql AS 'SELECT * FROM o'
> SELECT * FROM pg_temp.f()
refuse> SELECT pg_temp.f()

CREATE SCHEMA made CREATE TABLE x (r o)
> SELECT (r).id FROM made.x
refuse> SELECT * FROM made.x

CREATE TEMP TABLE x AS SELECT * FROM o
DROP TABLE x
> SELECT * FROM public.o

ALTER TABLE sub INHERIT o
refuse> SELECT * FROM sub
> SELECT id, note FROM sub
> SELECT count(*) FROM o
> SELECT * FROM o
refuse> INSERT INTO sub VALUES (10, 'ten') RETURNING *
> INSERT INTO sub (id, note) VALUES (10, 'ten') RETURNING id

CREATE FUNCTION f() RETURNS SETOF o STABLE LANGUAGE sql AS 'SELECT * FROM o'
refuse> PREPARE q AS SELECT f()
refuse> COPY (SELECT f()) TO STDOUT
refuse> DECLARE q CURSOR FOR SELECT f()
refuse> CREATE TABLE x AS SELECT f() AS r
