--- new rewrite ordered
SELECT * FROM orders ORDER BY id
--- old rewrite ordered
SELECT * FROM orders ORDER BY id
--- new rewrite
SELECT id, priority, label FROM orders WHERE priority = 7 OR label = 'blue'
--- new rewrite
SELECT priority FROM orders WHERE id = $1
--- params 3
--- new rewrite
SELECT c.name, o.priority, o.label FROM customers c LEFT JOIN orders o ON o.cid = c.cid AND o.priority > 0
--- new rewrite
SELECT priority, count(*) FROM orders GROUP BY priority
--- new rewrite
SELECT o.id, o.priority FROM orders o GROUP BY o.id
--- new rewrite
SELECT name FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.cid = c.cid AND priority = 7)
--- new rewrite
SELECT sum(priority) OVER (PARTITION BY cid), max(label) OVER () FROM orders
--- new rewrite
SELECT row_to_json(o) FROM orders o
--- new rewrite
SELECT o.ctid IS NULL, o.priority FROM orders o
--- new rewrite
TABLE pairs
--- new rewrite
SELECT p.state, q.state FROM pairs p JOIN pairs q USING (a)
--- new rewrite
WITH r AS (SELECT * FROM orders) SELECT priority FROM r UNION ALL SELECT priority FROM orders
--- new rewrite
INSERT INTO customers SELECT id + 100, label FROM orders WHERE priority = 0
--- new rewrite
UPDATE customers SET name = o.label FROM orders o WHERE o.cid = customers.cid AND o.priority = 7
--- new rewrite
COPY orders TO STDOUT
--- new rewrite
COPY (SELECT id, priority FROM orders) TO STDOUT
--- new allow
SELECT id, cid FROM orders WHERE id = 1 FOR UPDATE
--- new rewrite
SELECT id, priority FROM orders WHERE id = 1 FOR UPDATE
--- new rewrite
SELECT * FROM orders TABLESAMPLE SYSTEM (100)
--- new rewrite block
DECLARE c CURSOR FOR SELECT id, priority FROM orders ORDER BY id
--- then
FETCH ALL FROM c
