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

--- old rewrite block # the session is asked for the columns of picked where they count: stars, NATURAL JOIN, rows
CREATE TEMP TABLE picked (id int, mark text) ON COMMIT DROP
--- then
INSERT INTO picked VALUES (1, 'x'), (2, NULL), (3, 'z')
--- then
SELECT * FROM orders JOIN picked USING (id) ORDER BY id
--- then
SELECT * FROM picked p JOIN orders o ON o.id = p.id ORDER BY 1
--- then
SELECT p.*, o.* FROM orders o, picked AS p WHERE o.id = p.id ORDER BY p.id
--- then
SELECT * FROM orders NATURAL JOIN picked ORDER BY id
--- then
SELECT count(orders), max(mark) FROM orders JOIN picked USING (id)
--- then
SELECT row_to_json(o), p::text, row_to_json(p) FROM orders o JOIN picked AS p (k, m) ON k = o.id ORDER BY k
--- then
SELECT p.tableoid = 0, o.* FROM orders o NATURAL JOIN picked p ORDER BY id
--- then
SELECT (SELECT mark FROM picked WHERE picked.id = orders.id) FROM orders ORDER BY id
--- then
UPDATE orders SET total = 7 FROM picked AS p WHERE p.id = orders.id RETURNING *
--- then
DELETE FROM orders USING picked p WHERE p.id = orders.id AND p.mark = 'z' RETURNING p.*, orders.*
--- then
DECLARE cur CURSOR FOR SELECT * FROM orders NATURAL JOIN picked ORDER BY id
--- then
FETCH ALL FROM cur
--- then
CREATE TEMP TABLE kept ON COMMIT DROP AS SELECT * FROM orders JOIN picked USING (id)
--- then
SELECT * FROM kept ORDER BY id

--- old rewrite block # with a column of the planned one's name: the client's orders has none to join on
CREATE TEMP TABLE picked (id int, priority int) ON COMMIT DROP
--- then
INSERT INTO picked VALUES (1, 7), (2, 5)
--- then
SELECT * FROM orders NATURAL JOIN picked ORDER BY id
--- then
SELECT *, priority FROM orders JOIN picked USING (id) ORDER BY id
--- then
SELECT o.id FROM orders o NATURAL JOIN picked ORDER BY 1
--- then
SELECT o.id, (SELECT priority FROM picked p WHERE p.id = o.id) FROM orders o NATURAL LEFT JOIN picked ORDER BY 1
--- then
SELECT orders.* FROM orders WHERE EXISTS (SELECT 1 FROM picked NATURAL JOIN customers WHERE picked.id = orders.id AND priority > 5)

--- new rewrite block # for a client that knows priority it is joined on
CREATE TEMP TABLE picked (id int, priority int) ON COMMIT DROP
--- then
INSERT INTO picked SELECT id, 0 FROM orders WHERE id < 3
--- then
SELECT o.priority, o.id FROM orders o JOIN picked USING (id, priority) ORDER BY id
--- then
SELECT count(*), max(o.priority), max(priority) FROM orders o NATURAL JOIN picked p

--- old rewrite block # made anew with other columns, under other names, changed: each time as it is
CREATE TEMP TABLE picked (id int) ON COMMIT DROP
--- then
INSERT INTO picked VALUES (1)
--- then
SELECT * FROM orders NATURAL JOIN picked
--- then
ALTER TABLE picked ADD note text DEFAULT 'a'
--- then
SELECT * FROM orders NATURAL JOIN picked
--- then
DROP TABLE picked
--- then
CREATE TEMP TABLE picked ON COMMIT DROP AS VALUES (1, 1), (2, 2)
--- then
SELECT orders.*, picked.* FROM orders, picked WHERE column1 = id ORDER BY column1
--- then
ALTER TABLE picked RENAME column1 TO id
--- then
SELECT * FROM orders NATURAL JOIN picked ORDER BY id

--- old rewrite block # by code that nobody sees
CREATE TEMP TABLE picked (id int) ON COMMIT DROP
--- then
INSERT INTO picked VALUES (1), (2)
--- then
SELECT * FROM orders NATURAL JOIN picked ORDER BY id
--- then
SELECT query_to_xml('ALTER TABLE picked ADD cid int DEFAULT 1', true, true, '') IS NULL
--- then
SELECT * FROM orders NATURAL JOIN picked ORDER BY id

--- old rewrite block # its name in quotes
CREATE TEMP TABLE "Picked ""One" (id int, "Priority" int) ON COMMIT DROP
--- then
INSERT INTO "Picked ""One" VALUES (1, 7)
--- then
SELECT * FROM orders NATURAL JOIN "Picked ""One"

--- old refuse 42501 block # a row of the table, which a client gets
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
