-- Names that mean something else once the column is there: NATURAL JOIN, USING, ambiguity, capture.

--- old rewrite
SELECT * FROM orders NATURAL JOIN tasks

--- old rewrite
SELECT o.id, t.tid FROM orders o NATURAL JOIN tasks t

--- old rewrite
SELECT count(*) FROM tasks NATURAL LEFT JOIN orders

--- old rewrite
SELECT id, title FROM orders NATURAL FULL JOIN tasks

--- old allow
SELECT id, name FROM orders NATURAL JOIN customers

--- old rewrite
SELECT id, tid FROM orders JOIN customers USING (cid) NATURAL JOIN tasks

--- old allow
SELECT o.id, t.tid FROM orders o JOIN tasks t USING (cid)

--- old rewrite
SELECT o.id FROM orders o JOIN customers c USING (cid) JOIN tasks t USING (cid) JOIN (SELECT 7 AS priority) p USING (priority)

--- old rewrite
SELECT o.id, priority FROM tasks t JOIN orders o USING (cid) WHERE priority = 7

--- old rewrite
SELECT o.id FROM orders o, tasks t WHERE o.cid = t.cid AND priority = 7

--- old rewrite ordered
SELECT o.id, t.tid FROM orders o JOIN tasks t ON t.cid = o.cid ORDER BY priority, 1, 2

--- old rewrite
SELECT priority, count(o.id) FROM orders o JOIN tasks t ON t.cid = o.cid GROUP BY priority

--- old allow
SELECT o.id, t.priority FROM orders o JOIN tasks t ON t.cid = o.cid

--- old rewrite
SELECT t.tid FROM tasks t WHERE EXISTS (SELECT 1 FROM orders o WHERE o.cid = t.cid AND priority = 7)

--- old rewrite
SELECT t.tid FROM tasks t WHERE t.cid IN (SELECT o.cid FROM orders o WHERE priority > 2)

--- old rewrite
SELECT t.tid, (SELECT max(o.total) FROM orders o WHERE o.cid = t.cid AND priority = 7) FROM tasks t

--- old rewrite
SELECT t.tid, x.id FROM tasks t, LATERAL (SELECT id FROM orders WHERE cid = t.cid AND priority < 5) x

--- old rewrite
SELECT t.tid FROM tasks t WHERE t.priority = ALL (SELECT priority FROM orders o WHERE o.cid = t.cid)

--- old rewrite
WITH w AS (SELECT 7 AS priority) SELECT priority, id FROM w, orders

--- old rewrite
SELECT (SELECT count(*) FROM orders WHERE priority = 7) FROM tasks t ORDER BY 1

--- old allow ordered
SELECT o.id AS priority FROM orders o ORDER BY priority DESC

--- old rewrite
SELECT o.cid AS priority, count(*) FROM orders o GROUP BY priority

--- old rewrite
DELETE FROM tasks WHERE cid IN (SELECT cid FROM orders WHERE priority = 7)

--- old rewrite
UPDATE tasks SET title = 'x' WHERE EXISTS (SELECT 1 FROM orders o WHERE o.cid = tasks.cid AND priority = 7) RETURNING tid

--- old rewrite
UPDATE tasks t SET title = o.note FROM orders o WHERE o.cid = t.cid AND priority = 0 AND o.id <> 4 RETURNING tid, title

--- old rewrite
DELETE FROM tasks t USING orders o WHERE o.cid = t.cid AND priority = 7 AND o.id IN (2, 3) RETURNING t.tid, o.*

--- old rewrite
SELECT title FROM tasks t WHERE NOT EXISTS (SELECT FROM orders o WHERE o.cid = t.cid AND priority = 7 AND EXISTS (SELECT FROM customers c WHERE c.cid = o.cid AND priority = 7))

--- old allow
SELECT t.priority FROM tasks t

--- old rewrite
SELECT * FROM (SELECT cid, priority FROM tasks) t NATURAL JOIN (SELECT * FROM orders) o

--- new rewrite
SELECT priority FROM orders o JOIN customers c USING (cid)

--- new refuse 42702 # ambiguous in its own schema
SELECT priority FROM orders, tasks

--- new rewrite
SELECT t.tid FROM tasks t WHERE EXISTS (SELECT 1 FROM orders o WHERE o.cid = t.cid AND priority = 7)

--- new rewrite
SELECT t.tid FROM tasks t WHERE t.cid IN (SELECT o.cid FROM orders o WHERE priority > 2)

--- new rewrite
SELECT o.id FROM orders o NATURAL JOIN tasks t

--- new allow
SELECT id, prio AS priority FROM orders JOIN customers USING (cid) ORDER BY priority

--- new rewrite
DELETE FROM tasks WHERE cid IN (SELECT cid FROM orders WHERE priority = 0) AND tid = 1

--- new rewrite
UPDATE tasks SET title = 'x' WHERE tid = (SELECT max(priority) + 1 FROM orders)
