-- {"judge": "SELECT id FROM orders WHERE total > 1"}
-- explain
EXPLAIN SELECT id FROM orders WHERE total > 1

-- {"judge": "UPDATE orders SET note = status RETURNING total"}
-- explain analyze of a dml
EXPLAIN (ANALYZE, BUFFERS) UPDATE orders SET note = status RETURNING total

-- {"judge": "SELECT status FROM orders"}
-- declare
DECLARE cur SCROLL CURSOR WITH HOLD FOR SELECT status FROM orders

-- {"judge": "SELECT note FROM orders WHERE id = $1"}
-- prepare
PREPARE p (bigint) AS SELECT note FROM orders WHERE id = $1

-- {"judge": "INSERT INTO narrow VALUES ($1)", "positional": ["insert"]}
-- prepare a positional insert
PREPARE p AS INSERT INTO narrow VALUES ($1)

-- {"judge": "SELECT id, total FROM orders"}
-- copy of a query
COPY (SELECT id, total FROM orders) TO STDOUT (FORMAT csv)

-- {"judge": "DELETE FROM items RETURNING sku"}
-- copy of a dml
COPY (DELETE FROM items RETURNING sku) TO STDOUT

-- {"verb": "copy", "tables": ["public.pairs"], "writes": ["public.pairs.a", "public.pairs.b", "public.pairs.orders"], "positional": ["copy"]}
-- copy in, positional
COPY pairs FROM STDIN

-- {"verb": "copy", "tables": ["public.pairs"], "writes": ["public.pairs.b"]}
-- copy in with a list
COPY public.pairs (b) FROM STDIN WITH (FORMAT binary)

-- {"verb": "copy", "tables": ["public.pairs"], "writes": ["public.pairs.b"], "reads": ["public.pairs.a"]}
-- copy in with a where
COPY pairs (b) FROM STDIN WHERE a > 1

-- {"verb": "copy", "tables": ["public.pairs"], "reads": ["public.pairs.a", "public.pairs.b", "public.pairs.orders"], "positional": ["copy"]}
-- copy out, positional
COPY pairs TO STDOUT

-- {"verb": "copy", "tables": ["public.pairs"], "reads": ["public.pairs.a"]}
-- copy out with a list
COPY pairs (a) TO STDOUT

-- {"verb": "copy", "tables": ["public.prices"], "writes": ["public.prices.net", "public.prices.sku", "public.prices.vat"], "positional": ["copy"]}
-- copy in leaves generated columns out
COPY prices FROM STDIN

-- {"verb": "copy", "tables": ["public.prices"], "reads": ["public.prices.net", "public.prices.sku", "public.prices.vat"], "positional": ["copy"]}
-- copy out leaves generated columns out
COPY prices TO STDOUT

-- {"verb": "create table as", "judge": "SELECT id FROM orders"}
-- create table as
CREATE TABLE copy_of AS SELECT id FROM orders

-- {"verb": "create table as", "judge": "SELECT * FROM pairs", "stars": ["public.pairs"]}
-- create temporary table as a star
CREATE TEMP TABLE copy_of AS SELECT * FROM pairs WITH NO DATA

-- {"verb": "create view", "judge": "SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id"}
-- create view
CREATE OR REPLACE VIEW v AS SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id

-- {"verb": "create materialized view", "judge": "SELECT sum(total) FROM orders"}
-- create materialized view
CREATE MATERIALIZED VIEW m AS SELECT sum(total) FROM orders

-- {"verb": "select", "judge": "SELECT id FROM orders"}
-- select into
SELECT id INTO TEMP copy_of FROM orders

-- {"judge": "SELECT id FROM orders", "verb": "create table as"}
-- explain create table as
EXPLAIN CREATE TABLE x AS SELECT id FROM orders

-- {"verb": "do", "opaque": true, "tables": ["public.orders"], "writes": ["public.orders.total"]}
-- do
DO $$ BEGIN UPDATE orders SET total = 0; END $$

-- {"verb": "execute", "opaque": true}
-- execute
EXECUTE p (1)

-- {"verb": "execute", "opaque": true}
-- explain execute
EXPLAIN EXECUTE p (1)

-- {"verb": "create table as", "opaque": true}
-- create table as execute
CREATE TABLE x AS EXECUTE p (1)

-- {"verb": "call", "opaque": true}
-- call
CALL tidy()

-- {"verb": "select", "opaque": true, "judge": "SELECT query_to_xml('x', true, false, ''), id FROM orders"}
-- query_to_xml runs text as a query
SELECT query_to_xml('SELECT total FROM orders', true, false, ''), id FROM orders

-- {"verb": "set"}
-- set
SET search_path = sales, public

-- {"verb": "begin"}
-- begin
BEGIN

-- {"verb": "commit"}
-- commit
COMMIT

-- {"verb": "rollback"}
-- rollback
ROLLBACK

-- {"verb": "show"}
-- show
SHOW search_path

-- {"verb": "deallocate"}
-- deallocate
DEALLOCATE ALL

-- {"verb": "fetch"}
-- fetch
FETCH 10 FROM cur

-- {"verb": "close"}
-- close
CLOSE cur

-- {"verb": "listen"}
-- listen
LISTEN x

-- {"verb": "discard"}
-- discard
DISCARD ALL

-- {"verb": ""}
-- nothing at all
/* nothing */ ;

-- {"verb": "truncate", "tables": ["public.items", "public.orders"]}
-- truncate
TRUNCATE orders, public.items

-- {"verb": "lock", "tables": ["public.orders"]}
-- lock table
LOCK TABLE orders IN SHARE MODE

-- {"judge": ["SELECT id FROM orders", "UPDATE customers SET credit = 0 WHERE name = 'x'", "DELETE FROM items"]}
-- several statements: the union, and the verb of the first
SELECT id FROM orders; UPDATE customers SET credit = 0 WHERE name = 'x'; DELETE FROM items

-- {"verb": "", "opaque": true}
-- no sql
SELEKT id FROM orders

-- {"verb": "", "opaque": true}
-- unfinished
SELECT 'abc FROM orders
