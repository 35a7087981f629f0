-- What code inside the server has made: its functions are refused while the transaction is open, all else is served.
## setup
CREATE TABLE o (id int PRIMARY KEY, note text); INSERT INTO o VALUES (1, 'a'), (2, NULL);
CREATE TABLE c (k int PRIMARY KEY, x text); INSERT INTO c VALUES (1, 'x');
CREATE TYPE mood AS ENUM ('fine');
CREATE FUNCTION number() RETURNS int STABLE LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE make() LANGUAGE plpgsql AS 'BEGIN CREATE FUNCTION f() RETURNS SETOF o LANGUAGE sql AS ''TABLE o''; CREATE TEMP TABLE x AS SELECT 1 AS n; END';
CREATE PROCEDURE nothing() LANGUAGE plpgsql AS 'BEGIN END';
CREATE SCHEMA s;
## change
ALTER TABLE o ADD prio int; ALTER TABLE o ALTER prio SET DEFAULT 5; UPDATE o SET prio = 5;
## try
DO 'BEGIN CREATE FUNCTION f() RETURNS SETOF o LANGUAGE sql AS ''TABLE o''; CREATE TEMP TABLE x AS SELECT 1 AS n; END'
> SELECT lower(x), now() > 'epoch', k FROM c
> SELECT number(), count(*) FROM c
> SELECT * FROM generate_series(1, 2) g
> SELECT 'fine'::mood
> INSERT INTO c VALUES (2, 'y') RETURNING k
> CALL nothing()
> DROP FUNCTION f()
refuse> SELECT f()
refuse> SELECT * FROM f()
refuse> CREATE VIEW v AS SELECT * FROM f()
refuse> SELECT f() FROM nowhere
refuse> SELECT f(), id FROM o

DO 'BEGIN END'
CREATE FUNCTION h() RETURNS int STABLE LANGUAGE sql AS 'SELECT 7'
> SELECT h(), k FROM c
> SELECT * FROM h()
refuse> SELECT h(), f()

DO 'BEGIN END'
CREATE FUNCTION f() RETURNS SETOF o STABLE LANGUAGE sql AS 'TABLE o'
refuse> SELECT * FROM f()
refuse> SELECT f()

CREATE FUNCTION f() RETURNS SETOF o STABLE LANGUAGE sql AS 'TABLE o'
DO 'BEGIN END'
refuse> SELECT * FROM f()
refuse> SELECT f()

CALL make()
> SELECT k FROM c
> SELECT * FROM x
> INSERT INTO x VALUES (2) RETURNING n
refuse> SELECT * FROM f()

SET LOCAL search_path = s, public
CREATE FUNCTION f() RETURNS SETOF o STABLE LANGUAGE sql AS 'SELECT * FROM public.o'
refuse> SELECT f()

CREATE VIEW v AS SELECT 1 AS a
ALTER VIEW v RENAME TO vv
CREATE FUNCTION f() RETURNS SETOF o STABLE LANGUAGE sql AS 'SELECT * FROM public.o'
> SELECT k FROM c
> SELECT * FROM f()
refuse> SELECT f()
apart> SELECT o.*, vv.a FROM o, vv
apart> SELECT vv.*, o.* FROM o, vv

CREATE RULE r AS ON DELETE TO c DO INSTEAD NOTHING
CREATE FUNCTION f() RETURNS SETOF o STABLE LANGUAGE sql AS 'SELECT * FROM public.o'
CREATE TABLE x (k int, r o)
CREATE TABLE y (k int)
apart> SELECT k FROM y
> COMMENT ON FUNCTION f() IS 'f'
> DROP FUNCTION f()
refuse> SELECT * FROM f()
refuse> SELECT f()
refuse> SELECT * FROM x
refuse> UPDATE x SET k = 1 RETURNING *

CREATE TEMP TABLE o (a int)
CREATE FUNCTION f() RETURNS SETOF public.o STABLE LANGUAGE sql AS 'SELECT * FROM public.o'
> SELECT k FROM c
refuse> SELECT * FROM f()
