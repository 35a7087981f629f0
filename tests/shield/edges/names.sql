-- Renamed columns and the names that collide with them.
## setup
CREATE EXTENSION IF NOT EXISTS citext;
CREATE SCHEMA evil;
CREATE TYPE mood AS ENUM ('sad','ok');
CREATE TABLE r (id int PRIMARY KEY, total numeric(8,2) DEFAULT 1, note text, m mood DEFAULT 'ok');
CREATE TABLE e (id int, tags text[]); INSERT INTO e VALUES (1,'{a}'),(2,'{}');
INSERT INTO r VALUES (1, 10, 'a'), (2, 20, NULL), (3, NULL, 'c');
CREATE TABLE w (id int PRIMARY KEY, amount int, total int); INSERT INTO w VALUES (1, 5, 7), (2, 6, 20);
CREATE FUNCTION amount(r) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'function' $$;
CREATE FUNCTION fn(r) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'fn' $$;
CREATE TABLE a (id int PRIMARY KEY, note text); INSERT INTO a VALUES (1,'x'),(2,'y');
CREATE FUNCTION prio(a) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT 99 $$;
CREATE TABLE parent (id int, c int, x text) ; CREATE TABLE child (x text, y int, c int) INHERITS (parent);
INSERT INTO parent VALUES (1,2,'p'); INSERT INTO child(id,c,x,y) VALUES (3,4,'ch',5);
CREATE TABLE n (id int PRIMARY KEY, m mood, "Weird ""col" text, lintel_t int); INSERT INTO n VALUES (1,'sad','w',1);
## change
ALTER TABLE r RENAME total TO amount;
ALTER TABLE a ADD prio int DEFAULT 5;
ALTER TABLE parent RENAME c TO d;
ALTER TABLE n RENAME m TO "Select";
## plan
id = "r"
purpose = "x"
table = "public.r"
[rename]
column = "total"
to = "amount"
## plan
id = "a"
purpose = "x"
table = "public.a"
[add]
column = "prio"
type = "int"
default = "5"
[shield]
absent_writes = "discard"
## plan
id = "p"
purpose = "x"
table = "public.parent"
[rename]
column = "c"
to = "d"
## plan
id = "n"
purpose = "x"
table = "public.n"
[rename]
column = "m"
to = "Select"
## try
old refuse: SELECT a.prio FROM a
old refuse: SELECT prio(a), a.prio, (a).prio FROM a
new refuse: SELECT prio(a), a.prio, (a).prio FROM a
new refuse: SELECT prio(a) FROM a
old refuse: SELECT r.amount FROM r
old refuse: SELECT amount(r) FROM r
new refuse: SELECT amount(r), r.amount FROM r
old: SELECT total(r) FROM r
old: SELECT total(r), total(s), count(total(s)) OVER (ORDER BY s.total) FROM r JOIN r s USING (id) WHERE total(r) > 3 ORDER BY total(s)
new: SELECT amount(x), x.id FROM (SELECT amount, id FROM r) x
old: SELECT (SELECT total(r)), w.id FROM r JOIN w ON total(w) = total(r) * 2
old: SELECT max(total(r)), total(r) + 1 AS amount FROM r GROUP BY total(r) ORDER BY amount
old refuse: UPDATE r SET note = total(r)::text WHERE total(r) > 5 RETURNING total(r)
old refuse: DELETE FROM r USING w WHERE w.id = r.id RETURNING total(r), total(w)
new: SELECT d(parent), x(parent) FROM parent
old: SELECT c(child), d(w) FROM child, (SELECT 1 AS d) w
old 42883: SELECT r.id, nosuch(w) FROM r, w
old refuse: SELECT total(r) OVER () FROM r
old refuse: SELECT fn(r) FROM r
old: SELECT r.total, total FROM r, w WHERE r.id = w.id
old: SELECT r.total, amount FROM r, w WHERE r.id = w.id
new: SELECT r.amount, total FROM r, w WHERE r.id = w.id
old: SELECT w.id, (SELECT amount FROM r WHERE r.id = w.id LIMIT 1) FROM w
new: SELECT w.id, (SELECT total FROM r WHERE r.id = w.id LIMIT 1) FROM w
new: SELECT w.id, (SELECT amount FROM r WHERE r.id = w.id LIMIT 1) FROM w
old: SELECT * FROM r NATURAL JOIN w
new: SELECT * FROM r NATURAL JOIN w
old: SELECT * FROM r JOIN w USING (total)
new: SELECT * FROM r JOIN w USING (amount)
old refuse: DELETE FROM r USING w WHERE amount = total
old refuse: DELETE FROM r USING w WHERE amount = 6 AND r.id = w.id RETURNING *
new: DELETE FROM r USING w WHERE w.total = 20 AND total > 3 RETURNING r.*
old: UPDATE r SET total = r.total + w.total FROM w WHERE w.id = r.id AND amount > 1 RETURNING r.total, w.*
new: UPDATE r SET amount = total FROM w WHERE w.id = r.id RETURNING *
new: UPDATE w SET total = (SELECT max(total) FROM r) RETURNING *
old: UPDATE w SET total = (SELECT max(amount) FROM r) RETURNING *
old: INSERT INTO r VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET total = excluded.total + r.total RETURNING *
old: INSERT INTO r AS amount VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET total = excluded.total + amount.total RETURNING amount.*
new: INSERT INTO r AS total VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount + total.amount RETURNING total.amount, total.id
old: SELECT amount.total FROM r amount
old refuse: SELECT amount FROM r amount
new: SELECT total.amount FROM r total
old: WITH amount AS (SELECT 1 AS total) SELECT r.total, amount.total FROM r, amount
old: SELECT U&"\0074otal", "total", "r"."total", TOTAL FROM r
old: UPDATE r SET U&"\0074otal" = 5 WHERE "total" = 10 RETURNING U&"\0074otal"
old: SELECT sum(total) OVER (PARTITION BY note ORDER BY id) AS amount, total FROM r ORDER BY amount
old: SELECT note AS amount, total FROM r GROUP BY amount, total ORDER BY amount
old: SELECT total AS amount FROM r ORDER BY amount
new: SELECT amount AS total FROM r ORDER BY total
new: SELECT id AS total FROM r ORDER BY amount, total
new: SELECT r.id AS total FROM r GROUP BY total
old: SELECT r.id AS amount FROM r GROUP BY amount
old refuse: INSERT INTO r (id, amount) VALUES (9, 9)
new refuse: INSERT INTO r (id, total) VALUES (9, 9)
old: INSERT INTO r (id, total, m) SELECT id + 10, total, m FROM r RETURNING *
old: COPY r TO STDOUT (FORMAT csv, HEADER)
new: COPY r TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE (amount))
old: COPY r (total, id) TO STDOUT (FORMAT csv, HEADER, FORCE_QUOTE (total))
old refuse: COPY r FROM STDIN (FORMAT csv, HEADER MATCH) @@ id,total,note,m\n7,5,x,ok\n
new refuse: COPY r FROM STDIN (FORMAT csv, HEADER MATCH) @@ id,amount,note,m\n7,5,x,ok\n
old refuse: COPY r FROM STDIN (FORMAT csv, FORCE_NULL (total)) @@ 7,5,x,ok\n
old refuse: COPY r (id, total) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (total)) WHERE total > 3 @@ 7,5\n
old: COPY r (id, total) FROM STDIN WHERE r.total > 3 @@ 7\t5\n
new refuse: COPY a (id, prio) FROM STDIN @@ 7\t5\n
new refuse: COPY a FROM STDIN @@ 7\tx\t5\n
old: COPY a FROM STDIN @@ 7\tx\n
old refuse: COPY a FROM STDIN WHERE prio IS NULL @@ 7\tx\n
old: COPY (SELECT * FROM r) TO STDOUT
old: CREATE TEMP TABLE z (LIKE r INCLUDING DEFAULTS)
old refuse: CREATE VIEW z AS SELECT total FROM r
old: MERGE INTO r USING w ON r.id = w.id WHEN MATCHED AND amount > 5 THEN UPDATE SET total = w.total + r.total WHEN NOT MATCHED THEN INSERT VALUES (w.id, w.amount)
old: MERGE INTO w USING r ON r.id = w.id WHEN MATCHED AND r.total > 5 THEN UPDATE SET total = r.total, amount = amount + 1
new: MERGE INTO w USING r ON r.id = w.id WHEN MATCHED AND total > 5 THEN UPDATE SET total = r.amount
new: MERGE INTO r USING w ON r.id = w.id WHEN MATCHED THEN UPDATE SET amount = total
old: SELECT * FROM parent
new: SELECT * FROM parent
old: SELECT * FROM child
new: SELECT * FROM child
old: SELECT * FROM ONLY parent
old: INSERT INTO child VALUES (1,2,'x',3) RETURNING *
new: INSERT INTO child VALUES (1,2,'x',3) RETURNING *
old: UPDATE parent SET c = c + 1 RETURNING *, tableoid::regclass
old: SELECT * FROM n
new: SELECT * FROM n WHERE "Select" = 'sad'
new: UPDATE n SET "Select" = 'ok' RETURNING "Select"
new: UPDATE n SET "Select" = 'ok' WHERE lintel_t = 1 RETURNING *
old: SELECT lintel_t, m FROM n lintel_x
new: SELECT "Select"::text, upper("Select"::text) FROM n lintel_d
old: SELECT total FROM r FOR UPDATE
old: SELECT total FROM r r FOR UPDATE OF r
old refuse: SELECT r FROM r
old: SELECT count(*), r.id FROM r GROUP BY r.id HAVING sum(r.total) > 5
old: SELECT r.id, r.total, r.note FROM r GROUP BY r.id
old: SELECT x.* FROM r, LATERAL (SELECT total + 1 AS amount, amount FROM w WHERE w.id = r.id) x
old: SELECT (SELECT total) FROM r
old: SELECT array_agg(total ORDER BY total) FILTER (WHERE total > 1) FROM r
old: SELECT id FROM r WHERE (total, id) IN (SELECT total, id FROM r) AND total = $1
old: INSERT INTO r (id, total) VALUES ($1, $2) RETURNING total
old: UPDATE r SET (total, note) = ($1, $2) RETURNING total
old: UPDATE r SET (total, note) = (SELECT total + 1, 'k' FROM r LIMIT 1) RETURNING total
old: UPDATE r SET total = DEFAULT RETURNING total
old: UPDATE r SET total = -total WHERE total > 5 RETURNING total AS amount, -total
old refuse: DELETE FROM r WHERE total = (SELECT max(total) FROM r) RETURNING total
old: TABLE r
old refuse: DELETE FROM r WHERE EXISTS (SELECT FROM w WHERE w.total = r.total)
old: DELETE FROM r WHERE EXISTS (SELECT FROM w WHERE amount = 6)
old: DELETE FROM w WHERE EXISTS (SELECT FROM r WHERE amount = 6 AND r.id = w.id) RETURNING *
new: DELETE FROM w WHERE EXISTS (SELECT FROM r WHERE total = 20) RETURNING *
new refuse: INSERT INTO a (id) VALUES (1) ON CONFLICT ((prio + 1)) DO NOTHING
new refuse: INSERT INTO a (id) VALUES (1) ON CONFLICT (id) WHERE prio > 1 DO NOTHING
old: UPDATE a SET note = prio FROM (SELECT id AS k, max(total)::text AS prio FROM w GROUP BY id) s WHERE s.k = a.id RETURNING a.*, prio
old: UPDATE a SET note = prio || 'x' FROM (SELECT w.id AS k, total AS prio FROM w) s WHERE k = a.id AND prio > 5
old: WITH s AS (SELECT id AS k, total AS prio FROM w) UPDATE a SET note = prio FROM s WHERE k = id
old: WITH s AS (UPDATE w SET total = 9 RETURNING id AS k, total AS prio) UPDATE a SET note = prio FROM s WHERE k = id
old: DELETE FROM a USING (SELECT 1 AS prio) s WHERE a.id = prio RETURNING a.*, prio
old: UPDATE a SET note = prio FROM generate_series(1, 2) prio WHERE prio = id
old: UPDATE a SET note = prio FROM (VALUES (1, 'v')) v(k, prio) WHERE k = id RETURNING (SELECT prio)
old: UPDATE a SET note = prio FROM (w JOIN (SELECT 1 AS q, 'z' AS prio) z ON z.q = w.id) WHERE w.id = a.id
old: UPDATE a SET note = prio FROM w JOIN (SELECT 1 AS id, 'z' AS prio) z USING (id) WHERE w.total = 7 AND a.id = w.id
old: UPDATE a SET note = prio FROM (w JOIN (SELECT 1 AS id, 'z' AS prio) z USING (id)) j WHERE j.id = a.id
old refuse: UPDATE a SET note = prio FROM (SELECT 1 AS prio, 1 AS k) s JOIN (SELECT 1 AS prio, 2 AS l) t USING (prio) WHERE k = a.id
old: MERGE INTO a USING (SELECT id AS k, total AS prio FROM w) s ON k = a.id WHEN MATCHED AND prio > 1 THEN UPDATE SET note = prio::text WHEN NOT MATCHED THEN INSERT (id, note) VALUES (k, prio)
old: UPDATE r SET note = amount::text FROM (SELECT id AS k, amount FROM w) s WHERE k = id RETURNING note
new: UPDATE a SET prio = prio + 1 RETURNING id, note
new: MERGE INTO a USING w ON w.id = a.id WHEN MATCHED THEN UPDATE SET prio = 3, note = 'v' WHEN NOT MATCHED THEN INSERT (id, prio) VALUES (w.id, 4)
old?: SELECT total FROM r
new?: SELECT amount FROM r WHERE r.id = 1
old?: SELECT note FROM r
old? refuse: SELECT * FROM r
old?: INSERT INTO r VALUES (9, 1)
old?: DELETE FROM r WHERE id = 1
old?: DELETE FROM r WHERE id = 1 RETURNING id
