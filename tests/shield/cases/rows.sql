-- Whole rows and functions over them.

--- old rewrite
SELECT row_to_json(o) FROM orders o

--- old rewrite
SELECT to_json(o), to_jsonb(o) FROM orders AS o WHERE id = 1

--- old rewrite
SELECT row_to_json(orders) FROM orders

--- old rewrite
SELECT json_agg(o ORDER BY o.id) FROM orders o

--- old rewrite
SELECT jsonb_agg(to_jsonb(o) - 'note') FROM orders o WHERE o.id = 2

--- old rewrite
SELECT c.name, json_agg(o ORDER BY o.id) FROM customers c LEFT JOIN orders o ON o.cid = c.cid GROUP BY c.cid

--- old rewrite # T6: a row that is only looked at
SELECT o::text FROM orders o

--- old rewrite
SELECT count(o), count(DISTINCT o) FROM orders o

--- old rewrite # T6: a row that is only looked at
SELECT id FROM orders o WHERE o IS NOT NULL

--- old rewrite # T6: a row that is only looked at
SELECT c.cid FROM customers c LEFT JOIN orders o ON o.cid = c.cid WHERE o IS NULL

--- old rewrite # T6: a row that is only looked at; order_size, of one argument, is behind no operator of two
SELECT a.id FROM orders a JOIN orders b ON a = b

--- old rewrite
SELECT row_to_json(x) FROM (SELECT * FROM orders) x WHERE x.id = 1

--- old rewrite # T6: a row that is only looked at
SELECT json_build_object('o', o, 'n', o.note) FROM orders o WHERE id = 4

--- old rewrite
SELECT row_to_json(ROW(o.*)) FROM orders o

--- old rewrite
SELECT ROW(o.*)::text, ROW(o.*, 1) IS NULL FROM orders o

--- old rewrite # T6: a row that is only looked at
SELECT md5(o::text) FROM orders o

--- old allow
SELECT (o).total, (o).id FROM orders o

--- old rewrite
SELECT (o).* FROM orders o

--- old refuse 42501 # T6: the row type that reaches the client is the table's, and the table has changed
SELECT o FROM orders o

--- old refuse 42501 # T6
SELECT orders FROM orders WHERE id = 1

--- old refuse 42501 # T6
SELECT array_agg(o) FROM orders o

--- old rewrite # T6: what is made of an array of rows
SELECT array_to_json(array_agg(o ORDER BY o.id)), to_jsonb(ARRAY(SELECT p FROM orders p ORDER BY p)) FROM orders o

--- old rewrite # T6
SELECT concat(o), format('%s', o), coalesce(array_length(array_agg(o), 1), 0) FROM orders o GROUP BY o ORDER BY o

--- new rewrite # T6
SELECT id FROM orders o WHERE o IN (SELECT p FROM orders p WHERE p.id < 3) AND EXISTS (SELECT q FROM orders q WHERE q = o)

--- old rewrite record simple # T6: whole_rows = record; in binary an array says the type of its elements
SELECT array_agg(d ORDER BY did) FROM docs d

--- old refuse 42501 # a function of the row type looks into the row as it is (T6)
SELECT order_size(o) FROM orders o

--- old refuse 42501 # a function of the row type, written as a column (T6)
SELECT o.order_size FROM orders o

--- old rewrite # T6: whole_rows = record
SELECT string_agg(d::text, ' ' ORDER BY did) FROM docs d

--- old rewrite record # T6: whole_rows = record
SELECT d FROM docs d

--- new refuse 42501 # T6: no such row type yet
SELECT o FROM orders o

--- new rewrite
SELECT row_to_json(o)::jsonb ->> 'priority' FROM orders o

--- new rewrite
SELECT json_agg(o ORDER BY o.priority, o.id) FROM orders o

--- new rewrite
SELECT c.name, to_jsonb(o) FROM customers c LEFT JOIN orders o ON o.cid = c.cid

--- new rewrite # T6: a row that is only looked at
SELECT count(DISTINCT o) FROM orders o WHERE o IS NOT NULL

--- new rewrite
SELECT ROW(o.*)::text FROM orders o

--- old rewrite # T6
SELECT a.id FROM orders a, orders b WHERE a < b

--- old rewrite # T6: what the columns are called does not matter
SELECT q::varchar(30), count(q) FROM invoices AS q(x, y) GROUP BY 1

--- old rewrite # T6: the names of the columns are those of the table, not of the alias
SELECT row_to_json(q) FROM invoices AS q(x, y)

--- new rewrite ordered
SELECT iid, i::text, i IS NOT NULL FROM invoices i ORDER BY iid

--- new rewrite # T5
UPDATE invoices SET amount = length(invoices::text) WHERE invoices IS NOT NULL RETURNING invoices::text, to_jsonb(invoices)

--- new rewrite # T5
DELETE FROM invoices i WHERE num_nulls(i.*) = 0 RETURNING row_to_json(i.*), i IS NULL

--- old rewrite # T5
INSERT INTO invoices (iid, id, amount) VALUES (10, 9, 1) ON CONFLICT (iid) DO UPDATE SET amount = length(excluded::text || invoices::text) RETURNING *
