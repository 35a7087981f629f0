-- UPDATE, DELETE and MERGE, both sides.

--- old allow
UPDATE orders SET total = total + 1, note = 'u' WHERE id = 1 RETURNING id, total

--- old rewrite
UPDATE orders SET total = 0 WHERE cid = 2 RETURNING *

--- old rewrite
UPDATE orders o SET note = $1 WHERE o.id = $2 RETURNING o.*
--- params new | 3

--- old rewrite
UPDATE orders SET (cid, total) = (SELECT 1, 9) WHERE id = 2 RETURNING orders.*

--- old rewrite
UPDATE orders SET note = x.note FROM (SELECT * FROM orders) x WHERE x.id = orders.id + 1 RETURNING orders.id, x.*

--- old rewrite
UPDATE orders o SET note = t.title FROM tasks t WHERE t.cid = o.cid AND priority = 7 AND o.id IN (1, 3) AND t.tid IN (1, 3)

--- old allow
DELETE FROM orders WHERE id = 1

--- old rewrite
DELETE FROM orders WHERE id > 4 RETURNING *

--- old rewrite
DELETE FROM orders o USING customers c WHERE c.cid = o.cid AND c.name = 'Ada' RETURNING o.*, c.name

--- old rewrite
DELETE FROM orders USING tasks WHERE tasks.cid = orders.cid AND priority = 0 RETURNING id

--- old rewrite
DELETE FROM customers c WHERE NOT EXISTS (SELECT * FROM (SELECT * FROM orders) o WHERE o.cid = c.cid) RETURNING *

--- old rewrite
WITH moved AS (DELETE FROM orders WHERE id < 3 RETURNING *) INSERT INTO archive SELECT * FROM moved RETURNING *

--- old rewrite
WITH u AS (UPDATE orders SET total = 1 WHERE id = 1 RETURNING *), d AS (SELECT * FROM orders WHERE id = 2) SELECT * FROM u UNION ALL SELECT * FROM d

--- old allow
MERGE INTO orders o USING archive a ON a.id = o.id WHEN MATCHED THEN UPDATE SET note = 'm' WHEN NOT MATCHED THEN INSERT VALUES (a.id, a.cid, a.total, a.note)

--- old rewrite
MERGE INTO archive a USING orders o ON a.id = o.id WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT VALUES (o.*)

--- old rewrite pg17
MERGE INTO orders o USING archive a ON a.id = o.id WHEN NOT MATCHED THEN INSERT (id, cid) VALUES (a.id, a.cid) WHEN MATCHED THEN DELETE RETURNING o.*

--- old rewrite # T5: a row that is only looked at
UPDATE orders SET note = left(row_to_json(orders)::text, 30) WHERE id = 1 RETURNING note

--- old rewrite # T5: a row that is only looked at
UPDATE orders SET note = 'z' WHERE id = 1 RETURNING to_jsonb(orders)

--- old refuse 42703 # its table has no such column
UPDATE orders SET priority = 3 WHERE id = 1

--- old rewrite
UPDATE orders SET total = 1 / 0 WHERE id = 1 RETURNING *

--- old rewrite pg18
UPDATE orders SET note = 'z' WHERE id = 1 RETURNING old.*, new.note

--- new rewrite
UPDATE orders SET total = total + 1 WHERE priority = 0 AND id < 3

--- new rewrite
UPDATE orders SET total = priority + 4 WHERE id = 1 RETURNING id, total

--- new rewrite
UPDATE orders o SET note = o.priority::text WHERE o.id = 2

--- new rewrite
UPDATE orders SET note = 'r' WHERE id = 2 RETURNING id, priority

--- new rewrite
UPDATE orders AS o SET note = 'r' WHERE id = 2 RETURNING *

--- new rewrite
UPDATE orders SET note = 'r' WHERE id = 2 RETURNING priority + 1, priority AS p, orders.priority::text, coalesce(priority, 1)

--- new rewrite
UPDATE orders SET (total, note) = (priority + 1, 'q') WHERE priority < 5 AND id = 3 RETURNING total

--- new rewrite
UPDATE customers c SET city = o.priority::text FROM orders o WHERE o.cid = c.cid AND o.id IN (1, 3) RETURNING c.cid, c.city, o.priority

--- new rewrite
UPDATE customers SET prio = (SELECT max(priority) FROM orders o WHERE o.cid = customers.cid) RETURNING cid, prio

