-- Stars in every position, by clients that were built for the table without the column.

--- old rewrite
SELECT * FROM orders

--- old rewrite ordered
SELECT * FROM orders ORDER BY id DESC LIMIT 3

--- old rewrite
SELECT o.* FROM orders o WHERE o.total > 10

--- old rewrite
SELECT orders.* FROM orders

--- old rewrite
SELECT public.orders.* FROM public.orders

--- old rewrite
TABLE orders

--- old rewrite ordered
TABLE public.orders ORDER BY id

--- old rewrite
SELECT o.id, o.*, 1 AS one, o.* FROM orders AS o

--- old rewrite
SELECT o.*, c.* FROM orders o JOIN customers c ON c.cid = o.cid

--- old rewrite
SELECT * FROM orders o, customers c WHERE c.cid = o.cid

--- old allow
SELECT c.* FROM orders o JOIN customers c ON c.cid = o.cid

--- old allow
SELECT id, cid, total, note FROM orders

--- old allow
SELECT count(*) FROM orders

--- old allow
SELECT 1 FROM orders

--- old rewrite
SELECT s.* FROM (SELECT * FROM orders) s

--- old rewrite
SELECT s.a, s.d FROM (SELECT * FROM orders) AS s(a, b, c, d)

--- old rewrite
SELECT s.* FROM (TABLE orders) AS s(a)

--- old rewrite
WITH w AS (SELECT * FROM orders) SELECT * FROM w

--- old rewrite
WITH w AS MATERIALIZED (SELECT o.* FROM orders o), v AS (SELECT * FROM w WHERE cid = 1) SELECT * FROM v

--- old allow
WITH w AS (SELECT id FROM orders) SELECT * FROM w

--- old rewrite
WITH w(a, b, c, d) AS (SELECT * FROM orders) SELECT d, a FROM w

--- old rewrite
SELECT * FROM orders UNION SELECT * FROM archive

--- old rewrite
SELECT * FROM orders UNION ALL SELECT * FROM orders

--- old rewrite
SELECT * FROM archive EXCEPT SELECT * FROM orders

--- old rewrite ordered
(SELECT * FROM orders WHERE id < 3) INTERSECT (SELECT * FROM archive) ORDER BY 1

--- old rewrite
TABLE orders UNION ALL TABLE archive

--- old rewrite
SELECT title FROM tasks WHERE (tid, cid, 10.50, 'a') IN (SELECT * FROM orders)

--- old rewrite
SELECT title FROM tasks WHERE (1, 1, 10.5, 'a') = (SELECT * FROM orders WHERE id = 1)

--- old rewrite
SELECT title FROM tasks t WHERE EXISTS (SELECT * FROM orders o WHERE o.cid = t.cid)

--- old rewrite
SELECT title FROM tasks t WHERE (t.cid, 20) = ANY (SELECT s.cid, s.total FROM (SELECT * FROM orders) s)

--- old rewrite
SELECT DISTINCT * FROM orders

--- old rewrite ordered
SELECT DISTINCT ON (cid) * FROM orders ORDER BY cid, id DESC

--- old rewrite
SELECT * FROM orders WHERE cid = $1 AND total < $2
--- params 1 | 15

--- old rewrite
SELECT o.* FROM orders o WHERE o.id = ANY ($1)
--- params {1,3,77}

--- old rewrite
SELECT * FROM orders o(a, b)

--- old allow
SELECT q.a, q.total FROM orders AS q(a, b) WHERE b = 2

--- old rewrite
SELECT x.* FROM customers c, LATERAL (SELECT * FROM orders o WHERE o.cid = c.cid) x

--- old rewrite
SELECT c.name, x.* FROM customers c LEFT JOIN LATERAL (SELECT o.* FROM orders o WHERE o.cid = c.cid ORDER BY o.total DESC LIMIT 1) x ON true

--- old rewrite
SELECT * FROM (orders o JOIN customers c USING (cid)) AS j

--- old rewrite
SELECT (SELECT count(*) FROM (SELECT * FROM orders) x), o.* FROM orders o WHERE id = 1

--- old rewrite
SELECT ARRAY(SELECT row_to_json(x)::text FROM (SELECT * FROM orders) x ORDER BY 1)

--- old rewrite
VALUES (1, 2, 3.0, 'v') UNION ALL SELECT * FROM orders

--- old rewrite
SELECT * FROM orders, LATERAL (VALUES (total * 2), (total * 3)) AS v(x) WHERE id < 3

--- old rewrite
SELECT*FROM/* no space */orders--and a comment

--- old rewrite
/*traceparent='00-aa',service='billing'*/ SELECT /*+ SeqScan(orders) */ * FROM orders -- ' " tail
WHERE note = 'it''s * FROM orders' OR id = 1 /* controller:x,action:y */

--- old rewrite
SELECT * FROM "orders" WHERE "orders"."id" = 1

--- old rewrite
select * from ORDERS where Orders.ID = 2

--- old rewrite
SELECT * FROM U&"\006frders" AS "Größe ""q""" WHERE "Größe ""q""".id = 3

--- old allow
SELECT U&"d!0061t".* FROM orders AS U&"dat" UESCAPE '!', customers WHERE "dat".cid = customers.cid

--- old rewrite
SELECT 'häßlich', * FROM orders WHERE note = E'\x61' AND $$ FROM orders $$ <> note

--- old rewrite
SELECT o.* FROM customers c LEFT JOIN orders o ON o.cid = c.cid AND o.total > 15

--- old rewrite
SELECT * FROM orders o FULL JOIN customers c ON c.cid = o.cid

--- old allow
SELECT * FROM order_star

--- old allow
SELECT * FROM order_totals WHERE total > 5

--- old rewrite
SELECT * FROM orders WHERE id = 1 / 0

--- old rewrite
SELECT * FROM orders WHERE missing = 1

--- old rewrite
SELECT *, nothing(id) FROM orders

--- old rewrite
SELECT *, priority FROM orders

--- old rewrite # a reference to the column is the client's own error
SELECT o.id, o.priority FROM orders o

--- old allow
SELECT id FROM orders WHERE note = 1 + total

--- old rewrite
SELECT * FROM orders ORDER BY 5

--- old rewrite # it fails on every table known, but the column may have been made by the time it runs
SELECT *, nosuch FROM orders

--- old rewrite # the same
UPDATE orders SET nosuch = 1 WHERE id = 1 RETURNING *

--- old rewrite # the same
INSERT INTO orders VALUES (77, 1, nosuch)

--- old refuse 42703 # the same, and a row whose type would differ: the client's own error
SELECT o, nosuch FROM orders o

--- new rewrite # the same
SELECT priority, nosuch FROM orders
