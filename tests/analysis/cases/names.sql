-- unquoted names are folded
SELECT ID, O.TOTAL FROM Orders O

-- quoted names
SELECT "Id", "Camel Case", m."select", PLAIN FROM "Mixed Case" m

-- quoted lower case is the plain name
SELECT "id" FROM "orders" AS "Q" WHERE "Q"."total" > 1

-- unicode and doubled quotes
SELECT "ü", "quo""te" FROM "Mixed Case"

-- unicode escapes
SELECT U&"\0074otal", U&"!006eote" UESCAPE '!' FROM U&"\006frders"

-- an unquoted name beyond ascii
SELECT ü FROM "Mixed Case"

-- 63 bytes and no more
SELECT a_column_whose_name_is_exactly_sixty_three_bytes_long_for_cases FROM a_table_whose_name_is_exactly_sixty_three_bytes_long_for_a_case

-- longer names are truncated
SELECT a_column_whose_name_is_exactly_sixty_three_bytes_long_for_casesand_then_some FROM a_table_whose_name_is_exactly_sixty_three_bytes_long_for_a_caseand_then_some

-- a schema that needs quotes
SELECT o."order", "Total" FROM "Odd Schema".orders o

-- {"path": "sales, public"}
-- the search path decides: the first schema
SELECT region FROM orders

-- {"path": "sales, public"}
-- the search path decides: the second schema
SELECT name FROM customers

-- {"path": "archive, sales, public"}
-- the search path decides: three tables of that name
SELECT o.archived_on, s.amount, p.note FROM orders o, sales.orders s, public.orders p

-- {"path": "nowhere, sales, public"}
-- a schema on the path that does not exist
SELECT orders.region FROM orders

-- {"path": "\"Odd Schema\", public"}
-- a quoted schema on the path
SELECT "Total" FROM orders

-- a schema-qualified reference to an unaliased table
SELECT sales.orders.region FROM sales.orders

-- {"path": "sales, public"}
-- qualified by schema though found by the path
SELECT sales.orders.amount FROM orders

-- an escape string that looks like a name
SELECT E'\'total', 'note', $$status$$, $x$ placed_at $x$ FROM orders

-- a column alias is not a column in where
SELECT note AS x FROM orders WHERE note = 'x'

-- a keyword as an alias
SELECT o.note AS select, o.status "from" FROM orders AS o

-- non-reserved keywords as columns
SELECT position, quantity, year FROM items, sales.targets

-- a comment inside a name chain
SELECT o /* x */ . /* y */ total FROM orders /* z */ o

-- a no-break space is part of a name
SELECT id AS total  FROM orders
