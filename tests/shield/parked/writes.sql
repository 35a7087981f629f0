--- new rewrite
INSERT INTO orders (id, cid, priority) VALUES (10, 3, 4)
--- new rewrite
INSERT INTO orders (cid, priority) VALUES (3, 4) RETURNING id
--- new rewrite
INSERT INTO orders (cid, priority, total) VALUES ($1, $2, $3) RETURNING id, priority
--- params 3 | 4 | 1.5
--- new rewrite
INSERT INTO orders (cid, priority, total) VALUES ($1, $2, $3) RETURNING *
--- params 3 | 4 | 1.5
--- new rewrite
INSERT INTO orders AS x (priority) VALUES (9) RETURNING x.id, total * 2 AS twice, x.priority AS p, x.*
--- new rewrite
INSERT INTO orders VALUES (11, 2, 3.5, 'n', 6, 'red')
--- new rewrite
INSERT INTO orders VALUES (11, 2, 3.5, 'n', 6, 'red') RETURNING label, priority, id
--- new rewrite
INSERT INTO orders (id, priority, label) VALUES (12, DEFAULT, DEFAULT) RETURNING *
--- new rewrite
INSERT INTO orders (id, priority) VALUES (12, 2), (13, 2), (14, 2) RETURNING id, priority
--- new rewrite
INSERT INTO orders (id, priority) VALUES (12, 2), (13, 3)
--- new rewrite
INSERT INTO orders (id, label) VALUES (12, NULL) RETURNING label
--- new rewrite
INSERT INTO orders (id, label) VALUES ($1, upper($2)) RETURNING label
--- params 12 | abc
--- new rewrite
INSERT INTO orders (id, label) VALUES (12, 'too long')
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 2)
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 2) ON CONFLICT DO NOTHING RETURNING *
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET priority = excluded.priority RETURNING id, priority
--- new rewrite
INSERT INTO orders (id, priority) VALUES (90, 2) ON CONFLICT (id) DO UPDATE SET priority = excluded.priority, cid = 8 RETURNING *
--- new rewrite
INSERT INTO orders (id, priority, label) VALUES (4, 2, 'x') ON CONFLICT (id) DO UPDATE SET label = excluded.label, priority = excluded.priority, cid = 8 RETURNING *
--- new rewrite
INSERT INTO orders (id, priority) VALUES (3, 5) ON CONFLICT (id) DO UPDATE SET priority = 5, cid = 8
--- new rewrite
INSERT INTO orders (id, priority) VALUES (3, 5) ON CONFLICT (id) DO UPDATE SET priority = 6
--- new rewrite
INSERT INTO orders (id, priority) VALUES (3, 5) ON CONFLICT (id) DO UPDATE SET cid = 6
--- new rewrite
INSERT INTO orders (id, priority) VALUES (3, 5) ON CONFLICT (id) DO UPDATE SET priority = excluded.priority WHERE orders.priority < 5
--- new rewrite
INSERT INTO orders (cid, priority) SELECT cid, 5 FROM customers WHERE cid < 3 RETURNING cid, priority
--- new rewrite
INSERT INTO orders (cid, priority) SELECT cid, cid FROM customers ORDER BY cid DESC RETURNING id, cid, priority
--- new rewrite
INSERT INTO orders (cid, priority, note) SELECT p0::int, p1::smallint, p2::text FROM (VALUES ($1, $2, 'a', 0), ($3, $4, NULL, 1)) AS imp_sen (p0, p1, p2, sen_counter) ORDER BY sen_counter RETURNING orders.id, orders.id AS id__1
--- params 1 | 7 | 2 | 8
--- new rewrite
INSERT INTO orders SELECT id + 100, cid, total, 'copy', priority + 1, $1 FROM orders WHERE id < 4 -- of some
RETURNING *
--- params red
--- new rewrite
INSERT INTO orders (label, priority, note) (SELECT DISTINCT ON (cid) name, cid, name FROM customers) UNION ALL SELECT 'x', 5, NULL
--- new rewrite
WITH c AS (SELECT 2 AS cid) INSERT INTO orders AS o (id, priority) SELECT o.id, o.priority + c.cid FROM orders o, c ON CONFLICT (id) DO UPDATE SET priority = o.priority + excluded.priority, cid = excluded.id RETURNING o.id, priority
--- new rewrite
INSERT INTO pairs (a, b, state) SELECT g, 'g', repeat('z', g) FROM generate_series(7, 9) g RETURNING b, state, a
--- new rewrite
INSERT INTO pairs (a, b, state) WITH w AS (SELECT 9 AS a) SELECT a, upper('w'), upper('q') FROM w
--- new refuse # a constant within a query that has WITH
INSERT INTO pairs (a, b, state) WITH w AS (SELECT 9 AS a) SELECT a, $1, upper('q') FROM w
--- params x
--- new rewrite
INSERT INTO orders (id, priority) OVERRIDING SYSTEM VALUE SELECT 100 + cid, cid FROM customers
--- new rewrite
INSERT INTO orders (id, priority) SELECT cid, cid + 1 FROM customers
--- new rewrite
INSERT INTO orders (id, priority) SELECT cid, 5 FROM customers ON CONFLICT DO NOTHING RETURNING id, priority
--- new rewrite
INSERT INTO orders (id, priority) SELECT cid, cid FROM customers ON CONFLICT DO NOTHING
--- new rewrite
INSERT INTO orders (id, total, note, priority, label) SELECT g, g * 1.005, CASE WHEN g % 2 = 0 THEN 'n' || g END, g, 'x' || g FROM generate_series(4, 8) g ON CONFLICT (id) DO NOTHING RETURNING id, priority, label, total, note
--- new rewrite
INSERT INTO pairs (a, b, state) SELECT 1, k, k || '!' FROM unnest(ARRAY['x', 'q', 'y', 'r', 'r']) k ON CONFLICT DO NOTHING
--- new rewrite
INSERT INTO orders AS o (id, priority, cid) SELECT cid, cid + 4, cid FROM customers ON CONFLICT (id) DO UPDATE SET priority = o.priority + excluded.priority WHERE o.id <> 2 RETURNING id, priority
--- new rewrite
WITH c AS (SELECT 2 AS cid) INSERT INTO orders (cid, priority) VALUES ((SELECT cid FROM c), 5) RETURNING cid
--- new rewrite
INSERT INTO orders (id, priority) VALUES (77, 5) RETURNING priority + 1
--- new rewrite
INSERT INTO orders AS o (id, priority, label, total) VALUES ($1, $2, NULL, 4), (79, $2, NULL, 3) RETURNING o.priority * total AS p, label IS NULL, o.priority, (SELECT max(c.cid) FROM customers c WHERE c.cid < o.priority), coalesce(label, note, 'none')
--- params 78 | 3
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 5), (80, 5) ON CONFLICT DO NOTHING RETURNING id, -priority
--- new rewrite
INSERT INTO orders (id, label) VALUES (77, 'toolong') RETURNING label || '!'
--- new rewrite
INSERT INTO orders (id, priority) VALUES (77, abs(-5)) RETURNING priority + 1
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET priority = 6 RETURNING priority + 1
--- new rewrite
INSERT INTO orders (cid, priority, label) VALUES (8, 4, 'a'), (9, 5, $1) RETURNING id > 0 AS made, priority > cid / 2 AS more, *, label::text, coalesce(label, note, 'none') AS "L", orders.priority % 2
--- params \N
--- new rewrite
INSERT INTO orders AS o (id, priority, label) VALUES (1, 8, 'a'), (95, 4, 'b') ON CONFLICT (id) DO UPDATE SET priority = o.priority + excluded.priority RETURNING jsonb_build_object('id', id, 'p', priority, 'l', label, 'c', o.cid) AS j, (xmax = 0) AS inserted, priority BETWEEN 5 AND 20
--- new rewrite
INSERT INTO pairs (a, b, state) SELECT a + 20, b, state FROM pairs RETURNING upper(state), CASE WHEN state = 'open' THEN a ELSE n END, a
--- new rewrite
INSERT INTO pairs (a, b, state) VALUES (1, 'x', 'p'), (21, 'x', 'q') ON CONFLICT DO NOTHING RETURNING state || b AS both
--- new refuse # other rows may be read there
INSERT INTO orders (id, priority) VALUES (77, abs(-5)) RETURNING (SELECT count(*) FROM customers WHERE cid = priority)
--- new refuse # a function's effects would come in another order
INSERT INTO orders (id, priority) VALUES (77, abs(-5)) RETURNING setval('orders_id_seq', priority)
--- new rewrite ordered
INSERT INTO orders (cid, priority, label) VALUES (3, 4, 'a'), (2, $1, NULL), (1, DEFAULT, $2) RETURNING id, label, cid, priority, total
--- params 9 | b
--- new rewrite
INSERT INTO orders (id, priority) VALUES (12, 40000), (13, 1)
--- new rewrite
INSERT INTO orders (id, priority) VALUES (12, 4), (1, 5)
--- new rewrite
INSERT INTO pairs (a, b, state) VALUES (5, 'k', 'one'), (5, 'l', 'two') RETURNING state, b, n, a
--- new rewrite
INSERT INTO pairs (a, b, state) VALUES (5, 'k', 'one'), (1, 'x', 'two'), (1, 'y', 'three') ON CONFLICT (a, b) DO UPDATE SET state = excluded.state, n = pairs.n + 1 RETURNING *
--- new rewrite
INSERT INTO orders (id, priority, label) VALUES (1, 2, 'p'), (3, 5, $1), (9, $2, 'r') ON CONFLICT (id) DO UPDATE SET priority = orders.priority + excluded.priority, label = orders.label || '/' RETURNING *
--- params q | 8
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 2), (1, 3) ON CONFLICT (id) DO UPDATE SET priority = excluded.priority
--- new rewrite
INSERT INTO orders AS o (id, priority, cid) VALUES (3, 5, 2) ON CONFLICT (id) DO UPDATE SET priority = o.priority * 2 + excluded.priority, cid = 8 WHERE o.priority = 3 RETURNING o.*
--- new rewrite
INSERT INTO orders AS o (id, priority, cid) VALUES (3, 5, 2) ON CONFLICT (id) DO UPDATE SET priority = o.priority * 2 WHERE o.priority = 4 RETURNING o.*
--- new rewrite
INSERT INTO orders (id, cid) VALUES (3, 5), (90, 6) ON CONFLICT (id) DO UPDATE SET priority = orders.priority + 1 RETURNING id, priority
--- new rewrite
INSERT INTO orders (id, label) VALUES (4, 'new'), (90, 'newer') ON CONFLICT (id) DO UPDATE SET cid = 8 RETURNING *
--- new rewrite
INSERT INTO orders (id, label) VALUES (4, 'new') ON CONFLICT (id) DO UPDATE SET label = NULL RETURNING *
--- new rewrite
INSERT INTO orders (id, label) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET label = left(orders.label || excluded.label, 5) RETURNING id, label
--- params 4 | new
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 5), (12, 6) ON CONFLICT DO NOTHING
--- new rewrite
INSERT INTO orders (id, total, note, priority, label) VALUES (1, 5, NULL, 1, 'a'), (12, $1, '', 2, 'b'), (13, 7.005, NULL, 3, NULL), (3, 8, 'z', 4, 'c'), (14, 8, $2, DEFAULT, 'd') ON CONFLICT DO NOTHING RETURNING id, label, priority, total
--- params 6.5 | q
--- new rewrite
INSERT INTO orders (id, note, priority) VALUES (DEFAULT, 'p', 3), (DEFAULT, 'q', 4), (DEFAULT, 'p', 5) ON CONFLICT DO NOTHING RETURNING id, priority
--- new rewrite
INSERT INTO pairs (a, b, n, state) VALUES (1, 'x', 7, 'old'), (1, 'w', 8, 'new'), (1, 'v', NULL, 'newer') ON CONFLICT (a, b) DO NOTHING
--- new rewrite
INSERT INTO orders (id, cid, priority, label) VALUES (1, 5, 6, 'a'), (3, 6, 7, 'b'), (15, 7, 8, 'c') ON CONFLICT (id) DO UPDATE SET priority = excluded.priority, label = orders.label || excluded.label, cid = 9 WHERE orders.priority = 3 RETURNING id, priority, label, cid
--- new rewrite # which of its rows were left out is told by the others, not by a value that is calculated
INSERT INTO orders (id, total, priority) VALUES (1, 5, 5), (12, 3 * 2, 6) ON CONFLICT DO NOTHING
--- new rewrite
INSERT INTO orders (id, note, total, priority) VALUES (1, 'x', 5, 5), (abs(-13), 'y', 6, 6), (abs(-14), 'y', 6, 7) ON CONFLICT (id) DO NOTHING RETURNING id, priority
--- new refuse # all of them are calculated
INSERT INTO orders (id, priority) VALUES (abs(-1), 5), (abs(-13), 6) ON CONFLICT DO NOTHING
--- new rewrite
INSERT INTO orders (id, cid, priority) VALUES (78, DEFAULT, (SELECT max(o.priority) - 1 FROM orders o)) RETURNING id, priority
--- new rewrite
INSERT INTO orders (id, total, priority, label) VALUES ($1, abs(-4), (SELECT count(*) FROM orders o WHERE o.priority > 0), $2) ON CONFLICT (id) DO UPDATE SET priority = excluded.priority RETURNING *
--- params 3 | l
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, (SELECT 5)) ON CONFLICT DO NOTHING RETURNING id, priority
--- new rewrite # another column of the row, which may have been set by then
INSERT INTO orders (id, priority) VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET priority = orders.cid
--- new refuse # a function's effects would come in another order
INSERT INTO orders (id, priority) VALUES (12, nextval('orders_id_seq')), (13, 6)
--- new rewrite
INSERT INTO orders (cid) VALUES (2) RETURNING *
--- new rewrite
INSERT INTO orders DEFAULT VALUES RETURNING priority
--- new rewrite
INSERT INTO pairs (a, b, state) VALUES ($1, $2, $3) RETURNING a, state, b
--- params 5 | z | odd
--- new rewrite
INSERT INTO pairs (a, b, state) VALUES (1, 'x', 'new') ON CONFLICT (a, b) DO UPDATE SET state = excluded.state, n = excluded.n RETURNING *
--- new rewrite
UPDATE orders SET priority = 5 WHERE id = 2
--- new rewrite
UPDATE orders SET priority = 5 WHERE id = 1 RETURNING *
--- new rewrite
UPDATE orders SET priority = 5, label = 'x' WHERE id = 1 RETURNING *
--- new rewrite
UPDATE orders SET priority = $1, total = total + $2 WHERE id = $3 RETURNING id, priority, total
--- params 8 | 1.5 | 3
--- new rewrite
UPDATE orders AS o SET total = 1, priority = o.cid + 1, label = 'l' WHERE o.cid = 1 OR o.id IN (3, 4) RETURNING o.label, priority AS p, o.total
--- new rewrite
UPDATE ONLY public.orders SET label = NULL
--- new rewrite
UPDATE orders SET label = DEFAULT, priority = DEFAULT WHERE id < 3; -- all
--- new rewrite
UPDATE orders SET label = 'toolong' WHERE id = 1
--- new rewrite
UPDATE orders SET priority = 5 WHERE id = 77 RETURNING priority
--- new rewrite
UPDATE pairs SET state = b WHERE (a, b) = (1, 'x') RETURNING state
--- new rewrite
UPDATE pairs SET state = NULL, n = 0 WHERE a = 1 -- both
RETURNING a, b, state
--- new rewrite
WITH c AS (SELECT 1 AS one) UPDATE orders SET priority = 5 WHERE id = 2
--- new rewrite
UPDATE orders SET priority = priority + 1 WHERE id = 1
--- new rewrite
UPDATE orders SET total = 0 WHERE priority = 7
--- new rewrite
UPDATE orders SET total = 0 WHERE id = 1 RETURNING *
--- new rewrite
UPDATE orders o SET priority = c.cid FROM customers c WHERE c.cid = o.cid
--- new rewrite
UPDATE orders SET priority = priority + 1, note = upper(note), total = $1 WHERE id = $2 RETURNING *
--- params 5 | 1
--- new rewrite
UPDATE orders o SET label = coalesce(label, note, 'none'), priority = DEFAULT WHERE o.priority >= 0 RETURNING o.id, o.label || '!' AS l, o.priority + 1
--- new rewrite
UPDATE orders SET label = c.name, priority = c.cid + orders.priority FROM customers c WHERE c.cid = orders.cid RETURNING orders.id, label
--- new rewrite
UPDATE orders AS o SET priority = v.p, note = v.n FROM (VALUES (1, 4, 'one'), (3, 5, 'three')) AS v (id, p, n) WHERE v.id = o.id
--- new rewrite
UPDATE orders AS o SET priority = v.p FROM unnest($1::int[], $2::int[]) AS v (id, p) WHERE v.id = o.id RETURNING o.id, o.priority
--- params {1,4} | {8,9}
--- new rewrite
UPDATE orders o SET priority = 1 + (SELECT count(*) FROM orders x WHERE x.priority > o.priority) WHERE cid IN (SELECT cid FROM customers)
--- new rewrite
UPDATE orders o SET priority = 9 FROM customers c, customers d WHERE c.cid >= o.cid AND d.cid < 3 AND o.cid = 1
--- new rewrite
UPDATE orders o SET priority = x.priority + 1 FROM orders x WHERE x.id = o.id + 1 AND x.priority = 3
--- new rewrite
UPDATE orders o SET priority = c.cid FROM customers c WHERE c.cid = o.cid RETURNING c.name
--- new rewrite
UPDATE orders o SET priority = c.cid FROM customers c WHERE c.cid = o.cid RETURNING *
--- new rewrite
UPDATE orders o SET priority = x.priority + 1, label = x.label FROM orders x, customers c WHERE x.id = o.id + 1 AND c.cid = x.cid RETURNING c.*, x.priority AS before, o.priority, name || o.id, x.label, o.*
--- new rewrite
UPDATE orders SET priority = v.p FROM (VALUES (1, 4, 'one'), (3, 5, $1)) AS v (k, p, "N") WHERE v.k = id RETURNING "N", id, v.p::text, priority, total
--- params three
--- new rewrite
WITH w AS (SELECT id, priority FROM orders WHERE id = 1 FOR UPDATE) UPDATE orders o SET priority = 9 FROM w WHERE w.id = o.id RETURNING w.priority AS before, o.priority AS after
--- new rewrite
WITH u AS (UPDATE orders o SET (label, priority) = (SELECT left(name, 2), c.cid) FROM customers c WHERE c.cid = o.cid RETURNING c.name, o.label) SELECT * FROM u
--- new rewrite
UPDATE orders o SET priority = c.cid FROM customers c WHERE c.cid = o.cid RETURNING row_to_json(c)
--- new refuse # a subquery over it
UPDATE orders o SET priority = c.cid FROM customers c WHERE c.cid = o.cid RETURNING (SELECT c.name)
--- new rewrite
WITH j AS (SELECT id FROM orders WHERE priority = 0 ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED) UPDATE orders SET priority = 9, note = 'taken' FROM j WHERE orders.id = j.id RETURNING orders.*
--- new rewrite
UPDATE pairs SET state = state || b, n = n + 1 WHERE state LIKE 's%' OR (a, b) IN ((1, 'x')) RETURNING *
--- new rewrite unstable
EXPLAIN (COSTS OFF) UPDATE orders SET priority = priority + 1 WHERE id = 1
--- new rewrite
UPDATE orders SET priority = 40000 + id WHERE id = 1
--- new refuse # WHERE CURRENT OF
UPDATE orders SET priority = 1 WHERE CURRENT OF c
--- new rewrite
UPDATE orders SET priority = 2, id = 50 WHERE id = 1 RETURNING id, total
--- new rewrite
UPDATE orders SET id = 51, priority = 5, label = $1 WHERE id = 2
--- params blue
--- new rewrite
UPDATE orders SET id = $1, priority = $2, label = 'same' WHERE id = $1
--- params 3 | 4
--- new rewrite
UPDATE orders SET id = id, priority = priority + 1
--- new rewrite
UPDATE orders SET id = id + 100, priority = priority + 1 WHERE id > 2
--- new rewrite
UPDATE orders SET id = 2, priority = 9 WHERE id = 1
--- new rewrite
UPDATE pairs SET state = state || '!', b = b || 'z', n = 7 WHERE a = 1
--- new rewrite
UPDATE orders o SET id = v.k, label = v.l FROM (VALUES (1, 61, 'p'), (4, 4, 'q'), (5, 62, NULL)) v (i, k, l) WHERE v.i = o.id
--- new refuse # its value follows only at the end
UPDATE orders SET id = 50, priority = 2 WHERE id = 1 RETURNING priority
--- new rewrite
UPDATE orders SET priority = 2 WHERE cid IN (SELECT cid FROM customers)
--- new rewrite
UPDATE orders SET (total, priority) = (1, 2) WHERE id = 1
--- new rewrite
UPDATE orders SET note = 'n', (priority, total, label) = ROW (priority + 1, DEFAULT, $1), cid = 7 WHERE id < 4 RETURNING *
--- params row
--- new rewrite
UPDATE orders o SET (label, note) = (c.name, upper(c.name)) FROM customers c WHERE c.cid = o.cid
--- new rewrite
UPDATE orders SET (total, priority) = (SELECT 1, 2) WHERE id = 1
--- new rewrite
UPDATE orders o SET (priority, total, note) = (SELECT c.cid + o.priority, o.total + 0.005, c.name FROM customers c WHERE c.cid = o.cid) WHERE id < 5 AND priority + id < 9 RETURNING *
--- new rewrite
UPDATE orders SET (label) = (SELECT note || $1 FROM orders x WHERE x.id = orders.id), cid = 9, (note, priority) = (VALUES ('n', id + 1)) WHERE label IS NULL OR id = 4 RETURNING id, label, priority, note
--- params !
--- new rewrite
UPDATE orders o SET (label, priority) = (SELECT left(name, 2), x.cid + c.cid + o.priority FROM customers x WHERE x.cid = 1) FROM customers c WHERE c.cid = o.cid
--- new rewrite
UPDATE orders SET (label, priority) = (SELECT name, cid FROM customers) WHERE id = 1
--- new rewrite
UPDATE orders SET (label, priority) = (SELECT 12345.5, 4.5) WHERE id = 1
--- new rewrite
UPDATE orders SET (label, priority) = (SELECT 'longer than five', 4) WHERE id = 1
--- new rewrite
UPDATE orders SET (label, priority) = (SELECT 'a', 40000) WHERE id = 1
--- new rewrite
UPDATE orders SET (label, note) = (SELECT 'cut      ', 'x' WHERE orders.id > 2) WHERE id < 4 RETURNING *
--- new rewrite
UPDATE orders SET (label, note) = (SELECT 'cut      ', total FROM orders o WHERE o.id = orders.id) WHERE id < 3
--- new rewrite
UPDATE orders SET (id, priority) = (SELECT orders.id + 60, priority + 1) WHERE id < 3
--- new rewrite
UPDATE pairs SET (state, b) = (SELECT state || a, b || 'w') WHERE a = 1
--- new refuse 42601 # the client's own error
UPDATE orders SET (total, priority) = (SELECT 1, 2, 3) WHERE id = 1
--- new rewrite
WITH c AS (SELECT 3 AS k), u AS (UPDATE orders SET (priority, cid) = (SELECT k, k + 1 FROM c) WHERE id = 2 RETURNING *) SELECT * FROM u, c
--- new rewrite
UPDATE orders SET (priority) = ROW ((SELECT max(cid) FROM customers)) WHERE id = 1
--- new allow
UPDATE orders SET total = 0 WHERE id = 1 RETURNING id
--- new allow
UPDATE orders SET id = 60 WHERE id = 1
--- new allow
UPDATE pairs SET b = 'moved' WHERE a = 1 AND b = 'y'
--- old allow
UPDATE pairs SET a = a + 10, n = 9
--- new allow
DELETE FROM orders WHERE id = 1
--- new rewrite
DELETE FROM orders WHERE priority = 7
--- old allow
DELETE FROM orders
--- new allow
DELETE FROM orders WHERE id = 1
--- then
INSERT INTO orders (id, cid) VALUES (1, 1)
--- new rewrite
DELETE FROM orders WHERE id = 1
--- then
INSERT INTO orders (id, cid, priority) VALUES (1, 1, 9) RETURNING priority
--- old rewrite
TRUNCATE orders
--- new rewrite
TRUNCATE TABLE ONLY pairs, orders RESTART IDENTITY
--- new refuse # it would see the row as it is by then, and the parked value as it was
MERGE INTO orders o USING customers c ON c.cid = o.id AND o.priority > 2 WHEN MATCHED AND o.label IS NULL THEN UPDATE SET note = o.priority::text WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (id, cid) VALUES (c.cid + 50, 1)
--- new rewrite
MERGE INTO customers c USING orders o ON o.cid = c.cid AND o.priority = 7 WHEN MATCHED THEN UPDATE SET name = o.priority::text
--- new refuse # MERGE
MERGE INTO orders o USING customers c ON c.cid = o.id WHEN MATCHED THEN UPDATE SET priority = 1
--- new refuse # COPY
COPY orders (id, priority) FROM STDIN
--- copy 20	5
--- new allow
COPY orders (id, cid) FROM STDIN
--- copy
20	5
--- old allow
INSERT INTO orders VALUES (30, 2, 5, 'old') RETURNING id
--- old rewrite
INSERT INTO orders (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET cid = 9 RETURNING *
--- new rewrite
PREPARE w (int, smallint) AS UPDATE orders SET priority = $2 WHERE id = $1 RETURNING priority
--- then
EXECUTE w (2, 6)
--- then
DEALLOCATE w
--- new refuse # what goes with the deleted row would take the parked value with it
WITH d AS (DELETE FROM orders WHERE id = 3 RETURNING id) INSERT INTO orders (id, priority) SELECT id, 1 FROM d
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 40000) ON CONFLICT (id) DO UPDATE SET cid = 6
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 2), (3, 40000) ON CONFLICT (id) DO UPDATE SET cid = 6
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 40000) ON CONFLICT (id) DO UPDATE SET priority = 6 WHERE orders.id = 9
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 40000) ON CONFLICT DO NOTHING
--- new rewrite
INSERT INTO orders (id, label) VALUES (1, 'too long') ON CONFLICT (id) DO UPDATE SET cid = 6
--- new rewrite
INSERT INTO orders (id, label) VALUES (1, 'short'), (3, 'too long') ON CONFLICT (id) DO UPDATE SET label = 'other'
--- new rewrite
INSERT INTO orders (id, label, cid) VALUES (1, 'too long', 3), (70, 'short', 4) ON CONFLICT DO NOTHING
--- new rewrite
INSERT INTO orders (id, label) SELECT id, note || ' is too long' FROM orders WHERE id = 1 ON CONFLICT (id) DO UPDATE SET cid = 6
--- new rewrite
INSERT INTO orders (id, label) SELECT id, note || ' is too long' FROM orders WHERE id = 1 ON CONFLICT DO NOTHING
--- new rewrite
INSERT INTO orders (id, priority) SELECT id, id + 40000 FROM orders ON CONFLICT (id) DO UPDATE SET cid = 6
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, (SELECT 40000)) ON CONFLICT DO NOTHING
--- new rewrite
INSERT INTO orders (id, label) VALUES (1, 'cut      ') ON CONFLICT (id) DO UPDATE SET label = excluded.label || '!'
--- new rewrite
INSERT INTO orders (id, label) VALUES (1, 'cut      '), (81, 'cut      ') ON CONFLICT (id) DO UPDATE SET cid = 6
--- new rewrite
INSERT INTO orders (id, label) SELECT id * 40, 'cut' || repeat(' ', id * 5) FROM orders ON CONFLICT DO NOTHING RETURNING id, label
--- new rewrite
INSERT INTO pairs (a, b, state) VALUES (1, 'x', 42) ON CONFLICT (a, b) DO UPDATE SET state = 43
--- new rewrite
INSERT INTO pairs (a, b, state) VALUES (1, 'x', 42), (8, 'x', true) ON CONFLICT (a, b) DO NOTHING
--- new rewrite
INSERT INTO pairs (a, b, state) SELECT n, 'x', n FROM pairs WHERE b = 'x' ON CONFLICT (a, b) DO UPDATE SET n = 9
--- new rewrite
INSERT INTO orders (id, label) VALUES (4, NULL) ON CONFLICT (id) DO UPDATE SET cid = 6 RETURNING label
--- new rewrite
INSERT INTO orders (id, label) VALUES (1, repeat('x', length(current_user) + 6)) ON CONFLICT (id) DO UPDATE SET cid = 6
--- new rewrite
PREPARE w (int, int) AS INSERT INTO orders (id, priority) VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET cid = 6
--- then
SET plan_cache_mode = force_generic_plan
--- then
EXECUTE w (2, 40000)
--- then
RESET plan_cache_mode
--- then
DEALLOCATE w
--- new rewrite
INSERT INTO orders (id, cid, priority) VALUES (1, 9, 8) ON CONFLICT (id) DO UPDATE SET priority = excluded.priority WHERE orders.priority < excluded.priority
--- new rewrite
INSERT INTO orders (id, cid, priority) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET cid = CASE WHEN excluded.priority > orders.priority THEN excluded.cid ELSE -1 END, priority = excluded.priority RETURNING *
--- params 1 | 9 | 5
--- new rewrite
INSERT INTO orders AS o (id, priority, label) VALUES (1, 8, 'a'), (3, 2, 'b'), (4, 1, 'c'), (95, 4, NULL) ON CONFLICT (id) DO UPDATE SET priority = excluded.priority, label = excluded.label, cid = excluded.priority WHERE o.priority < excluded.priority OR o.label IS DISTINCT FROM excluded.label RETURNING id, priority, label, cid
--- new rewrite
INSERT INTO orders (id, priority, label) VALUES (1, $1, $2), ($3, 2, 'b') ON CONFLICT (id) DO UPDATE SET note = CASE WHEN (orders.priority, orders.label) IS NOT DISTINCT FROM (excluded.priority, excluded.label) THEN orders.note ELSE excluded.label END, priority = excluded.priority, label = excluded.label RETURNING *
--- params 7 | \N | 3
--- new rewrite
INSERT INTO pairs (a, b, n, state) VALUES (1, 'x', 4, 'w'), (1, 'y', 5, 'v'), (7, 'z', 6, DEFAULT) ON CONFLICT ON CONSTRAINT pairs_pkey DO UPDATE SET n = length(excluded.state) + pairs.n, state = pairs.state || excluded.state WHERE excluded.state <> 'v' RETURNING *
--- new rewrite
INSERT INTO pairs (a, b, state) SELECT a, b, state || n FROM pairs UNION ALL SELECT 9, 'q', 'new' ON CONFLICT (a, b) DO UPDATE SET state = excluded.state, n = length(excluded.state) WHERE pairs.state < excluded.state RETURNING a, b, n, state
--- new rewrite
INSERT INTO orders (id, cid, priority) SELECT cid, cid, cid + 3 FROM customers ON CONFLICT (id) DO UPDATE SET cid = excluded.priority * 10, priority = 1 WHERE excluded.priority > orders.priority
--- new rewrite
INSERT INTO orders (id, label) SELECT 1, 'x' ON CONFLICT (id) DO UPDATE SET label = excluded.label, note = excluded.label || '!' WHERE orders.label IS DISTINCT FROM excluded.label RETURNING *
--- new rewrite
INSERT INTO orders (id, priority, label) VALUES (1, abs(-9), lower('L')) ON CONFLICT (id) DO UPDATE SET priority = excluded.priority + orders.priority, label = excluded.label, cid = excluded.priority WHERE excluded.priority > orders.priority RETURNING *
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, (SELECT max(cid) + 6 FROM customers)) ON CONFLICT (id) DO UPDATE SET priority = excluded.priority WHERE orders.priority < excluded.priority RETURNING priority
--- new rewrite
INSERT INTO orders (id, cid) VALUES (1, 9) ON CONFLICT (id) DO UPDATE SET priority = orders.priority + 1, cid = excluded.priority
--- new rewrite
INSERT INTO orders (id, label) VALUES (1, 'too long') ON CONFLICT (id) DO UPDATE SET note = excluded.label WHERE excluded.label = 'too l'
--- new rewrite
INSERT INTO orders (id, priority) VALUES (90, 3), (90, 4) ON CONFLICT (id) DO UPDATE SET priority = excluded.priority WHERE orders.priority < excluded.priority
--- new rewrite
INSERT INTO pairs AS p (a, b, n, state) VALUES (1, 'x', 7, 's'), (8, 'x', 8, 't') ON CONFLICT (a, b) DO UPDATE SET a = excluded.a, b = excluded.b, n = excluded.n, state = excluded.state RETURNING *
--- new rewrite
INSERT INTO orders (id, cid, priority) VALUES (1, 5, 6), (3, 6, 2) ON CONFLICT (id) DO UPDATE SET id = excluded.id, cid = excluded.cid, priority = excluded.priority WHERE orders.priority < 5 RETURNING id, priority
--- new refuse # its key becomes another one
INSERT INTO orders (id, priority) VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET id = excluded.id + 40, priority = excluded.priority
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, abs(-5)), (3, abs(-6)) ON CONFLICT (id) DO UPDATE SET priority = 4 WHERE orders.priority < excluded.priority
--- new rewrite # values that are the same each time
INSERT INTO orders AS o (id, priority, label) VALUES (1, abs(-5), lower('A')), (3, 6, upper('b')), (94, length('abc'), NULL) ON CONFLICT (id) DO UPDATE SET priority = o.priority + excluded.priority, label = coalesce(o.label, '') || excluded.label, note = excluded.label RETURNING *
--- new refuse # a value that would be another one each time
INSERT INTO pairs (a, b, state) VALUES (1, 'x', gen_random_uuid()), (1, 'y', 'u') ON CONFLICT (a, b) DO UPDATE SET n = length(excluded.state)
--- new rewrite
INSERT INTO orders (id, label) VALUES (12, upper('a')), (13, concat('b', $1)) RETURNING id, label
--- params c
--- new rewrite
INSERT INTO orders (id, priority, label) VALUES (1, abs(-4), 'x'), (14, DEFAULT, lower('Y')) ON CONFLICT (id) DO UPDATE SET priority = excluded.priority, label = excluded.label RETURNING *
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, abs(-4)), (14, length('four')) ON CONFLICT DO NOTHING
--- new rewrite
UPDATE orders SET priority = 4, note = 'w' WHERE id < 3 RETURNING row_to_json(orders), orders::text, orders IS NULL
--- new rewrite
UPDATE orders o SET label = o.note FROM customers c WHERE c.cid = o.cid RETURNING to_jsonb(o.*) AS j
--- new rewrite
UPDATE orders SET total = 1 WHERE priority = 7 RETURNING to_jsonb(orders)
--- new rewrite
DELETE FROM pairs p WHERE state = 'open' RETURNING json_build_object('row', p)
--- new refuse # its value follows only at the end
UPDATE orders SET id = 50, priority = 2 WHERE id = 1 RETURNING orders::text
--- new refuse # a row of the table's own type
UPDATE orders SET priority = 2 WHERE id = 1 RETURNING orders
--- new refuse # what is parked for it comes later
INSERT INTO orders (id, priority) VALUES (70, 5) RETURNING row_to_json(orders)
--- new rewrite # values made of other columns: of the row as it was
INSERT INTO orders AS o (id, cid, priority) VALUES (1, 9, 5), (3, 4, 1), (97, 2, 3) ON CONFLICT (id) DO UPDATE SET cid = excluded.cid, priority = o.cid * 10 + excluded.cid RETURNING id, cid, priority
--- new rewrite
INSERT INTO orders (id, total, priority) VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET total = excluded.total, priority = CASE WHEN orders.total < excluded.total THEN excluded.priority ELSE orders.priority END RETURNING *
--- params 1 | 50 | 9
--- new rewrite
INSERT INTO orders (id, total, priority, label) VALUES (1, 50, 9, 'x'), (2, 1, 8, 'y'), (98, 1, 7, NULL) ON CONFLICT (id) DO UPDATE SET total = excluded.total, label = CASE WHEN orders.total < excluded.total THEN excluded.label END, priority = CASE WHEN orders.total < excluded.total THEN excluded.priority ELSE orders.priority END WHERE orders.id <> 5 RETURNING *
--- new rewrite # NULL and the empty string
INSERT INTO orders (id, label) VALUES (1, 'a'), (2, 'b'), (4, 'c') ON CONFLICT (id) DO UPDATE SET label = CASE orders.id WHEN 1 THEN '' WHEN 2 THEN NULL ELSE orders.note END RETURNING id, label, label IS NULL
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET priority = (SELECT max(o.priority) + count(*) FROM orders o WHERE o.cid = orders.cid) RETURNING priority
--- new rewrite
INSERT INTO orders (id, priority) SELECT cid, cid + 4 FROM customers ON CONFLICT (id) DO UPDATE SET priority = orders.cid + excluded.priority + orders.priority, note = excluded.priority::text RETURNING id, priority, note
--- new rewrite # too long for it
INSERT INTO orders (id, label) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET label = orders.note || ' is too long'
--- new rewrite # blanks are cut off
INSERT INTO orders (id, label) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET label = orders.note || '        ' RETURNING label || '.'
--- new rewrite # out of range
INSERT INTO orders (id, priority) VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET priority = orders.cid + 40000
--- new rewrite
INSERT INTO orders (id, priority) VALUES (1, 5), (96, 5) ON CONFLICT (id) DO UPDATE SET priority = DEFAULT, label = DEFAULT, cid = 9 RETURNING *
--- new rewrite # one column is made of the other
INSERT INTO orders (id, priority, label) VALUES (3, 5, 'x'), (4, 6, 'y') ON CONFLICT (id) DO UPDATE SET label = orders.priority::text || excluded.priority, priority = coalesce(length(orders.label), 9) RETURNING *
--- new rewrite
INSERT INTO pairs AS p (a, b, state) VALUES (1, 'x', 'n') ON CONFLICT (a, b) DO UPDATE SET state = p.b || p.n || excluded.state || coalesce(p.state, '-') WHERE p.n < 5 RETURNING p.state, p.n + 1
--- new rewrite # the row is left alone
INSERT INTO orders AS o (id, priority) VALUES (1, 5), (2, 6) ON CONFLICT (id) DO UPDATE SET priority = o.cid + 1 WHERE o.note IS NULL
--- new rewrite
INSERT INTO orders AS o (id, priority) VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET priority = o.cid + 1 RETURNING o.priority + o.cid AS x
--- new refuse # which of the two functions came first
INSERT INTO orders AS o (id, priority) VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET priority = nextval('orders_id_seq') + o.cid, cid = nextval('orders_id_seq')
--- new rewrite
UPDATE orders o SET priority = 5, cid = 7 FROM customers c WHERE c.cid = o.cid RETURNING to_jsonb(o), to_jsonb(c), row_to_json(o)::text, o.cid, c.cid
--- new rewrite
UPDATE orders o SET label = c.name FROM customers c WHERE c.cid = o.cid AND o::text LIKE '%' RETURNING o::text, length(c::text), o.*
--- new rewrite
UPDATE orders SET priority = length(to_jsonb(orders)::text) % 7 FROM (VALUES (1), (2)) v (k) WHERE v.k = id RETURNING to_json(orders), priority
