--- new rewrite
WITH i AS (INSERT INTO orders (cid, priority) VALUES (2, 5) RETURNING id) SELECT id > 0 FROM i
--- new rewrite
WITH i AS (INSERT INTO orders (cid, priority, label) VALUES (2, 5, $1) RETURNING *) SELECT * FROM i
--- params abc
--- new rewrite
WITH i AS (INSERT INTO orders (id, priority) VALUES (60, 5), (61, 6) RETURNING id, priority p, note) SELECT max(p), count(*), sum(id) FROM i
--- new rewrite ordered
WITH i AS (INSERT INTO orders (id, priority, label) VALUES (60, 5, 'a'), (61, 6, NULL) RETURNING id, priority AS p, total * 2, label) SELECT i.*, p + 1 AS more FROM i
--- new rewrite
WITH i (a, b) AS NOT MATERIALIZED (INSERT INTO orders (cid, priority) VALUES (2, 5) RETURNING cid, priority, label, id) -- all
INSERT INTO customers (cid, name) SELECT a * 10 + b, coalesce(label, 'none') FROM i RETURNING *
--- new rewrite
WITH i AS (INSERT INTO orders (id, priority) VALUES (70, 5)) SELECT count(*) FROM orders WHERE priority = 5
--- new rewrite
WITH i AS (INSERT INTO orders (id, priority) VALUES (70, 5)), s AS (SELECT 1 AS one) UPDATE customers SET name = 'new' FROM s WHERE cid = one
--- new rewrite
WITH s AS (SELECT cid, name FROM customers), i AS (INSERT INTO orders (cid, priority, label) SELECT cid, cid + 1, left(name, 5) FROM s ORDER BY cid RETURNING cid, label, priority) SELECT i.label, priority, s.name FROM i JOIN s USING (cid)
--- new rewrite
WITH i AS (INSERT INTO orders AS o (id, priority) VALUES (1, 2), (90, 3) ON CONFLICT (id) DO UPDATE SET priority = o.priority + excluded.priority, cid = 9 RETURNING o.id, o.priority, o.cid) SELECT id, priority FROM i WHERE cid = 9
--- new rewrite
WITH i AS (INSERT INTO orders (id, priority) VALUES (1, 2), (90, 3) ON CONFLICT DO NOTHING RETURNING id, priority) SELECT * FROM i
--- new rewrite
WITH RECURSIVE n (x) AS (SELECT 80 UNION ALL SELECT x + 1 FROM n WHERE x < 83), i AS (INSERT INTO orders (id, priority) SELECT x, x - 80 FROM n RETURNING id, priority) SELECT sum(id), sum(priority) FROM i
--- new rewrite
WITH i AS (INSERT INTO pairs VALUES (7, 'k', 8, 'kept') RETURNING pairs.*) SELECT i.state, i.b FROM i, i AS again WHERE again.state = i.state
--- new rewrite
WITH i AS (INSERT INTO pairs (a, b, state) VALUES (7, 'k', DEFAULT) RETURNING state || '!' AS s, state) SELECT s, state FROM i LIMIT 1
--- new rewrite
WITH i AS (INSERT INTO orders (priority) VALUES (40000) RETURNING id) SELECT id FROM i
--- new rewrite
WITH i AS (INSERT INTO orders (id, priority) VALUES (1, 4) RETURNING id) SELECT id FROM i
--- new rewrite
WITH i AS (INSERT INTO orders (id, priority) VALUES (62, 5) RETURNING id, id, priority) SELECT * FROM i
--- new rewrite
WITH i AS (INSERT INTO orders (id, priority) VALUES (62, 5) RETURNING priority) DELETE FROM customers USING i WHERE cid = i.priority - 3 RETURNING cid, priority
--- new rewrite
WITH u AS (UPDATE orders SET priority = 5 WHERE id = 2 RETURNING id, priority) SELECT u.*, o.priority AS before FROM u JOIN orders o USING (id)
--- new rewrite
WITH u AS (UPDATE orders SET priority = priority + 1, note = upper(note) WHERE id < 4 RETURNING *) SELECT * FROM u WHERE priority > 1
--- new rewrite
WITH u AS (UPDATE orders o SET label = c.name, cid = c.cid + 1 FROM customers c WHERE c.cid = o.cid RETURNING o.id, label AS l) INSERT INTO customers (cid, name) SELECT id * 100, l FROM u
--- new rewrite
WITH c AS (SELECT 2 AS k), u (a) AS (UPDATE orders SET priority = $1, label = NULL FROM c WHERE id = k RETURNING id) SELECT k FROM c
--- params 6
--- new rewrite
WITH u AS (UPDATE orders SET label = 'x') DELETE FROM customers
--- new rewrite
WITH j AS (SELECT id FROM orders WHERE priority = 0 ORDER BY id LIMIT 2 FOR UPDATE SKIP LOCKED), u AS (UPDATE orders SET priority = 9 FROM j WHERE orders.id = j.id RETURNING orders.id, priority) SELECT count(*), sum(priority) FROM u
--- new rewrite
WITH u AS (UPDATE pairs SET state = state || b, b = b || 'q' WHERE a = 1 RETURNING b) SELECT b FROM u
--- new rewrite
WITH d AS (DELETE FROM customers WHERE cid > 1 RETURNING cid), u AS (UPDATE orders SET priority = d.cid FROM d WHERE d.cid = orders.cid RETURNING orders.id) SELECT id FROM u
--- new rewrite
WITH d AS (DELETE FROM orders WHERE priority > 0 RETURNING *) INSERT INTO customers (cid, name) SELECT id + 100, label FROM d
--- new rewrite unstable
EXPLAIN (COSTS OFF) WITH u AS (UPDATE orders SET priority = 5 WHERE id = 2 RETURNING id) SELECT id FROM u
--- new rewrite
PREPARE w (int, int) AS WITH i AS (INSERT INTO orders (id, priority) VALUES ($1, $2) RETURNING id, priority) SELECT priority, id FROM i
--- then
EXECUTE w (64, 8)
--- then
DEALLOCATE w
--- new rewrite simple
COPY (WITH i AS (INSERT INTO orders (id, priority) VALUES (66, 5) RETURNING id, priority) SELECT priority, id FROM i) TO STDOUT
--- new rewrite # COPY of it
COPY (INSERT INTO orders (id, priority) VALUES (66, 5) RETURNING id) TO STDOUT
--- new rewrite
WITH i AS (INSERT INTO orders (id, priority) VALUES (65, 5)) UPDATE orders SET priority = 6 WHERE id = 1
--- new rewrite
WITH u AS (UPDATE orders SET priority = $2 WHERE id = $1 RETURNING id) INSERT INTO orders (id, priority, label) SELECT $1, $2, 'new' WHERE NOT EXISTS (SELECT FROM u) RETURNING id, priority, label
--- params 3 | 8
--- new rewrite
WITH u AS (UPDATE orders SET priority = $2 WHERE id = $1 RETURNING id) INSERT INTO orders (id, priority, label) SELECT $1, $2, 'new' WHERE NOT EXISTS (SELECT FROM u) RETURNING id, priority, label
--- params 33 | 8
--- new rewrite
WITH i AS (INSERT INTO orders (id, priority) VALUES (65, 5) RETURNING id, priority) INSERT INTO pairs (a, b, state) SELECT id, 'o', 'p' || priority FROM i RETURNING a, state
--- new rewrite
WITH u AS (UPDATE orders SET priority = priority + 1 WHERE id < 4 RETURNING id, priority), i AS (INSERT INTO orders (id, label) VALUES (71, 'a'), (72, 'b') RETURNING *) UPDATE pairs SET state = state || u.priority, n = i.id FROM u, i WHERE u.id = a AND i.label = 'a' RETURNING pairs.a, pairs.state
--- new rewrite
WITH a AS (INSERT INTO orders (id, priority) VALUES (65, 5)), b AS (INSERT INTO orders (id, label) VALUES (66, 'six') RETURNING label), c AS (INSERT INTO pairs (a, b, state) SELECT 9, label, label FROM b) SELECT label FROM b
--- new rewrite
WITH i AS (INSERT INTO orders (id) VALUES (65)) UPDATE orders SET priority = 6, (label, note) = (SELECT name, name FROM customers WHERE cid = 2) WHERE id = 1 RETURNING *
--- new refuse # which of the two changes a row nobody can say
WITH u AS (UPDATE orders SET note = 'x' WHERE id < 3) UPDATE orders SET priority = 6 WHERE id > 1
--- new refuse # a row that is deleted takes the value of the next one of its key along
WITH d AS (DELETE FROM orders WHERE id = 1) INSERT INTO orders (id, priority) VALUES (67, 6)
--- new refuse # so does one that gets another key
WITH u AS (UPDATE orders SET id = 68 WHERE id = 1) INSERT INTO orders (id, priority) VALUES (67, 6)
--- new refuse # nor is it known which of the two comes first
WITH u AS (UPDATE orders SET note = 'x' WHERE id = 1) INSERT INTO orders (id, priority) VALUES (1, 6) ON CONFLICT (id) DO UPDATE SET priority = 7
--- new refuse # WITH within
WITH i AS (WITH s AS (SELECT 5 AS p) INSERT INTO orders (id, priority) SELECT 65, p FROM s RETURNING id) SELECT id FROM i
--- old allow
WITH i AS (INSERT INTO orders (cid) VALUES (2) RETURNING *) SELECT cid FROM i
--- new rewrite
WITH i AS (INSERT INTO orders (id, priority, label) VALUES (60, 5, 'a'), (61, 6, NULL) RETURNING *) SELECT row_to_json(i), i IS NULL, i::text FROM i
--- new rewrite
WITH i AS (INSERT INTO orders (id, priority) VALUES (1, 2), (90, 3) ON CONFLICT (id) DO UPDATE SET priority = orders.priority + excluded.priority RETURNING id, priority) SELECT coalesce(json_agg(i ORDER BY i.id), '[]') FROM (SELECT * FROM i) AS i
--- new rewrite
WITH u AS (UPDATE orders SET priority = priority + 1 WHERE id < 4 RETURNING *) SELECT jsonb_agg(to_jsonb(u) ORDER BY u.id), count(u) FROM u
--- new rewrite
WITH u AS (UPDATE orders SET label = 'u' WHERE id = 1 RETURNING id, label) INSERT INTO customers SELECT id + 70, u::text FROM u RETURNING *
--- new rewrite
WITH d AS (DELETE FROM orders WHERE priority = 7 RETURNING *) SELECT json_agg(d), (SELECT row_to_json(x) FROM (SELECT max(d.priority) AS p) x) FROM d
--- new rewrite
WITH i AS (INSERT INTO pairs (a, b, state) SELECT a + 10, b, state FROM pairs RETURNING *), r AS (SELECT a, b, state FROM i) SELECT json_build_object('rows', (SELECT count(*) FROM r), 'all', (SELECT json_agg(row_to_json((SELECT e FROM (SELECT q.a AS a, q.state AS state) AS e)) ORDER BY q.a, q.b) FROM (SELECT * FROM r) AS q))
--- new rewrite
COPY (INSERT INTO orders (priority, cid) VALUES (5, 1), (6, 2) RETURNING cid, priority) TO STDOUT (FORMAT csv)
--- new rewrite
COPY (UPDATE orders SET priority = priority + 1 WHERE id = 1 RETURNING id, priority) TO STDOUT
--- new rewrite
COPY (WITH s AS (SELECT 3 AS id) UPDATE orders o SET label = 'x' FROM s WHERE s.id = o.id RETURNING o.*, s.id) TO STDOUT;
--- new rewrite # rows that are not the same
WITH a AS (UPDATE orders SET priority = priority - 1 WHERE id = 1 RETURNING id, priority), b AS (UPDATE orders SET priority = priority + 1 WHERE id = 3 RETURNING id, priority) SELECT * FROM a UNION ALL SELECT * FROM b
--- new rewrite
WITH a AS (UPDATE orders SET priority = 8, label = 'a' WHERE id < 3 RETURNING id), b AS (INSERT INTO orders (id, priority, label) VALUES (82, 4, 'q')) UPDATE orders SET label = note, priority = id WHERE id > 3 RETURNING *
--- new refuse # one that sets something else: of a row of both, which of the two counts
WITH a AS (UPDATE orders SET priority = 8 WHERE id < 3), b AS (UPDATE orders SET label = 'x' WHERE id > 1) SELECT 1
