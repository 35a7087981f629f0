-- insert with a list
INSERT INTO orders (id, customer_id, total) VALUES ($1, $2, $3)

-- {"positional": ["insert"]}
-- positional insert supplies the first columns
INSERT INTO orders VALUES (1, 2, 'new', 3)

-- {"positional": ["insert"]}
-- positional insert of every column
INSERT INTO narrow VALUES (1), (2)

-- {"positional": ["insert"]}
-- positional insert over dropped columns
INSERT INTO gaps VALUES (1, 2, 3)

-- {"positional": ["insert"]}
-- positional insert from a query
INSERT INTO narrow SELECT order_id FROM items WHERE quantity > 1

-- {"positional": ["insert"], "stars": ["archive.orders"]}
-- positional insert from a star
INSERT INTO sales.orders (id, region) SELECT id, total FROM archive.orders; INSERT INTO archive.orders SELECT * FROM archive.orders

-- {"positional": ["insert"]}
-- positional insert of defaults
INSERT INTO pairs VALUES (DEFAULT, 1)

-- default values
INSERT INTO customers DEFAULT VALUES

-- insert with default keyword
INSERT INTO customers (id, country) VALUES (1, DEFAULT)

-- {"stars": ["public.orders"]}
-- insert returning everything
INSERT INTO orders (id, customer_id, total) VALUES (1, 2, 3) RETURNING *

-- insert returning expressions
INSERT INTO orders AS o (id, customer_id, total) VALUES (1, 2, 3) RETURNING o.status, lower(note) AS n

-- insert with a whole row returned
INSERT INTO pairs (a) VALUES (1) RETURNING pairs

-- insert with a subquery in values
INSERT INTO narrow (id) VALUES ((SELECT max(id) FROM orders)), (2)

-- on conflict do nothing
INSERT INTO categories (id, name) VALUES (1, 'a') ON CONFLICT DO NOTHING

-- on conflict with an arbiter
INSERT INTO categories (id, name) VALUES (1, 'a') ON CONFLICT (name) DO NOTHING

-- on conflict do update with excluded
INSERT INTO products (sku, title, price) VALUES ('a', 'b', 1) ON CONFLICT (sku) DO UPDATE SET title = excluded.title, price = products.price + excluded.price WHERE products.weight > 1

-- on conflict do update: an excluded column that is not supplied
INSERT INTO orders (id, customer_id, total) VALUES (1, 2, 3) ON CONFLICT (id) DO UPDATE SET note = excluded.status

-- on conflict do update: the target under its alias
INSERT INTO products AS p (sku, title, price) VALUES ('a', 'b', 1) ON CONFLICT (sku) DO UPDATE SET (title, price) = (excluded.title, p.price) WHERE p.weight < excluded.weight

-- on conflict set from a subquery
INSERT INTO products (sku, title, price) SELECT sku, title, price FROM products ON CONFLICT (sku) DO UPDATE SET (title, weight) = (SELECT c.name, c.id FROM categories c WHERE c.id = excluded.category_id)

-- on conflict on a constraint
INSERT INTO products (sku, title, price) VALUES ('a', 'b', 1) ON CONFLICT ON CONSTRAINT products_pkey DO UPDATE SET title = 'x'

-- on conflict on a two-column constraint
INSERT INTO sales.targets (region, year) VALUES ('a', 1) ON CONFLICT ON CONSTRAINT targets_pkey DO NOTHING

-- on conflict with a whole excluded row
INSERT INTO pairs (a) VALUES (1) ON CONFLICT DO NOTHING RETURNING a, b

-- insert select with excluded named elsewhere
INSERT INTO orders (id, customer_id, total) SELECT excluded.id, 1, 1 FROM customers AS excluded

-- overriding
INSERT INTO narrow (id) OVERRIDING SYSTEM VALUE VALUES (1)

-- insert array element and field
INSERT INTO orders (id, customer_id, total, tags[1], tags[2]) VALUES (1, 2, 3, 'a', 'b')

-- insert into a view
INSERT INTO open_orders (id, customer_id) VALUES (1, 2)

-- {"positional": ["insert"]}
-- insert into a partitioned table
INSERT INTO events VALUES (now(), 'click')

-- update
UPDATE orders SET status = 'paid' WHERE id = $1

-- update that reads what it sets
UPDATE orders SET total = total * 1.1

-- update with an alias
UPDATE orders AS o SET note = o.status WHERE o.id = 1 RETURNING o.total

-- update from
UPDATE orders SET total = i.price FROM items i JOIN products p ON p.sku = i.sku WHERE i.order_id = orders.id

-- {"stars": ["public.customers", "public.orders"]}
-- update from, returning everything
UPDATE orders o SET note = c.name FROM customers c WHERE c.id = o.customer_id RETURNING *

-- update with a multi-column set from a row
UPDATE orders SET (status, note) = ('a', total::text)

-- update with a multi-column set from a subquery
UPDATE orders o SET (total, note) = (SELECT sum(price), max(sku) FROM items WHERE order_id = o.id)

-- update with a multi-column set from row()
UPDATE pairs SET (a, b) = ROW(b, DEFAULT)

-- update to default
UPDATE customers SET country = DEFAULT, credit = DEFAULT

-- update of an array element reads nothing
UPDATE orders SET tags[1] = 'x' WHERE id = 1

-- update of an array element with a column subscript
UPDATE orders SET tags[customer_id] = 'x'

-- update only
UPDATE ONLY vehicles SET wheels = 4 WHERE plate = 'x'

-- update a view
UPDATE open_orders SET total = 0 WHERE customer_id = 1

-- update a partition by its own name
UPDATE events_2025 SET kind = 'x' WHERE order_id = 1

-- update where current of
UPDATE orders SET note = 'x' WHERE CURRENT OF cur

-- update with a correlated subquery
UPDATE customers c SET credit = (SELECT sum(total) FROM orders o WHERE o.customer_id = c.id) WHERE EXISTS (SELECT 1 FROM items WHERE order_id = c.id)

-- update: the target column is never qualified by an alias
UPDATE pairs a SET a = a.b

-- delete
DELETE FROM orders WHERE placed_at < now() - interval '1 year'

-- delete everything
DELETE FROM items

-- delete using
DELETE FROM items USING orders o, customers c WHERE o.id = items.order_id AND c.id = o.customer_id AND c.name = 'x' RETURNING items.sku, o.total

-- delete with a captured name
DELETE FROM orders WHERE id IN (SELECT id FROM customers WHERE total > 1)

-- {"stars": ["public.items", "public.orders"]}
-- delete using, returning everything
DELETE FROM items i USING orders o WHERE o.id = i.order_id RETURNING *

-- {"stars": ["public.items"]}
-- delete returning one side's star
DELETE FROM items i USING orders o WHERE o.id = i.order_id RETURNING i.*

-- returning a subquery
DELETE FROM orders o WHERE id = 1 RETURNING (SELECT count(*) FROM items i WHERE i.order_id = o.id)

-- {"since": 18}
-- returning old and new
UPDATE orders SET status = 'x' RETURNING old.status, new.total

-- {"since": 18}
-- returning with renamed old and new
UPDATE orders SET status = 'x' RETURNING WITH (OLD AS o, NEW AS n) o.note, n.placed_at

-- {"since": 18, "stars": ["public.pairs"]}
-- returning old.*
DELETE FROM pairs RETURNING old.*

-- {"since": 18}
-- returning old as a whole row
UPDATE pairs SET a = 1 RETURNING old, new.b
