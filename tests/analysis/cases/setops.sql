-- union
SELECT id, total FROM orders UNION SELECT id, credit FROM customers

-- intersect, except and parentheses
(SELECT id FROM orders EXCEPT SELECT order_id FROM items) INTERSECT ALL SELECT id FROM customers

-- {"stars": ["public.narrow"]}
-- union of a star and a list
SELECT * FROM narrow UNION ALL SELECT id FROM orders

-- order by ordinal and by output name of the first arm
SELECT name AS n FROM customers UNION ALL SELECT title FROM products ORDER BY 1, n

-- a set operation in a subquery
SELECT u.k FROM (SELECT id AS k FROM orders UNION ALL SELECT id FROM customers) u

-- limit inside an arm
(SELECT id FROM orders ORDER BY total LIMIT 1) UNION ALL (SELECT id FROM customers ORDER BY credit LIMIT 1) ORDER BY id

-- values in an arm
SELECT id FROM narrow UNION VALUES (1::bigint), (2)

-- nested three deep
SELECT id FROM orders UNION (SELECT id FROM customers EXCEPT (SELECT id FROM categories UNION ALL SELECT id FROM vehicles))

-- a correlated set operation
SELECT 1 FROM orders o WHERE o.id IN (SELECT i.order_id FROM items i WHERE i.sku = o.note UNION SELECT c.id FROM customers c WHERE c.name = o.status)
