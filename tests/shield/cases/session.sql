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
