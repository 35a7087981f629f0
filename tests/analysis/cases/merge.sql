-- merge with every action
MERGE INTO products p USING items i ON p.sku = i.sku WHEN MATCHED AND i.quantity > 1 THEN UPDATE SET price = i.price, weight = p.weight + 1 WHEN MATCHED THEN DELETE WHEN NOT MATCHED THEN INSERT (sku, title, price) VALUES (i.sku, 'x', i.price)

-- merge from a subquery
MERGE INTO narrow n USING (SELECT id AS k, total FROM orders) s ON n.id = s.k WHEN NOT MATCHED AND s.total > 1 THEN INSERT (id) VALUES (s.k) WHEN MATCHED THEN DO NOTHING

-- {"positional": ["insert"]}
-- merge with a positional insert
MERGE INTO pairs USING narrow ON a = id WHEN NOT MATCHED THEN INSERT VALUES (id, 2)

-- merge with default values
MERGE INTO pairs USING narrow ON a = id WHEN NOT MATCHED THEN INSERT DEFAULT VALUES

-- merge with a multi-column set
MERGE INTO pairs p USING narrow n ON p.a = n.id WHEN MATCHED THEN UPDATE SET (a, b) = (n.id, p.orders)

-- merge with a cte
WITH s AS (SELECT sku, max(price) AS m FROM items GROUP BY sku) MERGE INTO products USING s ON s.sku = products.sku WHEN MATCHED THEN UPDATE SET price = s.m

-- merge using a join
MERGE INTO products p USING (items i JOIN orders o ON o.id = i.order_id) ON p.sku = i.sku WHEN MATCHED THEN UPDATE SET title = o.note

-- {"since": 17, "stars": ["public.narrow", "public.pairs"]}
-- merge returning everything
MERGE INTO pairs p USING narrow n ON p.a = n.id WHEN MATCHED THEN UPDATE SET b = 1 RETURNING *

-- {"since": 17}
-- merge returning columns and the action
MERGE INTO pairs p USING narrow n ON p.a = n.id WHEN MATCHED THEN UPDATE SET b = 1 RETURNING merge_action(), p.orders, n.id

-- {"since": 17}
-- merge when not matched by source
MERGE INTO pairs p USING narrow n ON p.a = n.id WHEN NOT MATCHED BY SOURCE AND p.b = 1 THEN UPDATE SET orders = p.orders + 1 WHEN NOT MATCHED BY TARGET THEN INSERT (a) VALUES (n.id)

-- {"since": 17}
-- merge in a cte
WITH m AS (MERGE INTO pairs p USING narrow n ON p.a = n.id WHEN MATCHED THEN DELETE RETURNING p.a) SELECT a FROM m

-- {"since": 18, "stars": ["public.products"]}
-- old and new are the target's, also where the source is no table
MERGE INTO products p USING (VALUES ('a', 'b')) AS v(sku, title) ON p.sku = v.sku WHEN MATCHED THEN UPDATE SET title = v.title RETURNING old, (SELECT (SELECT new)), old.price, new.*
