-- plain columns, qualified and not
SELECT id, o.total FROM orders o WHERE o.status = 'open' ORDER BY placed_at

-- no column at all
SELECT 1 FROM orders

-- no target list
SELECT FROM orders WHERE total > 0

-- nothing but an expression
SELECT 1 + 1

-- qualified by schema
SELECT orders.id, public.orders.total FROM public.orders

-- qualified by table name without alias
SELECT orders.total FROM orders

-- the same table twice
SELECT a.id, b.total FROM orders a, orders b WHERE a.customer_id = b.id

-- parameters
SELECT note FROM orders WHERE id = $1 AND total BETWEEN $2 AND $3

-- expressions of every kind
SELECT CASE status WHEN 'new' THEN total ELSE 0 END, coalesce(note, status), nullif(id, customer_id), greatest(total, 1), placed_at AT TIME ZONE 'UTC', placed_at::date, total IS NULL, tags[1], tags[1:2], meta -> 'a', meta ->> 'b' FROM orders

-- array and row constructors
SELECT ARRAY[id, customer_id], ROW(total, note), (status, note) = ('a', 'b') FROM orders

-- in, any, all, between, like, similar, is distinct
SELECT 1 FROM orders WHERE id IN (1, 2, customer_id) AND status LIKE 'a%' AND note SIMILAR TO 'b' AND total IS DISTINCT FROM 1 AND 'x' = ANY (tags) AND customer_id BETWEEN 1 AND 2

-- boolean tests and collation
SELECT (total > 1) IS NOT TRUE, note COLLATE "C" FROM orders WHERE NOT (status = 'x' OR status IS NOT NULL)

-- extract, substring, overlay, position, trim
SELECT extract(year FROM placed_at), substring(note FROM 1 FOR 2), overlay(status PLACING 'x' FROM 1), position('a' IN note), trim(both from status) FROM orders

-- aggregates with filter, distinct, order by, within group
SELECT count(DISTINCT customer_id), sum(total) FILTER (WHERE status = 'open'), string_agg(note, ',' ORDER BY placed_at), percentile_cont(0.5) WITHIN GROUP (ORDER BY total) FROM orders

-- count star
SELECT count(*) FROM orders

-- where, group by, having
SELECT status FROM orders WHERE customer_id = 1 GROUP BY status, note HAVING sum(total) > 10

-- group by ordinal
SELECT status, count(*) FROM orders GROUP BY 1

-- group by an output name
SELECT lower(status) AS s FROM orders GROUP BY s

-- group by a name that is both output and column means the column
SELECT lower(note) AS status FROM orders GROUP BY status, note

-- group by a name that is only another table's output
SELECT customer_id AS who, sum(total) AS total FROM orders GROUP BY who

-- order by a name that is both output and column means the output
SELECT note AS status FROM orders ORDER BY status

-- order by an expression over a name means the column
SELECT note AS status FROM orders ORDER BY lower(status)

-- order by ordinal
SELECT note, total FROM orders ORDER BY 2 DESC, 1 NULLS LAST

-- order by a column that is not in the output
SELECT note FROM orders ORDER BY placed_at, orders.id

-- order by qualified name is never the output
SELECT note AS status FROM orders o ORDER BY o.status

-- order by of a set operation sees only output names
SELECT id AS k FROM orders UNION SELECT id FROM customers ORDER BY k

-- having names a column only
SELECT sum(total) AS total FROM orders HAVING min(total) > 1

-- distinct on an output name
SELECT DISTINCT ON (s) status AS s, total FROM orders ORDER BY s, placed_at

-- distinct on columns not selected
SELECT DISTINCT ON (customer_id) id FROM orders ORDER BY customer_id, placed_at DESC

-- distinct
SELECT DISTINCT status FROM orders

-- window functions and a named window
SELECT rank() OVER (PARTITION BY customer_id ORDER BY total), sum(total) OVER w FROM orders WINDOW w AS (PARTITION BY status ORDER BY placed_at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)

