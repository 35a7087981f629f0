-- Children that have a planned column by themselves: no change of their parent's brings or takes it.
## setup
CREATE TABLE par (id int, t text); CREATE TABLE kid (prio int, z text) INHERITS (par); CREATE TABLE babe () INHERITS (kid); CREATE TABLE plain () INHERITS (par);
INSERT INTO par VALUES (1, 'p'); INSERT INTO kid VALUES (2, 'k', 7, 'z'); INSERT INTO babe VALUES (3, 'b', 8, 'y'); INSERT INTO plain VALUES (4, 'l');
CREATE TABLE pd (id int, c text DEFAULT 'd', t text); CREATE TABLE kd (id int, c text DEFAULT 'd', e int) INHERITS (pd); INSERT INTO pd VALUES (1, 'd', 't'); INSERT INTO kd VALUES (2, 'k', 't', 7);
CREATE TABLE one (id int, prio int); CREATE TABLE two (id int); CREATE TABLE both_of () INHERITS (one, two); INSERT INTO both_of VALUES (1, 9); INSERT INTO two VALUES (2);
CREATE TABLE top (id int, c int); CREATE TABLE lft () INHERITS (top); CREATE TABLE rgt () INHERITS (top); CREATE TABLE low () INHERITS (lft, rgt); INSERT INTO low VALUES (1, 5);
CREATE TABLE att (id int, t text, prio int); INSERT INTO att VALUES (6, 'a', 9); CREATE TABLE late (id int); CREATE TABLE lat2 (id int, prio int); ALTER TABLE lat2 INHERIT late;
## change
ALTER TABLE late ADD prio int DEFAULT 1;
ALTER TABLE par ADD prio int DEFAULT 0;
ALTER TABLE pd DROP c;
ALTER TABLE two ADD prio int DEFAULT 4;
ALTER TABLE top DROP c;
## plan
id = "par"
purpose = "x"
table = "public.par"
[add]
column = "prio"
type = "int"
default = "0"
[shield]
absent_writes = "discard"
## plan
id = "pd"
purpose = "x"
table = "public.pd"
[drop]
column = "c"
## plan
id = "two"
purpose = "x"
table = "public.two"
[add]
column = "prio"
type = "int"
default = "4"
## plan
id = "top"
purpose = "x"
table = "public.top"
[drop]
column = "c"
## plan
id = "late"
purpose = "x"
table = "public.late"
[add]
column = "prio"
type = "int"
## try
old: SELECT id FROM lat2
new: SELECT id FROM late
old: SELECT * FROM par
old: SELECT * FROM plain
old: SELECT * FROM kid
new: SELECT * FROM kid
old: SELECT prio, z FROM kid ORDER BY prio
new: SELECT prio, babe FROM babe
old: SELECT kid FROM kid
old: SELECT row_to_json(babe) FROM babe
old: UPDATE kid SET prio = prio + 1 RETURNING *
new: UPDATE kid SET prio = prio + 1 RETURNING *
old: INSERT INTO kid VALUES (5, 'x', 9, 'y') RETURNING *
old: COPY kid TO STDOUT
old: COPY babe FROM STDIN @@ 5\tx\t9\ty\n
old: UPDATE par SET t = t || 'x' RETURNING *
old: SELECT par.*, kid.* FROM par JOIN kid USING (id)
new: SELECT id, t FROM par
new: SELECT count(*) FROM par
new refuse: SELECT prio FROM par
new refuse: SELECT * FROM par
new refuse: SELECT row_to_json(par) FROM par
new refuse: UPDATE par SET t = 'x' WHERE prio = 7
new refuse: UPDATE par SET prio = 8
new refuse: DELETE FROM par RETURNING *
new: SELECT * FROM kd
new: SELECT c FROM kd
new: UPDATE kd SET c = 'q' RETURNING *
new: INSERT INTO kd VALUES (5, 'c', 't', 6) RETURNING *
old: SELECT * FROM kd
old: DELETE FROM kd WHERE c = 'k' RETURNING *
new: SELECT * FROM pd
old: SELECT * FROM both_of
new: SELECT * FROM both_of
old: SELECT * FROM two
old: SELECT prio FROM both_of
new refuse: SELECT prio FROM two
new: SELECT * FROM low
new: SELECT * FROM top
