-- A plan whose absent reads are refused: the column reads as nothing at all before it is there.
## setup
CREATE TABLE o (id int PRIMARY KEY, note text); INSERT INTO o VALUES (1, 'a'), (2, NULL);
CREATE TABLE e (id int PRIMARY KEY, v int); INSERT INTO e VALUES (1, 5), (9, 6);
CREATE VIEW v AS SELECT id, note FROM o;
CREATE FUNCTION all_o() RETURNS SETOF o STABLE LANGUAGE sql AS 'SELECT * FROM public.o';
## change
ALTER TABLE o ADD prio int DEFAULT 3;
## plan
id = "o"
purpose = "x"
table = "public.o"
[add]
column = "prio"
type = "int"
default = "3"
[shield]
absent_reads = "refuse"
## try
old: SELECT * FROM o
old: UPDATE o SET note = 'x' RETURNING *
new: SELECT id, note FROM o
new: SELECT count(*) FROM o
new: UPDATE o SET note = 'x' RETURNING id
new: INSERT INTO o (id) VALUES (7) RETURNING note
new: SELECT * FROM v
new: DELETE FROM o USING e WHERE o.id = e.id RETURNING e.*, o.id
new refuse: SELECT * FROM o
new refuse: SELECT o.* FROM o JOIN e USING (id)
new refuse: SELECT prio FROM o
new refuse: TABLE o
new refuse: SELECT row_to_json(o) FROM o
new refuse: SELECT id FROM o WHERE prio = 3
new refuse: SELECT id FROM o ORDER BY prio
new refuse: COPY o TO STDOUT
new refuse: COPY o (prio) TO STDOUT
new refuse: UPDATE o SET note = 'x' RETURNING *
new refuse: UPDATE o SET note = 'x' RETURNING o.*
new refuse: UPDATE o SET note = 'x' RETURNING row_to_json(o)
new refuse: UPDATE o SET note = prio::text
new refuse: UPDATE o SET note = 'x' WHERE prio = 3
new refuse: UPDATE o SET note = 'x' RETURNING prio
new refuse: DELETE FROM o RETURNING *
new refuse: DELETE FROM o USING e WHERE o.id = e.id RETURNING *
new refuse: INSERT INTO o (id) VALUES (7) RETURNING *
new refuse: INSERT INTO o (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET note = excluded.prio::text
new refuse: INSERT INTO o (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET note = row_to_json(excluded)::text
new refuse: WITH i AS (INSERT INTO o (id) VALUES (7) RETURNING *) SELECT id FROM i
new refuse: WITH d AS (DELETE FROM o RETURNING *) SELECT count(*) FROM d
new refuse: MERGE INTO o USING e ON o.id = e.id AND o.prio = 3 WHEN MATCHED THEN DELETE
new refuse pg17: MERGE INTO o USING e ON o.id = e.id WHEN MATCHED THEN DELETE RETURNING *
new refuse pg17: MERGE INTO o USING e ON o.id = e.id WHEN MATCHED THEN DELETE RETURNING o.*
new refuse pg18: UPDATE o SET note = 'x' RETURNING old.*
new refuse pg18: INSERT INTO o (id) VALUES (7) RETURNING new.prio
new refuse: SELECT (all_o()).*
new refuse: SELECT * FROM all_o()
new: SELECT * FROM json_populate_record(NULL::o, '{"id": 1}')
