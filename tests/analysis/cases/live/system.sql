-- pg_catalog functions with out columns
SELECT name, setting FROM pg_show_all_settings() WHERE name = 'x'

-- {"path": "sales, pg_catalog, public"}
-- pg_catalog named on the path
SELECT region FROM orders, pg_class

-- a system table is left out
SELECT relname, o.id FROM pg_class, orders o WHERE relname = o.note

-- the information schema is left out
SELECT table_name FROM information_schema.tables

-- a system view and a user's own table
SELECT n.nspname, o.total FROM pg_namespace n JOIN orders o ON o.note = n.nspname
