-- More plans on the tables of one statement than can be proved in every combination.
## setup
CREATE TABLE a (id int PRIMARY KEY, x int, n text); INSERT INTO a VALUES (1, 5, 'p'), (2, 6, 'q'), (3, NULL, 'r');
CREATE TABLE b (id int PRIMARY KEY, a_id int, y int, n text); INSERT INTO b VALUES (1, 1, 7, 'p'), (2, 1, 8, NULL), (3, 2, 9, 's');
CREATE TABLE c (id int PRIMARY KEY, z int, gone text DEFAULT 'g'); INSERT INTO c VALUES (1, 1, 'g'), (2, 2, 'g');
CREATE TABLE d (id int PRIMARY KEY, v int); INSERT INTO d VALUES (1, 10), (4, 40);
CREATE TABLE e (id int PRIMARY KEY, w text); INSERT INTO e VALUES (1, 'e'), (2, NULL);
CREATE TABLE f (id int PRIMARY KEY, u int); INSERT INTO f VALUES (1, 1), (2, 3);
## change
ALTER TABLE a RENAME x TO xx;
ALTER TABLE b ADD prio int DEFAULT 5;
ALTER TABLE c DROP gone;
ALTER TABLE d ALTER v TYPE bigint;
ALTER TABLE e ADD prio int DEFAULT 5;
ALTER TABLE f ADD prio int DEFAULT 5;
ALTER TABLE f RENAME u TO uu;
## plan
id = "a"
purpose = "x"
table = "public.a"
[rename]
column = "x"
to = "xx"
## plan
id = "b"
purpose = "x"
table = "public.b"
[add]
column = "prio"
type = "int"
default = "5"
## plan
id = "c"
purpose = "x"
table = "public.c"
[drop]
column = "gone"
## plan
id = "d"
purpose = "x"
table = "public.d"
[retype]
column = "v"
type = "bigint"
## plan
id = "e"
purpose = "x"
table = "public.e"
[add]
column = "prio"
type = "int"
default = "5"
## plan
id = "f"
purpose = "x"
table = "public.f"
[add]
column = "prio"
type = "int"
default = "5"
## plan
id = "u"
purpose = "x"
table = "public.f"
[rename]
column = "u"
to = "uu"
## try
old: SELECT * FROM a JOIN b ON b.a_id = a.id JOIN c ON c.id = a.id JOIN d ON d.id = a.id JOIN e ON e.id = a.id
old: SELECT a.x, b.y, c.gone, d.v, e.w, f.u FROM a, b, c, d, e, f WHERE a.id = b.id AND b.id = c.id
old?: SELECT a.x, b.y, c.gone, e.w, f.u FROM a, b, c, e, f WHERE a.id = b.id AND b.id = c.id
new: SELECT xx, b.prio, v, e.prio, f.prio, uu FROM a LEFT JOIN b ON b.a_id = a.id LEFT JOIN c ON c.id = b.id, d, e, f
new?: SELECT xx, b.prio, e.prio, f.prio, uu FROM a LEFT JOIN b ON b.a_id = a.id LEFT JOIN c ON c.id = b.id, e, f
new: SELECT * FROM a NATURAL JOIN b NATURAL LEFT JOIN c NATURAL LEFT JOIN d NATURAL LEFT JOIN e NATURAL LEFT JOIN f
old: SELECT * FROM a NATURAL JOIN b NATURAL LEFT JOIN c NATURAL LEFT JOIN d NATURAL LEFT JOIN e NATURAL LEFT JOIN f
new refuse: SELECT prio FROM a, b, c, d, e, f
old: SELECT prio FROM a, b, c, d, e, f
old: SELECT prio FROM (SELECT 7 AS prio) q, LATERAL (SELECT * FROM a, b, c, d, e, f WHERE prio = 7) s(i)
old refuse: SELECT a, b, c, d, e, f FROM a, b, c, d, e, f
new: INSERT INTO a (id, n) SELECT 9, b.prio::text FROM b, c, d, e, f LIMIT 1
old refuse: INSERT INTO a SELECT 9, d.v, e.w FROM b, c, d, e, f LIMIT 1