-- window that refines another
SELECT sum(id) OVER (w ORDER BY note) FROM orders WINDOW w AS (PARTITION BY status)

-- an unused window
SELECT 1 FROM orders WINDOW w AS (PARTITION BY status ORDER BY note)

-- window order by never means an output name
SELECT note AS status, row_number() OVER (ORDER BY status) FROM orders

-- grouping sets, cube, rollup, grouping()
SELECT status, customer_id, grouping(status), sum(total) FROM orders GROUP BY GROUPING SETS ((status), CUBE (customer_id, note), ROLLUP (placed_at), ())

-- limit and offset with expressions
SELECT id FROM orders LIMIT (SELECT count(*) FROM items) OFFSET 1

-- fetch first with ties
SELECT id FROM orders ORDER BY total FETCH FIRST 3 ROWS WITH TIES

-- group by a primary key covers the other columns
SELECT o.id, o.total, o.note FROM orders o GROUP BY o.id

-- locking clauses
SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id FOR UPDATE OF o SKIP LOCKED

-- for share of everything
SELECT id FROM orders FOR SHARE

-- only, and inheritance
SELECT id FROM ONLY vehicles WHERE wheels = 4

-- a child with an inherited column
SELECT wheels, payload_kg FROM trucks

-- a partitioned table and a partition by its own name
SELECT e.kind, p.payload FROM events e JOIN events_2024 p ON p.at = e.at

-- tablesample with arguments
SELECT id FROM orders TABLESAMPLE bernoulli (10) REPEATABLE (1) WHERE total > 1

-- system columns are left out
SELECT ctid, xmin, tableoid::regclass, id FROM orders WHERE ctid = '(0,1)'

-- attribute numbers with holes
SELECT a, b, c FROM gaps ORDER BY d

-- a generated column
SELECT gross FROM prices

-- a column named like another table
SELECT orders FROM pairs

-- a column named like its alias
SELECT total FROM orders total

-- an alias equal to a column: a qualified reference
SELECT id.total FROM orders id

-- sqlcommenter
SELECT /* a comment: note */ id -- another: status
FROM orders /*controller='x',application='shop'*/

-- a semicolon and white space
  SELECT   id   FROM   orders  ;  

-- current_date and friends are no columns
SELECT current_date, current_user, localtimestamp, id FROM orders

-- a typed literal and an interval
SELECT date '2024-01-01', interval '1' day, placed_at + interval '1 day' FROM orders

-- named and variadic arguments
SELECT make_interval(days => customer_id), concat_ws(',', VARIADIC ARRAY[status, note]), format('%s', total) FROM orders

-- {"unless": "0A000"}
-- xml
SELECT xmlelement(name a, xmlattributes(id AS i), note), xmlforest(status, total AS t) FROM orders

-- json constructors
SELECT json_build_object('id', id), jsonb_agg(total ORDER BY note) FROM orders GROUP BY id

-- {"since": 16}
-- sql/json constructors
SELECT JSON_OBJECT('id': id, 'n': note), JSON_ARRAYAGG(total ORDER BY status), JSON_ARRAY(tags), meta IS JSON OBJECT FROM orders GROUP BY id, note, tags, meta

-- {"since": 17}
-- sql/json query functions
SELECT JSON_VALUE(meta, '$.a' DEFAULT 1 ON EMPTY), JSON_EXISTS(meta, '$.b' PASSING total AS t), JSON_QUERY(meta, '$.c'), JSON_SCALAR(id), JSON_SERIALIZE(tags::text) FROM orders

-- operator syntax
SELECT id OPERATOR(pg_catalog.+) customer_id, -total, @ total FROM orders

-- overlaps and row comparison
SELECT (placed_at, now()) OVERLAPS (placed_at, interval '1 day'), (id, total) < (customer_id, 1) FROM orders