--- new rewrite
DELETE FROM orders WHERE priority = 0 AND id > 4

--- new rewrite
DELETE FROM orders WHERE priority <> 0 RETURNING id, priority

--- new rewrite
DELETE FROM orders o WHERE o.id = $1 AND o.priority = $2 RETURNING o.*
--- params 2 | 0

--- new rewrite
DELETE FROM customers c USING orders o WHERE o.cid = c.cid AND o.priority > 5

--- new rewrite
INSERT INTO orders (id, cid) VALUES (50, 1) RETURNING id, priority

--- new rewrite
INSERT INTO orders (id, cid, total, note) VALUES (50, 1, 2, 'n') RETURNING *

--- new allow
INSERT INTO orders (id, cid, total, note) VALUES (50, 1, 2, 'n')

--- new rewrite
INSERT INTO orders VALUES (50, 1, 2, 'n')

--- new rewrite
INSERT INTO orders (id, cid) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET total = excluded.priority + 3 RETURNING total

--- new rewrite
INSERT INTO orders (id, cid) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET total = orders.priority + 3 WHERE orders.priority = 0 RETURNING id, total

--- new rewrite
INSERT INTO archive SELECT id, cid, priority, note FROM orders WHERE priority = 0

--- new rewrite
INSERT INTO orders (id, cid) SELECT id + 100, priority FROM orders

--- new rewrite
WITH u AS (UPDATE orders SET note = 'w' WHERE id = 1 RETURNING id, priority) SELECT * FROM u

--- new rewrite
MERGE INTO archive a USING orders o ON a.id = o.id AND o.priority = 0 WHEN MATCHED THEN UPDATE SET total = o.priority WHEN NOT MATCHED THEN DO NOTHING

--- new refuse 42703 # writes to the absent column
INSERT INTO orders (id, cid, priority) VALUES (50, 1, 3)

--- new refuse 42703 # writes to the absent column
INSERT INTO orders (id, priority) VALUES ($1, $2) RETURNING id
--- params 50 | 3

--- new refuse 42703 # writes to the absent column, be it its default
INSERT INTO orders (id, priority) VALUES (50, DEFAULT)

--- new refuse 42703 # five values: the fifth is the absent column's
INSERT INTO orders VALUES (50, 1, 2, 'n', 5)

--- new refuse 42703 # five values, by SELECT
INSERT INTO orders SELECT 50, 1, 2, 'n', 5

--- new refuse 42703 # writes to the absent column
INSERT INTO orders (priority, id) SELECT priority, tid + 80 FROM tasks

--- new refuse 42703 # writes to the absent column
UPDATE orders SET priority = 1

--- new refuse 42703 # writes to the absent column
UPDATE orders SET priority = priority + 1, note = 'x' WHERE id = 1 RETURNING *

--- new refuse 42703 # writes to the absent column
UPDATE public.orders AS o SET (note, priority) = ('x', 2) WHERE o.id = 1

--- new refuse 42703 # writes to the absent column
UPDATE orders SET priority = $1 WHERE id = $2
--- params 4 | 1

--- new refuse 42703 # writes to the absent column
INSERT INTO orders (id, cid) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET priority = excluded.id

--- new refuse 42703 # writes to the absent column, below a SELECT
WITH u AS (UPDATE orders SET priority = 4 WHERE id = 1 RETURNING id) SELECT * FROM u

--- new refuse 42703 # writes to the absent column
WITH d AS (DELETE FROM tasks RETURNING *) INSERT INTO orders (id, priority) SELECT tid + 40, priority FROM d

--- new refuse 42703 # writes to the absent column
MERGE INTO orders o USING archive a ON a.id = o.id WHEN MATCHED THEN UPDATE SET priority = 1

--- new refuse 42703 # writes to the absent column
MERGE INTO orders o USING archive a ON a.id = o.id WHEN NOT MATCHED THEN INSERT (id, priority) VALUES (a.id, 1)

--- new refuse 42703 simple # the second of three: the first is rolled back with it, the third never runs
UPDATE orders SET note = 'one' WHERE id = 1; UPDATE orders SET priority = 1; SELECT 3

--- new refuse 42703 # aborts the transaction as the server does
SELECT id FROM orders WHERE id = 1
--- then
UPDATE orders SET priority = 1
--- then
SELECT id FROM orders WHERE id = 2
