-- {"verb": "select", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku", "depot.stock.\"Place\"", "depot.stock.amount", "depot.stock.id", "depot.stock.note", "depot.stock.sku"], "stars": ["depot.sold", "depot.stock"]}
-- a star of a join
SELECT * FROM depot.stock s JOIN depot.sold d ON d.id = s.id

-- {"verb": "select", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku", "depot.stock.id"], "stars": ["depot.sold"]}
-- one star of a join
SELECT d.* FROM depot.stock s JOIN depot.sold d ON d.id = s.id

-- {"verb": "select", "tables": ["depot.sold"]}
-- count(*) is no star
SELECT count(*) FROM depot.sold

-- {"verb": "select", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku", "depot.stock.id"], "stars": ["depot.sold"]}
-- EXISTS (SELECT *) is one
SELECT id FROM depot.stock WHERE EXISTS (SELECT * FROM depot.sold)

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.id"]}
-- a star over a subquery names no table
SELECT * FROM (SELECT id FROM depot.sold) s

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "stars": ["depot.sold"]}
-- a star inside a subquery
SELECT id FROM (SELECT * FROM depot.sold) s

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.id"]}
-- a star over a CTE
WITH c AS (SELECT id FROM depot.sold) SELECT * FROM c

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "stars": ["depot.sold"]}
-- TABLE is a star
TABLE depot.sold

-- {"verb": "delete", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "stars": ["depot.sold"]}
-- RETURNING *
DELETE FROM depot.sold RETURNING *

-- {"verb": "select", "tables": ["depot.base", "depot.sold"], "reads": ["depot.base.id", "depot.base.x", "depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "stars": ["depot.base", "depot.sold"], "base_reads": ["depot.leaf.id", "depot.leaf.x", "depot.middle.id", "depot.middle.x"]}
-- a star of USING
SELECT * FROM depot.sold JOIN depot.base USING (id)

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "stars": ["depot.sold"]}
-- a star under an alias of columns
SELECT * FROM depot.sold AS s (a, b)

-- {"verb": "select", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku", "depot.stock.\"Place\"", "depot.stock.amount", "depot.stock.id", "depot.stock.note", "depot.stock.sku"], "stars": ["depot.sold", "depot.stock"], "positional": ["natural_join"]}
-- a star over a natural join
SELECT * FROM depot.sold NATURAL JOIN depot.stock

-- {"verb": "select", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku", "depot.stock.amount", "depot.stock.id", "depot.stock.note", "depot.stock.sku"], "positional": ["natural_join"]}
-- a natural join, columns by name
SELECT note FROM depot.sold NATURAL JOIN depot.stock

-- {"verb": "select", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku", "depot.stock.amount", "depot.stock.id", "depot.stock.sku"], "positional": ["natural_join"]}
-- a natural join in a subquery
SELECT id FROM (SELECT id FROM depot.sold NATURAL LEFT JOIN depot.stock) s

-- {"verb": "select", "tables": ["depot.log", "public.narrow"], "reads": ["depot.log.line"], "positional": ["natural_join"], "base_reads": ["depot.log_2024.line", "depot.log_2024_high.line", "depot.log_attached.line"]}
-- a natural join without a common column
SELECT line FROM depot.log NATURAL JOIN narrow

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "whole_rows": ["depot.sold"]}
-- a whole row
SELECT s FROM depot.sold s

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "whole_rows": ["depot.sold"]}
-- a whole row in a function
SELECT row_to_json(s) FROM depot.sold s

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "whole_rows": ["depot.sold"]}
-- a whole row as a star in a function
SELECT to_jsonb(s.*) FROM depot.sold s

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "whole_rows": ["depot.sold"]}
-- a whole row in count
SELECT count(s) FROM depot.sold s

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "stars": ["depot.sold"]}
-- a star in ROW
SELECT ROW(s.*) FROM depot.sold s

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "whole_rows": ["depot.sold"]}
-- a field of a whole row
SELECT (s).sku FROM depot.sold s

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "stars": ["depot.sold"], "whole_rows": ["depot.sold"]}
-- all fields of a whole row
SELECT (s).* FROM depot.sold s

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "whole_rows": ["depot.sold"]}
-- a whole row that is compared
SELECT 1 FROM depot.sold s WHERE s IS NOT NULL

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "whole_rows": ["depot.sold"]}
-- a whole row in ORDER BY
SELECT id FROM depot.sold s ORDER BY s

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.id", "depot.sold.sku"]}
-- a whole row of a subquery is of no table
SELECT q FROM (SELECT id, sku FROM depot.sold) q

