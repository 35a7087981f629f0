-- {"verb": "select", "tables": ["depot.low"], "reads": ["depot.low.sku"], "base_reads": ["depot.stock.amount", "depot.stock.sku"]}
-- a view: what is asked for, and what decides about rows
SELECT sku FROM depot.low

-- {"verb": "select", "tables": ["depot.lower"], "reads": ["depot.lower.key"], "base_reads": ["depot.stock.amount", "depot.stock.id", "depot.stock.sku"]}
-- a view over a view, by its new name
SELECT key FROM depot.lower

-- {"verb": "select", "tables": ["depot.lower"], "base_reads": ["depot.stock.amount", "depot.stock.sku"]}
-- a view over a view, counted
SELECT count(*) FROM depot.lower

-- {"verb": "select", "tables": ["depot.low"], "reads": ["depot.low.amount", "depot.low.id", "depot.low.sku"], "stars": ["depot.low"], "base_reads": ["depot.stock.amount", "depot.stock.id", "depot.stock.sku"]}
-- a star over a view
SELECT * FROM depot.low

-- {"verb": "select", "tables": ["depot.low"], "reads": ["depot.low.amount", "depot.low.id", "depot.low.sku"], "whole_rows": ["depot.low"], "base_reads": ["depot.stock.amount", "depot.stock.id", "depot.stock.sku"]}
-- a whole row of a view
SELECT l FROM depot.low l

-- {"verb": "select", "tables": ["depot.counted"], "reads": ["depot.counted.n"], "base_reads": ["depot.stock.sku"]}
-- a group of a view, its key alone decides
SELECT n FROM depot.counted

-- {"verb": "select", "tables": ["depot.counted"], "reads": ["depot.counted.latest"], "base_reads": ["depot.stock.note", "depot.stock.sku"]}
-- an aggregate of a view
SELECT latest FROM depot.counted

-- {"verb": "select", "tables": ["depot.every"], "reads": ["depot.every.id"], "base_reads": ["depot.sold.id", "depot.stock.id"]}
-- a view over UNION ALL, one column
SELECT id FROM depot.every

-- {"verb": "select", "tables": ["depot.different"], "reads": ["depot.different.sku"], "base_reads": ["depot.stock.\"Place\"", "depot.stock.sku"]}
-- a view with DISTINCT, one column
SELECT sku FROM depot.different

-- {"verb": "select", "tables": ["depot.shouted"], "reads": ["depot.shouted.amount", "depot.shouted.sku"], "base_reads": ["depot.stock.amount", "depot.stock.sku"]}
-- an expression of a view
SELECT sku FROM depot.shouted WHERE amount = 1

-- {"verb": "select", "tables": ["depot.matching"], "reads": ["depot.matching.\"Place\""], "base_reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku", "depot.stock.\"Place\"", "depot.stock.amount", "depot.stock.id", "depot.stock.sku"]}
-- a view over a natural join, which the statement does not write
SELECT "Place" FROM depot.matching

-- {"verb": "select", "tables": ["depot.counted", "depot.lower"], "reads": ["depot.counted.sku", "depot.lower.key", "depot.lower.sku"], "positional": ["natural_join"], "base_reads": ["depot.stock.amount", "depot.stock.id", "depot.stock.sku"]}
-- a natural join of two views
SELECT key FROM depot.lower NATURAL JOIN depot.counted

-- {"verb": "select", "tables": ["depot.newest"], "reads": ["depot.newest.note"], "base_reads": ["depot.sold.amount", "depot.sold.sku", "depot.stock.amount", "depot.stock.note", "depot.stock.sku"]}
-- a view with a subquery in its condition
SELECT note FROM depot.newest

-- {"verb": "select", "tables": ["depot.whole"], "reads": ["depot.whole.packed"], "base_reads": ["depot.stock.\"Place\"", "depot.stock.amount", "depot.stock.id", "depot.stock.note", "depot.stock.sku"]}
-- a whole row inside a view
SELECT packed FROM depot.whole

