-- What is written less often.

--- old rewrite
SELECT * FROM/*x*/public/*y*/./*z*/orders/*w*/AS/*v*/o/* u */WHERE/**/o.id=1

--- old rewrite
SELECT	*
  FROM
	orders -- the table
  ,     tasks
 WHERE orders.id=1 AND tasks.tid=2;

--- old rewrite
SELECT "o".*FROM orders"o"WHERE"o".id=2

--- old rewrite
SELECT * FROM orders o JOIN orders p USING (id)

--- old rewrite
SELECT * FROM orders o NATURAL JOIN orders p

--- new rewrite
SELECT * FROM orders o NATURAL JOIN orders p

--- old rewrite
SELECT count(*) FROM orders, tasks NATURAL JOIN orders x

--- new rewrite
SELECT o.id FROM orders o GROUP BY o.id ORDER BY o.priority, o.id

--- new rewrite
SELECT o.id, o.total FROM orders o GROUP BY o.id HAVING o.priority = 0 AND count(*) = 1

--- new rewrite
SELECT o.id, o.priority FROM orders o GROUP BY 1

--- new rewrite
SELECT o.id AS k, o.priority + count(*) FROM orders o JOIN tasks t ON t.cid = o.cid GROUP BY k

--- new rewrite
SELECT o.id, (SELECT max(t.tid) FROM tasks t WHERE t.priority >= o.priority) FROM orders o GROUP BY o.id

--- old rewrite # T1: the row itself is grouped
SELECT o.id, row_to_json(o) FROM orders o GROUP BY o.id

--- new rewrite
SELECT o.cid, o.priority, count(*) FROM orders o GROUP BY GROUPING SETS ((o.cid, o.priority), (o.priority), ())

--- new rewrite
SELECT o.id, c.name FROM orders o JOIN customers c USING (cid) GROUP BY c.cid, o.id HAVING min(o.priority) = 0

--- old rewrite
UPDATE tasks SET (priority, title) = (SELECT * FROM animals WHERE aid = 1) WHERE tid = 1 RETURNING *

--- old rewrite
UPDATE orders o SET note = 'x' FROM customers c WHERE c.cid = o.cid AND o.id = 1 RETURNING *

--- old rewrite
DELETE FROM orders USING customers WHERE customers.cid = orders.cid AND orders.id = 3 RETURNING *

--- old rewrite
UPDATE tasks SET title = 'x' FROM orders o WHERE o.id = tasks.tid AND o.id = 1 RETURNING *

--- new rewrite
UPDATE orders o SET note = 'x' FROM customers c WHERE c.cid = o.cid AND o.id = 1 RETURNING *

--- new rewrite
UPDATE orders o SET note = 'x' FROM invoices i WHERE i.id = o.id AND o.id = 1 RETURNING o.priority, i.priority, *

--- new refuse 42702 # ambiguous in its own schema
UPDATE orders o SET total = priority FROM tasks t WHERE t.cid = o.cid

--- new refuse 42702 # ambiguous in its own schema
DELETE FROM orders USING tasks WHERE tasks.cid = orders.cid AND priority = 7

--- old rewrite
INSERT INTO orders SELECT * FROM orders WHERE false

--- old rewrite
WITH orders AS (SELECT 51 AS id, 1 AS cid, 2.5 AS total, 'cte' AS note) INSERT INTO orders SELECT * FROM orders RETURNING *

--- new refuse 42703 # five values: the last is the absent column's, be it DEFAULT
INSERT INTO orders VALUES (50, 1, 2, 'n', DEFAULT)

--- new rewrite
INSERT INTO orders (id, cid) VALUES (1, 1), (2, 2) ON CONFLICT (id) DO UPDATE SET note = 'c' WHERE orders.priority = excluded.priority RETURNING orders.*

