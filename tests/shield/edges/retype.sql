-- Columns that get another type.
## setup
CREATE TABLE i (id int PRIMARY KEY, c int UNIQUE, s text, t text, f varchar(5), n numeric, j json, b bool, u uuid, ts date, a int[], ch char(4), fl real, g int GENERATED ALWAYS AS (id * 2) STORED);
INSERT INTO i (id,c,s,t,f,n,j,b,u,ts,a,ch,fl) VALUES (1, 10, '7', 'ab', 'x', 1.50, '{"a":1,"a":2}', true, '00000000-0000-0000-0000-000000000001', '2020-01-01', '{1}', 'ab', 1.5), (2, 20, '8', 'cd  ', 'y', 2, '[]', false, NULL, NULL, NULL, 'c', -0.0), (3, NULL, NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE w (id int PRIMARY KEY, c bigint, k text); INSERT INTO w VALUES (1, 10, 'q'), (2, 99, 'z');
CREATE TABLE p (k int, v text) PARTITION BY RANGE (k); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE p2 (v text, gone int, k int); ALTER TABLE p2 DROP COLUMN gone; ALTER TABLE p ATTACH PARTITION p2 FOR VALUES FROM (10) TO (20); INSERT INTO p VALUES (1,'5'),(11,'6');
CREATE TABLE q (id int PRIMARY KEY, m int, k smallint); INSERT INTO q VALUES (1, 10, 1), (2, NULL, 2); CREATE UNIQUE INDEX ON q ((m + 0)) WHERE k < 9;
CREATE TABLE jj (id int PRIMARY KEY, d json, e jsonb, v varchar); INSERT INTO jj VALUES (1, '{"a": 1}', '[1]', 'x');
## change
ALTER TABLE jj ALTER d TYPE jsonb;
ALTER TABLE jj ALTER v TYPE text;
ALTER TABLE q ALTER m TYPE numeric(10, 0);
ALTER TABLE q ALTER k TYPE numeric(4, 1);
ALTER TABLE i ALTER c TYPE bigint;
ALTER TABLE i ALTER t TYPE varchar(6);
ALTER TABLE i ALTER f TYPE text;
ALTER TABLE i ALTER n TYPE text;
ALTER TABLE p ALTER v TYPE int USING v::int;
## plan
id = "c"
purpose = "x"
table = "public.i"
[retype]
column = "c"
type = "bigint"
## plan
id = "t"
purpose = "x"
table = "public.i"
[retype]
column = "t"
type = "varchar(6)"
## plan
id = "f"
purpose = "x"
table = "public.i"
[retype]
column = "f"
type = "text"
## plan
id = "n"
purpose = "x"
table = "public.i"
[retype]
column = "n"
type = "text"
## plan
id = "p"
purpose = "x"
table = "public.p"
[retype]
column = "v"
type = "int"
## plan
id = "m"
purpose = "x"
table = "public.q"
[retype]
column = "m"
type = "numeric(10, 0)"
## plan
id = "k"
purpose = "x"
table = "public.q"
[retype]
column = "k"
type = "numeric(4, 1)"
## plan
id = "jd"
purpose = "x"
table = "public.jj"
[retype]
column = "d"
type = "jsonb"
## plan
id = "jv"
purpose = "x"
table = "public.jj"
[retype]
column = "v"
type = "text"
## try
old: INSERT INTO jj (id, d) VALUES (2, '{"b": 2}'::jsonb), (3, '[2]'::json), (4, '[3]'), (5, NULL) RETURNING id
new: INSERT INTO jj (id, d) VALUES (2, '{"b": 2}'::jsonb), (3, '[2]'::json), (4, '[3]'), (5, NULL) RETURNING *
new: UPDATE jj SET d = $1 WHERE id = 1 RETURNING d @@ {"z": 1}
new: UPDATE jj SET d = $1::json WHERE id = 1 RETURNING d @@ {"z": 1}
new: INSERT INTO jj (id, d) VALUES (2, $1::jsonb) ON CONFLICT (id) DO UPDATE SET d = excluded.d RETURNING d @@ {"z": 1}
new 42804: UPDATE jj SET d = v
new 42804: UPDATE jj SET d = 5
new 42804: UPDATE jj SET d = 'x'::text
old: INSERT INTO jj (id, v) VALUES (2, 5), (3, DATE '2020-01-02'), (4, 'y'), (5, $1), (6, true) RETURNING id, v @@ z
new: INSERT INTO jj (id, v) VALUES (2, 5), (3, DATE '2020-01-02'), (4, 'y'), (5, $1), (6, true) RETURNING id, v @@ z
new: UPDATE jj SET v = id + 1, d = '[7]' RETURNING v, d
old: INSERT INTO q VALUES (3, 2147483647, 5), (4, NULL, 0) RETURNING *
old: UPDATE q SET m = m + 1, k = $1 WHERE m = 10 RETURNING m, k, m + 1 @@ 7
old: INSERT INTO q SELECT id + 10, m + 1, k FROM q RETURNING m
old: INSERT INTO q VALUES (5, 10, 1) ON CONFLICT ((m + 0)) WHERE k < 9 DO UPDATE SET m = excluded.m + q.m, k = q.k + 1 WHERE q.k < 3 RETURNING *
new: INSERT INTO q (id) VALUES (7) ON CONFLICT ((m + 0)) WHERE k < 9 DO NOTHING RETURNING id
old 42P10: INSERT INTO q VALUES (5, 10, 1) ON CONFLICT ((m + 1)) DO NOTHING
old 22003: INSERT INTO q VALUES (3, 1, 5000)
old 22003: UPDATE q SET m = 3000000000
old: UPDATE q SET k = 2.5 RETURNING k
new: SELECT m, k, m / 3 FROM q
new refuse: UPDATE q SET m = 2.5
old: SELECT * FROM i
new: SELECT * FROM i
old: SELECT c, t, f, n FROM i ORDER BY n, t
new: SELECT c, t, f, n FROM i ORDER BY n, t
old: SELECT * FROM i JOIN w USING (c)
new: SELECT * FROM i NATURAL JOIN w
old: SELECT id FROM i WHERE c = $1
new: SELECT id FROM i WHERE c = $1 AND t = $2
old: SELECT c + $1, c || $2 FROM i
new: SELECT c + $1 FROM i
old: UPDATE i SET c = c + 1 WHERE id = 1 RETURNING c, c + 1, c::text, i.c AS z, *
new: UPDATE i SET c = c + 1 WHERE id = 1 RETURNING c, c + 1, c::text, i.c AS z, *
old: UPDATE i SET c = $1 WHERE c = $2 RETURNING c
new: UPDATE i SET c = $1 WHERE c = $2 RETURNING c
old 22P02: UPDATE i SET t = 'trail      ' WHERE id = 1 RETURNING t
old 22P02: UPDATE i SET t = 'abcdef    ' WHERE id = 1 RETURNING t, length(t)
old: UPDATE i SET t = $1 WHERE id = 1 RETURNING t, length(t) @@ abcdef    
old 22P02: INSERT INTO i (id, t) VALUES (9, 'abcdef ') RETURNING t, length(t)
old 22P02: INSERT INTO i (id, t) SELECT 9, 'abcdef ' RETURNING t, length(t)
new: INSERT INTO i (id, t) VALUES (9, 'abcdef ') RETURNING t, length(t)
new: INSERT INTO i (id, t) VALUES (9, 'abcdefghijkl') RETURNING t, length(t)
new: INSERT INTO i (id, t) VALUES (9, 'äöüßẞµ') RETURNING t, length(t)
old: INSERT INTO i (id, f) VALUES (9, 'abcde ') RETURNING f
old: INSERT INTO i (id, f) VALUES (9, 'abcdef') RETURNING f
new 22001: INSERT INTO i (id, f) VALUES (9, 'abcdef') RETURNING f
old: INSERT INTO i (id, f) VALUES (9, $1) RETURNING f @@ abcdef
old: INSERT INTO i (id, f) SELECT 9, upper('abcde') RETURNING f
old: UPDATE i SET f = upper(f) RETURNING f
old: UPDATE i SET f = f WHERE f = 'x' RETURNING f
old: UPDATE i SET c = true WHERE id = 1
old: UPDATE i SET c = t WHERE id = 3
old: UPDATE i SET c = '5' WHERE id = 3
old: UPDATE i SET c = 5.7 WHERE id = 3 RETURNING c
old: UPDATE i SET c = 5.5::float8 WHERE id = 3 RETURNING c
old: UPDATE i SET n = true WHERE id = 3 RETURNING n
new refuse: UPDATE i SET n = 5 WHERE id = 3 RETURNING n
new refuse: UPDATE i SET n = '5.00' WHERE id = 3 RETURNING n
old: UPDATE i SET n = 5.00 WHERE id = 3 RETURNING n
old: UPDATE i SET n = 'NaN' WHERE id = 3 RETURNING n
old: INSERT INTO i (id, c) VALUES (1, 77) ON CONFLICT (id) DO UPDATE SET c = excluded.c + i.c RETURNING c
new: INSERT INTO i (id, c) VALUES (1, 77) ON CONFLICT (id) DO UPDATE SET c = excluded.c + i.c RETURNING c
old: INSERT INTO i (id, c) VALUES (5, 10) ON CONFLICT (c) DO UPDATE SET id = excluded.c RETURNING id, c
old: INSERT INTO i (id, c) VALUES (5, 10) ON CONFLICT (c) WHERE c > 1 DO UPDATE SET c = DEFAULT RETURNING id, c
old: INSERT INTO i VALUES (5, 10) RETURNING id, c
old: INSERT INTO i (id, c) VALUES (5, 10), (6, DEFAULT), (7, NULL), (8, '11') RETURNING id, c
old: INSERT INTO i (id, c) VALUES (5, $1), ($2, 4) RETURNING id, c @@ 30|31
old: INSERT INTO i (id, c) SELECT id + 5, c + 5 FROM i RETURNING c
old: INSERT INTO i (id, c) SELECT id + 5, c + 5 FROM i UNION ALL SELECT 9, 9 RETURNING c
old refuse: INSERT INTO i (id, c) TABLE w
old: INSERT INTO i (id, c) SELECT w.id + 70, w.c FROM w ORDER BY w.id DESC RETURNING id, c
old: INSERT INTO i (id, c) SELECT id, c FROM w ON CONFLICT DO NOTHING
old: INSERT INTO i (id, c) SELECT DISTINCT id + 5, c + 5 FROM i RETURNING c
old: INSERT INTO i (id, c) SELECT id + 5, max(c) + 50 FROM i GROUP BY id ORDER BY 2 LIMIT 1 RETURNING c
old: INSERT INTO i (id, c) SELECT 8, c FROM i WHERE c = 10 ORDER BY c ON CONFLICT DO NOTHING RETURNING c
old: WITH x AS (SELECT 8 AS a, 9 AS b) INSERT INTO i (id, c) SELECT a, b FROM x RETURNING c
old: WITH x AS (DELETE FROM i WHERE id = 1 RETURNING *) INSERT INTO i (id, c) SELECT x.id + 100, x.c + 1000 FROM x RETURNING c
old: MERGE INTO i USING w ON i.id = w.id WHEN MATCHED THEN UPDATE SET c = i.c + 1, t = 'm' WHEN NOT MATCHED THEN INSERT (id, c) VALUES (w.id, 5)
old: MERGE INTO i USING w ON i.c = w.c WHEN MATCHED AND i.c > 5 THEN UPDATE SET c = w.c WHEN NOT MATCHED THEN INSERT VALUES (w.id + 50, w.c)
new: MERGE INTO i USING w ON i.c = w.c WHEN MATCHED AND i.c > 5 THEN UPDATE SET c = w.c WHEN NOT MATCHED THEN INSERT VALUES (w.id + 50, w.c)
old: MERGE INTO w USING i ON i.c = w.c WHEN MATCHED THEN UPDATE SET c = i.c + 1
old: DELETE FROM i USING w WHERE i.c = w.c RETURNING i.*, w.*
old: DELETE FROM w USING i WHERE i.c = w.c RETURNING *
old: UPDATE w SET c = i.c FROM i WHERE i.id = w.id RETURNING *
old: UPDATE i SET (c, t) = ($1, $2) RETURNING c, t @@ 1|2
old: UPDATE i SET (c, t) = (SELECT w.c, w.k FROM w WHERE w.id = i.id) RETURNING c
old: UPDATE i SET (c, t) = ROW(1, 'x') WHERE id = 1 RETURNING c
old: UPDATE i SET t = (SELECT k FROM w WHERE w.id = i.id) RETURNING t
old: UPDATE i SET f = (SELECT k FROM w WHERE w.id = i.id) RETURNING f
old: SELECT row_to_json(i) FROM i
new: SELECT row_to_json(i) FROM i
old refuse: SELECT i FROM i
old: SELECT c::int8, (c), -c, CASE WHEN c > 10 THEN c END, coalesce(c, 5), sum(c), avg(c) FROM i GROUP BY c
old: SELECT sum(c), max(t), array_agg(f), json_agg(n) FROM i
new: SELECT sum(c), max(t), array_agg(f), json_agg(n) FROM i
old: SELECT id, c, t FROM i GROUP BY id
old: SELECT id, c, t FROM i GROUP BY id, c, t HAVING c > 1
old: SELECT DISTINCT ON (c) c, t FROM i ORDER BY c, t
old: SELECT c FROM i UNION SELECT c FROM w
new: SELECT c FROM i UNION SELECT 5
old: SELECT c FROM i UNION SELECT 5
old: SELECT id, c FROM i FOR UPDATE
old: COPY i (c, t, n) TO STDOUT
new: COPY i (c, t, n) TO STDOUT (FORMAT csv, HEADER)
old: COPY i TO STDOUT (FORMAT csv, HEADER)
old: COPY i (id, c) FROM STDIN @@ 7\t5\n
old 22003: COPY i (id, c) FROM STDIN @@ 7\t5000000000\n
old: COPY i (id, c) FROM STDIN (FORMAT csv) WHERE c > 5 OR id = 1 @@ 7,5\n8,9\n
new: COPY i (id, c) FROM STDIN @@ 7\t5\n
new 22003: COPY i (id, c) FROM STDIN @@ 7\t5000000000\n
old refuse: COPY i (id, c) FROM STDIN (FORMAT binary)
old refuse pg17: COPY i (id, c) FROM STDIN (ON_ERROR ignore) @@ 7\t5000000000\n8\t5\n
new refuse pg17: COPY i (id, c) FROM STDIN (ON_ERROR ignore) @@ 7\t5000000000\n8\t5\n
new pg17: COPY i (id, c) FROM STDIN (ON_ERROR stop) @@ 8\t5\n
old pg17: COPY i (id, s) FROM STDIN (ON_ERROR ignore) @@ 8\t5\n
old: COPY i (id, t) FROM STDIN @@ 7\tabc\n8\tab   \n9\t\\N\n
old 22001: COPY i (id, t) FROM STDIN @@ 7\tabcdefgh\n
old 22001: COPY i (id, t) FROM STDIN @@ 7\tabcdef\n
old 22001: COPY i (id, t) FROM STDIN @@ 7\tabcdef  \n
old 22001: COPY i (id, t) FROM STDIN WHERE id = 7 OR t IS NULL @@ 7\t      \n
new: COPY i (id, t) FROM STDIN @@ 7\tabc\n
new 22001: COPY i (id, t) FROM STDIN @@ 7\tabcdefgh\n
old: COPY i (id, f, c) FROM STDIN @@ 7\tabc\t4\n
old 22001: COPY i (id, f, c) FROM STDIN @@ 7\tabcdef\t4\n
old refuse: COPY i (id, n) FROM STDIN @@ 7\t1.5\n
old: COPY i (id, s) FROM STDIN @@ 7\t5\n
old refuse: COPY i FROM STDIN @@ 7\t5\n
old: SELECT * FROM p
new: SELECT * FROM p WHERE v > 3
new: SELECT * FROM p2
old: SELECT * FROM p2 WHERE v = '6'
new: INSERT INTO p2 VALUES (5, 12) RETURNING *
old refuse: INSERT INTO p2 VALUES ('5', 12) RETURNING *
old refuse: INSERT INTO p VALUES (3, '05') RETURNING *
old refuse: INSERT INTO p VALUES (3, 'xx') RETURNING *
new: INSERT INTO p VALUES (3, 05) RETURNING *
new: UPDATE p SET v = v + 1, k = k + 10 WHERE k < 5 RETURNING *, tableoid::regclass
old refuse: UPDATE p SET v = v || '1' RETURNING *
new: DELETE FROM p WHERE v = 6 RETURNING v
new: SELECT ts, b, u FROM i WHERE c IS NOT NULL
old: SELECT x.c FROM i x, LATERAL (SELECT x.c * 2 AS c) y
old: SELECT (SELECT c) FROM i
old: SELECT (i).c, (i.c)::text FROM i
old: SELECT i.c, w.c FROM i LEFT JOIN w ON w.id = i.c
old? refuse: SELECT c FROM i
old?: SELECT id FROM i
old? refuse: SELECT s FROM i WHERE c = 10
old? refuse: UPDATE i SET s = 'x' WHERE c = 10
old? refuse: UPDATE i SET c = 5 WHERE id = 1
old? refuse: SELECT * FROM i
old?: INSERT INTO i (id) VALUES (9)
old?: DELETE FROM i WHERE id = 2
new: UPDATE i SET t = f RETURNING t
old: UPDATE i SET f = s || 'zz' WHERE id = 1 RETURNING f
old 22001: UPDATE i SET t = s || '      zz' WHERE id = 1 RETURNING t
old: UPDATE i SET c = $1 + 1 WHERE id = 1 RETURNING c
old: INSERT INTO i (id, c) SELECT generate_series(50,52), generate_series(50,52) RETURNING c
old: UPDATE i SET n = 1.555, f = NULL WHERE id = 1 RETURNING n
old: UPDATE i SET n = -0.0, f = $1 WHERE id = $2 RETURNING n @@ ab|1
old: INSERT INTO i (id, f, t, c) VALUES (50, 'abc', 'x ', 5), ($1, $2, $3, $4), (52, NULL, NULL, NULL) RETURNING c, t, f @@ 51|äöü|ß|7
old: UPDATE i SET t = 'abcdef' WHERE id = 1 RETURNING t
old 22001: UPDATE i SET t = 'abcdefg ' WHERE id = 1 RETURNING t
old: INSERT INTO i (id, c) SELECT w.id + 50 AS id, w.id + 60 AS c FROM w RETURNING id, c
old: INSERT INTO i (c, id) SELECT w.id + 60 c, w.id + 50 FROM w RETURNING id, c
new: INSERT INTO i (c, t, id) SELECT w.c + 60 AS "as", 'x' AS t, w.id + 50 AS "C" FROM w RETURNING id, c
old: INSERT INTO i (id, c) SELECT * FROM (SELECT id + 60, c + 600 FROM w) s RETURNING id, c
old: INSERT INTO i (id, c, t) SELECT * FROM (SELECT w.id + 60, c + 600, k FROM w) s ORDER BY 1 DESC LIMIT 1 ON CONFLICT (id) DO UPDATE SET c = excluded.c RETURNING *
old: INSERT INTO i (id, c) OVERRIDING SYSTEM VALUE SELECT id + 60, c + 600 FROM w GROUP BY id, c RETURNING id, c
old: INSERT INTO i (id, c, f) WITH x AS (SELECT 61 AS a, 62 AS b) SELECT a, b, 'abc'::text || a FROM x RETURNING f
old: INSERT INTO i (id, f) SELECT id + 60, k FROM w UNION SELECT 77, 'toolong' RETURNING f
new 22001: INSERT INTO i (id, f) SELECT id + 60, k FROM w UNION SELECT 77, 'toolong' RETURNING f
old 22001: INSERT INTO i (id, t) SELECT id + 60, k FROM w UNION SELECT 77, 'toolongtext' RETURNING f
old 22003: INSERT INTO i (id, c) SELECT id + 60, c * 1000000000 FROM w RETURNING c
old refuse: INSERT INTO i (id, c, t) SELECT *, 'x' FROM (SELECT id + 60, c FROM w) s
old refuse: INSERT INTO i (id, c, ts) SELECT *, $1 FROM (SELECT id + 60, c FROM w) s
old: WITH x AS (DELETE FROM w RETURNING *) INSERT INTO i (id, c) SELECT DISTINCT id + 60, c + 100 FROM x RETURNING c
old refuse: INSERT INTO p SELECT * FROM (SELECT 4, '7'::text) s RETURNING *
old: UPDATE i SET (c, t) = (SELECT w.c + 1, 'q' || k FROM w WHERE w.id = i.id) WHERE id < 3 RETURNING c, t
old: UPDATE i SET f = 'a', (s, c) = (SELECT 'y', 5), t = 'z' WHERE id = 2 RETURNING *
old: UPDATE i SET (s, b) = (SELECT 'y', true), c = 4 WHERE id = 2 RETURNING *
old 22003: UPDATE i SET (s, c) = (SELECT 'y', 5000000000) WHERE id = 2
old: INSERT INTO i (id, c) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET (c, s) = (SELECT excluded.c + i.c, 'k') RETURNING c, s
new: UPDATE i SET (c, t) = (SELECT w.c + 1, 'q' || k FROM w WHERE w.id = i.id) WHERE id = 1 RETURNING c, t
old: INSERT INTO i (id, c, t, f, n) VALUES (10, DEFAULT, DEFAULT, DEFAULT, DEFAULT)
new: INSERT INTO i (id, c, t, f, n) VALUES (10, DEFAULT, DEFAULT, DEFAULT, DEFAULT), (11, DEFAULT, DEFAULT, DEFAULT, DEFAULT) RETURNING c, t
old: INSERT INTO i (id, c) VALUES (1, DEFAULT) ON CONFLICT (id) DO UPDATE SET c = DEFAULT, s = excluded.s RETURNING id, s
new: UPDATE i SET c = DEFAULT, t = DEFAULT WHERE id = 1
old: UPDATE i SET (c, t) = (DEFAULT, DEFAULT) WHERE id = 1 RETURNING id
new: MERGE INTO i USING w ON w.id = i.id WHEN MATCHED THEN UPDATE SET c = DEFAULT WHEN NOT MATCHED THEN INSERT (id, c) VALUES (w.id + 9, DEFAULT)
old: WITH l AS (INSERT INTO i (id, c) VALUES (10, DEFAULT) RETURNING id) SELECT * FROM l
old: INSERT INTO i (id, s, c) SELECT id + 5, 'k', max(c) + 50 FROM i GROUP BY id, 2 RETURNING s, c
new: INSERT INTO i (id, s, c) SELECT DISTINCT id + 5, NULL, c + 50 FROM i ON CONFLICT DO NOTHING
old refuse: INSERT INTO i (id, ts, c) SELECT id + 5, '2020-01-01', max(c) + 50 FROM i GROUP BY id
old: INSERT INTO i (id, s, c) SELECT q.*, 'k', max(c) + 50 FROM (SELECT 9) q, w GROUP BY 1, 2
old refuse: INSERT INTO i (id, n, s, c) SELECT q.*, 'k', max(c) + 50 FROM (SELECT 9, 8) q, w GROUP BY 1, 2
old refuse: INSERT INTO i (id, c) SELECT DISTINCT id + 5, '7' FROM i