-- {"verb": "select", "tables": ["depot.whole"], "reads": ["depot.whole.id"], "base_reads": ["depot.stock.id"]}
-- a plain column beside a whole row inside a view
SELECT id FROM depot.whole

-- {"verb": "select", "tables": ["depot.ranked"], "reads": ["depot.ranked.nr"], "base_reads": ["depot.stock.amount", "depot.stock.sku"]}
-- a window of a view
SELECT nr FROM depot.ranked

-- {"verb": "select", "tables": ["depot.ranked"], "reads": ["depot.ranked.id"], "base_reads": ["depot.stock.id"]}
-- a column beside a window of a view
SELECT id FROM depot.ranked

-- {"verb": "select", "tables": ["depot.kinds"], "reads": ["depot.kinds.kind"], "base_reads": ["public.events.kind", "public.events.order_id", "public.events_2024.kind", "public.events_2024.order_id", "public.events_2025.kind", "public.events_2025.order_id"]}
-- a view over a partitioned table
SELECT kind FROM depot.kinds

-- {"verb": "select", "tables": ["depot.wheels"], "reads": ["depot.wheels.wheels"], "base_reads": ["public.trucks.wheels", "public.vehicles.wheels"]}
-- a view over a parent
SELECT wheels FROM depot.wheels

-- {"verb": "select", "tables": ["depot.own_wheels"], "reads": ["depot.own_wheels.wheels"], "base_reads": ["public.vehicles.wheels"]}
-- a view over a parent alone
SELECT wheels FROM depot.own_wheels

-- {"verb": "select", "tables": ["depot.rich"], "reads": ["depot.rich.customer_id"], "base_reads": ["public.orders.customer_id", "public.orders.total"]}
-- a view over a materialized view
SELECT customer_id FROM depot.rich

-- {"verb": "select", "tables": ["depot.kept"], "reads": ["depot.kept.key"], "base_reads": ["depot.stock.amount", "depot.stock.id", "depot.stock.sku"]}
-- a materialized view over a view
SELECT key FROM depot.kept

-- {"verb": "select", "tables": ["depot.recursive_tree"], "reads": ["depot.recursive_tree.id"], "base_reads": ["public.categories.id", "public.categories.parent_id"]}
-- a recursive view
SELECT id FROM depot.recursive_tree

-- {"verb": "select", "tables": ["depot.low"], "reads": ["depot.low.sku"], "base_reads": ["depot.stock.amount", "depot.stock.sku"]}
-- a view in a CTE of the same name
WITH low AS (SELECT sku FROM depot.low) SELECT sku FROM low

-- {"verb": "select", "tables": ["depot.low", "depot.stock"], "reads": ["depot.low.id", "depot.low.sku", "depot.stock.id", "depot.stock.note"], "base_reads": ["depot.stock.amount", "depot.stock.id", "depot.stock.sku"]}
-- a view and its table
SELECT l.sku, s.note FROM depot.low l JOIN depot.stock s USING (id)

-- {"verb": "delete", "tables": ["depot.lower", "depot.sold"], "reads": ["depot.lower.key", "depot.sold.id"], "base_reads": ["depot.stock.amount", "depot.stock.id", "depot.stock.sku"]}
-- a view in a subquery of DELETE
DELETE FROM depot.sold WHERE id IN (SELECT key FROM depot.lower)

-- {"verb": "insert", "tables": ["depot.low"], "writes": ["depot.low.id", "depot.low.sku"], "base_reads": ["depot.stock.amount"], "base_writes": ["depot.stock.id", "depot.stock.sku"]}
-- insert into a view: its condition counts, as there may be a check option
INSERT INTO depot.low (id, sku) VALUES (1, 'a')

-- {"verb": "insert", "tables": ["depot.low"], "writes": ["depot.low.id", "depot.low.sku"], "positional": ["insert"], "base_reads": ["depot.stock.amount"], "base_writes": ["depot.stock.id", "depot.stock.sku"]}
-- insert into a view without a list
INSERT INTO depot.low VALUES (1, 'a')

