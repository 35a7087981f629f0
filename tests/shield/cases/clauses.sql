-- The clauses of SELECT around a substituted item, both sides.

--- old rewrite
SELECT o.*, count(*) OVER (PARTITION BY cid) FROM orders o

--- old rewrite ordered
SELECT o.*, row_number() OVER w FROM orders o WINDOW w AS (ORDER BY total DESC, id) ORDER BY id

--- old allow ordered
SELECT cid, sum(total), count(DISTINCT note) FILTER (WHERE total > 5) FROM orders GROUP BY cid HAVING count(*) > 0 ORDER BY cid

--- old allow
SELECT o.id, o.total, o.note, count(t.tid) FROM orders o LEFT JOIN tasks t ON t.cid = o.cid GROUP BY o.id

--- old rewrite
SELECT o.*, count(t.tid) FROM orders o LEFT JOIN tasks t ON t.cid = o.cid GROUP BY o.id

--- old rewrite
SELECT o.*, c.name, count(*) FROM orders o JOIN customers c ON c.cid = o.cid GROUP BY o.id, c.cid

--- old rewrite ordered
SELECT * FROM orders ORDER BY total DESC NULLS LAST, 1 FETCH FIRST 3 ROWS WITH TIES

--- old rewrite ordered
SELECT o.id AS total, o.* FROM orders o ORDER BY o.total, o.id OFFSET 1

--- old rewrite
SELECT * FROM orders FOR UPDATE

--- old rewrite
SELECT o.*, c.name FROM orders o JOIN customers c ON c.cid = o.cid FOR SHARE OF o

--- old rewrite
SELECT o.*, c.name FROM orders o JOIN customers c ON c.cid = o.cid FOR NO KEY UPDATE OF c SKIP LOCKED

--- old rewrite ordered
SELECT * FROM orders WHERE id < 4 ORDER BY id LIMIT 1 FOR UPDATE NOWAIT

--- old rewrite # T4: TABLESAMPLE moves inside
SELECT * FROM orders TABLESAMPLE BERNOULLI (100)

--- old rewrite # T4: TABLESAMPLE moves inside
SELECT s.* FROM orders AS s TABLESAMPLE SYSTEM (100) REPEATABLE (7) WHERE s.cid = 1

--- old rewrite
SELECT * FROM ONLY orders

--- old rewrite
SELECT * FROM ONLY (public.orders) o WHERE o.id = 1

--- old rewrite
SELECT * FROM orders * WHERE id = 1

--- old rewrite
WITH RECURSIVE r AS (SELECT * FROM orders WHERE id = 1 UNION ALL SELECT o.* FROM orders o JOIN r ON o.id = r.id + 1) SELECT * FROM r

--- old rewrite
WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT r.n, o.* FROM r JOIN orders o ON o.id = r.n

--- old rewrite
SELECT CASE WHEN o.total > 10 THEN 'dear' END, o.* FROM orders o

--- old rewrite
SELECT o.*, coalesce(o.note, '-') || o.id::text FROM orders o

--- old rewrite
SELECT * FROM orders GROUP BY id, cid, total, note

--- old rewrite
SELECT * FROM orders o WHERE o.total = (SELECT max(total) FROM orders i WHERE i.cid = o.cid)

--- old rewrite
SELECT * FROM orders o WHERE (o.cid, o.total) IN (SELECT cid, min(total) FROM orders GROUP BY 1)

--- old rewrite
SELECT k, array_agg(s ORDER BY s) FROM (SELECT cid, note, * FROM orders) AS x(k, s, i) GROUP BY k

--- old allow
SELECT grouping(cid, note), cid, note, sum(total) FROM orders GROUP BY ROLLUP (cid, note)

--- old allow
SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders

--- old rewrite
SELECT * FROM orders WHERE total IS DISTINCT FROM 20 AND id BETWEEN SYMMETRIC 6 AND 2

