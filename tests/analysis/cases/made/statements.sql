-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- explain
EXPLAIN SELECT sku FROM depot.sold

-- {"verb": "delete", "tables": ["depot.sold"], "reads": ["depot.sold.id"]}
-- explain analyze of DML
EXPLAIN (ANALYZE, FORMAT json) DELETE FROM depot.sold WHERE id = 1

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.id"]}
-- explain of a CTE: the verb of the statement itself
EXPLAIN WITH d AS (DELETE FROM depot.sold RETURNING id) SELECT id FROM d

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.id"], "writes": ["depot.sold.amount"]}
-- a CTE writes, the statement selects
WITH u AS (UPDATE depot.sold SET amount = 1 RETURNING id) SELECT id FROM u

-- {"verb": "update", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.id", "depot.stock.id"], "writes": ["depot.sold.amount"]}
-- a CTE selects, the statement writes
WITH s AS (SELECT id FROM depot.stock) UPDATE depot.sold SET amount = 1 FROM s WHERE s.id = sold.id

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- values
VALUES (1, 'a'), (2, (SELECT max(sku) FROM depot.sold))

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.id", "depot.sold.sku"]}
-- prepare
PREPARE p (int) AS SELECT sku FROM depot.sold WHERE id = $1

-- {"verb": "insert", "tables": ["depot.sold"], "writes": ["depot.sold.id", "depot.sold.sku"], "positional": ["insert"]}
-- prepare DML
PREPARE p AS INSERT INTO depot.sold VALUES ($1, $2)

-- {"verb": "execute", "opaque": "EXECUTE runs a statement that was prepared before"}
-- execute
EXECUTE p (1, 'a')

-- {"verb": "execute", "opaque": "EXECUTE runs a statement that was prepared before"}
-- execute with a subquery
EXECUTE p ((SELECT 1))

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"], "opaque": "EXECUTE runs a statement that was prepared before"}
-- prepare and execute
PREPARE p AS SELECT sku FROM depot.sold; EXECUTE p

-- {"verb": "execute", "opaque": "EXECUTE runs a statement that was prepared before"}
-- explain execute
EXPLAIN EXECUTE p (1)

-- {"verb": "deallocate"}
-- deallocate
DEALLOCATE p

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- declare
DECLARE c CURSOR FOR SELECT sku FROM depot.sold

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- explain declare
EXPLAIN DECLARE c CURSOR FOR SELECT sku FROM depot.sold

-- {"verb": "update", "tables": ["depot.sold"], "writes": ["depot.sold.sku"]}
-- where current of
UPDATE depot.sold SET sku = 'x' WHERE CURRENT OF c

-- {"verb": "create table as", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- create table as
CREATE TABLE copied AS SELECT sku FROM depot.sold

-- {"verb": "create table as", "tables": ["depot.sold"], "reads": ["depot.sold.id"]}
-- create table as, with DML
CREATE TABLE copied AS WITH d AS (DELETE FROM depot.sold RETURNING id) SELECT id FROM d

-- {"verb": "create table as", "opaque": "EXECUTE runs a statement that was prepared before"}
-- create table as execute
CREATE TABLE copied AS EXECUTE p

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- select into
SELECT sku INTO copied FROM depot.sold

-- {"verb": "create table as", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- explain create table as
EXPLAIN CREATE TABLE copied AS SELECT sku FROM depot.sold

-- {"verb": "create view", "tables": ["depot.low"], "reads": ["depot.low.amount", "depot.low.id", "depot.low.sku"], "stars": ["depot.low"], "base_reads": ["depot.stock.amount", "depot.stock.id", "depot.stock.sku"]}
-- create view
CREATE VIEW depot.more AS SELECT * FROM depot.low

-- {"verb": "create view", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- create or replace a view, with an alias of columns
CREATE OR REPLACE TEMP VIEW more (a) AS SELECT sku FROM depot.sold WITH CHECK OPTION

-- {"verb": "create view", "tables": ["depot.sold"], "reads": ["depot.sold.id"]}
-- create recursive view
CREATE RECURSIVE VIEW depot.numbers (n) AS SELECT id FROM depot.sold UNION ALL SELECT n + 1 FROM numbers WHERE n < 5

-- {"verb": "create materialized view", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- create materialized view
CREATE MATERIALIZED VIEW depot.more AS SELECT max(sku) FROM depot.sold WITH NO DATA

-- {"verb": "do", "opaque": "DO runs code inside the server"}
-- do
DO $$ BEGIN PERFORM 1; END $$

-- {"verb": "do", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.stock.amount"], "writes": ["depot.stock.note"], "opaque": "DO runs code inside the server"}
-- do that reads and writes
DO $$ DECLARE n integer; BEGIN SELECT amount INTO n FROM depot.sold WHERE id = 1; UPDATE depot.stock SET note = 'x' WHERE amount > n; END $$

-- {"verb": "do", "opaque": "DO runs code inside the server"}
-- do with text made at run time
DO $$ BEGIN EXECUTE 'DELETE FROM ' || 'x'; END $$

-- {"verb": "do", "opaque": "DO runs code inside the server"}
-- do in a language that nobody reads
DO LANGUAGE plperl 'elog(1)'

-- {"verb": "call", "opaque": "CALL runs code inside the server"}
-- call
CALL tidy()

-- {"verb": "select", "tables": ["depot.stock"], "reads": ["depot.stock.id"], "opaque": "query_to_xml runs SQL inside the server"}
-- a query run from text
SELECT query_to_xml('SELECT * FROM depot.sold', true, false, ''), id FROM depot.stock

-- {"verb": "select", "opaque": "table_to_xml runs SQL inside the server"}
-- a table by its name
SELECT table_to_xml('depot.sold', true, false, '')

-- {"verb": "select", "opaque": "ts_stat runs SQL inside the server"}
-- text search statistics
SELECT word FROM ts_stat('SELECT to_tsvector(sku) FROM depot.sold')

-- {"verb": "select", "opaque": "dblink runs SQL inside the server"}
-- another database
SELECT * FROM dblink('dbname=x', 'SELECT 1') AS d (id int)

-- {"verb": "select", "opaque": "crosstab runs SQL inside the server"}
-- crosstab
SELECT * FROM crosstab('SELECT id, sku, amount FROM depot.sold') AS c (id int, a int)

-- {"verb": "select", "tables": ["depot.sold", "depot.stock", "public.narrow"], "reads": ["depot.sold.sku"], "writes": ["depot.stock.note", "public.narrow.id"], "positional": ["insert"]}
-- several statements: the union, and the verb of the first
SELECT sku FROM depot.sold; UPDATE depot.stock SET note = 'x'; INSERT INTO narrow VALUES (1)

-- {"verb": "insert", "tables": ["depot.sold"], "writes": ["depot.sold.id"], "opaque": "DO runs code inside the server"}
-- several statements, one out of sight
INSERT INTO depot.sold (id) VALUES (1); DO $$ BEGIN END $$

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- several statements, an empty one first
; SELECT sku FROM depot.sold

-- {"verb": "begin", "tables": ["depot.sold"], "writes": ["depot.sold.sku"]}
-- a transaction in one text
BEGIN; UPDATE depot.sold SET sku = 'x'; COMMIT

-- a comment alone
/* SELECT sku FROM depot.sold */

-- {"opaque": "not parsed: syntax error"}
-- no SQL
SELECT FROM WHERE

-- {"opaque": "not parsed: syntax error"}
-- one statement that is no SQL among others
SELECT sku FROM depot.sold; SELEC 1

-- {"verb": "select", "opaque": "relation \"nothing\" is not in the catalog; column \"sku\" may come from an item whose columns are not known"}
-- a table that is not there
SELECT sku FROM depot.nothing

-- {"verb": "select", "tables": ["depot.sold"], "opaque": "column \"colour\" does not exist"}
-- a column that is not there
SELECT colour FROM depot.sold

-- {"verb": "select", "tables": ["depot.sold", "depot.stock"], "opaque": "column reference \"sku\" is ambiguous"}
-- an ambiguous column
SELECT sku FROM depot.sold, depot.stock

-- {"verb": "truncate", "tables": ["depot.sold", "depot.stock"]}
-- truncate
TRUNCATE depot.sold, depot.stock

-- {"verb": "lock", "tables": ["depot.sold"]}
-- lock
LOCK depot.sold

-- {"verb": "drop", "tables": ["depot.sold", "depot.stock"]}
-- drop a table
DROP TABLE depot.sold, depot.stock

-- {"verb": "drop", "tables": ["depot.low"]}
-- drop a view
DROP VIEW IF EXISTS depot.low

-- {"verb": "alter table", "tables": ["depot.sold"]}
-- alter a table
ALTER TABLE depot.sold ADD COLUMN x int

-- {"verb": "alter", "tables": ["depot.sold"]}
-- rename a column
ALTER TABLE depot.sold RENAME COLUMN sku TO x

-- {"verb": "create index", "tables": ["depot.sold"], "opaque": "index is not analysed"}
-- create an index
CREATE INDEX ON depot.sold (sku)

-- {"verb": "create function", "opaque": "create function is not analysed"}
-- create a function
CREATE FUNCTION depot.f() RETURNS int LANGUAGE sql AS 'SELECT max(id) FROM depot.sold'

-- {"verb": "refresh materialized view", "tables": ["depot.kept"]}
-- refresh a materialized view
REFRESH MATERIALIZED VIEW depot.kept

-- {"verb": "grant", "tables": ["depot.sold"]}
-- grant
GRANT SELECT ON depot.sold TO PUBLIC

-- {"verb": "comment", "tables": ["depot.sold"]}
-- comment on
COMMENT ON TABLE depot.sold IS 'x'

-- {"verb": "vacuum", "tables": ["depot.sold"]}
-- vacuum
VACUUM ANALYZE depot.sold (sku)

-- {"verb": "set"}
-- set
SET search_path = depot

-- {"verb": "set", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- set and select
SET LOCAL search_path = depot; SELECT sku FROM depot.sold

-- {"verb": "notify"}
-- notify
NOTIFY sold, 'SELECT sku FROM depot.sold'

-- {"verb": "set", "tables": ["sales.orders"], "reads": ["sales.orders.region"]}
-- a path for what follows
SET search_path = sales; SELECT region FROM orders

-- {"verb": "set", "tables": ["sales.orders"], "reads": ["sales.orders.total"], "opaque": "the search_path is changed by an earlier statement of the same text"}
-- a path that is not known
SET search_path = "$user", sales; SELECT total FROM orders

-- {"verb": "begin", "tables": ["sales.orders"], "reads": ["sales.orders.total"], "opaque": "the search_path is changed by an earlier statement of the same text"}
-- a path that ends with the transaction
BEGIN; SET LOCAL search_path = sales; COMMIT; SELECT total FROM orders

-- {"verb": "select", "tables": ["public.orders"], "reads": ["public.orders.total"], "opaque": "the search_path is changed by an earlier statement of the same text"}
-- a path by a function
SELECT set_config('search_path', 'sales', false); SELECT total FROM orders

-- {"verb": "create table", "tables": ["public.orders"], "reads": ["public.orders.id"], "opaque": "relation \"orders\" is changed by an earlier statement of the same text"}
-- a table that the text itself makes
CREATE TEMP TABLE orders (id int); SELECT id FROM orders

-- {"verb": "alter table", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.stock.\"Place\"", "depot.stock.amount", "depot.stock.id", "depot.stock.note", "depot.stock.sku"], "stars": ["depot.stock"]}
-- a table that the text itself alters, and another
ALTER TABLE depot.sold ADD COLUMN x int; SELECT * FROM depot.stock

-- {"verb": "alter table", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "stars": ["depot.sold"], "opaque": "relation \"sold\" is changed by an earlier statement of the same text"}
-- a table that the text itself alters
ALTER TABLE depot.sold ADD COLUMN x int; SELECT * FROM depot.sold

-- {"verb": "do", "tables": ["depot.base", "depot.low", "depot.sold"], "reads": ["depot.low.sku"], "writes": ["depot.base.x", "depot.sold.id", "depot.sold.sku"], "positional": ["insert"], "base_reads": ["depot.stock.amount", "depot.stock.sku"], "base_writes": ["depot.leaf.x", "depot.middle.x"], "opaque": "DO runs code inside the server"}
-- a do that runs over a view and a parent
DO $$ DECLARE r record; BEGIN FOR r IN SELECT sku FROM depot.low LOOP INSERT INTO depot.sold VALUES (1, r.sku); END LOOP; UPDATE depot.base SET x = ''; END $$

-- {"verb": "lock", "tables": ["depot.low"]}
-- locking a view reads nothing
LOCK depot.low

-- {"verb": "comment", "tables": ["depot.sold"]}
-- comment on a column
COMMENT ON COLUMN depot.sold.sku IS 'x'

-- {"verb": "drop"}
-- what is dropped has no name
DROP CAST (text AS integer); SELECT 1

-- {"verb": "comment"}
-- a comment on a column of nothing
COMMENT ON COLUMN sku IS 'x'
