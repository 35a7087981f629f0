-- INSERT by clients built for the table without the column.

--- old rewrite
INSERT INTO orders VALUES (50, 1, 5.5, 'x')

--- old rewrite
INSERT INTO orders VALUES (50, 1, 5.5, 'x'), (51, NULL, DEFAULT, NULL) RETURNING id

--- old rewrite
INSERT INTO orders VALUES (50, 1)

--- old rewrite
INSERT INTO orders VALUES (50, 1), (51, 2)

--- old allow
INSERT INTO orders (id, cid, total) VALUES (50, 1, 2) RETURNING id, total, note

--- old rewrite
INSERT INTO orders (id, cid) VALUES (50, 1) RETURNING *

--- old rewrite
INSERT INTO orders VALUES ($1, $2, $3, $4) RETURNING *
--- params 50 | 1 | 3.25 | hello

--- old rewrite
INSERT INTO orders AS o VALUES (50, 1, 2, 'n') RETURNING o.*, o.total + 1 AS more

--- old rewrite
INSERT INTO public.orders OVERRIDING SYSTEM VALUE VALUES (50, 2, 1, 'n')

--- old rewrite
INSERT INTO orders OVERRIDING USER VALUE VALUES (5, 2, 1, 'n') RETURNING id

--- old rewrite
INSERT INTO orders SELECT * FROM archive WHERE id > 50

--- old rewrite
INSERT INTO orders SELECT id + 100, cid, total FROM orders

--- old rewrite
INSERT INTO orders (SELECT 60, 1) UNION ALL SELECT 61, 2

--- old rewrite
INSERT INTO archive SELECT * FROM orders

--- old rewrite
INSERT INTO archive TABLE orders

--- old rewrite
INSERT INTO archive (id, cid, total, note) SELECT o.* FROM orders o WHERE o.id < 3 RETURNING *

--- old rewrite
INSERT INTO archive WITH w AS (SELECT * FROM orders) SELECT * FROM w

--- old rewrite
WITH w AS (SELECT 70, 1, 2.5, 'w') INSERT INTO orders TABLE w

--- old allow
INSERT INTO orders DEFAULT VALUES RETURNING id, total

--- old rewrite
INSERT INTO orders DEFAULT VALUES RETURNING *

--- old rewrite
INSERT INTO orders VALUES (1, 1, 5, 'again') ON CONFLICT DO NOTHING

--- old rewrite
INSERT INTO orders VALUES (1, 1, 5, 'again'), (52, 1, 1, 'n') ON CONFLICT (id) DO UPDATE SET note = excluded.note, total = orders.total + excluded.total RETURNING *

--- old rewrite
INSERT INTO orders AS o (id, note) VALUES (1, 'n') ON CONFLICT (id) DO UPDATE SET note = o.note || excluded.note WHERE o.id = 1 RETURNING o.*

--- old refuse 42601 # five values for the four columns of its table
INSERT INTO orders VALUES (50, 1, 2, 'n', 5)

--- old rewrite
INSERT INTO orders VALUES (1, 1, 2, 'duplicate')

--- old rewrite
INSERT INTO orders VALUES (50, 'x', 2, 'n')

--- old rewrite
INSERT INTO orders VALUES (50, 1, NULL, 'n')

--- old refuse 42703 # its table has no such column
INSERT INTO orders (id, priority) VALUES (50, 1)

--- old rewrite
WITH i AS (INSERT INTO orders VALUES (50, 1, 2, 'n') RETURNING *) SELECT * FROM i

--- old rewrite
WITH d AS (DELETE FROM archive RETURNING *) INSERT INTO orders SELECT id + 200, cid, total, note FROM d RETURNING id

--- old rewrite
INSERT INTO customers (cid, name) SELECT id + 300, row_to_json(o)::text FROM orders o WHERE id = 1 RETURNING name

--- old rewrite
INSERT INTO tasks (tid, cid, priority, title) SELECT t.tid + 90, t.cid, priority, o.note FROM tasks t JOIN orders o ON o.cid = t.cid WHERE t.tid = 1 AND o.id = 1 RETURNING *
