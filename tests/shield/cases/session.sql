-- What needs a session: cursors, SQL-level PREPARE, EXPLAIN, several statements in one Query.

--- old rewrite block
DECLARE cur CURSOR FOR SELECT * FROM orders ORDER BY id
--- then
FETCH 2 FROM cur
--- then
MOVE 1 IN cur
--- then
FETCH ALL FROM cur
--- then
CLOSE cur

--- old rewrite block
DECLARE cur SCROLL CURSOR WITHOUT HOLD FOR SELECT o.*, name FROM orders o JOIN customers c USING (cid) ORDER BY o.id
--- then
FETCH LAST FROM cur
--- then
FETCH BACKWARD 1 FROM cur

--- old rewrite block
DECLARE cur CURSOR FOR SELECT * FROM orders WHERE id < 3 ORDER BY id FOR UPDATE
--- then
FETCH 1 FROM cur
--- then
UPDATE orders SET note = 'current' WHERE CURRENT OF cur
--- then
SELECT id, note FROM orders WHERE note = 'current'

--- old rewrite
PREPARE p AS SELECT * FROM orders WHERE id = 1
--- then
EXECUTE p
--- then
DEALLOCATE p

--- old rewrite
PREPARE p (int, text) AS SELECT * FROM orders WHERE id < $1 AND note = $2
--- then
EXECUTE p (4, 'a')
--- then
DEALLOCATE PREPARE p

--- old rewrite
PREPARE p AS INSERT INTO orders VALUES ($1, $2, $3, $4) RETURNING *
--- then
EXECUTE p (50, 1, 2.5, 'p')
--- then
DEALLOCATE ALL

--- old rewrite unstable
EXPLAIN SELECT * FROM orders

--- old rewrite unstable
EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) INSERT INTO orders VALUES (50, 1, 2, 'n')

--- old rewrite unstable
EXPLAIN (FORMAT json) DELETE FROM orders RETURNING *

--- old rewrite simple
SELECT * FROM orders WHERE id = 1; SELECT o.* FROM orders o WHERE id = 2

--- old rewrite simple
INSERT INTO orders VALUES (50, 1, 2, 'n'); SELECT * FROM orders WHERE id = 50; DELETE FROM orders WHERE id = 50

--- old rewrite simple
;; SELECT * FROM orders WHERE id = 1 ;; /* none */ ;

--- old rewrite simple
BEGIN; INSERT INTO orders VALUES (50, 1, 2, 'n'); ROLLBACK; TABLE orders

--- old rewrite simple
SELECT * FROM orders WHERE id = 1; SELECT 1 / 0; SELECT * FROM orders

--- old rewrite simple
UPDATE orders SET note = 'lost'; SELECT * FROM orders WHERE missing

--- old rewrite block
SAVEPOINT a
--- then
SELECT *, 1 / (id - 1) FROM orders WHERE id = 1
--- then
ROLLBACK TO a
--- then
SELECT * FROM orders WHERE id = 1

--- old rewrite
SET search_path = "Shop", public
--- then
SELECT * FROM "Order Items"
--- then
SELECT * FROM orders WHERE id = 1
--- then
RESET search_path

--- old rewrite block # a temporary table with the name of a planned one is named as pg_temp's
CREATE TEMP TABLE orders (a int, b int) ON COMMIT DROP
--- then
INSERT INTO orders VALUES (1, 2)
--- then
SELECT * FROM orders

--- old rewrite block # a temporary relation beside a planned table: nobody knows its columns, but no plan changes them
CREATE TEMP TABLE picked (id int, priority int, note text) ON COMMIT DROP
--- then
INSERT INTO picked (id, priority, note) SELECT id, 7, note FROM orders WHERE id < 4
--- then
SELECT orders.*, picked.priority FROM orders JOIN picked USING (id)
--- then
SELECT priority, o.total FROM orders o, picked p WHERE p.id = o.id
--- then
SELECT id FROM orders WHERE id IN (SELECT id FROM picked)
--- then
UPDATE orders SET total = p.priority FROM picked p WHERE p.id = orders.id RETURNING orders.*, p.note
--- then
INSERT INTO orders (id, total) SELECT id + 50, p.priority FROM picked p ON CONFLICT DO NOTHING RETURNING *
--- then
UPDATE picked SET note = o.note FROM orders o WHERE o.id = picked.id
--- then
DELETE FROM orders USING picked WHERE picked.id = orders.id RETURNING orders.*, picked.note

--- new rewrite block
CREATE TEMP TABLE picked (id int, degree int) ON COMMIT DROP
--- then
INSERT INTO picked (id, degree) SELECT id, priority FROM orders
--- then
SELECT o.id, o.priority, degree FROM orders o JOIN picked p ON p.id = o.id WHERE o.priority >= degree
--- then
SELECT o.id FROM orders o WHERE EXISTS (SELECT FROM picked WHERE degree = o.priority)
--- then
SELECT o.id, q.n FROM orders o LEFT JOIN (SELECT id AS i, count(*) AS n FROM picked GROUP BY id) q ON q.i = o.id ORDER BY priority, o.id
--- then
UPDATE picked SET degree = degree + orders.priority FROM orders WHERE orders.id = picked.id
--- then
SELECT id, degree FROM picked

--- old rewrite simple block
CREATE TEMP TABLE picked ON COMMIT DROP AS SELECT id FROM orders; SELECT orders.* FROM orders JOIN picked USING (id)

--- old rewrite block # the target's column where picked has none: qualified
CREATE TEMP TABLE picked (id int, priority int) ON COMMIT DROP
--- then
INSERT INTO picked VALUES (1, 7), (2, 5)
--- then
DELETE FROM orders WHERE id IN (SELECT id FROM picked WHERE priority > 6) RETURNING orders.*
--- then
UPDATE orders SET total = (SELECT max(priority) FROM picked AS p) WHERE id = 2 RETURNING id, total

--- old refuse 42501 block # a column of picked, or a row of the table
CREATE TEMP TABLE picked (id int) ON COMMIT DROP
--- then
SELECT orders FROM orders JOIN picked USING (id)

--- old rewrite block
CREATE TEMP TABLE orders (a int) ON COMMIT DROP
--- then
SELECT * FROM public.orders WHERE id = 1

--- new rewrite block
DECLARE cur CURSOR FOR SELECT id, priority FROM orders ORDER BY priority, id
--- then
FETCH ALL FROM cur

--- new rewrite
PREPARE p (int) AS SELECT id FROM orders WHERE priority = $1
--- then
EXECUTE p (0)
--- then
DEALLOCATE p

--- new rewrite unstable
EXPLAIN (COSTS OFF) SELECT priority FROM orders

--- new refuse 42703 unstable # EXPLAIN of a write to the absent column
EXPLAIN UPDATE orders SET priority = 1

--- new rewrite simple
SELECT priority FROM orders WHERE id = 1; SELECT id FROM orders WHERE priority = 0 AND id = 2

--- new refuse 42703 # PREPARE of a write to the absent column
PREPARE p AS UPDATE orders SET priority = 1
--- then
DEALLOCATE p
