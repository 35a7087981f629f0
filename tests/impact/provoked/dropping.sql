-- A column goes.

--! DRP-01 fresh 42703
--change ALTER TABLE orders DROP COLUMN total
--run SELECT id FROM orders WHERE total > 1
--twin SELECT id, 'total' FROM orders /* total */

--! DRP-01 fresh 42703
--change ALTER TABLE orders DROP COLUMN total
--run INSERT INTO orders (id, total) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET total = excluded.total
--twin INSERT INTO orders (id, cid) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET cid = excluded.cid

--! DRP-01 copy 42703
--change ALTER TABLE orders DROP COLUMN total
--run COPY orders (id, total) FROM STDIN
--twin COPY orders (id, cid) FROM STDIN
--data 9	9

--! DRP-01 fresh 42P01
--change DROP TABLE orders
--run SELECT id FROM orders
--twin SELECT id FROM other.orders

--! DRP-02 prepared 0A000
--change ALTER TABLE orders DROP COLUMN total
--run SELECT * FROM orders
--twin SELECT id, cid FROM orders

--! DRP-03 fresh 42601
--change ALTER TABLE orders DROP COLUMN total
--run INSERT INTO orders VALUES (9, 9, 9, 'x')
--twin INSERT INTO other.orders VALUES (9, 9, 9, 'x')

--! DRP-03 copy 22P04
--change ALTER TABLE orders DROP COLUMN total
--run COPY orders FROM STDIN
--twin COPY archive FROM STDIN
--data 9	9	9	x

--! DRP-04 fresh silent
--change ALTER TABLE orders DROP COLUMN total
--run DELETE FROM archive WHERE id IN (SELECT id FROM orders WHERE total = 5)
--twin DELETE FROM archive WHERE id IN (SELECT o.id FROM other.orders o WHERE o.total = 5)

--! DRP-05 refused 2BP01
--change ALTER TABLE lines DROP COLUMN total
--object view public.sums
--spared function public.harmless()

--! DRP-05 refused 2BP01
--change ALTER TABLE logged DROP COLUMN id
--object policy mine on table public.logged
--spared index public.logged_remark

--! DRP-05 refused 2BP01
--change ALTER TABLE logged DROP COLUMN high
--object generated column big of table public.logged
--spared index public.logged_remark

--! DRP-05 gone silent
--change ALTER TABLE logged DROP COLUMN low
--object constraint ordered on table public.logged
--spared index public.logged_remark

--! DRP-05 gone silent
--change ALTER TABLE logged DROP COLUMN remark
--object index public.logged_remark
--spared constraint ordered on table public.logged

--! DRP-06 fresh silent
--change ALTER TABLE orders DROP COLUMN total
--run SELECT to_jsonb(o) ->> 'total' FROM orders o
--twin SELECT to_jsonb(o) ->> 'total' FROM other.orders o

--! DRP-07 fresh silent
--change ALTER TABLE orders DROP COLUMN cid
--run INSERT INTO orders VALUES (9, 2, 3) RETURNING total
--twin INSERT INTO orders (id, total) VALUES (9, 2) RETURNING total
