-- one cte
WITH big AS (SELECT id, total FROM orders WHERE total > 100) SELECT id FROM big

-- an unused cte is still analysed
WITH unused AS (SELECT note FROM orders) SELECT id FROM customers

-- a cte shadows a table of the same name
WITH orders AS (SELECT id, name FROM customers) SELECT name FROM orders

-- a qualified name is never the cte
WITH orders AS (SELECT id, name FROM customers) SELECT o.total FROM public.orders o

-- a cte reads the table that it shadows
WITH orders AS (SELECT id, total FROM orders) SELECT total FROM orders

-- column names of a cte
WITH c(a, b) AS (SELECT id, total FROM orders) SELECT b FROM c

-- fewer column names than columns
WITH c(a) AS (SELECT id, total FROM orders) SELECT a, total FROM c

-- a cte sees the earlier ones
WITH a AS (SELECT id AS x FROM orders), b AS (SELECT x AS y FROM a) SELECT y FROM b

-- a later cte is not seen by an earlier one
WITH b AS (SELECT name FROM categories), categories AS (SELECT id AS k FROM orders) SELECT k, b.name FROM categories, b

-- recursive
WITH RECURSIVE tree AS (SELECT id, parent_id, 1 AS depth FROM categories WHERE parent_id IS NULL UNION ALL SELECT c.id, c.parent_id, t.depth + 1 FROM categories c JOIN tree t ON t.id = c.parent_id) SELECT depth FROM tree

-- recursive, forward reference to a later cte
WITH RECURSIVE a AS (SELECT k FROM b), b AS (SELECT id AS k FROM orders) SELECT k FROM a

-- recursive with search and cycle
WITH RECURSIVE tree(id, parent) AS (SELECT id, parent_id FROM categories UNION ALL SELECT c.id, c.parent_id FROM categories c, tree t WHERE t.id = c.parent_id) SEARCH DEPTH FIRST BY id SET seq CYCLE id SET looped USING path SELECT id, seq, looped, path FROM tree

-- a cte inside a subquery is local
SELECT (WITH c AS (SELECT total FROM orders) SELECT max(total) FROM c), (SELECT max(id) FROM customers)

-- a nested cte sees the outer one
WITH a AS (SELECT id FROM orders) SELECT * FROM (WITH b AS (SELECT id FROM a) SELECT id FROM b) s

-- an inner cte shadows an outer one
WITH a AS (SELECT note AS v FROM orders) SELECT (WITH a AS (SELECT name AS v FROM customers) SELECT max(v) FROM a), v FROM a

-- data-modifying ctes
WITH gone AS (DELETE FROM items WHERE order_id = 1 RETURNING sku, quantity), kept AS (INSERT INTO narrow (id) SELECT quantity FROM gone RETURNING id) SELECT id FROM kept

-- {"stars": ["public.orders"]}
-- an update in a cte, returning everything
WITH u AS (UPDATE orders SET status = 'paid' WHERE id = 7 RETURNING *) SELECT u.total FROM u

-- a cte before an insert
WITH src AS (SELECT sku, price FROM products) INSERT INTO prices (sku, net) SELECT sku, price FROM src

-- a cte before an update
WITH src AS (SELECT sku, max(price) AS p FROM items GROUP BY sku) UPDATE products SET price = src.p FROM src WHERE src.sku = products.sku

-- a cte before a delete
WITH old AS (SELECT id FROM orders WHERE placed_at < now()) DELETE FROM items USING old WHERE items.order_id = old.id

-- the target of an insert is never a cte
WITH narrow AS (SELECT id FROM orders) INSERT INTO narrow (id) SELECT id FROM narrow

-- materialized and not
WITH a AS MATERIALIZED (SELECT id FROM orders), b AS NOT MATERIALIZED (SELECT id FROM customers) SELECT a.id FROM a, b

-- a correlated subquery with a cte that is lateral
SELECT (WITH c AS (SELECT o.total AS t) SELECT t FROM c) FROM orders o

-- a whole row of a cte
WITH c AS (SELECT id FROM orders) SELECT row_to_json(c) FROM c

-- a cte used twice under two aliases
WITH c AS (SELECT id, parent_id FROM categories) SELECT a.id, b.parent_id FROM c a JOIN c b ON a.id = b.parent_id

-- a cte over a set operation
WITH c AS (SELECT id FROM orders UNION SELECT id FROM customers) SELECT * FROM c

-- a cte in a set operation arm
(WITH c AS (SELECT id FROM orders) SELECT id FROM c) UNION ALL SELECT id FROM customers

-- merge into a table named as a cte
WITH items AS (SELECT id AS order_id FROM orders) DELETE FROM items WHERE price = 1

-- a star inside a query leaves out the columns that its CYCLE adds
WITH RECURSIVE t AS (SELECT id FROM categories UNION ALL SELECT * FROM t) CYCLE id SET looped USING path SELECT * FROM t

-- a star over a join inside a query leaves out the columns that its SEARCH adds
WITH RECURSIVE t AS (SELECT id, name FROM categories UNION ALL SELECT t.* FROM t JOIN categories c ON c.parent_id = t.id) SEARCH BREADTH FIRST BY id SET place SELECT id, name FROM t ORDER BY place