--- new rewrite
INSERT INTO orders AS o (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET (total, note) = (SELECT o.priority + 1, excluded.priority::text) RETURNING o.total, note, priority

--- new rewrite
MERGE INTO orders o USING archive a ON a.id = o.id WHEN MATCHED AND o.priority = 0 THEN UPDATE SET total = o.priority + 8 WHEN NOT MATCHED THEN INSERT (id, cid) VALUES (a.id, a.cid)

--- new rewrite
MERGE INTO orders o USING (SELECT id, priority FROM orders) s ON s.id = o.id AND s.priority = o.priority WHEN MATCHED AND o.id = 1 THEN DELETE

--- new rewrite pg17
MERGE INTO orders o USING archive a ON a.id = o.id WHEN MATCHED THEN UPDATE SET note = 'm' RETURNING merge_action(), o.priority, o.*

--- old rewrite
WITH RECURSIVE t AS (SELECT o.*, 1 AS depth FROM orders o WHERE id = 1 UNION SELECT o.*, depth + 1 FROM orders o, t WHERE o.cid = t.cid AND depth < 3) SELECT * FROM t

--- old rewrite
SELECT * FROM orders WHERE (id, cid) IN (VALUES (1, 1), (3, 2)) OR total = ANY (ARRAY(SELECT total FROM orders WHERE id = 4))

--- old rewrite
SELECT x.* FROM (SELECT * FROM orders UNION ALL SELECT * FROM archive) x JOIN (TABLE orders) y USING (id)

--- old rewrite
SELECT * FROM (SELECT o.* FROM orders o OFFSET 0) AS o(id, cid) WHERE o.cid = 2

--- old rewrite
SELECT (SELECT o.note FROM orders o WHERE o.cid = t.cid ORDER BY priority = 7, o.id LIMIT 1) FROM tasks t ORDER BY t.tid

--- old rewrite
SELECT t.tid FROM tasks t JOIN LATERAL (SELECT * FROM orders o WHERE o.cid = t.cid AND o.total > priority) x ON true

--- new rewrite
SELECT (SELECT o.note FROM orders o WHERE o.cid = t.cid ORDER BY priority = 7, o.id LIMIT 1) FROM tasks t ORDER BY t.tid

--- new rewrite
SELECT count(*) FROM tasks t WHERE t.priority IN (SELECT priority FROM orders) OR EXISTS (SELECT FROM orders WHERE priority = t.priority)

--- new rewrite
SELECT o.id FROM orders o FULL JOIN tasks t USING (priority) WHERE priority = 7 OR o.priority IS NULL

--- new rewrite
SELECT j.priority, j.id FROM (orders JOIN customers USING (cid)) AS j WHERE j.priority = 0

--- new rewrite
SELECT x.p FROM (SELECT priority AS p FROM orders) x WHERE x.p = $1 OR $2 IS NULL
--- params 0 | z

--- new rewrite
SELECT id FROM orders WHERE priority = $1 AND id = $1
--- params 3

--- new rewrite
SELECT DISTINCT ON (o.priority) o.priority, sum(o.total) OVER (PARTITION BY o.priority) FROM orders o ORDER BY o.priority

--- new rewrite
SELECT priority, lag(priority, 1, priority) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM orders

--- new rewrite
SELECT extract(epoch FROM i.due)::int / (i.priority * 1000), i.due::date FROM invoices i WHERE i.due > DATE '2023-12-31'

--- old rewrite # T6: JSON fills the columns by their names
SELECT * FROM json_populate_record(NULL::orders, '{"id": 8, "note": "j"}')

--- old rewrite # T6: its columns are the client's
SELECT (NULL::orders).*

--- old refuse 42501 # T6
SELECT ROW(1, 2, 3.5, 'x')::orders

--- old refuse 42501 # T6
SELECT '(1,2,3.50,x)'::orders

--- old refuse 42501 # T6
SELECT id FROM unnest(ARRAY['(1,2,3.50,x)']::orders[])

--- old rewrite # T6: a function that returns rows of the table as it is
SELECT * FROM all_orders()

--- old rewrite
SELECT (order_by_id(1)).*

--- old allow
SELECT id, note FROM all_orders() WHERE total > 5

--- old rewrite
SET search_path = aside, public
--- then
SELECT * FROM orders
--- then
SELECT * FROM public.orders WHERE id = 1
--- then
INSERT INTO orders VALUES (73, 'new') RETURNING *
--- then
DELETE FROM orders WHERE id = 73
--- then
RESET search_path
--- then
SELECT * FROM orders WHERE id = 1

--- new rewrite
SET search_path = aside, public
--- then
SELECT priority FROM orders
--- then
SELECT o.priority, p.priority FROM orders o, public.orders p WHERE p.id = 1
--- then
RESET search_path
--- then
SELECT priority FROM orders WHERE id = 1

--- old rewrite block
SELECT set_config('search_path', 'aside', true)
--- then
SELECT * FROM orders
--- then
SAVEPOINT s
--- then
SET LOCAL search_path = public
--- then
SELECT * FROM orders WHERE id = 1
--- then
ROLLBACK TO s
--- then
SELECT * FROM orders

--- old rewrite simple # a search_path that changes within one text
SET search_path = aside; SELECT * FROM orders; RESET search_path
--- then
SELECT * FROM orders WHERE id = 2

--- old rewrite simple
SET search_path = aside, public; SELECT * FROM orders; SET search_path = public; SELECT * FROM orders WHERE id = 1; SET search_path TO DEFAULT
--- then
SELECT * FROM orders WHERE id = 2

--- old rewrite
BEGIN
--- then
SELECT * FROM orders WHERE id = 2
--- then
COMMIT AND CHAIN
--- then
TABLE orders
--- then
ROLLBACK

--- old rewrite block
DECLARE c BINARY CURSOR FOR TABLE orders
--- then
FETCH ALL FROM c

--- old rewrite
COPY (TABLE orders) TO STDOUT

--- old rewrite
COPY (SELECT row_to_json(o) FROM orders o) TO STDOUT

--- new rewrite
COPY (DELETE FROM orders WHERE priority = 0 AND id = 6 RETURNING *) TO STDOUT (FORMAT csv, HEADER)

--- old rewrite
SELECT * FROM orders o WHERE o.id = (WITH w AS (SELECT * FROM orders) SELECT max(id) FROM w WHERE w.cid = o.cid)

--- old rewrite # T1: GROUPING SETS of the key
SELECT o.id, o.total, row_to_json(o.*) IS NULL FROM orders o GROUP BY GROUPING SETS ((o.id), (o.id, o.cid))

--- new rewrite # T1: GROUPING SETS of the key
SELECT o.id, o.priority, count(*) FROM orders o GROUP BY GROUPING SETS ((o.id), (o.id, o.cid))

--- old rewrite # the row of a function that is not in FROM
SELECT id, (order_by_id(id)).* FROM archive

--- old allow
SELECT (order_by_id(1)).total
