-- Whole rows of tables whose columns have other names by an alias: the row keeps the table's own names (T6).
## setup
CREATE TABLE o (id int PRIMARY KEY, note text, total int); INSERT INTO o VALUES (1, 'a', 5), (2, NULL, 6);
CREATE TABLE p (id int PRIMARY KEY, c text, d int); INSERT INTO p VALUES (1, 'x', 2), (3, 'y', 4);
CREATE TABLE r (id int PRIMARY KEY, v int); INSERT INTO r VALUES (1, 7), (2, 8);
CREATE TABLE e (id int PRIMARY KEY, o int); INSERT INTO e VALUES (1, 1), (5, 5);
CREATE FUNCTION all_p() RETURNS SETOF p STABLE LANGUAGE sql AS 'SELECT * FROM public.p';
CREATE FUNCTION p_of(int) RETURNS p STABLE LANGUAGE sql AS 'SELECT p FROM public.p WHERE id = $1';
CREATE FUNCTION named_p() RETURNS TABLE (i int, t text) STABLE LANGUAGE sql AS 'SELECT id, p::text FROM (SELECT id FROM public.p) p';
## change
ALTER TABLE o ADD prio int DEFAULT 3;
ALTER TABLE p RENAME c TO cc;
ALTER TABLE r ALTER v TYPE bigint;
## plan
id = "o"
purpose = "x"
table = "public.o"
[add]
column = "prio"
type = "int"
default = "3"
## plan
id = "p"
purpose = "x"
table = "public.p"
[rename]
column = "c"
to = "cc"
## plan
id = "r"
purpose = "x"
table = "public.r"
[retype]
column = "v"
type = "bigint"
from = "int"
## try
old: SELECT row_to_json(q) FROM o AS q(x, y)
old: SELECT row_to_json(q) FROM p AS q(x, y, z)
old: SELECT to_jsonb(q), q.x FROM p AS q(x, y)
old: SELECT row_to_json(q) FROM r AS q(x, y)
new: SELECT row_to_json(q) FROM o AS q(x, y)
new: SELECT row_to_json(q) FROM p AS q(x, y, z)
new: SELECT row_to_json(q) FROM r AS q(x, y)
old: SELECT q::text, q IS NULL, count(q) FROM o AS q(x, y) GROUP BY q
old: SELECT q::text, q IS NULL FROM p AS q(x, y, z)
old: SELECT json_agg(q ORDER BY q.x), count(*) FROM p AS q(x, y)
old: SELECT q.y, jsonb_agg(q.*) FROM p AS q(x, y) WHERE x < 3 GROUP BY q.y
old refuse: SELECT row_to_json(q) FROM p AS q(x, y) GROUP BY q
old refuse: SELECT e.id, row_to_json(q) FROM e LEFT JOIN p AS q(x, y) ON q.x = e.id
old: SELECT e.id, q IS NULL, q::text FROM e LEFT JOIN p AS q(x, y) ON q.x = e.id
old: SELECT row_to_json(q), row_to_json(e) FROM p AS q(x, y) LEFT JOIN e ON q.x = e.id
old: SELECT (q).x, (q).y, (q).d FROM p AS q(x, y)
old: SELECT (q).* FROM p AS q(x, y)
old: SELECT (SELECT row_to_json(q) FROM e WHERE e.id = q.x) FROM o AS q(x, y)
old: SELECT to_jsonb(q) FROM (SELECT * FROM p) AS q(x, y)
old refuse: SELECT row_to_json(q) FROM (SELECT q FROM p AS q(x, y)) q
old refuse: SELECT (s.q).c FROM (SELECT q FROM p AS q(x, y)) s
old refuse: SELECT row_to_json(s.q) FROM (SELECT q FROM p AS q(x, y)) s
old: WITH q(x, y) AS (SELECT * FROM p) SELECT row_to_json(q) FROM q
old: SELECT DISTINCT to_jsonb(q) FROM p AS q(x, y, z) ORDER BY to_jsonb(q)
old: SELECT x FROM p AS q(x, y) WHERE to_jsonb(q) ? 'c'
old refuse: SELECT row_to_json(q) FROM o AS q(x, x)
old refuse: SELECT q FROM p AS q(x, y, z)
old: SELECT to_jsonb(j) FROM (e JOIN p AS q(x, y) ON q.x = e.id) AS j
old refuse: SELECT row_to_json(q) FROM all_p() AS q(x, y, z)
old refuse: SELECT to_jsonb(q) FROM p_of(1) AS q(x, y, z)
old: SELECT q.x, q.z FROM all_p() AS q(x, y, z)
old: SELECT row_to_json(q) FROM named_p() AS q(x, y)
old: SELECT x FROM o AS q(x, y, z)
old refuse: SELECT x FROM o AS q(x, y, z, w)
new: SELECT x FROM o AS q(x, y, z, w)
new: SELECT x, e.o FROM o AS q(x, y, z, w) JOIN e ON e.id = q.x
new: SELECT x FROM o AS q(x, y, z, w, v)
old refuse: SELECT q.x FROM (o JOIN e ON e.id = o.id) AS q(x, y, z, w, v, u)
new refuse: SELECT q.x FROM (o JOIN e ON e.id = o.id) AS q(x, y, z, w, v, u)
old: WITH q(x, y, z, w) AS (SELECT * FROM o) SELECT x FROM q
new: WITH q AS (SELECT * FROM o) SELECT x FROM q AS s(x, y, z, w)
