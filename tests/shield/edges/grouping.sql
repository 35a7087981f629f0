-- Grouping by a key, which frees the other columns (T1), and stars that no derived table can stand in for.
## setup
CREATE TABLE o (id int PRIMARY KEY, cid int, total int DEFAULT 3, body json, kind text); INSERT INTO o VALUES (1, 1, 10, '{"a": 1}', 'x'), (2, 1, 20, '[]', 'x'), (3, 2, 30, NULL, NULL);
CREATE TABLE n (a int, b int, c text, d json, PRIMARY KEY (a, b)); INSERT INTO n VALUES (1, 1, 'p', '1'), (1, 2, 'q', NULL), (2, 1, NULL, '2');
CREATE TABLE y (id int PRIMARY KEY, c int, x point); INSERT INTO y VALUES (1, 5, '(1,2)'), (2, NULL, NULL);
CREATE TABLE t (tid int PRIMARY KEY, oid int, w int); INSERT INTO t VALUES (1, 1, 7), (2, 1, 8), (3, 3, 9), (4, NULL, 1);
CREATE FUNCTION all_o() RETURNS SETOF o LANGUAGE sql STABLE AS 'SELECT * FROM public.o';
CREATE FUNCTION all_y() RETURNS SETOF y LANGUAGE sql STABLE AS 'SELECT * FROM public.y';
CREATE FUNCTION one_y(int) RETURNS y LANGUAGE sql STABLE AS 'SELECT y FROM public.y WHERE id = $1';
CREATE FUNCTION one_o(int) RETURNS o LANGUAGE sql STABLE AS 'SELECT o FROM public.o WHERE id = $1';
## change
ALTER TABLE o ADD prio int DEFAULT 5;
ALTER TABLE n RENAME c TO cc;
ALTER TABLE y ALTER c TYPE bigint;
## plan
id = "o"
purpose = "x"
table = "public.o"
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
to = "cc"
## plan
id = "y"
purpose = "x"
table = "public.y"
[retype]
column = "c"
type = "bigint"
## try
old: SELECT o.*, t.w FROM o JOIN t ON t.oid = o.id WHERE o.kind = 'x'
new: SELECT o.id, o.prio, count(*) FROM o LEFT JOIN t ON t.oid = o.id GROUP BY o.id
new: SELECT o.id, o.prio, o.cid, count(*) FROM o GROUP BY GROUPING SETS ((o.id), (o.id, o.cid))
new: SELECT o.id, o.prio, o.prio + 1, count(*) FROM o GROUP BY GROUPING SETS ((o.id), (o.id, o.prio))
new: SELECT id, prio, cid, count(*), grouping(cid) FROM o GROUP BY id, ROLLUP (cid)
new: SELECT o.id, sum(o.prio + total) FROM o GROUP BY CUBE (o.id)
new 42803: SELECT o.id, o.prio FROM o GROUP BY CUBE (o.id)
new: SELECT (o.id), o.prio, total FROM o GROUP BY (o.id, o.cid)
new: SELECT o.id AS k, prio FROM o GROUP BY GROUPING SETS ((1), (1, o.kind))
old: SELECT n.a, b, c, count(*) FROM n GROUP BY GROUPING SETS ((a, b), (a, b, c))
old: SELECT n.a, b, c || 'x', count(*) FROM n GROUP BY a, GROUPING SETS ((b), (b))
old: SELECT n.a, sum(length(c)) FROM n GROUP BY ROLLUP (a, b)
old: SELECT y.id, c, count(*) FROM y GROUP BY GROUPING SETS ((y.id), (y.id, c))
old: SELECT y.id, c + 1, count(*) FROM y GROUP BY DISTINCT GROUPING SETS ((y.id), (y.id))
old: SELECT o.* FROM o GROUP BY o.id
new: SELECT o.*, o.prio + 1, count(*) FROM o GROUP BY o.id
new: SELECT o.body, o.prio FROM o JOIN t ON t.oid = o.id GROUP BY o.id HAVING o.prio > 1 ORDER BY o.prio, o.id
new refuse: SELECT o.body, o.prio FROM t LEFT JOIN o ON t.oid = o.id GROUP BY o.id
new: SELECT o.body, o.prio, (SELECT max(w) FROM t WHERE t.oid = o.id) FROM o LEFT JOIN t ON t.oid = o.id GROUP BY o.id, t.tid
old: SELECT * FROM n GROUP BY a, b
old: SELECT d, c, c || c, n.* FROM n JOIN t ON true GROUP BY a, b, w
old: SELECT y.* FROM y GROUP BY id
old: SELECT x, c, c + 1, max(c) FROM y GROUP BY id HAVING c > 1
old refuse: SELECT y.id, x, c FROM y GROUP BY GROUPING SETS ((id), (id, c))
old: SELECT ctid IS NULL, * FROM o
old: SELECT tableoid::regclass, o.*, o.kind FROM o ORDER BY xmin, id
new: SELECT o.cmin, * FROM o, t WHERE t.oid = o.id
new: SELECT o.ctid = q.ctid, * FROM o LEFT JOIN o q ON q.id = o.id + 1
old: SELECT o.ctid, * FROM o JOIN n ON a = id
old: SELECT ctid, * FROM n JOIN (SELECT a, 1 AS z FROM n) s USING (a)
old: SELECT n.ctid, j.* FROM (n JOIN t ON tid = a) AS j, n
old refuse: SELECT n.ctid, q.ctid, * FROM n NATURAL JOIN n AS q
old refuse: SELECT n.ctid, q.ctid, * FROM n NATURAL JOIN o AS q
old refuse: SELECT ROW(n.*, n.ctid) FROM n
old: SELECT count(*) FROM (SELECT ctid, * FROM y) s WHERE c > 1
old: SELECT EXISTS (SELECT * FROM o WHERE o.tableoid = 'o'::regclass AND o.id = t.oid) FROM t
old: INSERT INTO t SELECT n.a + 70, q.* FROM (SELECT a, b FROM (SELECT ctid, * FROM n) x) q, n WHERE q.a = 2 AND n.ctid IS NOT NULL
old: SELECT * FROM all_o()
old: SELECT f.*, t.* FROM all_o() f JOIN t ON t.oid = f.id
old: SELECT * FROM o JOIN all_o() f USING (id)
old: SELECT s.kind FROM (SELECT * FROM all_o()) s
old: INSERT INTO o SELECT id + 10, cid, total, body, kind FROM all_o()
old: INSERT INTO o SELECT * FROM all_o() WHERE false
old refuse: SELECT all_o FROM all_o()
old: SELECT * FROM json_populate_record(NULL::o, '{"id": 1}')
old: SELECT (one_o(1)).*
old: SELECT id, (one_o(id)).* FROM t LEFT JOIN (SELECT 1 AS id) s ON s.id = oid
old: SELECT s.kind FROM (SELECT (one_o($1)).*) s @@ 2
old: SELECT (SELECT f.kind FROM (SELECT (one_o(t.tid)).*) f WHERE f.cid = 1) FROM t
old: INSERT INTO t SELECT x.id + 50, x.cid FROM (SELECT (one_o(1)).*) x RETURNING *
old: SELECT (json_populate_record(NULL::o, '{"id": 1}')).*
new: SELECT (one_o(1)).kind
new 42703: SELECT (one_o(1)).nosuch
old: SELECT (NULL::y).*
old refuse: SELECT * FROM all_y()
old refuse: SELECT c FROM all_y()
old refuse: SELECT one_o(1)
old refuse: SELECT all_o()
old refuse: SELECT one_o(1)::text
old refuse: SELECT id FROM t WHERE one_o(1) IS NULL
old refuse: SELECT (one_y(1)).c
old refuse: SELECT (one_y(1)).*
old refuse: SELECT one_y(1)
old refuse: SELECT to_jsonb(one_o(1))
