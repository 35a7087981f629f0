-- a composite column as a column
SELECT home FROM people

-- a field of a composite column
SELECT (home).city, (p.home).zip FROM people p WHERE (p.home).street = 'x'

-- all fields of a composite column are not the table's star
SELECT (home).* FROM people

-- all fields of an element, inside and outside
SELECT s.city, s.zip FROM (SELECT (works[1]).*, (p.home).* FROM people p) AS s(a, city, b, c, d, zip)

-- a field of an array of composites
SELECT (works[1]).city, works[id] FROM people

-- functional notation over a row: the function, of the whole row
SELECT p.full_name FROM people p

-- the same, written as a call
SELECT full_name(p) FROM people p

-- functional notation over a composite column
SELECT city(home) FROM people

-- update of a field
UPDATE people SET home.city = 'x' WHERE id = 1

-- insert of fields
INSERT INTO people (id, home.city, home.zip) VALUES (1, 'a', 'b')

-- {"stars": ["public.people"]}
-- row of stars compared
SELECT 1 FROM people p WHERE ROW(p.*) IS NOT NULL

-- a typed table
SELECT value FROM typed WHERE taken_at < now()

-- a sequence as a table
SELECT last_value FROM ticket

-- nextval is no read
SELECT nextval('ticket'), id FROM orders

-- a materialized view
SELECT total FROM totals WHERE customer_id = 1

-- a foreign table
SELECT payload FROM remote WHERE id = 1

-- {"judge": "SELECT payload FROM remote"}
-- explain over a foreign table
EXPLAIN SELECT payload FROM remote

-- a function that returns a table's rows
SELECT f.total, f.note FROM orders_of(1) f

-- a function that returns a table's rows is not the table's star
SELECT * FROM orders_of(1)

-- a function with out columns
SELECT s.orders, s.total FROM customers c, stats(c.id) s

-- a function with table columns and column aliases
SELECT m.month, r FROM monthly(2024) AS m(month, r)

-- a function that returns record
SELECT a, b FROM anything() AS x(a integer, b text)

-- a function that returns a composite type
SELECT h.city FROM people p, home_of(p.id) h

-- a whole row of a function
SELECT f FROM orders_of(1) f

-- the output of a function in the target list
SELECT (stats(id)).total, (orders_of(id)).* FROM customers

-- a user function in an expression
SELECT slug(name) FROM customers WHERE slug(email) = 'x'

-- {"path": "sales, public"}
-- a set-returning function of another schema
SELECT n FROM numbers(3) n, orders o WHERE o.amount = n

-- on conflict with an index expression and a predicate
INSERT INTO customers (id, name, email) VALUES (1, 'a', 'b') ON CONFLICT (lower(email)) WHERE email IS NOT NULL DO UPDATE SET name = excluded.name

-- on conflict with a whole excluded row
INSERT INTO people (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET first_name = to_jsonb(excluded) ->> 'x'

-- jsonb_populate_record with a table's row type
SELECT r.total FROM jsonb_populate_record(NULL::orders, '{}') AS r

-- a cast to a row type
SELECT (ROW(1, 2, 3)::pairs).b

-- a composite literal
SELECT ('(1,2,3)'::pairs).*

-- a domain, an enum and a range are just types
SELECT id::int8, int4range(id, 5) FROM people

-- unnest of an array of composites
SELECT w.city, zip, w FROM people, unnest(works) AS w

-- unnest of an array of composites, column aliases and ordinality
SELECT s, nr FROM people p, unnest(p.works) WITH ORDINALITY AS w(s, c, z, nr)

-- unnest of a cast parameter leaves outer names alone
SELECT x, name FROM unnest($1::bigint[]) AS x, customers WHERE EXISTS (SELECT 1 FROM unnest(ARRAY[1]) WHERE credit > 0)

-- unnest of a cast to an array of composites
SELECT city, first_name FROM people, unnest($1::address[]) AS a

-- on conflict on a unique constraint
INSERT INTO categories (id) VALUES (1) ON CONFLICT ON CONSTRAINT categories_name_key DO NOTHING

-- the row type of a table, expanded in the target list
SELECT (json_populate_record(NULL::orders, '{}')).*

-- a whole row that went through a function
SELECT (jsonb_populate_record(o, '{}')).* FROM orders o

-- rows of a table that went through an array
SELECT r.total, (unnest(array_agg(o))).id FROM orders o, jsonb_populate_record(o, o.meta) AS r GROUP BY r.total

-- an array of composite values in FROM
SELECT u.b, row_to_json(u) FROM unnest(ARRAY[NULL::pairs, ROW(1, 2, 3)::pairs]) AS u

-- {"opaque": true}
-- an array of nobody knows what in FROM
SELECT u.* FROM unnest(ARRAY[(SELECT o FROM orders o LIMIT 1)]) AS u

-- an array of numbers in FROM
SELECT total, u.* FROM orders, unnest(ARRAY[1, id, abs(id)]) AS u

-- an anonymous row, expanded
SELECT (ROW(id, total)).* FROM orders

-- ON CONFLICT by the name of a constraint with an expression
INSERT INTO bookings (room) VALUES (1) ON CONFLICT ON CONSTRAINT bookings_no_two DO NOTHING