--- old rewrite
SELECT * FROM generate_series(1, 3) AS g(id) JOIN orders USING (id)

--- old rewrite
SELECT * FROM ROWS FROM (generate_series(1, 2), unnest(ARRAY['x', 'y'])) WITH ORDINALITY AS f(a, b, c), orders WHERE id = a

--- old refuse 42501 # a function of the row type looks into the row as it is (T6)
SELECT o.* FROM orders o, order_size(o) s WHERE s > 20

--- old rewrite
SELECT spent(cid), * FROM orders

--- old rewrite
SELECT * INTO TEMP TABLE into_made FROM orders
--- then
SELECT count(*) FROM into_made
--- then
DROP TABLE into_made

--- old rewrite block
CREATE TEMP TABLE as_made ON COMMIT DROP AS SELECT * FROM orders
--- then
SELECT * FROM as_made

--- new rewrite ordered
SELECT id, priority FROM orders ORDER BY priority DESC, id

--- new rewrite
SELECT priority FROM orders

--- new rewrite
SELECT o.priority + 1, -o.priority, o.priority::text, o.priority::bigint FROM orders o WHERE o.id < 3

--- new rewrite
SELECT o.priority AS p, CASE WHEN o.total > 10 THEN 1 ELSE o.priority END FROM orders AS o

--- new rewrite
SELECT * FROM orders

--- new rewrite
SELECT o.* FROM orders o WHERE priority = 0

--- new rewrite
TABLE orders

--- new allow
SELECT id, total FROM orders

--- new rewrite
SELECT id FROM orders WHERE priority = 0 AND total > 5

--- new rewrite
SELECT id FROM orders WHERE orders.priority > 0

--- new rewrite
SELECT id FROM public.orders WHERE public.orders.priority IN (0, 7)

--- new rewrite
SELECT priority, count(*), sum(total) FROM orders GROUP BY priority

--- new rewrite
SELECT priority, cid, count(*) FROM orders GROUP BY 1, 2 HAVING max(priority) >= 0

--- new rewrite
SELECT o.id, o.priority, count(*) FROM orders o LEFT JOIN tasks t ON t.cid = o.cid GROUP BY o.id

--- new rewrite
SELECT sum(priority), min(priority), max(o.priority), avg(priority), array_agg(priority ORDER BY id) FROM orders o

--- new rewrite
SELECT count(*) FILTER (WHERE priority = 0), string_agg(note, ',' ORDER BY priority, id) FROM orders

--- new rewrite ordered
SELECT id, rank() OVER (PARTITION BY priority ORDER BY total) FROM orders ORDER BY id

--- new rewrite
SELECT DISTINCT priority FROM orders

--- new rewrite ordered
SELECT DISTINCT ON (priority) id, priority FROM orders ORDER BY priority, id

--- new rewrite ordered
SELECT id FROM orders ORDER BY coalesce(priority, 1), id LIMIT 2

--- new rewrite
SELECT o.id, t.tid FROM orders o JOIN tasks t ON t.priority = o.priority

--- new rewrite
SELECT o.id, t.tid FROM orders o JOIN tasks t USING (cid, priority)

--- new rewrite
SELECT o.id, priority FROM orders o LEFT JOIN tasks t USING (priority)

--- new rewrite
SELECT * FROM orders NATURAL JOIN tasks

--- new rewrite
SELECT c.name, o.priority FROM customers c LEFT JOIN orders o ON o.cid = c.cid

--- new rewrite
SELECT c.name FROM customers c LEFT JOIN orders o ON o.cid = c.cid WHERE o.priority IS NULL

--- new rewrite
SELECT c.cid, o.id, o.priority FROM customers c FULL JOIN orders o ON o.cid = c.cid AND o.priority = 0

--- new rewrite
SELECT c.cid, o.id, o.priority FROM orders o RIGHT JOIN customers c ON o.cid = c.cid AND o.priority = 7

