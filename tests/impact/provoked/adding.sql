-- A column comes. Each case: rule, how it is run, what the client gets; then the change, the statement, its twin.

--! ADD-01 prepared 0A000
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT * FROM orders WHERE id = 1
--twin SELECT id, cid, total, note FROM orders WHERE id = 1

--! ADD-01 prepared 0A000
--change ALTER TABLE orders ADD COLUMN prio smallint
--run TABLE orders
--twin TABLE other.orders

--! ADD-01 prepared 0A000
--change ALTER TABLE orders ADD COLUMN prio smallint
--run UPDATE orders SET total = 1 WHERE id = 1 RETURNING *
--twin SELECT '* FROM orders' FROM archive /* SELECT * FROM orders */

--! ADD-02 fresh 42702
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT name FROM orders JOIN customers USING (cid) ORDER BY prio
--twin SELECT name FROM orders JOIN customers USING (cid) ORDER BY customers.prio

--! ADD-02 fresh 42702
--change ALTER TABLE orders ADD COLUMN prio smallint
--run INSERT INTO customers SELECT id + 10, 'x', prio FROM orders JOIN customers USING (cid)
--twin INSERT INTO customers SELECT 9 + o.id, 'x', c.prio FROM orders o, customers c WHERE o.id = 1 AND c.cid = 1

--! ADD-03 fresh 42702
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT w.name FROM customers c JOIN orders o ON o.cid = c.cid JOIN customers w USING (prio)
--twin SELECT w.name FROM customers c JOIN orders o ON o.cid = c.cid JOIN customers w ON w.prio = c.prio

--! ADD-04 fresh 42601
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT * FROM orders UNION ALL SELECT * FROM archive
--twin SELECT * FROM other.orders UNION ALL SELECT * FROM archive

--! ADD-04 fresh 42601
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT * FROM orders EXCEPT SELECT * FROM archive
--twin SELECT id FROM orders EXCEPT SELECT id FROM archive

--! ADD-05 fresh 42601
--change ALTER TABLE orders ADD COLUMN prio smallint
--run INSERT INTO archive SELECT * FROM orders
--twin INSERT INTO archive SELECT id, cid, total, note FROM orders

--! ADD-06 fresh 42601
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT id FROM archive WHERE (id, cid, total, note) IN (SELECT * FROM orders)
--twin SELECT id FROM archive WHERE (id, cid, total, note) IN (SELECT id, cid, total, note FROM orders)

--! ADD-06 fresh 42601
--change ALTER TABLE orders ADD COLUMN prio smallint
--run UPDATE archive SET (id, cid, total, note) = (SELECT * FROM orders LIMIT 1)
--twin UPDATE archive SET (id, cid, total, note) = (SELECT * FROM other.orders LIMIT 1)

--! ADD-07 copy 22P04
--change ALTER TABLE orders ADD COLUMN prio smallint
--run COPY orders FROM STDIN
--twin COPY orders (id, cid, total, note) FROM STDIN
--data 9	9	9	x

--! ADD-08 object 42804
--change ALTER TABLE lines ADD COLUMN prio smallint
--object function public.the_lines()
--spared function public.harmless()
--call SELECT * FROM the_lines()

--! ADD-09 object 42P16
--change ALTER TABLE lines ADD COLUMN prio smallint
--object view public.everything
--spared view public.sums
--call CREATE OR REPLACE VIEW everything AS SELECT l.id, l.prio, l.total FROM lines l

--! ADD-10 fresh 42846
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT (ROW(id, 2, 3, 'x')::orders).id FROM lines
--twin SELECT (ROW(id, 2, 3, 'x')::archive).id FROM lines

--! ADD-10 fresh 22P02
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT ('(1,2,3,x)'::orders).id FROM lines
--twin SELECT '(1,2,3,x)::orders' FROM lines

--! ADD-10 fresh 42846
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT (ROW(1, 2, 3, 'x')::orders).id
--twin SELECT (ROW(1, 2, 3, 'x')::archive).id

--! ADD-10 fresh 22P02
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT ('(1,2,3,x)'::public.orders).id
--twin SELECT ('(1,2,3,x)'::other.orders).id

--! ADD-10 refused 0A000
--change ALTER TABLE archive ADD COLUMN prio smallint DEFAULT 1
--object column one of table public.holds
--spared view public.sums

--! ADD-11 fresh 42883
--change ALTER TABLE orders ADD COLUMN extra json
--run SELECT DISTINCT * FROM orders
--twin SELECT DISTINCT id, cid FROM orders

