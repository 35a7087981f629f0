-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.sku"]}
-- folded
SELECT SKU, S.Amount FROM DEPOT.Sold S

-- {"verb": "select", "tables": ["depot.stock"], "reads": ["depot.stock.\"Place\"", "depot.stock.sku"]}
-- quoted
SELECT "Place", "sku" FROM "depot"."stock"

-- {"verb": "select", "tables": ["depot.sold"], "opaque": "column \"SKU\" does not exist"}
-- a quoted name that is another
SELECT "SKU" FROM depot.sold

-- {"verb": "select", "tables": ["public.\"Mixed Case\""], "reads": ["public.\"Mixed Case\".\"Camel Case\"", "public.\"Mixed Case\".\"select\"", "public.\"Mixed Case\".plain"]}
-- names that quote_ident quotes
SELECT "Camel Case", "select", plain FROM "Mixed Case"

-- {"verb": "select", "tables": ["public.\"Mixed Case\""], "reads": ["public.\"Mixed Case\".\"quo\"\"te\""]}
-- a quote in a name
SELECT "quo""te" FROM "Mixed Case"

-- {"verb": "select", "tables": ["public.\"Mixed Case\""], "reads": ["public.\"Mixed Case\".\"ü\""]}
-- letters beyond ASCII
SELECT ü FROM "Mixed Case"

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- unicode escapes
SELECT U&"sk\0075" FROM depot.sold

-- {"verb": "select", "tables": ["public.\"Mixed Case\""], "reads": ["public.\"Mixed Case\".\"ü\""]}
-- unicode escapes of one's own
SELECT U&"!00FC" UESCAPE '!' FROM U&"Mixed\0020Case"

-- {"verb": "select", "tables": ["\"Odd Schema\".orders"], "reads": ["\"Odd Schema\".orders.\"Total\"", "\"Odd Schema\".orders.\"order\""]}
-- a schema's name
SELECT "order", "Total" FROM "Odd Schema".orders

-- {"verb": "select", "tables": ["public.a_table_whose_name_is_exactly_sixty_three_bytes_long_for_a_case"], "reads": ["public.a_table_whose_name_is_exactly_sixty_three_bytes_long_for_a_case.a_column_whose_name_is_exactly_sixty_three_bytes_long_for_cases"]}
-- a name cut at 63 bytes
SELECT a_column_whose_name_is_exactly_sixty_three_bytes_long_for_cases_and_more FROM a_table_whose_name_is_exactly_sixty_three_bytes_long_for_a_case_and_more

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- a cut alias
SELECT an_alias_that_is_longer_than_any_name_may_be_and_so_is_cut_at_63_bytes_behind_here.sku FROM depot.sold an_alias_that_is_longer_than_any_name_may_be_and_so_is_cut_at_63_bytes_behind_there

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- three parts of a name
SELECT depot.sold.sku FROM depot.sold

-- {"path": "depot, public", "verb": "select", "tables": ["depot.sold", "public.orders"], "reads": ["depot.sold.sku"]}
-- a path
SELECT sku FROM sold, orders

-- {"path": "sales, public", "verb": "select", "tables": ["sales.orders"], "reads": ["sales.orders.region"]}
-- the first on the path
SELECT region FROM orders

-- {"path": "archive, sales", "verb": "select", "tables": ["archive.orders"], "reads": ["archive.orders.total"]}
-- the first on another path
SELECT total FROM orders

-- {"path": "sales", "verb": "select", "opaque": "relation \"sold\" is not in the catalog; column \"sku\" may come from an item whose columns are not known"}
-- not on the path
SELECT sku FROM sold

-- {"verb": "select", "tables": ["public.orders", "sales.orders"], "reads": ["public.orders.status", "sales.orders.region"]}
-- one name in two schemas
SELECT public.orders.status, sales.orders.region FROM orders, sales.orders

-- {"verb": "select", "tables": ["public.items", "public.orders"], "reads": ["public.items.order_id", "public.orders.id", "public.orders.total"]}
-- an alias hides the name
SELECT o.total FROM orders o WHERE EXISTS (SELECT 1 FROM items orders WHERE orders.order_id = o.id)

