-- {"stars": ["public.orders"]}
-- star
SELECT * FROM orders

-- {"stars": ["public.customers", "public.orders"]}
-- star over a join
SELECT * FROM orders o JOIN customers c ON c.id = o.customer_id

-- {"stars": ["public.orders"]}
-- star of one side
SELECT o.*, c.name FROM orders o JOIN customers c ON c.id = o.customer_id

-- {"stars": ["public.orders"]}
-- star by qualified table name
SELECT public.orders.* FROM public.orders

-- {"stars": ["public.items", "public.products"]}
-- star over using
SELECT * FROM items JOIN products USING (sku)

-- {"stars": ["public.items", "public.products"]}
-- star of a join alias
SELECT j.* FROM (items i JOIN products p ON i.sku = p.sku) AS j

-- star of a using alias
SELECT j.* FROM items JOIN products USING (sku) AS j

-- {"stars": ["public.open_orders"]}
-- star over a view
SELECT * FROM open_orders

-- {"stars": ["public.events"]}
-- star over a partitioned table
SELECT * FROM events

-- {"stars": ["public.empty"]}
-- star over a table without columns
SELECT * FROM empty

-- {"stars": ["public.gaps"]}
-- star over dropped columns
SELECT * FROM gaps

-- {"stars": ["public.orders"]}
-- star inside a row constructor
SELECT ROW(o.*, 1) FROM orders o

-- {"stars": ["public.orders"]}
-- star next to a function
SELECT o.*, g FROM orders o, generate_series(1, 3) g

-- star over a function only
SELECT * FROM generate_series(1, 3)

-- {"stars": ["public.narrow"]}
-- star in an in list
SELECT 1 FROM orders WHERE id IN (SELECT * FROM narrow)

-- {"stars": ["public.orders"]}
-- star of an outer table in a subquery
SELECT (SELECT max(x) FROM (SELECT o.*) AS s(x)) FROM orders o

-- count of a star is no star
SELECT count(*), sum(1) FROM orders HAVING count(*) > 1

-- {"stars": ["public.narrow"]}
-- star in values of an insert
INSERT INTO pairs (a) SELECT n.* FROM narrow n

-- a whole row
SELECT o FROM orders o

-- a whole row by table name
SELECT orders FROM orders

-- a whole row by qualified name
SELECT (public.orders.*)::text FROM public.orders

-- a whole row in a function
SELECT row_to_json(o), to_jsonb(c) FROM orders o, customers c

-- a whole row written as star in a function
SELECT row_to_json(o.*) FROM orders o

-- count of a whole row
SELECT count(o), count(c.*) FROM orders o, customers c

-- a whole row compared
SELECT 1 FROM pairs p, pairs q WHERE p = q

-- a whole row as star compared
SELECT 1 FROM pairs p, pairs q WHERE p.* IS DISTINCT FROM q.*

-- a whole row is null
SELECT 1 FROM orders o LEFT JOIN items i ON i.order_id = o.id WHERE i IS NULL

-- a whole row with alias columns
SELECT q FROM pairs AS q(x, y)

-- a field of a whole row
SELECT (o).total FROM orders o

-- {"stars": ["public.orders"]}
-- all fields of a whole row
SELECT (o).* FROM orders o

-- a column written as a function
SELECT total(o) FROM orders o

-- a whole row of a join alias
SELECT j FROM (items i JOIN products p ON i.sku = p.sku) AS j

-- a whole row in group by and order by
SELECT p FROM pairs p GROUP BY p ORDER BY p

-- a whole row cast to text
SELECT o::text FROM orders o

-- a whole row of an outer table
SELECT (SELECT to_jsonb(o) -> 'id') FROM orders o

-- a column wins over the whole row of the same name
SELECT orders FROM pairs orders

-- distinct over a star
-- {"stars": ["public.pairs"]}
SELECT DISTINCT * FROM pairs

-- json_agg of a derived row
SELECT json_agg(x) FROM (SELECT id, total FROM orders) x

-- array of whole rows
SELECT array_agg(p ORDER BY p.a) FROM pairs p

-- a whole row of a view
SELECT v FROM open_orders v
