-- Rows that JSON fills by the names of their columns: those of NULL::t are the client's (T6).
## setup
CREATE TABLE o (id int PRIMARY KEY, note varchar(4), b text); INSERT INTO o VALUES (1, 'a', 'b');
CREATE TABLE n (id int PRIMARY KEY, c text);
CREATE TABLE y (id int PRIMARY KEY, c int);
CREATE TABLE docs (id int, body jsonb, note text); INSERT INTO docs VALUES (1, '{"id": 1, "c": "k"}', '{"id": 2}'), (2, '{"d": "z", "c": "w"}', NULL);
CREATE TABLE typed (id int PRIMARY KEY, c char(3) COLLATE "C", n numeric(5,1), at timestamptz(0), a int[], "K k" varchar(2));
CREATE TABLE hold (k int, r o); CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TABLE felt (id int, m mood);
## change
ALTER TABLE felt ADD x int; ALTER TABLE typed RENAME c TO cc; ALTER TABLE typed ADD late text;
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
## plan
id = "typed"
purpose = "x"
table = "public.typed"
[rename]
column = "c"
to = "cc"
## plan
id = "late"
purpose = "x"
table = "public.typed"
[add]
column = "late"
type = "text"
default = "'soon'"
## plan
id = "felt"
purpose = "x"
table = "public.felt"
[add]
column = "x"
type = "int"
## try
old: SELECT (NULL::felt).*
old: SELECT * FROM jsonb_populate_recordset(NULL::felt, '[{"m": "bad", "x": "no"}]')
old: SELECT * FROM json_populate_recordset(NULL::felt, NULL)
old: SELECT * FROM json_populate_record(NULL::o, '{"id": 8, "note": "j", "prio": 4, "x": 1}')
old: SELECT x.*, x.id + 1 FROM jsonb_populate_recordset(CAST(NULL AS o), '[{"id": 8}, {"b": "q", "prio": 3}]') AS x
old: SELECT q.id, note FROM json_populate_recordset(NULL::public.o, $1::json) q WHERE b IS NULL @@ [{"id": 5}]
old: SELECT * FROM jsonb_populate_record(NULL::o, NULL) AS q(a, c)
old: INSERT INTO o SELECT * FROM json_populate_recordset(NULL::o, '[{"id": 9, "note": "z"}]') RETURNING *
old: INSERT INTO o (id, note) SELECT id, note FROM json_populate_recordset(NULL::o, '[{"id": 9, "prio": 1}]')
old: SELECT id FROM json_populate_record(NULL::n, '{"id": 1, "c": "x"}')
old: SELECT id FROM json_populate_record(NULL::y, '{"id": 1, "c": 5}')
old: SELECT c FROM json_populate_record(NULL::n, '{"id": 1, "c": "x"}')
old: SELECT * FROM json_populate_record(NULL::n, '{"id": 1, "c": "x"}')
old: SELECT c FROM json_populate_record(NULL::y, '{"id": 1, "c": 5}')
old refuse: SELECT x FROM json_populate_record(NULL::o, '{"id": 1}') x
old refuse: SELECT json_populate_record(NULL::o, '{"id": 1}')
old: SELECT (json_populate_record(NULL::o, '{"id": 1}')).*
old refuse: SELECT * FROM o, json_populate_record(o, '{"id": 1}')
old refuse: SELECT id FROM json_populate_record('(1,a,b)'::o, '{"id": 1}')
new: SELECT * FROM json_populate_record(NULL::o, '{"id": 8, "prio": 4}')
new: SELECT * FROM json_populate_record(NULL::n, '{"id": 1, "c": "x", "d": "y"}')
new: SELECT d FROM json_populate_recordset(NULL::n, '[{"d": "y"}, {"c": "x"}]') q
new: SELECT c + 3000000000 FROM json_populate_record(NULL::y, '{"id": 1, "c": 5000000000}')
old 22003: SELECT c FROM json_populate_record(NULL::y, '{"id": 1, "c": 5000000000}')
old: SELECT * FROM json_populate_record(NULL::o, '{"id": 8, "prio": "none"}')
old: SELECT * FROM docs, json_populate_record(NULL::n, docs.body::json)
old: SELECT * FROM docs, LATERAL jsonb_populate_record(NULL::n, body) AS q WHERE q.c <> 'w'
old: SELECT docs.id, q.* FROM docs CROSS JOIN json_populate_record(NULL::n, note::json) q(i, j) WHERE j IS NULL
old: SELECT docs.id, q.c FROM docs LEFT JOIN jsonb_populate_record(NULL::n, docs.body) q ON q.id = docs.id
old: SELECT row_to_json(q), q IS NULL, count(q) OVER () FROM docs, jsonb_populate_record(NULL::n, body) q
old: SELECT (SELECT c FROM jsonb_populate_record(NULL::n, docs.body)) FROM docs
old: SELECT * FROM json_populate_record(NULL::n, (SELECT note::json FROM docs WHERE id = 1))
old: SELECT n.c, q.c FROM n RIGHT JOIN json_populate_recordset(NULL::n, '[{"id": 1, "c": "a"}]') q USING (id)
old: SELECT * FROM json_populate_record(NULL::n, NULL)
old: SELECT * FROM pg_catalog.json_populate_record(NULL::public.n, $1) @@ {"c": "x"}
old: SELECT * FROM json_populate_record (NULL::n, $1::text::json)q @@ {"c": "x"}
old: INSERT INTO n SELECT * FROM json_populate_recordset(NULL::n, $1) RETURNING * @@ [{"id": 5, "c": "x"}, {"id": 6}]
old: INSERT INTO n (c, id) SELECT c, id FROM json_populate_record(NULL::n, '{"id": 7, "c": "x"}') RETURNING c
old: INSERT INTO y SELECT * FROM json_populate_recordset(NULL::y, $1) RETURNING * @@ [{"id": 5, "c": 4}]
old: UPDATE o SET note = q.note FROM json_populate_recordset(NULL::o, '[{"id": 1, "note": "new"}]') q WHERE q.id = o.id RETURNING o.*, q.*
old: DELETE FROM n USING json_populate_recordset(NULL::n, '[{"id": 1}]') q WHERE q.id = n.id
old: WITH q AS (SELECT * FROM json_populate_record(NULL::n, '{"c": "x"}')) SELECT c, q::text FROM q
old: SELECT * FROM json_populate_record(NULL::typed, '{"id": 1, "c": "ab", "n": 12.345, "at": "2024-02-03 04:05:06.7+00", "a": [1, 2], "K k": "zz", "late": "x", "cc": "y"}')
new: SELECT *, pg_typeof(late) FROM json_populate_record(NULL::typed, '{"id": 1, "c": "ab", "a": null, "late": "x", "cc": "y"}')
old: SELECT c < 'b' FROM json_populate_record(NULL::typed, '{"c": "B"}')
old: EXPLAIN (COSTS OFF) SELECT 1
old 22001: SELECT "K k" FROM json_populate_record(NULL::typed, '{"K k": "zzz"}')
old refuse: SELECT q FROM json_populate_record(NULL::n, '{"id": 1}') q
old refuse: SELECT row_to_json(q) FROM json_populate_record(NULL::n, '{"id": 1}') q(a, b)
old refuse: SELECT c FROM json_populate_record(NULL::n, '{"id": 1}', false)
old refuse: SELECT c FROM ROWS FROM (json_populate_record(NULL::n, '{"id": 1}'), generate_series(1, 2)) q
old refuse: SELECT c FROM json_populate_record(NULL::n, '{"id": 1}') WITH ORDINALITY
old refuse: SELECT c FROM json_populate_record(base => NULL::n, from_json => '{"id": 1}')
old refuse: SELECT c FROM json_populate_record(NULL::n, '{"id": 1}') q FOR UPDATE OF q
old: SELECT docs.id, c FROM docs, jsonb_populate_record(NULL::n, body) FOR UPDATE OF docs
old refuse: SELECT (json_populate_record(NULL::n, '{"id": 1}')).c
old: SELECT (NULL::n).*
old: SELECT (NULL::y).*, 1 AS one
old: SELECT 1, (CAST(NULL AS n)).*, id FROM n
old refuse: SELECT q.c FROM (SELECT (NULL::n).*) q
old: SELECT id, c FROM n UNION ALL SELECT (NULL::n).*
old: SELECT id, c FROM y UNION ALL SELECT (NULL::y).*
old: SELECT (NULL::typed).*, (NULL::o).*
old: WITH q(i, j) AS (SELECT (NULL::public.n).*) SELECT j, pg_typeof(j) FROM q
old: SELECT pg_typeof(c), count(*) FROM (SELECT (NULL::y).*) q GROUP BY c
old: INSERT INTO n SELECT (NULL::n).*
old: INSERT INTO y SELECT 5, c FROM (SELECT (NULL::y).*) q RETURNING *
new: SELECT (NULL::n).*
new: SELECT q.*, pg_typeof(c) FROM (SELECT (NULL::y).*) q
old refuse: SELECT (NULL::n).c
old refuse: SELECT ('(1,a)'::n).*
old: SELECT (jsonb_populate_recordset(NULL::o, '[{"id": 8}, {"b": "q", "prio": 3}]')).*
old: SELECT 1, (json_populate_recordset(NULL::public.o, $1)).* @@ [{"id": 5, "note": "x"}]
old: SELECT (json_populate_record(NULL::o, '{"id": 1, "note": "n"}')).note, (pg_catalog.json_populate_record(NULL::o, '{"id": 2}')).id + 1
old: INSERT INTO o SELECT (json_populate_recordset(NULL::o, '[{"id": 9, "note": "z"}]')).* RETURNING *
old: SELECT (jsonb_populate_record(NULL::n, body)).id FROM docs
old: SELECT s.* FROM (SELECT (jsonb_populate_record(NULL::o, body)).* FROM docs) s
old: SELECT (jsonb_populate_record(NULL::y, body)).id FROM docs WHERE id = 1
old 22P02: SELECT (json_populate_record(NULL::o, '{"id": 1, "prio": "no"}')).id
old refuse: SELECT (json_populate_record(NULL::n, '{"id": 1}')).*
old refuse: SELECT (json_populate_record(NULL::y, '{"id": 1}')).*
old refuse: SELECT (json_populate_record(NULL::y, '{"id": 1}')).c
old refuse: SELECT jsonb_populate_recordset(NULL::o, '[{"id": 8}]')
old refuse: SELECT (jsonb_populate_record('(1,a,b)'::o, '{"id": 8}')).id
old refuse: SELECT json_populate_record(NULL::o, '{"id": 1}')::text
old refuse: SELECT (json_populate_record(NULL::hold, '{"k": 1}')).r
old refuse: SELECT (json_populate_record(NULL::hold, '{"k": 1}')).*
old: SELECT (json_populate_record(NULL::hold, '{"k": 1, "r": {"id": 4}}')).k, ((json_populate_record(NULL::hold, '{"k": 1, "r": {"id": 4}}')).r).id
