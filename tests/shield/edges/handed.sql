-- Rows of a planned table that functions give in arrays, OUT parameters and composite types: refused, but for their fields (T6).
## setup
CREATE TABLE o (id int PRIMARY KEY, note text); INSERT INTO o VALUES (1, 'a'), (2, NULL);
CREATE TABLE t (id int PRIMARY KEY, c int); INSERT INTO t VALUES (1, 5);
CREATE TYPE pair AS (a o, k int);
CREATE DOMAIN os AS o[];
CREATE TABLE h (k int PRIMARY KEY, r o, p pair, ts t[]); INSERT INTO h VALUES (1, (7, 'seven'), ROW(ROW(8, 'eight')::o, 3)::pair, ARRAY[(9, 9)::t]);
CREATE TABLE g (k int, r o); INSERT INTO g VALUES (2, (7, 'seven'));
CREATE FUNCTION many() RETURNS o[] STABLE LANGUAGE sql AS 'SELECT array_agg(o ORDER BY id) FROM public.o';
CREATE FUNCTION known() RETURNS os STABLE LANGUAGE sql AS 'SELECT array_agg(o ORDER BY id)::public.os FROM public.o';
CREATE FUNCTION two(OUT k int, OUT r o) STABLE LANGUAGE sql AS 'SELECT 1, o FROM public.o WHERE id = 1';
CREATE FUNCTION lists(OUT k int, OUT rs o[]) STABLE LANGUAGE sql AS 'SELECT 1, array_agg(o ORDER BY id) FROM public.o';
CREATE FUNCTION single(OUT r o) STABLE LANGUAGE sql AS 'SELECT o FROM public.o WHERE id = 1';
CREATE FUNCTION tab() RETURNS TABLE (k int, r o) STABLE LANGUAGE sql AS 'SELECT 1, o FROM public.o';
CREATE FUNCTION paired() RETURNS pair STABLE LANGUAGE sql AS 'SELECT (o, 3)::public.pair FROM public.o WHERE id = 1';
CREATE FUNCTION holder() RETURNS h STABLE LANGUAGE sql AS 'SELECT h FROM public.h';
CREATE FUNCTION typed(OUT k int, OUT r t) STABLE LANGUAGE sql AS 'SELECT 1, t FROM public.t';
CREATE TABLE u (id int PRIMARY KEY, c int);
CREATE TABLE i (k int, x u, xs u[]); INSERT INTO i VALUES (1, (1, 2), ARRAY[(3, 4)::u]);
CREATE FUNCTION us(OUT k int, OUT r u) STABLE LANGUAGE sql AS 'SELECT k, x FROM public.i';
## change
ALTER TABLE i ALTER x TYPE text; ALTER TABLE i DROP xs; DROP FUNCTION us();
ALTER TABLE u ALTER c TYPE bigint;
ALTER TABLE i ALTER x TYPE u USING x::u, ADD xs u[]; UPDATE i SET xs = ARRAY[(3, 4)::u];
CREATE FUNCTION us(OUT k int, OUT r u) STABLE LANGUAGE sql AS 'SELECT k, x FROM public.i';
ALTER TABLE o ADD prio int;
## plan
id = "o"
purpose = "x"
table = "public.o"
[add]
column = "prio"
type = "int"
## plan
id = "u"
purpose = "x"
table = "public.u"
[retype]
column = "c"
type = "bigint"
from = "int"
## try
old: SELECT (many())[1].note
old: SELECT count(*) FROM many()
old: SELECT (known())[2].id
old: SELECT (two()).k, ((two()).r).note
old: SELECT k, (r).note FROM two()
old: SELECT k, (rs[1]).id FROM lists()
old: SELECT ((lists()).rs)[1].note
old: SELECT * FROM single()
old: SELECT (single()).note
old: SELECT k FROM paired()
old: SELECT ((paired()).a).note, (paired()).k
old: SELECT ((two()).r).*
old: SELECT (p).k, ((p).a).note, (h.r).id FROM h
old: SELECT (h).k, ((h).r).note FROM h
old: SELECT (holder()).k, ((holder()).p).k, (((holder()).p).a).id
old: SELECT (NULL::pair).k, ((NULL::pair).a).id, (NULL::o).note
old: SELECT (typed()).*, typed(), r FROM typed()
old: COPY h (k, ts) TO STDOUT
old: SELECT (x).id, (xs[1]).id, ((us()).r).id FROM i
old refuse: SELECT (x).c FROM i
old refuse: SELECT (x).* FROM i
old refuse: SELECT (xs[1]).c FROM i
old refuse: SELECT ((us()).r).c
old refuse: SELECT ((us()).r).*
old: SELECT (NULL::u).*
old refuse: SELECT many()
old refuse: SELECT many FROM many()
old refuse: SELECT x FROM many() AS x
old refuse: SELECT to_jsonb(many())
old refuse: SELECT u FROM unnest(many()) u
old refuse: SELECT * FROM unnest(known())
old refuse: SELECT two()
old refuse: SELECT (two()).r
old refuse: SELECT (two()).*
old refuse: SELECT * FROM two()
old refuse: SELECT r FROM two()
old refuse: SELECT r::text FROM tab()
old refuse: SELECT tab()::text
old refuse: SELECT w FROM two() AS w
old refuse: SELECT q.* FROM (SELECT k, r FROM tab()) q
old refuse: SELECT q.k, (q.r).id FROM (SELECT * FROM tab()) q
old refuse: SELECT rs FROM lists()
old refuse: SELECT (lists()).rs
old refuse: SELECT single()
old refuse: SELECT paired()
old refuse: SELECT a FROM paired()
old refuse: SELECT (paired()).a
old refuse: SELECT p FROM h
old refuse: SELECT (p).a FROM h
old refuse: SELECT h FROM h
old refuse: SELECT to_jsonb(h) FROM h
old refuse: SELECT (h).r FROM h
old refuse: SELECT (h).* FROM h
old refuse: SELECT holder()
old refuse: SELECT * FROM holder()
old refuse: SELECT NULL::pair
old refuse: SELECT r FROM json_populate_record(NULL::h, '{"k": 1}')
old refuse: SELECT * FROM json_populate_record(NULL::h, '{"k": 1}')
old refuse: SELECT r FROM h JOIN g USING (r)
old refuse: SELECT h.k FROM h JOIN g USING (r)
old refuse: SELECT h.k FROM h NATURAL JOIN g
old refuse: SELECT * FROM json_to_record('{"r": {"id": 3}}') AS x(r o)
old refuse: COPY h TO STDOUT
old refuse: COPY g (r) TO STDOUT
old refuse: UPDATE h SET k = 2 RETURNING h
