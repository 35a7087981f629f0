-- generate_series, unaliased
SELECT generate_series FROM generate_series(1, 3)

-- generate_series with an alias is column and table
SELECT g, g.g, o.id FROM orders o, generate_series(1, o.customer_id) g

-- a column alias on a function
SELECT n FROM generate_series(1, 3) AS g(n)

-- unnest with ordinality
SELECT o.id, t.tag, t.nr FROM orders o CROSS JOIN LATERAL unnest(o.tags) WITH ORDINALITY AS t(tag, nr)

-- ordinality under its own name
SELECT ordinality FROM orders o, unnest(o.tags) WITH ORDINALITY

-- unnest of several arrays
SELECT a, b FROM orders, unnest(tags, ARRAY[customer_id]) AS u(a, b)

-- jsonb_to_recordset with a column definition list
SELECT r.sku, r.n FROM orders o, jsonb_to_recordset(o.meta) AS r(sku text, n integer)

-- jsonb_each has named columns
SELECT key, value FROM orders, jsonb_each(meta)

-- jsonb_array_elements
SELECT e.value ->> 'a' FROM orders, jsonb_array_elements(meta -> 'lines') AS e

-- jsonb_array_elements under an alias
SELECT e ->> 'a' FROM orders, jsonb_array_elements(meta -> 'lines') AS e

-- rows from
SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['a', 'b'])) WITH ORDINALITY AS r(a, b, n)

-- rows from with a column definition list
SELECT x, y FROM orders, ROWS FROM (jsonb_to_recordset(orders.meta) AS (x integer, y text), generate_series(1, 2))

-- a set-returning function in the target list
SELECT id, unnest(tags), jsonb_object_keys(meta) FROM orders

-- a function over a correlated column
SELECT 1 FROM customers c WHERE EXISTS (SELECT 1 FROM generate_series(1, c.id) s WHERE s > c.credit)

-- a scalar function in from
SELECT lower FROM customers, lower(name)

-- a sql value function in from
SELECT * FROM current_date AS d

-- regexp_matches and string_to_table
SELECT m[1], w FROM orders, regexp_matches(note, 'x') AS m, string_to_table(status, ' ') AS w

-- xmltable
SELECT x.a, o.id FROM orders o, XMLTABLE('/r' PASSING xmlparse(document o.note) COLUMNS a integer PATH '@a', b text DEFAULT o.status) AS x

-- {"since": 17}
-- json_table
SELECT j.a, o.id FROM orders o, JSON_TABLE(o.meta, '$[*]' COLUMNS (a integer PATH '$.a', NESTED PATH '$.b[*]' COLUMNS (b text PATH '$'), n FOR ORDINALITY)) AS j

-- {"since": 17, "stars": ["public.narrow"]}
-- json_table and a star
SELECT * FROM narrow, JSON_TABLE('{}'::jsonb, '$' PASSING narrow.id AS i COLUMNS (a text)) j

-- order by an alias that is a function's name
SELECT length(note) AS l, id AS length FROM orders ORDER BY length, l

-- {"since": 17, "stars": ["public.narrow"]}
-- json_table: a path's own columns come before nested ones
SELECT * FROM narrow, JSON_TABLE('{}'::jsonb, '$' COLUMNS (NESTED '$.x' COLUMNS (NESTED '$.y' COLUMNS (c int), b int), a int)) AS j
