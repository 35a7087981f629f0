-- COPY, both directions, with and without a column list.

--- old rewrite
COPY orders FROM STDIN
--- copy
50	1	2.5	fifty
51	\N	3	\N

--- old rewrite
COPY public.orders FROM STDIN WITH (FORMAT csv, HEADER)
--- copy
id,cid,total,note
50,1,2.5,"a ""b"""

--- old allow
COPY orders (id, total) FROM STDIN (FORMAT csv)
--- copy
50,2.5
51,3

--- old rewrite
COPY orders FROM STDIN CSV
--- copy
50,1,2.5,x,9

--- old rewrite
COPY orders FROM STDIN (DELIMITER '|', NULL '')
--- copy
50|1|2|

--- old rewrite
COPY orders FROM STDIN
--- copy
1	1	2.5	duplicate

--- old rewrite
COPY orders FROM STDIN WITH (FORMAT text) WHERE total > 3
--- copy
50	1	2.5	x
51	1	4.5	y

--- old rewrite
COPY orders TO STDOUT

--- old rewrite
COPY orders TO STDOUT WITH (FORMAT csv, HEADER)

--- old rewrite
COPY orders TO STDOUT (FORMAT binary)

--- old allow
COPY orders (id, note) TO STDOUT

--- old rewrite
COPY (SELECT * FROM orders ORDER BY id) TO STDOUT (FORMAT csv)

--- old rewrite
COPY (SELECT o.*, c.name FROM orders o JOIN customers c USING (cid) ORDER BY id) TO STDOUT

--- old rewrite
COPY (UPDATE orders SET note = 'c' WHERE id = 1 RETURNING *) TO STDOUT

--- old allow
COPY customers TO STDOUT

--- old rewrite
COPY measures FROM STDIN (FORMAT csv)
--- copy
9,2024-05-05,1.5

--- old rewrite
COPY animals TO STDOUT

--- old refuse 42703 # its table has no such column
COPY orders (id, priority) FROM STDIN
--- copy
50	1

--- new rewrite
COPY orders (id, priority) TO STDOUT

--- new rewrite
COPY orders TO STDOUT (FORMAT csv, HEADER)

--- new rewrite
COPY (SELECT id, priority FROM orders ORDER BY id) TO STDOUT

--- new rewrite
COPY orders (priority) TO STDOUT (FORMAT binary)

--- new refuse 42703 # writes to the absent column
COPY orders (id, priority) FROM STDIN
--- copy
50	1

--- new refuse 42703 # without a list it writes all columns, the absent one too
COPY orders FROM STDIN
--- copy
50	1	2.5	x	9

--- new allow
COPY orders (id, cid) FROM STDIN
--- copy
50	1

--- old rewrite block
SET LOCAL search_path = public, "Shop"
--- then
COPY "Order Items" FROM STDIN
--- copy
9	1	new
--- then
COPY orders FROM STDIN
--- copy
50	1	2.5	fifty
--- then
SELECT * FROM orders WHERE id = 50