-- {"verb": "insert", "tables": ["depot.lower"], "writes": ["depot.lower.key", "depot.lower.sku"], "base_reads": ["depot.stock.amount", "depot.stock.sku"], "base_writes": ["depot.stock.id", "depot.stock.sku"]}
-- insert into a view over a view
INSERT INTO depot.lower (key, sku) VALUES (1, 'a')

-- {"verb": "insert", "tables": ["depot.low"], "reads": ["depot.low.sku"], "writes": ["depot.low.id"], "base_reads": ["depot.stock.amount", "depot.stock.sku"], "base_writes": ["depot.stock.id"]}
-- insert into a view with RETURNING
INSERT INTO depot.low (id) VALUES (1) RETURNING sku

-- {"verb": "insert", "tables": ["depot.low"], "reads": ["depot.low.amount", "depot.low.id"], "writes": ["depot.low.amount", "depot.low.id"], "base_reads": ["depot.stock.amount", "depot.stock.id"], "base_writes": ["depot.stock.amount", "depot.stock.id"]}
-- insert into a view with ON CONFLICT
INSERT INTO depot.low (id, amount) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount

-- {"verb": "update", "tables": ["depot.low"], "writes": ["depot.low.sku"], "base_reads": ["depot.stock.amount"], "base_writes": ["depot.stock.sku"]}
-- update of a view
UPDATE depot.low SET sku = 'x'

-- {"verb": "update", "tables": ["depot.lower"], "reads": ["depot.lower.key", "depot.lower.sku"], "writes": ["depot.lower.sku"], "base_reads": ["depot.stock.amount", "depot.stock.id", "depot.stock.sku"], "base_writes": ["depot.stock.sku"]}
-- update of a view over a view, reading what it sets
UPDATE depot.lower SET sku = sku || '.' WHERE key = 1

-- {"verb": "update", "tables": ["depot.low", "depot.sold"], "reads": ["depot.low.id", "depot.sold.amount", "depot.sold.id"], "writes": ["depot.low.amount"], "base_reads": ["depot.stock.amount", "depot.stock.id"], "base_writes": ["depot.stock.amount"]}
-- update of a view from a table
UPDATE depot.low SET amount = d.amount FROM depot.sold d WHERE d.id = low.id

-- {"verb": "update", "tables": ["depot.shouted"], "reads": ["depot.shouted.sku"], "writes": ["depot.shouted.amount"], "base_reads": ["depot.stock.sku"], "base_writes": ["depot.stock.amount"]}
-- update of a view's plain column beside an expression
UPDATE depot.shouted SET amount = 1 WHERE sku = 'A'

-- {"verb": "delete", "tables": ["depot.low"], "base_reads": ["depot.stock.amount"]}
-- delete from a view
DELETE FROM depot.low

-- {"verb": "delete", "tables": ["depot.lower"], "reads": ["depot.lower.key", "depot.lower.sku"], "stars": ["depot.lower"], "base_reads": ["depot.stock.amount", "depot.stock.id", "depot.stock.sku"]}
-- delete from a view with RETURNING a star
DELETE FROM depot.lower RETURNING *

-- {"verb": "merge", "tables": ["depot.low", "depot.sold"], "reads": ["depot.low.id", "depot.sold.id", "depot.sold.sku"], "writes": ["depot.low.id", "depot.low.sku"], "base_reads": ["depot.stock.amount", "depot.stock.id"], "base_writes": ["depot.stock.id", "depot.stock.sku"]}
-- merge into a view
MERGE INTO depot.low l USING depot.sold d ON d.id = l.id WHEN MATCHED THEN UPDATE SET sku = d.sku WHEN NOT MATCHED THEN INSERT (id, sku) VALUES (d.id, d.sku)

-- {"verb": "merge", "tables": ["depot.low", "depot.sold"], "reads": ["depot.low.id", "depot.sold.id"], "base_reads": ["depot.stock.amount", "depot.stock.id"]}
-- merge into a view that deletes
MERGE INTO depot.low l USING depot.sold d ON d.id = l.id WHEN MATCHED THEN DELETE

