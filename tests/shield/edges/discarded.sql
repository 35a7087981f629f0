-- Discarded values that are more than constants: evaluated once for each row, with their errors, and thrown away.
## setup
CREATE DOMAIN posint AS int CHECK (VALUE > 0);
CREATE TYPE mood AS ENUM ('low', 'high');
CREATE SEQUENCE s;
CREATE TABLE o (id int PRIMARY KEY, note text, other int, txt text, code varchar(3) UNIQUE); INSERT INTO o VALUES (1, 'a', 5, '7', 'p'), (2, 'b', 0, 'x', 'q'), (3, NULL, NULL, NULL, NULL);
CREATE TABLE src (id int PRIMARY KEY, v int, big bigint, t text, n numeric); INSERT INTO src VALUES (1, 4, 9, 'long enough', 1.5), (2, 0, 9000000000, 'x', 123456), (9, NULL, NULL, NULL, NULL);
CREATE TABLE two (a int PRIMARY KEY, b text); INSERT INTO two VALUES (1, 'x');
CREATE TABLE typed (id int PRIMARY KEY, note text, ts timestamptz); INSERT INTO typed VALUES (1, 'x', '2024-01-01');
CREATE FUNCTION noisy(i int) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT nextval('s')::int + i $$;
CREATE FUNCTION calm(i int) RETURNS int LANGUAGE sql IMMUTABLE AS $$ SELECT i + 1 $$;
CREATE FUNCTION lower(i int) RETURNS int LANGUAGE sql VOLATILE AS $$ SELECT nextval('s')::int $$;
CREATE FUNCTION counts() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.fired := NEW.fired + 1; RETURN NEW; END $$;
CREATE TABLE trig (id int PRIMARY KEY, a text, b text, fired int DEFAULT 0); INSERT INTO trig VALUES (1, 'a', 'b', 0), (2, 'c', 'd', 0);
CREATE TRIGGER of_a BEFORE UPDATE OF a, id ON trig FOR EACH ROW EXECUTE FUNCTION counts();
CREATE TABLE watched (id int PRIMARY KEY, fired int DEFAULT 0); INSERT INTO watched VALUES (1, 0);
CREATE TRIGGER of_all BEFORE UPDATE OF id, fired ON watched FOR EACH ROW EXECUTE FUNCTION counts();
CREATE TABLE heirs (id int, a text, fired int DEFAULT 0); CREATE TABLE heir () INHERITS (heirs); INSERT INTO heir VALUES (1, 'a', 0);
CREATE TRIGGER of_a BEFORE UPDATE OF id, a ON heir FOR EACH ROW EXECUTE FUNCTION counts();
CREATE TABLE made_of (id int PRIMARY KEY, a text, g text GENERATED ALWAYS AS (a || 'x') STORED, fired int DEFAULT 0); INSERT INTO made_of (id, a) VALUES (1, 'a');
CREATE TRIGGER of_g AFTER UPDATE OF g ON made_of FOR EACH ROW EXECUTE FUNCTION counts();
## change
ALTER TABLE trig ADD c int; ALTER TABLE watched ADD c int; ALTER TABLE heirs ADD c int; ALTER TABLE made_of ADD c int;
ALTER TABLE o ADD prio int DEFAULT 5;
ALTER TABLE o ADD label varchar(4) DEFAULT 'none';
ALTER TABLE o ADD amount numeric(4,1);
ALTER TABLE o ADD flag boolean;
ALTER TABLE two ADD c int;
ALTER TABLE typed ADD feeling mood; ALTER TABLE typed ADD small posint; ALTER TABLE typed ADD extra jsonb;
## plan
id = "prio"
purpose = "x"
table = "public.o"
[add]
column = "prio"
type = "int"
default = "5"
[shield]
absent_writes = "discard"
## plan
id = "label"
purpose = "x"
table = "public.o"
[add]
column = "label"
type = "varchar(4)"
default = "'none'"
[shield]
absent_writes = "discard"
## plan
id = "amount"
purpose = "x"
table = "public.o"
[add]
column = "amount"
type = "numeric(4,1)"
[shield]
absent_writes = "discard"
## plan
id = "flag"
purpose = "x"
table = "public.o"
[add]
column = "flag"
type = "boolean"
[shield]
absent_writes = "discard"
## plan
id = "c"
purpose = "x"
table = "public.two"
[add]
column = "c"
type = "int"
[shield]
absent_writes = "discard"
## plan
id = "feeling"
purpose = "x"
table = "public.typed"
[add]
column = "feeling"
type = "public.mood"
[shield]
absent_writes = "discard"
## plan
id = "small"
purpose = "x"
table = "public.typed"
[add]
column = "small"
type = "public.posint"
[shield]
absent_writes = "discard"
## plan
id = "extra"
purpose = "x"
table = "public.typed"
[add]
column = "extra"
type = "jsonb"
[shield]
absent_writes = "discard"
## plan
id = "trig"
purpose = "x"
table = "public.trig"
[add]
column = "c"
type = "int"
[shield]
absent_writes = "discard"
## plan
id = "watched"
purpose = "x"
table = "public.watched"
[add]
column = "c"
type = "int"
[shield]
absent_writes = "discard"
## plan
id = "made_of"
purpose = "x"
table = "public.made_of"
[add]
column = "c"
type = "int"
[shield]
absent_writes = "discard"
## plan
id = "heirs"
purpose = "x"
table = "public.heirs"
[add]
column = "c"
type = "int"
[shield]
absent_writes = "discard"
## try
new: UPDATE o SET prio = other WHERE id = 1 RETURNING id, note, other, txt, code
new: UPDATE o SET note = 'z', prio = other + 1 RETURNING id, note, other, txt, code
new: UPDATE o SET prio = 10 / other WHERE id = 1
new: UPDATE o SET prio = 10 / other
new: UPDATE o SET prio = txt::int WHERE id = 1
new: UPDATE o SET prio = txt::int
new: UPDATE o SET prio = (SELECT v FROM src WHERE src.id = o.id) WHERE id < 3 RETURNING note
new: UPDATE o SET prio = (SELECT v FROM src)
new: UPDATE o SET prio = src.big FROM src WHERE src.id = o.id AND o.id = 1 RETURNING o.note, src.big
new: UPDATE o SET prio = src.big FROM src WHERE src.id = o.id
new: UPDATE o SET prio = src.t FROM src WHERE src.id = o.id
new: UPDATE o SET prio = txt
new: UPDATE o SET flag = other
new: UPDATE o SET flag = other > 3, note = 'z' RETURNING note
new: UPDATE o SET flag = txt
new: UPDATE o SET label = src.t FROM src WHERE src.id = o.id
new: UPDATE o SET label = src.t FROM src WHERE src.id = o.id AND o.id = 2
new: UPDATE o SET label = other, note = other
new: UPDATE o SET label = left(txt, 2) || 'abc'
new: UPDATE o SET label = txt || 'ab   '
new: UPDATE o SET amount = src.n FROM src WHERE src.id = o.id AND o.id = 1
new: UPDATE o SET amount = src.n FROM src WHERE src.id = o.id
new: UPDATE o SET amount = other, prio = other, label = other, flag = other > 1 WHERE id = 1 RETURNING id, note, other, txt, code
new: UPDATE o SET (note, prio) = (txt, other), label = upper($1) WHERE id = $2 RETURNING note @@ ab|1
new: UPDATE o SET (prio) = ROW(other + $1) WHERE id = 1 RETURNING note @@ 4
new: UPDATE o SET prio = $1::int / $2::int WHERE id = 1 @@ 4|0
new: UPDATE o SET prio = coalesce($1, other, 0), note = $2 WHERE id = $3 RETURNING note @@ 4|z|1
new: UPDATE o SET prio = CASE WHEN other > 1 THEN 1 ELSE 1 / other END WHERE other IS NOT NULL
new: UPDATE o SET prio = CASE WHEN other > 1 THEN 1 ELSE 1 / 0 END WHERE other > 1
new: UPDATE o SET prio = prio
new: UPDATE o AS q SET prio = q.other, note = lower(q.note) RETURNING q.id, q.note
new: UPDATE o SET prio = noisy(1) WHERE id = 1 RETURNING note
new: UPDATE o SET prio = nextval('s'), note = txt RETURNING note
new: WITH n AS MATERIALIZED (SELECT nextval('s') AS a), u AS (UPDATE o SET prio = nextval('s') FROM n RETURNING currval('s') - n.a AS d) SELECT * FROM u
new refuse: UPDATE o SET prio = nextval('s'), other = nextval('s')
new refuse: UPDATE o SET prio = noisy(1), note = DEFAULT
new refuse: UPDATE o SET prio = lower(1), other = noisy(2)
new: UPDATE o SET prio = calm(1), other = noisy(2) WHERE id = 1 RETURNING id
new: UPDATE o SET prio = generate_series(1, 2)
new: UPDATE o SET prio = count(*)
new: UPDATE o SET (note, other, txt, code, prio) = ('z', 1, '2', '3', other * 2) WHERE id = 1 RETURNING o.id, note
new refuse: UPDATE two SET a = a + 1, b = 'z', c = a
new: WITH u AS (UPDATE o SET prio = other, note = 'w' WHERE id < 3 RETURNING id, note) SELECT * FROM u
new: INSERT INTO o (id, note, prio) VALUES (7, 'n', 3 + $1) RETURNING id, note, other, txt, code @@ 5
new: INSERT INTO o (id, note, prio) VALUES ($1, $2, $3::int / $4::int) RETURNING id, note @@ 7|a|8|0
new: INSERT INTO o (id, note, prio) VALUES ($1, $2, $3::int / $4::int) RETURNING id, note @@ 7|a|8|2
new: INSERT INTO o (code, id, note, other, txt, prio) VALUES ($1, $2, $3, $4, $5, coalesce($6::int, 1)) RETURNING id, code, note, other, txt @@ abc|8|n|4|t|5
new: INSERT INTO o (code, id, note, other, txt, prio) VALUES ($1, $2, $3, $4, $5, coalesce($6::int, 1)) RETURNING id @@ abcd|8|n|4|t|5
new: INSERT INTO o (code, id, prio) VALUES ('abcd', 8, 1 + 1)
new: INSERT INTO o (code, id, prio) VALUES ('abc', 8, 1 + 1) RETURNING code, id
new: INSERT INTO o (note, id, prio) VALUES (5, 8, abs(-1)) RETURNING note, id
new: INSERT INTO o (note, id, prio) VALUES (NULL, 8, abs(-1)) RETURNING note, id
new: INSERT INTO o (id, prio) VALUES (8, '7'::text)
new refuse: INSERT INTO o (id, prio) VALUES (8, lower('A'))
new refuse: INSERT INTO o (id, prio) VALUES (8, lower(5))
new refuse: INSERT INTO o (id, prio) VALUES (8, nextval('s'))
new: INSERT INTO o (id, prio) SELECT 8 + id, generate_series(1, 2) FROM src
new: INSERT INTO o (id, prio) SELECT 8 + row_number() OVER (), generate_series(1, 2) FROM src RETURNING id
new: INSERT INTO o (id, note, prio) SELECT generate_series(10, 12), 'x', 1 + 1 RETURNING id, note
new refuse: INSERT INTO o (prio) VALUES (1 + 1)
new refuse: INSERT INTO o VALUES (8, 'n', 5, 't', 'c', 1 + 1)
new: INSERT INTO o (id, note, label) VALUES (8, 'n', upper('abcd')), (9, 'm', DEFAULT), (10, 'k', 'abc') RETURNING id, note
new: INSERT INTO o (id, note, label) VALUES (8, 'n', upper('abcd')), (9, 'm', DEFAULT), (10, 'k', 'abcde')
new: INSERT INTO o (id, note, label) VALUES (8, 'n', upper('abcde')), (9, 'm', DEFAULT)
new: INSERT INTO o (id, note, amount) VALUES (8, 'n', 10 ^ $1::int) @@ 4
new: INSERT INTO o (id, note, prio) SELECT id + 10, t, v FROM src RETURNING id, note
new: INSERT INTO o (id, note, prio) SELECT id + 10, t AS x, 8 / v AS y FROM src RETURNING id, note
new: INSERT INTO o (id, prio) SELECT id + 10, v + 1 FROM src WHERE v > $1 @@ 0
new: INSERT INTO o (id, txt, prio, label) SELECT s.id + 10, s.t, s.v, s.t FROM src AS s WHERE id = 2 RETURNING id, txt
new: INSERT INTO o (id, txt, prio, label) SELECT s.id + 10, s.t, s.v, s.t FROM src AS s RETURNING id, txt
new: WITH q AS (SELECT * FROM src) INSERT INTO o (id, note, prio) SELECT q.id + 10, q.t, q.v FROM q RETURNING id, note
new: INSERT INTO o (id, note, prio) VALUES (1, 'n', 4) ON CONFLICT (id) DO UPDATE SET prio = excluded.other, note = excluded.note RETURNING id, note, other
new: INSERT INTO o (id, note, prio, other) VALUES (1, 'n', 2 * 2, 7) ON CONFLICT (id) DO UPDATE SET prio = o.other / (excluded.other - 7), note = excluded.note RETURNING id, note, other
new: INSERT INTO o (id, note, prio, other) VALUES (1, 'n', 2 * 2, 8) ON CONFLICT (id) DO UPDATE SET prio = o.other / (excluded.other - 7), note = excluded.note RETURNING id, note, other
new: INSERT INTO two (a, b, c) VALUES (5, 'y', 1 + 1) RETURNING a, b
new: INSERT INTO o (id, prio, note) SELECT x.id + y.id + 10, x.v, y.t || x.t FROM src x, src y WHERE x.id < y.id RETURNING id, note
new: INSERT INTO o (id, prio) SELECT v + 50, o.prio + o.other FROM src JOIN o USING (id) WHERE o.prio > 1 RETURNING id
new: INSERT INTO o (prio, id) SELECT 8 / (o.prio - 5), o.prio + 60 FROM o WHERE o.id = 1
new: INSERT INTO o (id, note, prio) VALUES ($1, $2, $1 + 1) RETURNING id, note @@ 8|x
new: INSERT INTO o (note, id, prio, other) VALUES ($2, 8, length($1) + 1, $1::int) RETURNING id, note @@ 8|x
new refuse: INSERT INTO o (note, prio, id) VALUES ($1, lower(1), $2)
new: INSERT INTO o (id, other, prio) VALUES (8, true, 1 + 1)
new: INSERT INTO o (note, id, prio) VALUES (ARRAY[1, 2], 8, 1 + 1) RETURNING note, id
new: INSERT INTO o (note, id, prio) VALUES (upper($1) || 'x', $2, 1 + 1) RETURNING note, id @@ ab|8
new: INSERT INTO two (b, a, c) SELECT t, id + 4, v FROM src RETURNING a, b
new: INSERT INTO two SELECT a + 10, b, c FROM two
new: INSERT INTO two SELECT id + 10, t, v FROM src RETURNING a, b
new: INSERT INTO two SELECT id + 10, t, 4 / v FROM src RETURNING a, b
new: INSERT INTO two SELECT id + 10, t, big FROM src RETURNING a, b
new: INSERT INTO two SELECT id + 10, t, t FROM src RETURNING a, b
new: INSERT INTO two SELECT * FROM two ON CONFLICT DO NOTHING
new: INSERT INTO two TABLE two ON CONFLICT (a) DO UPDATE SET b = excluded.b || 'z' RETURNING a, b
new: INSERT INTO two (c, b, a) SELECT v, t, id + 10 FROM src ORDER BY 1 LIMIT 2
new: INSERT INTO two (a, b, c) SELECT id + 10, max(t), sum(v) FROM src GROUP BY 1 RETURNING a, b
new: INSERT INTO two (a, c) SELECT v + 10, nextval('s') FROM src WHERE v > 0 RETURNING a, b
new: WITH n AS MATERIALIZED (SELECT nextval('s') AS a) INSERT INTO two (a, c) SELECT 10 + id, nextval('s') FROM src, n RETURNING a, currval('s') - (SELECT n.a FROM n)
new: INSERT INTO two (a, c) SELECT 10 + nextval('s') * 0, noisy(1) RETURNING a, b
new: WITH q AS (SELECT id + 10 AS a, t, v FROM src) INSERT INTO two SELECT * FROM q RETURNING a, b
new: INSERT INTO two (SELECT id + 10, t, v FROM src UNION ALL SELECT 20, 'x', NULL) RETURNING a, b
new: INSERT INTO two SELECT id + 10, 'x', v FROM src RETURNING a, b
new refuse: INSERT INTO two SELECT id + 10, $1, v FROM src RETURNING a, b
new: UPDATE two SET (b, c) = (SELECT t, v FROM src WHERE src.id = two.a) RETURNING a, b
new: UPDATE two SET (b, c) = (SELECT t, v FROM src WHERE src.id = two.a + 50) RETURNING a, b
new: UPDATE two SET (b, c) = (SELECT t, v FROM src) RETURNING a, b
new: UPDATE two SET (c, b) = (SELECT big, 'x' FROM src WHERE id = 2) RETURNING a, b
new: UPDATE two SET (c, b) = (SELECT t, 'x' FROM src WHERE id = 2) RETURNING a, b
new refuse: UPDATE two SET (c) = (SELECT v FROM src WHERE id = 2) RETURNING a, b
new: UPDATE two SET (c) = ROW((SELECT v FROM src WHERE id = 2)) RETURNING a, b
new: MERGE INTO two USING src ON src.id = two.a WHEN MATCHED THEN UPDATE SET c = src.v / 4 WHEN NOT MATCHED THEN INSERT (a, b, c) VALUES (src.id + 10, src.t, 4 / src.v)
new: MERGE INTO two USING src ON src.id = two.a WHEN MATCHED THEN UPDATE SET c = src.v / 4 WHEN NOT MATCHED THEN INSERT (a, b, c) VALUES (src.id + 10, src.t, src.v)
new refuse: UPDATE typed SET feeling = note::mood
new refuse: UPDATE typed SET small = 1 + 1
new refuse: UPDATE typed SET extra = '{}'::json || '{}'
new: UPDATE typed SET feeling = 'low', small = $1, extra = $2 RETURNING id @@ 4|{}
new: UPDATE trig SET c = 5 RETURNING id, a, b, fired
new: UPDATE trig SET c = id + 1 RETURNING id, a, b, fired
new: UPDATE trig SET c = 5 / (id - 1), b = 'x' RETURNING id, a, b, fired
new: UPDATE trig SET c = 5 / id, b = 'x' RETURNING id, a, b, fired
new: UPDATE trig SET c = 5 / id, a = 'x' RETURNING id, a, b, fired
new: INSERT INTO trig (id, b) VALUES (1, 'y') ON CONFLICT (id) DO UPDATE SET c = trig.id + 1 RETURNING id, a, b, fired
new refuse: UPDATE trig SET c = 5 / id, b = 'x', fired = 3
new refuse: UPDATE made_of SET c = 5
new: UPDATE made_of SET c = 5, fired = 8 RETURNING id, fired
new refuse: UPDATE watched SET c = 5
new refuse: UPDATE watched SET c = id + 1
new: UPDATE watched SET c = 5, fired = 8 RETURNING id, fired
new: UPDATE heirs SET c = id + 1 RETURNING id, a, fired
new: UPDATE heirs SET c = 5 RETURNING id, a, fired
