-- a scalar subquery
SELECT (SELECT max(total) FROM orders) FROM customers

-- correlated: the inner name wins
SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders WHERE customer_id = c.id AND status = 'open')

-- captured: the inner table has no such column, the outer has
SELECT sku FROM products WHERE sku IN (SELECT title FROM customers)

-- captured through two levels
SELECT 1 FROM orders WHERE EXISTS (SELECT 1 FROM customers WHERE EXISTS (SELECT 1 FROM categories WHERE total > 1 AND credit > 2))

-- an inner alias shadows an outer one
SELECT x.note FROM orders x WHERE EXISTS (SELECT 1 FROM customers x WHERE x.email = 'a')

-- in, any, all, array, row
SELECT 1 FROM orders WHERE id IN (SELECT order_id FROM items) AND total > ALL (SELECT price FROM products) AND (id, customer_id) = (SELECT id, parent_id FROM categories LIMIT 1) AND tags = ARRAY(SELECT email FROM customers)

-- a derived table, unused column counts
SELECT s.a FROM (SELECT id AS a, note AS b FROM orders) s

-- a derived table with column aliases
SELECT s.x FROM (SELECT id, total FROM orders) AS s(x, y)

-- {"stars": ["public.orders"]}
-- a star inside, a column outside
SELECT s.total FROM (SELECT * FROM orders) s

-- a star over a derived table is no relation's star
SELECT * FROM (SELECT id, total FROM orders) s

-- a whole row of a derived table is no relation's whole row
SELECT s FROM (SELECT id, total FROM orders) s

-- {"stars": ["public.customers"]}
-- exists with a star
SELECT 1 FROM orders WHERE EXISTS (SELECT * FROM customers)

-- not in and a nested subquery in the target list
SELECT (SELECT (SELECT name FROM customers c WHERE c.id = o.customer_id)) FROM orders o WHERE id NOT IN (SELECT order_id FROM items WHERE sku = 'x')

-- a subquery in order by, group by and having
SELECT status FROM orders GROUP BY status HAVING count(*) > (SELECT min(quantity) FROM items) ORDER BY (SELECT max(price) FROM products)

-- values as a table
SELECT v.a, o.id FROM (VALUES (1, 'x'), (2, 'y')) AS v(a, b) JOIN orders o ON o.id = v.a

-- values that reference an outer column
SELECT (SELECT max(m) FROM (VALUES (o.id), (o.customer_id)) AS v(m)) FROM orders o

-- values at top level with a subquery
VALUES (1, (SELECT max(total) FROM orders)), (2, 3)

-- {"stars": ["public.orders"]}
-- table as a statement
TABLE orders

-- {"stars": ["public.narrow"]}
-- table inside a subquery
SELECT 1 WHERE 1 IN (TABLE narrow)

-- a subquery without alias
SELECT id FROM orders WHERE total = (SELECT max(price) FROM items WHERE order_id = orders.id)

-- an outer reference inside an aggregate
SELECT (SELECT sum(o.total) FROM items) FROM orders o

-- from clause subquery cannot see its siblings, but its own tables
SELECT a.id FROM orders a, (SELECT id FROM customers) b WHERE a.id = b.id

-- order by in a subquery by output name
SELECT 1 FROM (SELECT note AS status FROM orders ORDER BY status LIMIT 1) s

-- deep nesting
SELECT x FROM (SELECT y AS x FROM (SELECT z AS y FROM (SELECT total AS z, note FROM orders) a) b) c
