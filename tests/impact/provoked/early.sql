-- Code that was written for a column that is not there yet: it fails before the change, or means another table's.

--! NEW-01 early 42703
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT id FROM orders WHERE prio = 1
--twin SELECT cid FROM customers WHERE prio = 1

--! NEW-02 early 42703
--change ALTER TABLE orders ADD COLUMN prio smallint
--run INSERT INTO orders (id, prio) VALUES (9, 1)
--twin INSERT INTO customers (cid, prio) VALUES (9, 1)

--! NEW-02 early 42703
--change ALTER TABLE orders ADD COLUMN prio smallint
--run UPDATE orders SET prio = 1
--twin UPDATE customers SET prio = 1

--! NEW-03 fresh silent
--change ALTER TABLE orders ADD COLUMN prio smallint
--run DELETE FROM customers WHERE cid IN (SELECT cid FROM orders WHERE prio = 7)
--twin DELETE FROM customers WHERE cid IN (SELECT o.cid FROM orders o WHERE customers.prio = 7)
