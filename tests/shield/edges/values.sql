-- Arrays, composite types, constraints, rules, long names; discarded writes.
## setup
CREATE EXTENSION citext;
CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE TYPE comp AS (x int, y text);
CREATE TABLE b (id int PRIMARY KEY, note text); INSERT INTO b VALUES (1,'x'),(2,'y');
CREATE TABLE w (id int PRIMARY KEY, v int); INSERT INTO w VALUES (1,1),(3,3);
CREATE TABLE c (id int PRIMARY KEY, k comp, arr int[], ci citext, d posint, js jsonb, tot int, gen int GENERATED ALWAYS AS (tot * 2) STORED, CONSTRAINT pos CHECK (tot > 0)); INSERT INTO c (id,k,arr,ci,d,js,tot) VALUES (1, '(1,a)', '{1,2}', 'Ab', 3, '{"a":{"b":1}}', 5), (2, '(2,b)', '{3}', 'cD', 4, '{}', 6);
CREATE UNIQUE INDEX ON c (tot); CREATE INDEX ON c ((tot + 1)) WHERE tot > 3;
CREATE TABLE vb (id int PRIMARY KEY, tot int, x text); INSERT INTO vb VALUES (1, 5, 'x');
CREATE VIEW vw AS SELECT id, tot, x FROM vb; CREATE VIEW vs AS SELECT * FROM vb;
CREATE TABLE arr (id int PRIMARY KEY, a int[], k comp, s text[]); INSERT INTO arr VALUES (1, '{1,2,3}', '(1,z)', '{q}');
CREATE TABLE loud (id int PRIMARY KEY, tot int DEFAULT 3, x text); INSERT INTO loud VALUES (1,1,'a');
CREATE TABLE long_ (id int PRIMARY KEY, a23456789012345678901234567890123456789012345678901234567890abc int); INSERT INTO long_ VALUES (1, 2);
CREATE TABLE logs (id int PRIMARY KEY, tag int, y text); INSERT INTO logs VALUES (1,1,'a'); CREATE RULE r AS ON INSERT TO logs DO ALSO INSERT INTO w VALUES (NEW.id + 100, 5);
## change
ALTER TABLE b ADD prio int DEFAULT 5;
ALTER TABLE c RENAME tot TO "order";
ALTER TABLE vb RENAME tot TO amount;
ALTER TABLE arr RENAME a TO aa;
ALTER TABLE arr RENAME k TO "K k";
ALTER TABLE long_ RENAME a23456789012345678901234567890123456789012345678901234567890abc TO b23456789012345678901234567890123456789012345678901234567890abc;
ALTER TABLE loud DROP tot;
ALTER TABLE logs RENAME tag TO tags;
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
## plan
id = "c"
purpose = "x"
table = "public.c"
[rename]
column = "tot"
to = "order"
## plan
id = "vb"
purpose = "x"
table = "public.vb"
[rename]
column = "tot"
to = "amount"
## plan
id = "aa"
purpose = "x"
table = "public.arr"
[rename]
column = "a"
to = "aa"
## plan
id = "kk"
purpose = "x"
table = "public.arr"
[rename]
column = "k"
to = "K k"
## plan
id = "long"
purpose = "x"
table = "public.long_"
[rename]
column = "a23456789012345678901234567890123456789012345678901234567890abc"
to = "b23456789012345678901234567890123456789012345678901234567890abc"
## plan
id = "loud"
purpose = "x"
table = "public.loud"
[drop]
column = "tot"
[shield]
absent_writes = "discard"
## plan
id = "logs"
purpose = "x"
table = "public.logs"
[rename]
column = "tag"
to = "tags"
## try
old: UPDATE c SET k.x = 5, arr[1] = 7 WHERE id = 1 RETURNING *
old: UPDATE arr SET a[1] = 9, k.x = 8, s[2] = 'w' WHERE id = 1 RETURNING a, k, (k).x, a[1], s
new: UPDATE arr SET aa[2] = 9, "K k".x = 8 WHERE aa[1] = 1 RETURNING aa, "K k", ("K k").x, aa[1]
old: INSERT INTO arr (id, a[1], a[2], k.x) VALUES (5, 1, 2, 3) RETURNING *
old: SELECT a[1], a[1:2], (k).y, (arr.k).x, (arr).k.x FROM arr
old: SELECT unnest(a), a[1] FROM arr ORDER BY 1
old: SELECT u FROM arr, unnest(a) u
old: SELECT u.* FROM arr, unnest(arr.a, arr.s) AS u(a, b)
old: SELECT (k).*, id FROM arr
old: SELECT * FROM b, arr, unnest(ARRAY[k]) AS u
old: SELECT * FROM b, arr, unnest(coalesce(arr.s, '{}')) AS u
old: SELECT * FROM b, arr, unnest(array_append(a, 7)) AS u
old: SELECT * FROM b, arr, unnest(7 || a) AS u, unnest(array_cat(s, '{}')) AS v
old: SELECT * FROM b, arr, unnest(a) AS u
old: SELECT * FROM b, arr, unnest(CASE WHEN b.id = 1 THEN a ELSE '{}' END) AS u
old: SELECT * FROM arr, unnest(array_prepend(k, ARRAY[k])) AS u
old: SELECT * FROM arr, unnest(coalesce(ARRAY[k], '{}')) AS u, b
old: SELECT tot, gen, "tot" FROM c WHERE tot + 1 = 6
new: SELECT "order", gen FROM c WHERE "order" = 5
new: SELECT c."order" AS tot FROM c ORDER BY tot
old: INSERT INTO c (id, tot) VALUES (9, -5)
old: INSERT INTO c (id, tot) VALUES (9, 5) ON CONFLICT (tot) DO UPDATE SET tot = c.tot + excluded.tot RETURNING tot, gen
old: INSERT INTO c (id, tot) VALUES (9, 5) ON CONFLICT ((tot + 1)) WHERE tot > 3 DO NOTHING
old: INSERT INTO c (id, tot) VALUES (9, 5) ON CONFLICT (tot, id) DO NOTHING
old: INSERT INTO c (id, tot) VALUES (1, 50) ON CONFLICT ON CONSTRAINT c_pkey DO UPDATE SET (tot, ci) = (excluded.tot, 'z') WHERE c.tot < excluded.tot RETURNING c.*
old: SELECT ci, js->'a'->>'b', d FROM c WHERE ci = 'AB' AND js @> '{"a":{}}'
old: SELECT js['a']['b'], tot FROM c
old: SELECT * FROM vw
old: SELECT tot FROM vs
old: UPDATE vw SET tot = 6 RETURNING *
old: INSERT INTO vs VALUES (5, 6, 'z') RETURNING *
old: SELECT vw.tot, vb.tot FROM vw JOIN vb USING (tot)
new: SELECT vw.tot, vb.amount FROM vw JOIN vb ON vb.amount = vw.tot
old: SELECT a23456789012345678901234567890123456789012345678901234567890abc FROM long_
old: SELECT a23456789012345678901234567890123456789012345678901234567890abcEXTRA FROM long_
new: SELECT b23456789012345678901234567890123456789012345678901234567890abc, * FROM long_
old: UPDATE long_ SET a23456789012345678901234567890123456789012345678901234567890abczz = 4 RETURNING a23456789012345678901234567890123456789012345678901234567890abczz
old: INSERT INTO loud (tot) VALUES (5)
old: INSERT INTO loud (tot, id) VALUES (5, 9), (6, 10) RETURNING id
old: INSERT INTO loud (tot, id) SELECT 5, 9
old: INSERT INTO loud VALUES (9, 5, 'q') RETURNING id, x
old: INSERT INTO loud VALUES (9, DEFAULT, 'q') RETURNING *
old: UPDATE loud SET tot = 5
old: UPDATE loud SET tot = tot RETURNING id
old: UPDATE loud SET (tot, x) = (1, 'z') RETURNING x
old: WITH x AS (SELECT 1 AS id, 2 AS tot) INSERT INTO loud (id, tot) SELECT id + 10, tot FROM x
old: WITH x AS (INSERT INTO loud (id, tot) VALUES (5, $1) RETURNING id) SELECT * FROM x
old: UPDATE loud SET tot = $1, x = $2 WHERE id = $3 RETURNING id, x @@ 5|y|1
old: UPDATE loud SET x = $1, tot = $2::int + 1 WHERE id = $3 @@ x|4|1
old: EXPLAIN (COSTS OFF) UPDATE loud SET tot = 5, x = 'q'
old: INSERT INTO logs (id, tag) VALUES (5, 6) RETURNING tag
old: INSERT INTO logs VALUES (5, 6) RETURNING *
old: UPDATE logs SET tag = 4 RETURNING *
old: SELECT tag FROM logs
old: SELECT tot FROM c TABLESAMPLE BERNOULLI (100) REPEATABLE (1)
old: SELECT ctid, tot FROM c
old: SELECT c.tableoid::regclass, c.tot FROM c
old: SELECT c.xmin = c.xmin, * FROM c
old: SELECT tot, count(*) FROM c GROUP BY GROUPING SETS ((tot), ()) ORDER BY 1
old: SELECT * FROM c JOIN vb ON c.tot = vb.tot
old: SELECT tot FROM c INTERSECT SELECT tot FROM vb ORDER BY tot
old: VALUES ((SELECT max(tot) FROM c))
old: SELECT * FROM (VALUES (1)) tot(tot), c WHERE c.tot = 5
old refuse: SELECT tot FROM generate_series(1,2) tot, vb
old: SELECT lag(tot) OVER w, tot FROM c WINDOW w AS (ORDER BY tot)
old: SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY tot) FROM c
old: SELECT EXISTS (SELECT tot FROM vb), (SELECT amount FROM (SELECT 1 AS amount) q, vb) FROM c
old: WITH RECURSIVE t AS (SELECT tot FROM c WHERE id = 1 UNION ALL SELECT t.tot + 1 FROM t WHERE t.tot < 8) SELECT * FROM t
old: SELECT xmltable.* FROM vb, XMLTABLE('/r' PASSING '<r><tot>5</tot></r>' COLUMNS tot int) 
old refuse: UPDATE loud SET tot = 5, tot = 6
old refuse: INSERT INTO loud (id, tot, tot) VALUES (9, 5, 6)
