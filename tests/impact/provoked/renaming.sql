-- A column, or a table, gets another name.

--! REN-01 fresh 42703
--change ALTER TABLE orders RENAME COLUMN total TO amount
--run UPDATE orders SET total = 1
--twin UPDATE archive SET total = 1

--! REN-01 fresh 42P01
--change ALTER TABLE orders RENAME TO sales
--run SELECT id FROM orders
--twin SELECT id FROM other.orders

--! REN-01 fresh 42P01
--change ALTER TABLE customers SET SCHEMA other
--run SELECT name FROM customers
--twin SELECT 'customers' FROM orders

--! REN-02 prepared 0A000
--change ALTER TABLE orders RENAME COLUMN total TO amount
--run SELECT * FROM orders
--twin SELECT id FROM orders

--! REN-03 object 42703
--change ALTER TABLE lines RENAME COLUMN total TO amount
--object function public.the_totals()
--spared function public.harmless()
--call SELECT * FROM the_totals()

--! REN-03 object silent
--change ALTER TABLE lines RENAME COLUMN total TO amount
--object view public.sums
--spared function public.harmless()
--call SELECT sum FROM sums

--! REN-04 fresh silent
--change ALTER TABLE orders RENAME id TO x; ALTER TABLE orders RENAME total TO id; ALTER TABLE orders RENAME x TO total
--run SELECT id FROM orders
--twin SELECT id FROM archive
