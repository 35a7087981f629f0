-- Outer joins that a condition on a column makes plainer ones: of a constant PostgreSQL cannot tell (0A000).
## setup
CREATE TABLE o (id int PRIMARY KEY, note text); INSERT INTO o VALUES (1, 'a'), (2, 'b'), (3, NULL);
CREATE TABLE f (id int PRIMARY KEY, n int); INSERT INTO f VALUES (1, 10), (2, NULL), (3, 30);
CREATE TABLE g (id int PRIMARY KEY, n int NOT NULL); INSERT INTO g VALUES (1, 10), (2, 20);
CREATE TABLE r (id int PRIMARY KEY, was text); INSERT INTO r VALUES (1, 'x'), (2, NULL);
CREATE TABLE d (id int PRIMARY KEY, note text); INSERT INTO d VALUES (1, 'x'), (2, NULL);
CREATE TABLE b (id int PRIMARY KEY, k int); INSERT INTO b VALUES (1, 7), (2, NULL), (4, 0);
## change
ALTER TABLE o ADD prio smallint DEFAULT 7; ALTER TABLE o ADD label varchar(5) COLLATE "C" DEFAULT 'none';
ALTER TABLE f ADD twice int; UPDATE f SET twice = n * 2;
ALTER TABLE g ADD twice int; UPDATE g SET twice = n * 2; ALTER TABLE g ALTER twice SET NOT NULL;
ALTER TABLE r RENAME was TO name; ALTER TABLE r ADD prio int DEFAULT 1;
ALTER TABLE d ADD fax text DEFAULT 'no';
## plan
id = "o"
purpose = "x"
table = "public.o"
[add]
column = "prio"
type = "smallint"
default = "7"
## plan
id = "label"
purpose = "x"
table = "public.o"
[add]
column = "label"
type = 'varchar(5) COLLATE "C"'
default = "'none'"
## plan
id = "f"
purpose = "x"
table = "public.f"
[add]
column = "twice"
type = "int"
[backfill]
expression = "n * 2"
## plan
id = "g"
purpose = "x"
table = "public.g"
[add]
column = "twice"
type = "int"
not_null = true
[backfill]
expression = "n * 2"
## plan
id = "r"
purpose = "x"
table = "public.r"
[rename]
column = "was"
to = "name"
## plan
id = "prio"
purpose = "x"
table = "public.r"
[add]
column = "prio"
type = "int"
default = "1"
## plan
id = "fax"
purpose = "x"
table = "public.d"
[add]
column = "fax"
type = "text"
default = "'no'"
## try
new: SELECT o.id, b.id, prio FROM o FULL JOIN b ON o.id < b.id WHERE o.prio > 0
new: SELECT o.id, b.id FROM b FULL JOIN o ON o.id < b.id WHERE o.label = 'none' AND b.k > 0
new: SELECT o.id, b.id FROM b FULL JOIN o ON o.prio < b.k WHERE prio > 0
new: SELECT o.id, b.id FROM b FULL JOIN o ON o.id < b.id WHERE prio > 0 OR label < 'z'
new: SELECT count(*) FROM b FULL JOIN o ON o.prio = b.k WHERE prio > 0
new: SELECT count(*) FROM b FULL JOIN o ON o.prio < b.k
new: SELECT count(*) FROM b FULL JOIN o ON o.prio < b.k WHERE prio IS NULL
new: SELECT count(*) FROM b FULL JOIN (SELECT id, prio AS p FROM o WHERE note IS NOT NULL) q ON q.id < b.id WHERE p BETWEEN 1 AND 9
new: SELECT count(*) FROM o JOIN (b FULL JOIN o AS q ON q.id <> b.id) ON q.prio = o.prio
new: WITH w AS (SELECT * FROM o) SELECT w.id, b.id FROM b FULL JOIN w ON w.id > b.id WHERE w.prio IN (1, 7)
new: SELECT b.id FROM b LEFT JOIN o ON o.id = b.id WHERE o.prio > 0 FOR UPDATE OF o
new: SELECT b.id, o.* FROM b LEFT JOIN o ON o.id = b.id WHERE o.prio > 0 FOR UPDATE
new: SELECT b.id FROM o RIGHT JOIN b ON o.id = b.id WHERE o.prio > $1::int FOR SHARE OF o
new: SELECT b.id FROM b LEFT JOIN o ON o.id = b.id WHERE o.prio IS NULL FOR UPDATE OF o
new: SELECT b.id FROM b LEFT JOIN o ON o.id = b.id FOR UPDATE OF b
new: UPDATE b SET k = o.prio FROM b AS c FULL JOIN o ON o.id < c.id WHERE o.prio > 0 AND c.id = b.id RETURNING b.*
new: SELECT f.id, b.id, twice FROM f FULL JOIN b ON f.id < b.id WHERE f.twice > 0
new: SELECT b.id FROM b LEFT JOIN f ON f.id = b.id WHERE f.twice > 0 FOR UPDATE OF f
new: SELECT g.id, b.id, twice FROM g FULL JOIN b ON g.id < b.id WHERE g.twice > 0
new: SELECT r.id, b.id, name, prio FROM r FULL JOIN b ON r.id < b.id WHERE r.prio > 0
new: SELECT r.id, b.id, name FROM r FULL JOIN b ON r.id < b.id WHERE r.name > 'a'
new: SELECT b.id FROM b LEFT JOIN r ON r.id = b.id WHERE r.prio > 0 FOR UPDATE OF r
new: SELECT d.id, b.id FROM d FULL JOIN b ON d.id < b.id WHERE d.fax LIKE 'n%'
