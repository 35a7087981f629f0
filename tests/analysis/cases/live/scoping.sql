-- a join's alias renames from both sides
SELECT j.a, name FROM (orders o JOIN customers c ON c.id = o.customer_id) AS j(a, b, c2, d)

-- the merged columns' alias as a row
SELECT x FROM items i JOIN products p USING (sku) AS x

-- the merged columns' alias as a star
SELECT x.* FROM items i JOIN products p USING (sku, price) AS x

-- {"stars": ["archive.orders", "public.orders", "sales.orders"], "positional": ["natural_join"]}
-- two natural joins
SELECT * FROM (orders NATURAL JOIN archive.orders a) NATURAL LEFT JOIN sales.orders s

-- {"positional": ["natural_join"]}
-- a natural join behind a renaming
SELECT id, total FROM orders a(id2) NATURAL JOIN sales.orders

-- using over a join over using
SELECT c.id, o.id, id FROM customers c LEFT JOIN orders o USING (id) RIGHT JOIN categories USING (id)

-- names swapped in the output, and sorted by
SELECT total AS id, id AS total FROM orders ORDER BY id, total + 1

-- an output's name inside an expression of ORDER BY is the input's
SELECT total AS id FROM orders ORDER BY id + 1

-- GROUP BY prefers the input
SELECT customer_id AS id, count(*) FROM orders o GROUP BY id, customer_id

-- GROUP BY takes an output where no input has the name
SELECT upper(note) AS n FROM orders GROUP BY n HAVING count(*) > 1 ORDER BY n

-- GROUP BY prefers the input, not the table
SELECT status AS total FROM orders GROUP BY total, status

-- GROUP BY an output named as the table
SELECT o.id AS o FROM orders o GROUP BY o

-- ORDER BY an output named as the table
SELECT o.id AS o FROM orders o ORDER BY o

-- DISTINCT ON an output
SELECT DISTINCT ON (x) total AS x, note FROM orders

-- a window over a window
SELECT first_value(note) OVER (w ORDER BY total) FROM orders WINDOW v AS (PARTITION BY status), w AS (v)

-- nothing of a set operation's inside is seen by its ORDER BY
(SELECT id AS a, total AS b FROM orders ORDER BY note LIMIT 1) UNION (SELECT id, credit FROM customers ORDER BY name) ORDER BY b, a

-- a recursive query inside a WITH inside itself
WITH RECURSIVE t AS (SELECT id, parent_id, name FROM categories WHERE parent_id IS NULL UNION ALL (WITH s AS (SELECT * FROM t) SELECT c.id, c.parent_id, c.name FROM categories c, s WHERE s.id = c.parent_id)) SELECT * FROM t

-- an inner WITH hides an outer one
WITH t AS (SELECT id FROM orders), t2 AS (SELECT * FROM t WHERE id IN (WITH t AS (SELECT order_id AS id FROM items) SELECT id FROM t)) SELECT * FROM t2, t

-- a WITH query does not hide a target
WITH pairs AS (SELECT 1 AS a) UPDATE pairs SET a = 2

-- {"positional": ["insert"]}
-- a WITH query hides what the target's query reads
WITH pairs AS (SELECT 1 AS z) INSERT INTO pairs SELECT z FROM pairs

-- {"positional": ["insert"]}
-- a WITH query of INSERT and one of its query
WITH x AS (SELECT id FROM customers) INSERT INTO pairs WITH y AS (SELECT id FROM x) SELECT y.id, x.id FROM x, y RETURNING a + b AS total

-- rows from, with a composite and a table function
SELECT a, b, c FROM ROWS FROM (generate_series(1, 2), stats(1), monthly(3)) AS f(a, b, c)

-- rows from, a column definition list inside
SELECT r.a FROM ROWS FROM (anything() AS (a int, b text), orders_of(1)) r

-- a chain of fields
SELECT ((p).home).city FROM people p

-- elements and fields
SELECT (p.home).city, ((p.works)[1]).zip, p.works[2].city FROM people p

-- a field of an aggregated row
SELECT (array_agg(o))[1].total FROM orders o

-- all fields of an aggregated row
SELECT ((array_agg(o))[1]).* FROM orders o

-- a row that is a column two levels down
SELECT ((y).x).a FROM (SELECT x FROM (SELECT p AS x FROM pairs p) x) y

-- a row through a CTE
WITH x AS (SELECT p FROM pairs p) SELECT (p).a, x.p FROM x

