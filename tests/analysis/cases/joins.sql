-- inner join with on
SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id

-- comma join, unqualified where unique
SELECT name, total FROM orders, customers WHERE customer_id = customers.id

-- left, right, full, cross
SELECT o.id, i.sku, p.title, c.name FROM orders o LEFT JOIN items i ON i.order_id = o.id FULL JOIN products p ON p.sku = i.sku CROSS JOIN categories c

-- using reads the column on both sides
SELECT i.quantity, title FROM items i JOIN products p USING (sku)

-- using: the merged column named bare
SELECT sku FROM items JOIN products USING (sku) ORDER BY sku

-- using: the sides stay reachable
SELECT items.sku, products.sku FROM items FULL JOIN products USING (sku)

-- using with an alias for the merged columns
SELECT j.sku FROM items JOIN products USING (sku) AS j

-- a join with using alias as a whole row
SELECT j FROM items JOIN products USING (sku) AS j

-- using over three tables
SELECT sku FROM items JOIN products USING (sku) JOIN prices USING (sku)

-- {"positional": ["natural_join"]}
-- natural join reads the common columns
SELECT name FROM orders NATURAL JOIN categories

-- {"positional": ["natural_join"]}
-- natural left join with no common column is a cross join
SELECT region, plate FROM sales.targets NATURAL LEFT JOIN vehicles

-- {"positional": ["natural_join"]}
-- natural join over a subquery
SELECT n FROM orders o NATURAL JOIN (SELECT id, name AS n FROM categories) c

-- {"positional": ["natural_join"]}
-- natural join of natural joins
SELECT 1 FROM narrow NATURAL JOIN (vehicles NATURAL JOIN trucks)

-- {"positional": ["natural_join"], "stars": ["public.items", "public.products"]}
-- natural join and a star
SELECT * FROM items NATURAL JOIN products

-- a join alias hides the tables inside
SELECT j.total, j.name FROM (orders o JOIN customers c ON c.id = o.customer_id) AS j

-- a join alias with column aliases
SELECT j.a, j.c FROM (orders o JOIN narrow n ON n.id = o.customer_id) AS j(a, b, c)

-- a parenthesised join
SELECT o.id FROM orders o JOIN (items i JOIN products p ON p.sku = i.sku) ON i.order_id = o.id WHERE p.price > 1

-- column aliases rename by position
SELECT q.y FROM orders AS q(x, y) WHERE q.x = 1

-- column aliases leave the later names alone
SELECT y, total FROM orders AS q(x, y)

-- column aliases that swap two names
SELECT a FROM pairs AS p(b, a)

-- column aliases over a table with dropped columns
SELECT x3 FROM gaps AS g(x1, x2, x3)

-- lateral sees what is left of it
SELECT o.id, x.q FROM orders o, LATERAL (SELECT i.quantity AS q FROM items i WHERE i.order_id = o.id) x

-- lateral in a left join
SELECT c.name, l.total FROM customers c LEFT JOIN LATERAL (SELECT total FROM orders WHERE customer_id = c.id ORDER BY placed_at DESC LIMIT 1) l ON true

-- a function in from is lateral by itself
SELECT o.id, t FROM orders o, unnest(o.tags) AS t

-- join condition with a subquery
SELECT o.id FROM orders o JOIN items i ON i.order_id = o.id AND i.price > (SELECT avg(p.price) FROM products p)

-- a self join through using
SELECT a.name, b.name FROM categories a JOIN categories b USING (id)

-- an alias that shadows another table's name
SELECT customers.total FROM orders AS customers

-- a table of the same name in two schemas, by qualified name
SELECT public.orders.note, sales.orders.region FROM public.orders, sales.orders WHERE public.orders.id = sales.orders.id

-- right join using: which side is merged
SELECT sku, i.price FROM items i RIGHT JOIN products p USING (sku) WHERE sku = 'a'

-- an unused joined table still counts
SELECT 1 FROM orders CROSS JOIN customers
