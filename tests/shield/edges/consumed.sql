-- Whole rows, and arrays of them, that are handed on and then only looked at (T6).
## setup
CREATE TABLE r (id int PRIMARY KEY, c int, t text); INSERT INTO r VALUES (1, 7, 'a'), (2, NULL, 'b"c'), (3, 8, NULL), (4, 7, 'a');
CREATE TABLE n (id int PRIMARY KEY, c int, t text); INSERT INTO n VALUES (1, 7, 'a'), (2, 7, 'a'), (3, 8, NULL);
CREATE TABLE y (id int PRIMARY KEY, c int, t text); INSERT INTO y VALUES (1, 7, 'a'), (2, NULL, 'b');
CREATE TABLE f (id int PRIMARY KEY, t text); INSERT INTO f VALUES (1, 'a'), (2, NULL);
CREATE FUNCTION of_f(f) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.t';
CREATE FUNCTION of_fs(f[]) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION array_ndims(anyelement) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT pg_typeof($1)::text';
CREATE TABLE m (id int PRIMARY KEY, t text); INSERT INTO m VALUES (1, 'a'), (2, NULL);
CREATE FUNCTION m_less(m, m) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.id > $2.id';
CREATE OPERATOR < (LEFTARG = m, RIGHTARG = m, FUNCTION = m_less);
## change
ALTER TABLE r ADD prio int DEFAULT 5;
ALTER TABLE n RENAME c TO d;
ALTER TABLE y ALTER c TYPE bigint;
ALTER TABLE f ADD prio int DEFAULT 5;
ALTER TABLE m ADD prio int DEFAULT 5;
## plan
id = "r"
purpose = "x"
table = "public.r"
[add]
column = "prio"
type = "int"
default = "5"
## plan
id = "n"
purpose = "x"
table = "public.n"
[rename]
column = "c"
to = "d"
## plan
id = "y"
purpose = "x"
table = "public.y"
[retype]
column = "c"
type = "bigint"
from = "int"
## plan
id = "f"
purpose = "x"
table = "public.f"
[add]
column = "prio"
type = "int"
default = "5"
## plan
id = "m"
purpose = "x"
table = "public.m"
[add]
column = "prio"
type = "int"
default = "5"
## try
old: SELECT array_to_json(array_agg(r)), to_jsonb(array_agg(r ORDER BY r.id DESC)) FROM r
new: SELECT array_to_json(array_agg(r)), to_json(array_agg(r) FILTER (WHERE prio = 5)) FROM r
old: SELECT array_to_json(array_agg(n)), array_agg(y)::text FROM n JOIN y ON y.id = n.id
new: SELECT array_to_json(array_agg(n)), array_agg(y)::text FROM n JOIN y ON y.id = n.id
old: SELECT coalesce(array_to_json(array_agg(r)), '[]'), to_json(coalesce(array_agg(r), '{}')) FROM r WHERE id > 9
old: SELECT to_json(ARRAY(SELECT r FROM r ORDER BY id)), to_jsonb((SELECT n FROM n WHERE id = 1)), array_to_json(ARRAY[y]) FROM y
new: SELECT to_json(ARRAY(SELECT r FROM r ORDER BY id)), row_to_json((SELECT n FROM n WHERE id = 1)), ARRAY(SELECT y FROM y)::text
old: SELECT array_length(array_agg(r), 1), cardinality(array_agg(DISTINCT r)), array_upper(array_agg(n), 1) FROM r, n
old: SELECT array_to_string(array_agg(r ORDER BY id), ';', '-'), array_dims(array_agg(r)) FROM r
new: SELECT concat(r), concat_ws('-', r, 1, r.t), format('%s|%L|%I', r, r, r.id), quote_literal(r), quote_nullable(r) FROM r
old: SELECT concat(r), concat_ws('-', n, y), format('%s', y), quote_literal(n) FROM r, n, y
old: SELECT coalesce(r, NULL)::text, (SELECT n FROM n WHERE n.id = r.id) IS NULL, coalesce(NULL, r) IS NOT NULL FROM r
old: SELECT coalesce(to_jsonb(r), '{}'), coalesce(r::text, '') FROM y LEFT JOIN r ON r.id = y.id + 2
old: SELECT a.id, b.id FROM r a JOIN r b ON a IS DISTINCT FROM b WHERE a = b OR a < b
old: SELECT r.id FROM r WHERE r = ROW(1, 7, 'a') OR ROW(2, 7, 'a'::text) < r
new: SELECT r.id FROM r WHERE r = ROW(1, 7, 'a', 5) OR r > ROW(3, 0, ''::text, 1)
old: SELECT a.id FROM n a, n b WHERE a IN (b, ROW(9, 9, 'x')) AND a BETWEEN b AND b AND a NOT IN (ROW(8, 8, 'a'))
old: SELECT id FROM r WHERE r IN (SELECT q FROM r q WHERE q.id > 2) OR r = (SELECT q FROM r q WHERE q.id = 1)
new: SELECT id FROM y WHERE y IN (SELECT q FROM y q WHERE q.id > 1) AND EXISTS (SELECT q FROM r q WHERE q.id = y.id)
old: SELECT id FROM r WHERE EXISTS (SELECT n FROM n WHERE n.id = r.id)
old: SELECT id FROM r ORDER BY r DESC
new: SELECT id, row_number() OVER (ORDER BY n DESC) FROM n ORDER BY n
old: SELECT array_agg(id ORDER BY y DESC), string_agg(y::text, ',' ORDER BY y) FROM y
old: SELECT count(*), r::text FROM r GROUP BY r HAVING count(r) = 1
old: SELECT DISTINCT ON (r) r.id, r.t FROM r ORDER BY r
old pg16: SELECT JSON_ARRAY(r), JSON_OBJECT('r': r, 'n': 1) FROM r
new pg16: SELECT JSON_ARRAYAGG(n ORDER BY id), json_agg_strict(n), json_object_agg_unique(n.id, n) FROM n
old: UPDATE r SET t = 'z' WHERE r = ROW(1, 7, 'a') RETURNING concat(r), quote_literal(r), array_to_json(ARRAY[r])
new: DELETE FROM n WHERE n IN (SELECT q FROM n q WHERE q.id = 2) RETURNING format('%s', n), n = n
old: SELECT a.id FROM f a JOIN f b ON a = b ORDER BY a
old refuse: SELECT f::text FROM f
old: SELECT m.id FROM m ORDER BY m.id
old refuse: SELECT a.id FROM m a JOIN m b ON a < b
old refuse: SELECT id FROM m ORDER BY m
old refuse: SELECT array_ndims(r) FROM r
old refuse: SELECT array_agg(r) FROM r
old refuse: SELECT (array_agg(r))[1].id FROM r
old refuse: SELECT unnest(array_agg(r)) FROM r
old refuse: SELECT ARRAY(SELECT r FROM r)
old refuse: SELECT coalesce(r, '(1,2,x)') FROM r
old refuse: SELECT to_json(coalesce(r, '(1,2,x)')) FROM r
old refuse: SELECT id FROM r WHERE r = '(1,7,a)'
old refuse: SELECT id FROM r WHERE r = $1 @@ (1,7,a)
old refuse: SELECT id FROM r WHERE r IN ('(1,7,a)', ROW(1, 7, 'a'))
old refuse: SELECT pg_typeof(r), pg_column_size(r) FROM r
old refuse: SELECT max(r::text), first_value(r) OVER () FROM r GROUP BY r
old refuse: SELECT to_json(CASE WHEN r.id = 1 THEN r ELSE '(1,2,x)' END) FROM r
old refuse: SELECT * FROM (SELECT r AS w FROM r) q