-- {"stars": ["public.pairs"]}
-- all fields of a lateral row
SELECT q.a FROM pairs p, LATERAL (SELECT (p).*) q

-- a child's row as its parent's
SELECT (t::vehicles).* FROM trucks t

-- a field of a composite through LATERAL
SELECT (x.h).* FROM people p, LATERAL (SELECT p.home AS h) x

-- unnest of composites, beside ordinality
SELECT u.city, ordinality FROM people p, unnest(p.works) WITH ORDINALITY AS u

-- a column hides the table of its name
SELECT orders FROM pairs, orders

-- an alias that is a column, too
SELECT a FROM pairs a

-- the whole row of a table whose column is another's alias
SELECT b FROM pairs a, narrow b

-- a subquery in DEFAULT's neighbour
INSERT INTO pairs (a, b) VALUES (1, 2), (3, DEFAULT), ((SELECT a FROM pairs LIMIT 1), (SELECT orders.customer_id FROM orders LIMIT 1))

-- on conflict, everything at once
INSERT INTO customers AS c (id, name) SELECT id, 'x' FROM narrow ON CONFLICT (id) DO UPDATE SET name = c.name || excluded.name, (email, country) = (SELECT c.email, title FROM products WHERE sku = excluded.name) RETURNING (SELECT max(total) FROM orders WHERE customer_id = c.id)

-- update from itself
UPDATE pairs SET a = p.a, b = b.b FROM pairs p JOIN pairs b USING (orders) WHERE pairs.a = p.b

-- update of several from a query of a star
UPDATE pairs SET (a, b) = (SELECT * FROM (VALUES (pairs.b, orders)) v)

-- update of fields from elements
UPDATE people SET home.city = x.city FROM people y, unnest(y.works) x

-- delete using, whole rows returned
DELETE FROM pairs p USING pairs q WHERE p.a = q.b AND q.orders IN (SELECT id FROM narrow WHERE id = p.b) RETURNING p, q.a

-- a row compared with a query's
SELECT 1 FROM orders WHERE (id, total) = (SELECT order_id, price FROM items WHERE items.sku = note LIMIT 1)

-- a row among a query's rows
SELECT p IN (SELECT q FROM pairs q) FROM pairs p

-- an aggregate's filter with a subquery
SELECT count(*) FILTER (WHERE EXISTS (SELECT 1 FROM items WHERE order_id = id)) FROM orders

-- within group, a subquery inside
SELECT mode() WITHIN GROUP (ORDER BY (SELECT name FROM customers WHERE id = customer_id)) FROM orders

-- limit and offset have names of their own
SELECT id FROM orders LIMIT (SELECT max(credit)::int FROM customers) OFFSET (SELECT count(*) FROM items)

-- merge, conditions with subqueries
MERGE INTO pairs USING narrow ON a = id WHEN MATCHED AND (SELECT count(*) FROM orders WHERE customer_id = b) > 1 THEN UPDATE SET a = id WHEN NOT MATCHED THEN INSERT DEFAULT VALUES

-- merge of a table with itself
MERGE INTO pairs AS a USING pairs AS b ON a.a = b.b WHEN MATCHED THEN UPDATE SET a = a.b, b = b.a

-- merge from a function
MERGE INTO pairs AS p USING orders_of(1) AS f ON f.id = p.a WHEN NOT MATCHED THEN INSERT (a) VALUES (f.customer_id)

-- {"stars": ["public.pairs"], "positional": ["insert"], "since": 18}
-- merge, both sides unmatched, old and new
MERGE INTO pairs p USING narrow n ON p.a = n.id WHEN NOT MATCHED BY SOURCE THEN UPDATE SET b = p.a WHEN NOT MATCHED BY TARGET THEN INSERT VALUES (n.id) RETURNING p, n, old, new.*, merge_action() AS what

-- {"stars": ["public.narrow"], "since": 18}
-- merge in a CTE
WITH m AS (MERGE INTO narrow n USING customers c ON c.id = n.id WHEN MATCHED THEN DELETE RETURNING n.*, c.name) SELECT name FROM m

-- {"since": 18}
-- json_table with a lateral argument
SELECT jt.* FROM orders o, JSON_TABLE(o.meta, '$[*]' PASSING o.total AS t COLUMNS (id FOR ORDINALITY, x int PATH '$.x' DEFAULT 1 ON EMPTY, NESTED PATH '$.y[*]' COLUMNS (y text PATH '$'))) jt
