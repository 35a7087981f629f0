-- A column gets another type.

--! TYP-01 prepared 0A000
--change ALTER TABLE orders ALTER COLUMN cid TYPE bigint
--run SELECT * FROM orders
--twin SELECT id, total FROM orders

--! TYP-01 prepared 0A000
--change ALTER TABLE orders ALTER COLUMN note TYPE varchar(10)
--run SELECT note FROM orders
--twin SELECT note::text FROM orders

--! TYP-01 prepared 0A000
--change ALTER TABLE orders ALTER COLUMN cid TYPE bigint
--run SELECT max(cid) FROM orders
--twin SELECT count(cid) FROM orders

--! TYP-02 fresh 42883
--change ALTER TABLE orders ALTER COLUMN cid TYPE text
--run SELECT id FROM orders WHERE cid = 1
--twin SELECT id FROM orders WHERE cid::int = 1

--! TYP-02 fresh 42883
--change ALTER TABLE orders ALTER COLUMN cid TYPE text
--run SELECT sum(cid) FROM orders
--twin SELECT sum(cid::int) FROM orders

--! TYP-02 fresh 42804
--change ALTER TABLE orders ALTER COLUMN note TYPE int USING 1
--run INSERT INTO orders (id, note) SELECT 9, name FROM customers WHERE cid = 1
--twin INSERT INTO orders (id) SELECT 9 FROM customers WHERE cid = 1

--! TYP-02 fresh 42804
--change ALTER TABLE orders ALTER COLUMN cid TYPE text
--run SELECT cid FROM orders UNION SELECT cid FROM customers
--twin SELECT cid FROM archive UNION SELECT cid FROM customers

--! TYP-02 fresh 42804
--change ALTER TABLE orders ALTER COLUMN cid TYPE text
--run SELECT coalesce(cid, 0) FROM orders
--twin SELECT coalesce(cid, 0) FROM archive

--! TYP-02 fresh 42804,42883
--change ALTER TABLE orders ALTER COLUMN cid TYPE text
--run SELECT name FROM orders JOIN customers USING (cid)
--twin SELECT name FROM archive JOIN customers USING (cid)

--! TYP-02 fresh 22001
--change ALTER TABLE orders ALTER COLUMN note TYPE varchar(2)
--run UPDATE orders SET note = 'long'
--twin UPDATE orders SET id = id WHERE note <> 'long'

--! TYP-02 fresh 22003
--change ALTER TABLE orders ALTER COLUMN cid TYPE smallint
--run UPDATE orders SET cid = 70000
--twin UPDATE archive SET cid = 70000

--! TYP-03 binary 08P01
--change ALTER TABLE orders ALTER COLUMN cid TYPE bigint
--run SELECT id FROM orders WHERE cid = $1
--twin SELECT id FROM archive WHERE cid = $1

--! TYP-04 refused 0A000
--change ALTER TABLE lines ALTER COLUMN total TYPE int
--object view public.sums
--spared function public.harmless()

--! TYP-04 refused 0A000
--change ALTER TABLE logged ALTER COLUMN id TYPE bigint
--object policy mine on table public.logged
--spared index public.logged_remark
