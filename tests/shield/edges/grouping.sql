-- Grouping by a key, which frees the other columns (T1), and stars that no derived table can stand in for.
## setup
CREATE TABLE o (id int PRIMARY KEY, cid int, total int DEFAULT 3, body json, kind text); INSERT INTO o VALUES (1, 1, 10, '{"a": 1}', 'x'), (2, 1, 20, '[]', 'x'), (3, 2, 30, NULL, NULL);
CREATE TABLE n (a int, b int, c text, d json, PRIMARY KEY (a, b)); INSERT INTO n VALUES (1, 1, 'p', '1'), (1, 2, 'q', NULL), (2, 1, NULL, '2');
CREATE TABLE y (id int PRIMARY KEY, c int, x point); INSERT INTO y VALUES (1, 5, '(1,2)'), (2, NULL, NULL);
CREATE TABLE t (tid int PRIMARY KEY, oid int, w int); INSERT INTO t VALUES (1, 1, 7), (2, 1, 8), (3, 3, 9), (4, NULL, 1);
CREATE FUNCTION all_o() RETURNS SETOF o LANGUAGE sql STABLE AS 'SELECT * FROM public.o';
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
