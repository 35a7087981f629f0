-- Rows of a planned table in columns of others and of views: as the table is, so they are not served; their fields are (T6).
## setup
CREATE TABLE o (id int PRIMARY KEY, note text); INSERT INTO o VALUES (1, 'a'), (2, NULL);
CREATE TABLE n (id int PRIMARY KEY, c text); INSERT INTO n VALUES (1, 'x');
CREATE TABLE h (k int PRIMARY KEY, r o, rs o[], m n); INSERT INTO h VALUES (1, (7, 'seven'), ARRAY[(8, 'eight')::o], (9, 'nine'));
CREATE VIEW v AS SELECT k, r, rs FROM h;
CREATE VIEW w AS SELECT o AS r FROM o;
## change
ALTER TABLE o ADD prio int;
ALTER TABLE n RENAME c TO cc;
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
to = "cc"
## try
old: SELECT k FROM h
old: SELECT (r).note, (h.r).id FROM h
old: SELECT (r).* FROM v
old: SELECT (v.r).note FROM v WHERE (v.r).id = 7
old: SELECT (rs[1]).note FROM h WHERE k = 1
old: SELECT (m).id FROM h
old refuse: SELECT r FROM h
old refuse: SELECT * FROM h
old refuse: SELECT h.* FROM h
old refuse: SELECT rs FROM h
old refuse: SELECT rs[1] FROM h
old refuse: SELECT to_jsonb(m) FROM h
old refuse: SELECT q.r::text FROM (SELECT r FROM v) q
old refuse: SELECT r FROM w
old refuse: UPDATE h SET k = 2 RETURNING *
new refuse: SELECT r FROM h
