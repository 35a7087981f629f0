-- The other places in which the catalogue's failures happen, one by one.

--! ADD-01 prepared 0A000
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT o.* FROM orders o
--twin SELECT o.id, o.cid FROM orders o

--! ADD-01 prepared 0A000
--change ALTER TABLE orders ADD COLUMN prio smallint
--run DELETE FROM orders WHERE id = 99 RETURNING orders.*
--twin DELETE FROM orders WHERE id = 99 RETURNING orders.id

--! ADD-01 prepared 0A000
--change ALTER TABLE orders ADD COLUMN prio smallint
--run INSERT INTO orders (id) VALUES (99) RETURNING *
--twin INSERT INTO orders (id) VALUES (99) RETURNING id

--! ADD-02 fresh 42702
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT count(*) FROM orders JOIN customers USING (cid) GROUP BY prio
--twin SELECT count(*) FROM orders JOIN customers USING (cid) GROUP BY customers.prio

--! ADD-02 fresh 42702
--change ALTER TABLE orders ADD COLUMN prio smallint
--run UPDATE customers SET name = 'z' FROM orders WHERE orders.cid = customers.cid AND prio = 7
--twin UPDATE customers SET name = 'z' FROM orders WHERE orders.cid = customers.cid AND customers.prio = 7

--! ADD-04 fresh 42601
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT * FROM orders INTERSECT SELECT * FROM archive
--twin SELECT * FROM other.orders INTERSECT SELECT * FROM archive

--! ADD-04 fresh 42601
--change ALTER TABLE orders ADD COLUMN prio smallint
--run WITH RECURSIVE r AS (SELECT * FROM archive UNION ALL SELECT o.* FROM orders o JOIN r ON o.id = r.id + 9) SELECT id FROM r
--twin WITH RECURSIVE r AS (SELECT id FROM archive UNION ALL SELECT o.id FROM orders o JOIN r ON o.id = r.id + 9) SELECT id FROM r

--! ADD-05 fresh 42601
--change ALTER TABLE orders ADD COLUMN prio smallint
--run MERGE INTO archive a USING orders s ON a.id = s.id + 10 WHEN NOT MATCHED THEN INSERT VALUES (s.*)
--twin MERGE INTO archive a USING orders s ON a.id = s.id + 10 WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.cid, s.total, s.note)

--! ADD-06 fresh 42601
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT id FROM archive a WHERE (a.id, a.cid, a.total, a.note) = (SELECT * FROM orders o WHERE o.id = a.id)
--twin SELECT id FROM archive a WHERE (a.id, a.cid) = (SELECT o.id, o.cid FROM orders o WHERE o.id = a.id)

--! ADD-06 fresh 42601
--change ALTER TABLE single ADD COLUMN b int
--run SELECT (SELECT * FROM single)
--twin SELECT (SELECT a FROM single)

--! ADD-06 fresh 42601
--change ALTER TABLE single ADD COLUMN b int
--run SELECT ARRAY(SELECT * FROM single)
--twin SELECT ARRAY(SELECT single.a FROM single)

--! ADD-06 fresh 42601
--change ALTER TABLE single ADD COLUMN b int
--run SELECT id FROM orders WHERE id IN (SELECT * FROM single)
--twin SELECT id FROM orders WHERE id IN (SELECT a FROM single)

--! ADD-23 prepared silent
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT to_jsonb(o) FROM orders o
--twin SELECT to_jsonb(o.id) FROM orders o

--! ADD-23 prepared silent
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT json_agg(o) FROM orders o
--twin SELECT json_agg(o.total) FROM orders o

--! ADD-23 prepared silent
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT o::text FROM orders o
--twin SELECT o.id::text FROM orders o

--! DRP-01 fresh 42703
--change ALTER TABLE orders DROP COLUMN total
--run SELECT o.id FROM orders o JOIN archive a USING (total)
--twin SELECT o.id FROM orders o JOIN archive a USING (cid)

