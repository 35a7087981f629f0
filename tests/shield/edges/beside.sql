-- Discarded values beside others that are edited themselves, and in queries whose other values are cast.
## setup
CREATE TABLE a (id int PRIMARY KEY, x int); INSERT INTO a VALUES (1, 4), (2, 0);
CREATE TABLE b (id int PRIMARY KEY, z int); INSERT INTO b VALUES (1, 5), (2, 7);
CREATE TABLE c (id int, aid int, other int, t text); INSERT INTO c VALUES (1, 2, 3, 'c');
CREATE TABLE dim1 (id int PRIMARY KEY, k int, label text, fax text DEFAULT 'n'); INSERT INTO dim1 (id, k, label) VALUES (1, 10, 'a'), (2, 20, NULL);
CREATE TABLE src (id int, big bigint); INSERT INTO src VALUES (7, 70), (8, 8000000000);
## change
ALTER TABLE a RENAME x TO xx; ALTER TABLE b RENAME z TO zz; ALTER TABLE c ADD y int;
ALTER TABLE dim1 ALTER k TYPE bigint; ALTER TABLE dim1 DROP fax;
## plan
id = "x"
purpose = "x"
table = "public.a"
[rename]
column = "x"
to = "xx"
## plan
id = "z"
purpose = "x"
table = "public.b"
[rename]
column = "z"
to = "zz"
## plan
id = "y"
purpose = "x"
table = "public.c"
[add]
column = "y"
type = "int"
[shield]
absent_writes = "discard"
## plan
id = "k"
purpose = "x"
table = "public.dim1"
[retype]
column = "k"
from = "int"
type = "bigint"
## plan
id = "fax"
purpose = "x"
table = "public.dim1"
[drop]
column = "fax"
type = "text"
default = "'n'"
[shield]
absent_writes = "discard"
## try
new: INSERT INTO c (aid, y) VALUES ((SELECT max(xx) FROM a), (SELECT min(zz) FROM b)) RETURNING aid, other
new: INSERT INTO c (y, aid) VALUES ((SELECT min(zz) FROM b), (SELECT max(xx) FROM a)) RETURNING aid, other
new: INSERT INTO c (aid, other, y) VALUES ((SELECT max(xx) FROM a), 5, (SELECT min(zz) FROM b)) RETURNING aid, other
new: INSERT INTO c (aid, y, other) VALUES ((SELECT max(xx) FROM a), (SELECT min(zz) FROM b), 5), (6, 7, 8) RETURNING aid, other
new: INSERT INTO c (aid, y) VALUES ((SELECT count(*) FROM a WHERE xx > 0), (SELECT zz FROM b WHERE id = 1)), ((SELECT q.xx FROM a q WHERE id = 1), 3) RETURNING aid
new: INSERT INTO c (aid, y) VALUES ((SELECT xx FROM a), (SELECT min(zz) FROM b))
new: INSERT INTO c (aid, y) VALUES ((SELECT max(xx) FROM a), (SELECT zz FROM b))
new: INSERT INTO c (aid, y) VALUES ((SELECT 1 / xx FROM a WHERE id = 2), (SELECT 2 / (zz - 5) FROM b WHERE id = 1))
new: INSERT INTO c (aid, y) SELECT (SELECT max(xx) FROM a), (SELECT min(zz) FROM b) RETURNING aid
new: INSERT INTO c (aid, t, y) VALUES ((SELECT max(xx) FROM a), 'a', (SELECT min(zz) FROM b)) RETURNING aid, t
new: INSERT INTO c (t, y) VALUES ('a', (SELECT min(zz) FROM b)) RETURNING t
new: MERGE INTO c USING (SELECT * FROM a) s ON c.id = s.xx WHEN NOT MATCHED THEN INSERT (aid, y) VALUES ((SELECT max(a.xx) FROM a WHERE a.id = s.id), (SELECT max(zz) FROM b WHERE b.zz > s.xx))
old: INSERT INTO dim1 SELECT id + 5, k, label, fax FROM dim1 RETURNING *
old: INSERT INTO dim1 SELECT * FROM dim1
old: INSERT INTO dim1 SELECT * FROM dim1 ON CONFLICT DO NOTHING RETURNING *
old: INSERT INTO dim1 SELECT DISTINCT id + 5, k, label, fax FROM dim1 RETURNING id, k, label
old: INSERT INTO dim1 (id, k, fax, label) SELECT id + 5, k, fax, label FROM dim1 ORDER BY 1 RETURNING id, k, label
old: INSERT INTO dim1 (id, k) SELECT id, big FROM src WHERE id = 7 ORDER BY 1 RETURNING id, k, label
old: INSERT INTO dim1 (id, k, fax) SELECT id, big, 'f'::text FROM src ORDER BY 1
old: UPDATE dim1 SET (k, fax) = (SELECT s.k + 1, s.fax FROM dim1 s WHERE s.id = dim1.id) RETURNING id, k
old: UPDATE dim1 SET (fax, label, k) = (SELECT 'f'::text, 'z'::text, s.id FROM src s WHERE s.id = dim1.id + 6) RETURNING id, k, label
new: INSERT INTO dim1 SELECT id + 5, k, label FROM dim1 RETURNING *