--- new rewrite
SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.cid = c.cid AND o.priority = 0)

--- new rewrite
SELECT name FROM customers c WHERE c.cid IN (SELECT cid FROM orders WHERE priority < 5)

--- new rewrite
SELECT name, (SELECT max(priority) FROM orders o WHERE o.cid = c.cid) AS top FROM customers c

--- new rewrite
SELECT name, x.priority FROM customers c, LATERAL (SELECT o.priority FROM orders o WHERE o.cid = c.cid ORDER BY o.id LIMIT 1) x

--- new rewrite
WITH w AS (SELECT id, priority AS p FROM orders) SELECT * FROM w WHERE p = 0

--- new rewrite
SELECT priority FROM orders UNION SELECT priority FROM tasks

--- new rewrite
SELECT id, priority FROM orders EXCEPT SELECT tid, priority FROM tasks

--- new rewrite
WITH RECURSIVE r AS (SELECT id, priority FROM orders WHERE id = 1 UNION ALL SELECT o.id, o.priority FROM orders o, r WHERE o.id = r.id + 1) TABLE r

--- new rewrite
SELECT abs(priority), greatest(priority, total), priority || 'x', format('%s', priority) FROM orders

--- new rewrite
SELECT id FROM orders WHERE priority = $1
--- params 0

--- new rewrite
SELECT id, $1 || note FROM orders WHERE priority BETWEEN $2 AND $3
--- params z | 0 | 5

--- new rewrite
SELECT id FROM orders WHERE priority = ANY ($1) AND note LIKE $2
--- params {0,7} | %

--- new rewrite
SELECT id, priority FROM orders WHERE id = 1 FOR UPDATE

--- new rewrite
SELECT o.id, o.priority FROM orders o JOIN customers c USING (cid) FOR KEY SHARE OF o, c

--- new rewrite
SELECT row_to_json(o) FROM orders o

--- new rewrite
SELECT to_jsonb(o) -> 'priority', jsonb_object_keys(to_jsonb(o)) FROM orders o WHERE id = 1

--- new rewrite
SELECT json_agg(x ORDER BY id) FROM (SELECT id, priority FROM orders WHERE id < 3) x

--- new rewrite
SELECT (o).priority FROM orders o

--- new rewrite # T6: a row that is only looked at
SELECT o::text FROM orders o

--- new rewrite
SELECT priority FROM orders WHERE priority = 'seven'

--- new rewrite
SELECT priority + 'x'::text FROM orders

--- new rewrite
SELECT p.priority FROM orders AS p(a, b) WHERE p.a = 1

--- new rewrite
SELECT e FROM orders AS p(a, b, c, d, e)

--- new rewrite # T4: TABLESAMPLE moves inside
SELECT priority FROM ONLY orders TABLESAMPLE BERNOULLI (100)

--- new rewrite
SELECT o.priority, p.priority FROM orders o, orders p WHERE o.id = p.id

--- new rewrite
SELECT "priority", "orders"."priority" FROM "orders" /* priority */ WHERE note <> 'priority' OR 'priority' IS NOT NULL

--- new rewrite
SELECT PRIORITY, Orders.PriOrity FROM ORDERS

--- new rewrite
SELECT pg_typeof(priority), priority IS NULL, priority IS DISTINCT FROM 0 FROM orders WHERE id = 1

--- new rewrite # of a constant the planner leaves a branch, with that one's length
SELECT id, CASE WHEN priority > 0 THEN total ELSE 0 END AS t, coalesce(priority, total) FROM orders

--- new rewrite
SELECT x.t FROM (SELECT id, CASE priority WHEN 0 THEN total ELSE id END AS t FROM orders) x

--- new rewrite
SELECT CASE WHEN o.priority = 0 THEN o.total END, CASE WHEN o.priority > 0 THEN o.note::varchar(3) ELSE o.note END FROM orders o WHERE o.id = 1 FOR UPDATE
