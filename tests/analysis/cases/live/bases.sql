-- {"base_reads": ["public.orders.status", "public.orders.total"]}
-- under a view: the columns used, and what decides about rows
SELECT total FROM open_orders

-- {"base_reads": ["public.customers.id", "public.customers.name", "public.items.order_id", "public.items.price", "public.items.quantity", "public.orders.customer_id", "public.orders.id"]}
-- under a view: an expression over two tables
SELECT customer, line_total FROM order_lines

-- {"base_reads": ["public.orders.customer_id", "public.orders.status", "public.orders.total"]}
-- under a view over a view
SELECT total FROM open_by_customer

-- {"base_reads": ["public.customers.email"]}
-- under a view with a star, a column outside
SELECT email FROM all_customers

-- {"base_writes": ["public.orders.total"], "base_reads": ["public.orders.id", "public.orders.status"]}
-- under a view: a write
UPDATE open_orders SET total = 1 WHERE id = 1

-- {"base_reads": ["public.events_2024.kind", "public.events_2025.kind"]}
-- under a partitioned table
SELECT kind FROM events

-- {"base_reads": ["public.trucks.wheels"]}
-- under a parent
SELECT wheels FROM vehicles

-- {"base_reads": []}
-- only the parent
SELECT wheels FROM ONLY vehicles

-- {"base_reads": [], "base_writes": []}
-- a plain table has nothing under it
UPDATE orders SET total = total + 1

-- {"base_writes": ["public.events_2024.kind", "public.events_2025.kind"]}
-- under a partitioned table: a write
UPDATE events SET kind = 'x'

-- {"base_writes": ["public.events_2024.at", "public.events_2025.at"], "base_reads": []}
-- under a partitioned table: an insert goes to its partitions
INSERT INTO events (at) VALUES (now())

-- {"base_writes": ["public.trucks.wheels"]}
-- under a parent: an update reaches the children
UPDATE vehicles SET wheels = 4

-- {"base_writes": []}
-- under a parent: an insert does not
INSERT INTO vehicles (id) VALUES (1)
