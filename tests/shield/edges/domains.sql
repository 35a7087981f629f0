-- Domains over the row type of a planned table, what holds them, and rows that CALL gives back: refused, but for fields (T6).
## setup
CREATE TABLE o (id int PRIMARY KEY, note text); INSERT INTO o VALUES (1, 'a'), (2, NULL);
CREATE TABLE p (id int PRIMARY KEY, c text); INSERT INTO p VALUES (1, 'x');
CREATE TABLE free (id int, c text); INSERT INTO free VALUES (1, 'x');
CREATE DOMAIN od AS o;
CREATE DOMAIN odd AS od;
CREATE DOMAIN os AS o[];
CREATE DOMAIN pd AS p;
CREATE DOMAIN fd AS free;
CREATE DOMAIN plain AS int;
CREATE TYPE wrap AS (a odd, k plain);
CREATE TABLE h (k int PRIMARY KEY, d od, dd odd, ds od[], s os, w wrap, ws wrap[], n plain); INSERT INTO h VALUES (1, ROW(7, 'seven')::o, ROW(8, 'eight')::o, ARRAY[ROW(9, 'nine')::o::od], ARRAY[ROW(10, 'ten')::o], ROW(ROW(11, 'eleven')::o, 3)::wrap, ARRAY[ROW(ROW(12, 'twelve')::o, 4)::wrap], 5);
CREATE TABLE i (k int, d pd, f fd); INSERT INTO i VALUES (1, ROW(2, 'y')::p, ROW(3, 'z')::free);
CREATE VIEW v AS SELECT k, d FROM h;
CREATE FUNCTION one() RETURNS od STABLE LANGUAGE sql AS 'SELECT o::public.od FROM public.o WHERE id = 1';
CREATE FUNCTION given(OUT k int, OUT d odd) STABLE LANGUAGE sql AS 'SELECT 1, d FROM public.h';
CREATE PROCEDURE row_of(INOUT r o) LANGUAGE plpgsql AS 'BEGIN SELECT * INTO r FROM public.o WHERE id = 1; END';
CREATE PROCEDURE rows_of(INOUT k int, INOUT rs o[]) LANGUAGE plpgsql AS 'BEGIN rs := ARRAY(SELECT o FROM public.o); END';
CREATE PROCEDURE domain_of(INOUT d od) LANGUAGE plpgsql AS 'BEGIN d := (SELECT o FROM public.o WHERE id = 1); END';
CREATE PROCEDURE wrapped(k int, INOUT w wrap) LANGUAGE plpgsql AS 'BEGIN END';
CREATE PROCEDURE held(INOUT x h) LANGUAGE plpgsql AS 'BEGIN END';
CREATE PROCEDURE counted(INOUT k int, r o) LANGUAGE plpgsql AS 'BEGIN k := k + 1; END';
CREATE PROCEDURE silent(k int) LANGUAGE plpgsql AS 'BEGIN END';
CREATE PROCEDURE freely(INOUT r free) LANGUAGE plpgsql AS 'BEGIN SELECT * INTO r FROM public.free; END';
CREATE PROCEDURE anything(INOUT x anyelement) LANGUAGE plpgsql AS 'BEGIN END';
CREATE SCHEMA s;
CREATE PROCEDURE s.row_of(INOUT k int) LANGUAGE plpgsql AS 'BEGIN k := 3; END';
CREATE FUNCTION counted(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT $1';
## change
ALTER TABLE o ADD prio int;
ALTER TABLE p RENAME c TO cc;
## plan
id = "o"
purpose = "x"
table = "public.o"
[add]
column = "prio"
type = "int"
## plan
id = "p"
purpose = "x"
table = "public.p"
[rename]
column = "c"
to = "cc"
## try
old: SELECT k, n FROM h
old: SELECT (d).note, (h.dd).id, (ds[1]).note, (s[1]).id FROM h
old: SELECT ((w).a).id, (w).k, ((ws[1]).a).note FROM h
old: SELECT (d).* FROM h
old: SELECT ((w).a).*, (w).k FROM h
old: SELECT (v.d).note FROM v WHERE (v.d).id = 7
old: SELECT (one()).note, ((given()).d).id
old: SELECT (h).k, ((h).d).id FROM h
old: SELECT (NULL::od).id, (NULL::odd).note, NULL::plain, (NULL::wrap).k
old: SELECT (d).id, f, (f).* FROM i
old: SELECT NULL::fd, f::text FROM i
old: SELECT * FROM json_populate_record(NULL::od, '{"id": 3, "note": "x"}')
old: UPDATE h SET k = 2 RETURNING k, (d).note
old: COPY h (k, n) TO STDOUT
old refuse: SELECT d FROM h
old refuse: SELECT dd FROM h
old refuse: SELECT ds FROM h
old refuse: SELECT ds[1] FROM h
old refuse: SELECT s FROM h
old refuse: SELECT s[1] FROM h
old refuse: SELECT d::text FROM h
old refuse: SELECT w FROM h
old refuse: SELECT ws FROM h
old refuse: SELECT (w).a FROM h
old refuse: SELECT (w).* FROM h
old refuse: SELECT * FROM h
old refuse: SELECT to_jsonb(h) FROM h
old refuse: SELECT h FROM h
old refuse: SELECT d FROM v
old refuse: SELECT x.* FROM v AS x
old refuse: SELECT u FROM h, unnest(ds) u
old refuse: SELECT u.* FROM h, unnest(s) u
old refuse: SELECT one()
old refuse: SELECT (given()).d
old refuse: SELECT * FROM given()
old refuse: SELECT NULL::od
old refuse: SELECT '(1,a)'::odd
old refuse: SELECT ROW(1, 'a')::public.od
old refuse: SELECT '{}'::od[]
old refuse: SELECT NULL::os
old refuse: SELECT NULL::wrap
old refuse: SELECT * FROM json_to_record('{"d": {"id": 3}}') AS x(d od)
old refuse: SELECT r FROM jsonb_to_recordset('[]') AS x(r os)
old refuse: COPY h TO STDOUT
old refuse: COPY h (ds) TO STDOUT
old refuse: UPDATE h SET k = 2 RETURNING *
old refuse: SELECT d FROM i
old refuse: SELECT (d).c FROM i
old refuse: SELECT (d).* FROM i
old: CALL counted(1, NULL)
old: CALL silent(1)
old: CALL freely(NULL)
old: CALL anything(3)
old refuse: CALL row_of(NULL)
old refuse: CALL public.row_of(NULL)
old refuse: CALL rows_of(1, NULL)
old refuse: CALL rows_of(k => 1, rs => NULL)
old refuse: CALL domain_of(NULL)
old refuse: CALL wrapped(1, NULL)
old refuse: CALL held(NULL)
old refuse: CALL anything(NULL::o)
old refuse: CALL anything(NULL::od)
old refuse: CALL anything(NULL::wrap)
old refuse: CALL anything((SELECT d FROM h))
old refuse: CALL s.row_of(1)
new refuse: CALL row_of(NULL)
new refuse: SELECT d FROM h
