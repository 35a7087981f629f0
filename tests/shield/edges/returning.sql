-- OLD and NEW, MERGE .. RETURNING, JSON_TABLE.
## setup
CREATE TABLE a (id int PRIMARY KEY, note text, total int, n int); INSERT INTO a VALUES (1,'x',5,7),(2,'y',6,8);
CREATE TABLE b (id int PRIMARY KEY, note text); INSERT INTO b VALUES (1,'x'),(2,'y');
CREATE TABLE w (id int PRIMARY KEY, v int); INSERT INTO w VALUES (1,1),(3,3);
## change
ALTER TABLE a RENAME total TO amount;
ALTER TABLE a ALTER n TYPE bigint;
ALTER TABLE b ADD prio int DEFAULT 5;
## plan
id = "a"
purpose = "x"
table = "public.a"
[rename]
column = "total"
to = "amount"
## plan
id = "n"
purpose = "x"
table = "public.a"
[retype]
column = "n"
type = "bigint"
## plan
id = "b"
purpose = "x"
table = "public.b"
[add]
column = "prio"
type = "int"
default = "5"
[shield]
absent_writes = "discard"
## try
old pg18: UPDATE a SET note = 'z' WHERE id = 1 RETURNING old.*
old pg18: UPDATE a SET note = 'z' WHERE id = 1 RETURNING old.total, new.total
old pg18: UPDATE a SET n = n + 1 WHERE id = 1 RETURNING old.n, new.n, n
old pg18: UPDATE b SET note = 'z' WHERE id = 1 RETURNING old.*, new.*
old pg18: UPDATE b SET note = 'z' WHERE id = 1 RETURNING new.*
old pg18: UPDATE b SET note = 'z' WHERE id = 1 RETURNING old.note, new.note
old pg18: UPDATE b SET note = 'z' WHERE id = 1 RETURNING WITH (OLD AS o, NEW AS n) o.*
old pg18: UPDATE b SET note = 'z' WHERE id = 1 RETURNING row_to_json(old), to_jsonb(new)
old pg18: INSERT INTO b (id, note) VALUES (1, 'z') ON CONFLICT (id) DO UPDATE SET note = 'q' RETURNING row_to_json(old)
old refuse pg18: UPDATE b SET note = 'z' WHERE id = 1 RETURNING old
old pg18: DELETE FROM b RETURNING old.*
old pg18: DELETE FROM b WHERE id = 1 RETURNING *, old.id
old pg18: INSERT INTO b VALUES (9, 'x') RETURNING old.*, new.*
old pg18: INSERT INTO b VALUES (9, 'x') RETURNING new.id
new pg18: UPDATE b SET note = 'z' WHERE id = 1 RETURNING old.prio
new pg18: UPDATE b SET note = 'z' RETURNING old.*
new pg18: INSERT INTO b (id, prio) VALUES (1, 4) ON CONFLICT (id) DO UPDATE SET prio = excluded.prio, note = 'u' RETURNING old.prio
old pg18: MERGE INTO b USING w ON w.id = b.id WHEN MATCHED THEN UPDATE SET note = 'v' WHEN NOT MATCHED THEN INSERT VALUES (w.id, 'k') RETURNING *
old pg18: MERGE INTO b USING w ON w.id = b.id WHEN MATCHED THEN UPDATE SET note = 'v' WHEN NOT MATCHED THEN INSERT VALUES (w.id, 'k') RETURNING b.*
old pg18: MERGE INTO b USING w ON w.id = b.id WHEN MATCHED THEN UPDATE SET note = 'v' RETURNING merge_action(), b.*
old pg18: MERGE INTO b USING w ON w.id = b.id WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action(), b.id, w.*
old pg18: MERGE INTO a USING w ON w.id = a.id WHEN NOT MATCHED BY SOURCE AND a.total > 1 THEN UPDATE SET total = a.total + 1 WHEN NOT MATCHED THEN INSERT (id, total, n) VALUES (w.id, w.v, w.v) RETURNING merge_action(), a.*
old pg18: MERGE INTO a USING w ON w.id = a.id WHEN MATCHED THEN UPDATE SET n = w.v WHEN NOT MATCHED THEN INSERT VALUES (w.id, 'n', 4, w.v) RETURNING a.n, a.total, w.v
old pg18: WITH m AS (MERGE INTO a USING w ON w.id = a.id WHEN MATCHED THEN UPDATE SET n = w.v RETURNING a.*) SELECT * FROM m
old pg18: SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (total int PATH '$')) j, a
old pg18: SELECT j.total, a.total FROM a, JSON_TABLE('[1]', '$[*]' COLUMNS (total int PATH '$')) j
new pg18: INSERT INTO b (id) VALUES (7) RETURNING old.prio
new pg18: INSERT INTO b (id) VALUES (7) RETURNING old.*
new pg18: DELETE FROM b WHERE id = 1 RETURNING old.prio, new.prio
new pg18: DELETE FROM b WHERE id = 1 RETURNING new.*
new pg18: MERGE INTO b USING w ON w.id = b.id WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING new.prio
new pg18: MERGE INTO b USING w ON w.id = b.id WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action(), b.prio, w.*
new pg18: INSERT INTO b (id, note) VALUES (1, 'z'), (7, 'n') ON CONFLICT (id) DO UPDATE SET note = 'q' RETURNING old.prio, new.prio, old.prio IS NULL AS made, prio
new pg18: INSERT INTO b (id) VALUES (1), (7) ON CONFLICT (id) DO UPDATE SET note = 'q' RETURNING WITH (OLD AS o, NEW AS n) o.*, n.prio, o.id IS NULL
new pg18: INSERT INTO b (id) VALUES (1), (7) ON CONFLICT (id) DO UPDATE SET note = 'q' RETURNING to_jsonb(old), row_to_json(new), old IS NULL, old::text
new pg18: MERGE INTO b USING w ON w.id = b.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (w.id, 'k') RETURNING merge_action(), old.*, new.prio, coalesce(old.prio, -1)
new pg18: WITH d AS (DELETE FROM b RETURNING old.prio AS was, new.prio AS now) SELECT was, now, count(*) FROM d GROUP BY was, now
old pg18: MERGE INTO b USING w ON w.id = b.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (w.id, 'k') RETURNING old.*, new.*, to_jsonb(old)
old pg18: DELETE FROM b RETURNING old::text, new::text, new IS NULL