-- {"verb": "update", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "writes": ["depot.sold.sku"], "whole_rows": ["depot.sold"]}
-- a whole row of a target
UPDATE depot.sold s SET sku = s::text

-- {"verb": "insert", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "writes": ["depot.sold.id", "depot.sold.sku"], "whole_rows": ["depot.sold"]}
-- the row that was there, whole
INSERT INTO depot.sold (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET sku = sold::text

-- {"verb": "insert", "tables": ["depot.sold"], "writes": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "positional": ["insert"]}
-- insert without a list
INSERT INTO depot.sold VALUES (1, 'a', 2)

-- {"verb": "insert", "tables": ["depot.sold"], "writes": ["depot.sold.id", "depot.sold.sku"], "positional": ["insert"]}
-- insert without a list, fewer values
INSERT INTO depot.sold VALUES (1, 'a'), (2, DEFAULT)

-- {"verb": "insert", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "writes": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "stars": ["depot.sold"], "positional": ["insert"]}
-- insert without a list from a star
INSERT INTO depot.sold SELECT * FROM depot.sold

-- {"verb": "insert", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.id", "depot.sold.sku"], "writes": ["depot.stock.id", "depot.stock.sku"], "positional": ["insert"]}
-- insert without a list from a query, fewer columns
INSERT INTO depot.stock SELECT id, sku FROM depot.sold

-- {"verb": "insert", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.stock.id", "depot.stock.sku"], "writes": ["depot.sold.id", "depot.sold.sku"]}
-- insert with a list
INSERT INTO depot.sold (sku, id) SELECT sku, id FROM depot.stock

-- {"verb": "insert", "tables": ["depot.sold"]}
-- insert of defaults alone
INSERT INTO depot.sold DEFAULT VALUES

-- {"verb": "merge", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.id", "depot.stock.id", "depot.stock.sku"], "writes": ["depot.sold.id", "depot.sold.sku"], "positional": ["insert"]}
-- merge inserts without a list
MERGE INTO depot.sold d USING depot.stock s ON s.id = d.id WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.sku)

-- {"verb": "merge", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.id", "depot.stock.id"]}
-- merge inserts defaults
MERGE INTO depot.sold d USING depot.stock s ON s.id = d.id WHEN NOT MATCHED THEN INSERT DEFAULT VALUES

-- {"verb": "select", "tables": ["public.narrow"], "reads": ["public.narrow.id"], "writes": ["public.narrow.id"], "positional": ["insert"]}
-- insert without a list in a CTE
WITH i AS (INSERT INTO narrow VALUES (1) RETURNING id) SELECT id FROM i

-- {"verb": "copy", "tables": ["depot.sold"], "writes": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "positional": ["copy"]}
-- copy without a list
COPY depot.sold FROM STDIN

-- {"verb": "copy", "tables": ["depot.sold"], "reads": ["depot.sold.id"]}
-- copy with a list
COPY depot.sold (id) TO STDOUT

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"], "stars": ["depot.sold"]}
-- copy of a star
COPY (SELECT * FROM depot.sold) TO STDOUT

-- {"verb": "insert", "tables": ["depot.sold"], "reads": ["depot.sold.sku"], "writes": ["depot.sold.id"], "positional": ["insert"]}
-- copy of DML without a list
COPY (INSERT INTO depot.sold VALUES (1) RETURNING sku) TO STDOUT

-- {"verb": "select", "tables": ["public.prices"], "reads": ["public.prices.gross"]}
-- a generated column that is read
SELECT gross FROM prices

-- {"verb": "select", "tables": ["public.prices"], "reads": ["public.prices.gross", "public.prices.net", "public.prices.sku", "public.prices.vat"], "stars": ["public.prices"]}
-- a star over a generated column
SELECT * FROM prices

-- {"verb": "insert", "tables": ["public.prices"], "writes": ["public.prices.net", "public.prices.sku", "public.prices.vat"], "positional": ["insert"]}
-- insert without a list before a generated column
INSERT INTO prices VALUES ('a', 1, 2)

-- {"verb": "update", "tables": ["public.prices"], "writes": ["public.prices.gross", "public.prices.net"]}
-- a generated column set to its default
UPDATE prices SET net = 2, gross = DEFAULT

-- {"verb": "copy", "tables": ["public.prices"], "writes": ["public.prices.net", "public.prices.sku", "public.prices.vat"], "positional": ["copy"]}
-- copy into a generated column's table
COPY prices FROM STDIN

-- {"verb": "copy", "tables": ["public.prices"], "reads": ["public.prices.net", "public.prices.sku", "public.prices.vat"], "positional": ["copy"]}
-- copy of a generated column's table
COPY prices TO STDOUT

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.id"]}
-- system columns are left out
SELECT ctid, xmin, id FROM depot.sold WHERE ctid = '(0,1)'

-- {"verb": "select", "tables": ["depot.sold"]}
-- nothing but system columns
SELECT ctid FROM depot.sold

-- {"verb": "delete", "tables": ["depot.sold"], "reads": ["depot.sold.amount"]}
-- delete writes nothing
DELETE FROM depot.sold WHERE amount = 1

-- {"verb": "update", "tables": ["depot.sold"], "reads": ["depot.sold.amount"], "writes": ["depot.sold.amount"]}
-- a column that is set and read
UPDATE depot.sold SET amount = amount + 1

-- {"verb": "update", "tables": ["depot.sold"], "reads": ["depot.sold.id"], "writes": ["depot.sold.amount"]}
-- a column that is set
UPDATE depot.sold SET amount = 1 WHERE id = 2

-- {"verb": "insert", "tables": ["depot.sold"], "reads": ["depot.sold.id", "depot.sold.sku"], "writes": ["depot.sold.id", "depot.sold.sku"]}
-- excluded is read
INSERT INTO depot.sold (id, sku) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET sku = excluded.sku

-- {"verb": "insert", "tables": ["depot.sold"], "writes": ["depot.sold.id", "depot.sold.sku"]}
-- a conflict that is passed over
INSERT INTO depot.sold (id, sku) VALUES (1, 'a') ON CONFLICT DO NOTHING

-- {"verb": "insert", "tables": ["depot.sold"], "reads": ["depot.sold.id"], "writes": ["depot.sold.id"]}
-- a named constraint reads its columns
INSERT INTO depot.sold (id) VALUES (1) ON CONFLICT ON CONSTRAINT sold_pkey DO NOTHING

-- {"verb": "select", "tables": ["public.ticket"], "reads": ["public.ticket.last_value"]}
-- a sequence as a table
SELECT last_value FROM ticket

-- {"verb": "select"}
-- a sequence's functions
SELECT nextval('ticket')

-- {"verb": "select", "tables": ["public.remote"], "reads": ["public.remote.id", "public.remote.payload"], "stars": ["public.remote"]}
-- a foreign table
SELECT * FROM remote

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- the system's tables are left out
SELECT c.relname, d.sku FROM pg_class c, depot.sold d

-- {"verb": "select"}
-- the information schema is left out
SELECT * FROM information_schema.columns

-- {"verb": "select"}
-- no table at all
SELECT 1
