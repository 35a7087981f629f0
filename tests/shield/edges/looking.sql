-- Whole rows that are only looked at (T5, T6), and SET lists that set several columns together.
## setup
CREATE TABLE r (id int PRIMARY KEY, c int, t text); INSERT INTO r VALUES (1, 7, 'a'), (2, NULL, 'b'), (3, 8, NULL);
CREATE TABLE n (id int PRIMARY KEY, c int, t text); INSERT INTO n VALUES (1, 7, 'a'), (2, 7, 'a'), (3, 8, NULL);
CREATE TABLE y (id int PRIMARY KEY, c int, t text); INSERT INTO y VALUES (1, 7, 'a'), (2, NULL, 'b');
CREATE TABLE k (id int PRIMARY KEY, t text); INSERT INTO k VALUES (1, 'a'), (2, NULL);
CREATE FUNCTION k_text(k) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'k' || $1.id $$;
CREATE CAST (k AS text) WITH FUNCTION k_text(k);
CREATE TABLE m (id int PRIMARY KEY, t text); INSERT INTO m VALUES (1, 'a'), (2, NULL);
CREATE FUNCTION m_less(m, m) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT $1.id > $2.id';
CREATE OPERATOR < (LEFTARG = m, RIGHTARG = m, FUNCTION = m_less);
CREATE FUNCTION row_to_json(m) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT '{"mine": 1}'::jsonb $$;
CREATE SCHEMA other; CREATE FUNCTION other.count(anyelement) RETURNS text LANGUAGE sql AS 'SELECT $1::text';
## change
ALTER TABLE r ADD prio int DEFAULT 5;
ALTER TABLE n RENAME c TO d;
ALTER TABLE y ALTER c TYPE bigint;
ALTER TABLE k ADD prio int DEFAULT 5;
ALTER TABLE m ADD prio int DEFAULT 5;
## plan
id = "r"
purpose = "x"
table = "public.r"
[add]
column = "prio"
type = "int"
default = "5"
[shield]
absent_writes = "discard"
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
## plan
id = "k"
purpose = "x"
table = "public.k"
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
old: SELECT r::text, r::varchar(4), CAST(r AS text) AS z, r IS NULL, r IS NOT NULL FROM r
new: SELECT r::text, r::varchar(4), CAST(r AS text) AS z, r IS NULL, r IS NOT NULL FROM r
old: SELECT n::text, length(n::text), md5((n)::text) FROM n
new: SELECT to_jsonb(n), jsonb_build_object('n', n, 'd', d), json_build_array(n, 1) FROM n
old: SELECT y::text, to_json(y) FROM y
new: SELECT y::text, to_json(y) FROM y
old: SELECT a.id, b.id FROM n a LEFT JOIN n b ON a <> b AND b IS NOT NULL WHERE a >= a
new: SELECT a.id, b.id FROM y a FULL JOIN y b ON a = b
new: SELECT k0.id FROM k LEFT JOIN r k0 ON k0.id = k.id + 2 WHERE k0 IS NULL
old: SELECT q::text, count(q) FROM r AS q(i, j) GROUP BY q.i, q.j, q.t
old: SELECT count(q), num_nulls(q), min(q::text) FROM r AS q(i, j) GROUP BY num_nulls(q)
old: SELECT to_jsonb(q) FROM r AS q(i, j)
old refuse: SELECT r::text::r FROM r
old refuse: SELECT array_agg(r) FROM r
old: SELECT coalesce(r, NULL)::text FROM r
old refuse: SELECT k::text FROM k
new: SELECT k IS NULL, to_jsonb(k), json_build_array(k, k.*) FROM k
old: SELECT m::text, to_json(m), m IS NULL FROM m
old refuse: SELECT row_to_json(m) FROM m
old refuse: SELECT row_to_json(n) FROM n
old refuse: SELECT a.id FROM m a, m b WHERE a < b
old refuse: SELECT other.count(r) FROM r
old: SELECT count(r), pg_catalog.count(DISTINCT r) FROM r
old: UPDATE r SET t = r::text WHERE num_nulls(r.*) = 0 RETURNING r::text, to_jsonb(r), r IS NULL, *
new: UPDATE r SET t = left(r::text, 4) WHERE r IS NOT NULL RETURNING r::text, to_jsonb(r.*), prio
new: DELETE FROM r WHERE json_build_array(r)::text LIKE '%7%' RETURNING r::text
old: UPDATE n SET t = to_jsonb(n)::text FROM r WHERE r.id = n.id AND r IS NOT NULL RETURNING n::text, r::text
new: UPDATE n x SET t = x::text WHERE x IS NOT NULL RETURNING x::text, to_jsonb(x)
old: INSERT INTO y VALUES (1, 2, 'z') ON CONFLICT (id) DO UPDATE SET t = y::text || excluded::text RETURNING y::text
new: INSERT INTO y VALUES (9, 2, 'z') RETURNING to_jsonb(y), y IS NOT NULL
old: MERGE INTO n USING r ON n.id = r.id WHEN MATCHED AND n IS NOT NULL THEN UPDATE SET t = n::text || r::text
old refuse: UPDATE r SET t = 'x' RETURNING r
old refuse: DELETE FROM k RETURNING k::text
old: UPDATE y SET (c, t) = ROW(c + 1, 'q'), id = id + 10 RETURNING *
new: UPDATE y SET id = id + 10, (t, c) = ('q', $1) WHERE c = $2 RETURNING * @@ 12 | 7
new: UPDATE y SET (c) = ROW(DEFAULT) RETURNING c
old: UPDATE y SET (c, t) = ROW('12', NULL) RETURNING *
old 22003: UPDATE y SET (t, c) = ROW('a', 3000000000)
new 22003: UPDATE y SET (t, c) = ROW('a', 3000000000)
old: INSERT INTO y VALUES (1, 2, 'z') ON CONFLICT (id) DO UPDATE SET (c, t) = (excluded.c, y.t) RETURNING *
old: MERGE INTO y USING r ON y.id = r.id WHEN MATCHED THEN UPDATE SET (t, c) = ROW(r.t, r.c)
old: UPDATE y SET (c, t) = (SELECT 1, 'x')
old refuse: UPDATE y SET (c, t) = ROW(r.c, r.t) FROM r WHERE false RETURNING r
new: UPDATE r SET (prio, t) = ($1, 'z') WHERE id = 1 RETURNING id, t @@ 4
new: UPDATE r SET (t, prio) = ROW('z', 4), c = 1 WHERE id = 1 RETURNING id, t, c
new: UPDATE r SET c = 1, (prio) = ROW(4) WHERE id = 1 RETURNING id, t, c
new: UPDATE r SET (prio) = ROW(4) WHERE id = 1 RETURNING id, t, c
new: UPDATE r SET (c, prio, t) = (1, 2, 'x') WHERE id = 1 RETURNING id, t, c
new: INSERT INTO r (id, prio) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET (prio, c) = (excluded.prio, 9) RETURNING c
new: UPDATE r SET (prio, t) = (c, 'z')
new: UPDATE r SET (prio, t) = (SELECT 1, 'z')
old: UPDATE y SET t = CASE WHEN c = 7 THEN 'x' ELSE t END, c = CASE c WHEN 7 THEN 8 ELSE CASE WHEN c > 1 THEN 2 END END, id = id + 10 RETURNING *
new: UPDATE y SET c = CASE WHEN t = 'a' THEN 1 ELSE 2 END WHERE CASE WHEN c = 7 THEN true END RETURNING c
old: INSERT INTO y (c, id) SELECT CASE WHEN id = 1 THEN 5 END, id + 20 AS end FROM r RETURNING *
old: MERGE INTO y USING r ON y.id = r.id WHEN MATCHED AND r.id = 1 THEN UPDATE SET c = CASE WHEN r.c = 7 THEN 1 END WHEN MATCHED THEN DELETE
new: UPDATE r SET prio = 4, t = CASE WHEN c = 7 THEN 'x' END WHERE id = 1 RETURNING id, t
old: SELECT to_jsonb(y), y.t, count(*) FROM y GROUP BY y.id
new: SELECT to_jsonb(r), r.prio, json_agg(n.id) FROM r LEFT JOIN n ON n.id = r.id GROUP BY r.id, r.c
old: SELECT r::text, (SELECT r.t || count(*) FROM y WHERE y.id = r.id), r IS NULL FROM n LEFT JOIN r ON r.id = n.c - 6 GROUP BY r.id ORDER BY 1
old: SELECT n.id, to_jsonb(n), array_agg(r.id ORDER BY r.id) FROM n JOIN r USING (id) GROUP BY n.id HAVING n IS NOT NULL
new refuse: SELECT row_to_json(r) FROM r GROUP BY GROUPING SETS ((r.id))
old: DELETE FROM r WHERE abs((r).id) = 1 RETURNING (r).id, (r).t AS x
new: UPDATE n SET t = 'z' WHERE (n).id = 1 RETURNING (n).t
old: SELECT (r).t, (n).id FROM r JOIN n ON (r).id = (n).id
old: SELECT (n).c FROM n
new refuse: UPDATE n SET t = 'z' RETURNING (n).d
