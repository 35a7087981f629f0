-- Rows that JSON fills by the names of their columns: those of NULL::t are the client's (T6).
## setup
CREATE TABLE o (id int PRIMARY KEY, note varchar(4), b text); INSERT INTO o VALUES (1, 'a', 'b');
CREATE TABLE n (id int PRIMARY KEY, c text);
CREATE TABLE y (id int PRIMARY KEY, c int);
## change
ALTER TABLE o ADD prio int;
ALTER TABLE n RENAME c TO d;
ALTER TABLE y ALTER c TYPE bigint;
## plan
id = "o"
purpose = "x"
table = "public.o"
[add]
column = "prio"
type = "int"
## plan
id = "n"
purpose = "x"
table = "public.n"
[rename]
column = "c"
to = "d"
## plan
id = "y"
purpose = "x"
table = "public.y"
[retype]
column = "c"
type = "bigint"
from = "int"
## try
old: SELECT * FROM json_populate_record(NULL::o, '{"id": 8, "note": "j", "prio": 4, "x": 1}')
old: SELECT x.*, x.id + 1 FROM jsonb_populate_recordset(CAST(NULL AS o), '[{"id": 8}, {"b": "q", "prio": 3}]') AS x
old: SELECT q.id, note FROM json_populate_recordset(NULL::public.o, $1::json) q WHERE b IS NULL @@ [{"id": 5}]
old: SELECT * FROM jsonb_populate_record(NULL::o, NULL) AS q(a, c)
old: INSERT INTO o SELECT * FROM json_populate_recordset(NULL::o, '[{"id": 9, "note": "z"}]') RETURNING *
old: INSERT INTO o (id, note) SELECT id, note FROM json_populate_recordset(NULL::o, '[{"id": 9, "prio": 1}]')
old: SELECT id FROM json_populate_record(NULL::n, '{"id": 1, "c": "x"}')
old: SELECT id FROM json_populate_record(NULL::y, '{"id": 1, "c": 5}')
old refuse: SELECT c FROM json_populate_record(NULL::n, '{"id": 1, "c": "x"}')
old refuse: SELECT * FROM json_populate_record(NULL::n, '{"id": 1, "c": "x"}')
old refuse: SELECT c FROM json_populate_record(NULL::y, '{"id": 1, "c": 5}')
old refuse: SELECT x FROM json_populate_record(NULL::o, '{"id": 1}') x
old refuse: SELECT json_populate_record(NULL::o, '{"id": 1}')
old refuse: SELECT (json_populate_record(NULL::o, '{"id": 1}')).*
old refuse: SELECT * FROM o, json_populate_record(o, '{"id": 1}')
old refuse: SELECT id FROM json_populate_record('(1,a,b)'::o, '{"id": 1}')
new refuse: SELECT * FROM json_populate_record(NULL::o, '{"id": 8, "prio": 4}')