--! ADD-11 fresh 42883
--change ALTER TABLE orders ADD COLUMN extra json
--run SELECT * FROM orders UNION SELECT * FROM orders
--twin SELECT id FROM orders UNION SELECT id FROM orders

--! ADD-11 fresh 42883
--change ALTER TABLE orders ADD COLUMN extra json
--run SELECT count(*) FROM orders o GROUP BY o
--twin SELECT count(*) FROM orders o GROUP BY o.cid

--! ADD-12 limited 42501
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT * FROM orders
--twin SELECT id, cid, total, note FROM orders

--! ADD-12 limited 42501
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT count(o) FROM orders o
--twin SELECT count(o.id) FROM orders o

--! ADD-13 fresh 23502
--change ALTER TABLE parts ADD COLUMN prio smallint NOT NULL DEFAULT 1; ALTER TABLE parts ALTER prio DROP DEFAULT
--run INSERT INTO parts (id, at) VALUES (1, '2020-01-01')
--twin INSERT INTO lines (id) VALUES (1)

--! ADD-13 fresh 23502
--change ALTER TABLE orders ALTER COLUMN total SET NOT NULL
--run INSERT INTO orders (id, cid) VALUES (9, 9)
--twin INSERT INTO orders (id, cid, total) VALUES (9, 9, 9)

--! ADD-13 fresh 23514
--change ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 5) NOT VALID
--run UPDATE orders SET note = 'z' WHERE id = 1
--twin DELETE FROM orders WHERE id = 1

--! ADD-13 fresh 23514
--change ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 1)
--run UPDATE orders SET total = 1 WHERE id = 1
--twin UPDATE orders SET note = 'total' WHERE id = 1

--! ADD-13 fresh 23503
--change ALTER TABLE orders ADD CONSTRAINT known FOREIGN KEY (cid) REFERENCES customers
--run UPDATE orders SET cid = 99 WHERE id = 1
--twin UPDATE orders SET note = 'cid' WHERE id = 1

--! ADD-13 fresh 23505
--change ALTER TABLE orders ADD CONSTRAINT once UNIQUE (cid)
--run UPDATE orders SET cid = 1
--twin UPDATE orders SET note = 'cid'

--! ADD-13 fresh 23505
--change TRUNCATE orders; ALTER TABLE orders ADD COLUMN code int DEFAULT 5 UNIQUE
--run INSERT INTO orders (id) VALUES (11), (12)
--twin INSERT INTO archive (id) VALUES (11), (12)

--! ADD-13 fresh 428C9
--change ALTER TABLE lines ADD COLUMN prio int GENERATED ALWAYS AS (id + 1) STORED
--run INSERT INTO lines SELECT * FROM lines
--twin INSERT INTO lines (id, total) SELECT id, total FROM orders

--! ADD-14 refused 42701
--change ALTER TABLE orders ADD COLUMN total int
--object table public.orders

--! ADD-14 refused 42701
--change ALTER TABLE orders ADD COLUMN ctid int
--object table public.orders

--! ADD-14 refused 42809
--change ALTER TABLE parts_1 ADD COLUMN x int
--object table public.parts_1

--! ADD-14 refused 42809
--change ALTER TABLE typed ADD COLUMN x int
--object table public.typed

--! ADD-20 fresh silent
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT * FROM orders
--twin SELECT * FROM (SELECT id, cid FROM orders) o

--! ADD-20 copy silent
--change ALTER TABLE orders ADD COLUMN prio smallint
--run COPY orders TO STDOUT
--twin COPY orders (id, cid) TO STDOUT

--! ADD-21 fresh silent
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT name FROM orders NATURAL JOIN customers
--twin SELECT name FROM orders JOIN customers USING (cid)

--! ADD-22 fresh silent
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.cid = c.cid AND prio = 7)
--twin SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.cid = c.cid AND c.prio = 7)

--! ADD-23 prepared silent
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT row_to_json(o) FROM orders o
--twin SELECT row_to_json(o) FROM archive o

--! ADD-24 fresh latent
--change ALTER TABLE orders ADD COLUMN prio smallint
--run INSERT INTO orders VALUES (9, 9, 9, 'x')
--twin INSERT INTO orders (id, cid, total, note) VALUES (9, 9, 9, 'x')

--! ADD-25 fresh silent
--change ALTER TABLE customers ADD COLUMN score int
--run SELECT c.score FROM customers c
--twin SELECT c.prio AS score FROM customers c

--! ADD-26 fresh silent
--change ALTER TABLE orders ADD COLUMN prio smallint
--run SELECT DISTINCT * FROM orders
--twin SELECT DISTINCT cid, total FROM orders