--! DRP-01 fresh 42703
--change ALTER TABLE orders DROP COLUMN total
--run DELETE FROM orders WHERE id = 99 RETURNING total
--twin DELETE FROM orders WHERE id = 99 RETURNING cid

--! DRP-01 fresh 42703
--change ALTER TABLE orders DROP COLUMN total
--run SELECT id FROM orders ORDER BY total
--twin SELECT id FROM orders ORDER BY cid

--! DRP-01 fresh 42703
--change ALTER TABLE orders DROP COLUMN total
--run SELECT cid, sum(total) OVER (PARTITION BY cid) FROM orders
--twin SELECT cid, sum(id) OVER (PARTITION BY cid) FROM orders

--! DRP-01 fresh 42703
--change ALTER TABLE orders DROP COLUMN total
--run MERGE INTO orders o USING archive a ON a.id = o.id WHEN MATCHED THEN UPDATE SET total = 1
--twin MERGE INTO orders o USING archive a ON a.total = o.id WHEN MATCHED THEN UPDATE SET cid = 1

--! DRP-02 prepared 0A000
--change ALTER TABLE orders DROP COLUMN total
--run UPDATE orders SET cid = 1 WHERE id = 99 RETURNING *
--twin UPDATE orders SET cid = 1 WHERE id = 99 RETURNING id

--! DRP-04 fresh silent
--change ALTER TABLE orders DROP COLUMN total
--run SELECT a.id FROM archive a WHERE EXISTS (SELECT 1 FROM orders o WHERE o.id = a.id AND total = 6)
--twin SELECT a.id FROM archive a WHERE EXISTS (SELECT 1 FROM orders o WHERE o.id = a.id AND a.total = 6)

--! DRP-06 fresh silent
--change ALTER TABLE orders DROP COLUMN total
--run SELECT row_to_json(o) FROM orders o
--twin SELECT row_to_json(o) FROM other.orders o

--! REN-01 fresh 42703
--change ALTER TABLE orders RENAME COLUMN total TO amount
--run INSERT INTO orders (id, total) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET total = excluded.total
--twin INSERT INTO orders (id, cid) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET cid = excluded.cid

--! REN-01 fresh 42703
--change ALTER TABLE orders RENAME COLUMN total TO amount
--run SELECT orders.total FROM orders
--twin SELECT orders.cid AS total FROM orders

--! REN-02 prepared 0A000
--change ALTER TABLE orders RENAME COLUMN total TO amount
--run SELECT o.* FROM orders o
--twin SELECT o.id FROM orders o

--! NEW-01 early 42703
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT o.prio FROM orders o
--twin SELECT 'prio' FROM orders o

--! NEW-01 early 42703
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT id FROM orders ORDER BY prio
--twin SELECT id AS prio FROM orders ORDER BY prio

--! NEW-01 early 42703
--change ALTER TABLE orders ADD COLUMN prio smallint
--run UPDATE orders SET cid = 1 WHERE id = 99 RETURNING prio
--twin UPDATE orders SET cid = 1 WHERE id = 99 RETURNING cid AS prio

--! NEW-01 early 42703
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT o.id FROM orders o JOIN customers c ON c.prio = o.prio
--twin SELECT o.id FROM orders o JOIN customers c ON c.prio = o.cid

--! NEW-02 early 42703
--change ALTER TABLE orders ADD COLUMN prio smallint
--run INSERT INTO orders (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET prio = 1
--twin INSERT INTO customers (cid) VALUES (1) ON CONFLICT (cid) DO UPDATE SET prio = 1

--! NEW-02 early 42703
--change ALTER TABLE orders ADD COLUMN prio smallint
--run MERGE INTO orders o USING archive a ON a.id = o.id WHEN MATCHED THEN UPDATE SET prio = 1
--twin MERGE INTO orders o USING archive a ON a.id = o.id WHEN MATCHED THEN UPDATE SET cid = 1

--! ADD-14 refused 42804
--change ALTER TABLE parent ADD COLUMN x int
--object table public.parent