-- {"verb": "select", "tables": ["public.narrow"]}
-- the name is in a literal and in a comment
SELECT 'depot.sold.sku' /* SELECT note FROM depot.stock */ FROM narrow -- , depot.sold

-- {"verb": "select", "tables": ["public.narrow"]}
-- the name is a function's
SELECT sold(1) FROM narrow

-- {"verb": "select"}
-- the name is a type's
SELECT NULL::depot.sold

-- {"verb": "select"}
-- a regclass is no use of its columns
SELECT 'depot.sold'::regclass

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.amount", "depot.sold.id", "depot.sold.sku"]}
-- a parameter
SELECT sku FROM depot.sold WHERE id = $1 AND amount = $2

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.id"]}
-- a keyword as an alias
SELECT s.id AS select FROM depot.sold AS s

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- a database before the schema
SELECT sku FROM lintel_made.depot.sold

-- {"verb": "select", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.amount", "depot.sold.sku", "depot.stock.\"Place\""]}
-- an outer column in a subquery, by its bare name
SELECT (SELECT max(amount) FROM depot.sold WHERE "Place" = sku) FROM depot.stock

-- {"verb": "delete", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.stock.note"]}
-- a subquery that takes the outer column, as its own has no such
DELETE FROM depot.stock WHERE note IN (SELECT note FROM depot.sold)

-- {"verb": "select", "tables": ["depot.sold", "depot.stock"], "reads": ["depot.sold.amount", "depot.sold.sku", "depot.stock.sku"]}
-- LATERAL sees what stands before it
SELECT l.m FROM depot.stock s, LATERAL (SELECT max(amount) AS m FROM depot.sold d WHERE d.sku = s.sku) l

-- {"verb": "select", "tables": ["depot.stock"], "reads": ["depot.stock.note", "depot.stock.sku"]}
-- ORDER BY takes the output's name
SELECT sku AS note, note AS sku FROM depot.stock ORDER BY note

-- {"verb": "select", "tables": ["depot.stock"], "reads": ["depot.stock.note", "depot.stock.sku"]}
-- ORDER BY an expression takes the input's
SELECT sku AS note FROM depot.stock ORDER BY note || ''

-- {"verb": "select", "tables": ["depot.stock"], "reads": ["depot.stock.sku"]}
-- GROUP BY takes the input's
SELECT max(sku) AS sku FROM depot.stock GROUP BY sku

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- a CTE hides a table for those behind it
WITH narrow AS (SELECT sku AS id FROM depot.sold) SELECT id FROM narrow

-- {"verb": "select", "tables": ["depot.sold"], "reads": ["depot.sold.sku"]}
-- a CTE does not hide a qualified name
WITH sold AS (SELECT 1 AS sku) SELECT d.sku FROM depot.sold d, sold

-- {"temp": "CREATE TEMP TABLE orders (id integer, mine text)", "verb": "select", "tables": ["pg_temp.orders"], "reads": ["pg_temp.orders.mine"]}
-- a temporary table hides one on the path
SELECT mine FROM orders

-- {"temp": "CREATE TEMP TABLE orders (id integer, mine text)", "verb": "select", "tables": ["pg_temp.orders", "public.orders"], "reads": ["pg_temp.orders.mine", "public.orders.total"]}
-- a temporary table does not hide a qualified name
SELECT o.mine, p.total FROM orders o, public.orders p

-- {"temp": "CREATE TEMP TABLE orders (id integer, mine text)", "verb": "insert", "tables": ["pg_temp.orders"], "writes": ["pg_temp.orders.id"], "positional": ["insert"]}
-- a temporary table by its schema
INSERT INTO pg_temp.orders VALUES (1)

-- {"temp": "CREATE TEMP TABLE orders (id integer, mine text)", "path": "public, pg_temp", "verb": "select", "tables": ["public.orders"], "reads": ["public.orders.total"]}
-- a path that puts temporary tables last
SELECT total FROM orders

-- {"temp": "CREATE TEMP VIEW sold AS SELECT sku AS article FROM depot.sold", "verb": "select", "tables": ["pg_temp.sold"], "reads": ["pg_temp.sold.article"], "base_reads": ["depot.sold.sku"]}
-- a temporary view
SELECT article FROM sold