-- {"verb": "merge", "tables": ["depot.lower", "depot.sold"], "reads": ["depot.lower.key", "depot.lower.sku", "depot.sold.id"], "writes": ["depot.sold.sku"], "base_reads": ["depot.stock.amount", "depot.stock.id", "depot.stock.sku"]}
-- merge from a view
MERGE INTO depot.sold d USING depot.lower l ON d.id = l.key WHEN MATCHED THEN UPDATE SET sku = l.sku

-- {"verb": "insert", "tables": ["depot.ruled"], "writes": ["depot.ruled.id", "depot.ruled.sku"], "base_writes": ["depot.stock.id", "depot.stock.sku"]}
-- insert into a view with an INSTEAD rule
INSERT INTO depot.ruled (id, sku) VALUES (1, 'a')

-- {"verb": "insert", "tables": ["depot.sold"], "writes": ["depot.sold.id"]}
-- insert into a table with an ALSO rule
INSERT INTO depot.sold (id) VALUES (1)

-- {"verb": "insert", "tables": ["depot.triggered"], "writes": ["depot.triggered.amount", "depot.triggered.id"], "base_writes": ["depot.stock.amount", "depot.stock.id"]}
-- insert into a view with an INSTEAD OF trigger
INSERT INTO depot.triggered (id, amount) VALUES (1, 2)

-- {"verb": "update", "tables": ["depot.kinds"], "writes": ["depot.kinds.kind"], "base_reads": ["public.events.order_id", "public.events_2024.order_id", "public.events_2025.order_id"], "base_writes": ["public.events.kind", "public.events_2024.kind", "public.events_2025.kind"]}
-- update of a view over a partitioned table
UPDATE depot.kinds SET kind = 'x'

-- {"verb": "insert", "tables": ["depot.kinds"], "writes": ["depot.kinds.at", "depot.kinds.kind"], "base_reads": ["public.events.order_id", "public.events_2024.order_id", "public.events_2025.order_id"], "base_writes": ["public.events.at", "public.events.kind", "public.events_2024.at", "public.events_2024.kind", "public.events_2025.at", "public.events_2025.kind"]}
-- insert into a view over a partitioned table
INSERT INTO depot.kinds (at, kind) VALUES (now(), 'x')

-- {"verb": "update", "tables": ["depot.wheels"], "writes": ["depot.wheels.wheels"], "base_writes": ["public.trucks.wheels", "public.vehicles.wheels"]}
-- update of a view over a parent
UPDATE depot.wheels SET wheels = 4

-- {"verb": "update", "tables": ["depot.own_wheels"], "writes": ["depot.own_wheels.wheels"], "base_writes": ["public.vehicles.wheels"]}
-- update of a view over a parent alone
UPDATE depot.own_wheels SET wheels = 4

-- {"verb": "insert", "tables": ["depot.wheels"], "writes": ["depot.wheels.id"], "base_writes": ["public.vehicles.id"]}
-- insert into a view over a parent
INSERT INTO depot.wheels (id) VALUES (1)

-- {"verb": "select", "tables": ["depot.low"], "reads": ["depot.low.id"], "base_reads": ["depot.stock.amount", "depot.stock.id"]}
-- a view locked
SELECT id FROM depot.low FOR UPDATE

-- {"verb": "select", "tables": ["depot.low"], "reads": ["depot.low.sku"], "base_reads": ["depot.stock.amount", "depot.stock.sku"]}
-- copy from a view's query
COPY (SELECT sku FROM depot.low) TO STDOUT

-- {"verb": "copy", "tables": ["depot.kept"], "reads": ["depot.kept.key"], "positional": ["copy"], "base_reads": ["depot.stock.amount", "depot.stock.id", "depot.stock.sku"]}
-- copy of a materialized view
COPY depot.kept TO STDOUT

-- {"verb": "copy", "tables": ["depot.triggered"], "writes": ["depot.triggered.id"], "base_writes": ["depot.stock.id"]}
-- copy into a view
COPY depot.triggered (id) FROM STDIN
