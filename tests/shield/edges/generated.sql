-- Generated columns under plans: COPY without a list leaves them out, by whatever name.
## setup
CREATE TABLE g (id int PRIMARY KEY, a int, g int GENERATED ALWAYS AS (a * 2) STORED, t text); INSERT INTO g (id, a, t) VALUES (1, 4, 'x'), (2, NULL, 'y');
CREATE TABLE h (id int PRIMARY KEY, a int, g int GENERATED ALWAYS AS (a * 2) STORED, t text); INSERT INTO h (id, a, t) VALUES (1, 4, 'x'), (2, NULL, 'y');
CREATE TABLE d (id int PRIMARY KEY, a int, t text, g int GENERATED ALWAYS AS (a * 2) STORED); INSERT INTO d (id, a, t) VALUES (1, 4, 'x'), (2, NULL, 'y');
CREATE TABLE i (id int PRIMARY KEY, k int GENERATED ALWAYS AS IDENTITY); INSERT INTO i VALUES (1);
## change
ALTER TABLE i DROP k; ALTER TABLE g RENAME g TO gg; ALTER TABLE h ALTER g TYPE bigint; ALTER TABLE d DROP g;
## plan
id = "g"
purpose = "x"
table = "public.g"
[rename]
column = "g"
to = "gg"
## plan
id = "h"
purpose = "x"
table = "public.h"
[retype]
column = "g"
type = "bigint"
## plan
id = "d"
purpose = "x"
table = "public.d"
[drop]
column = "g"
## plan
id = "i"
purpose = "x"
table = "public.i"
[drop]
column = "k"
## try
old: COPY g TO STDOUT
new: COPY g TO STDOUT (FORMAT csv, HEADER)
old: COPY g FROM STDIN @@ 7\t8\tn\n
new: COPY g FROM STDIN (FORMAT csv) @@ 7,8,n\n
old: COPY (SELECT * FROM g) TO STDOUT
old refuse: COPY g (id, g) TO STDOUT
new refuse: COPY g (gg) TO STDOUT
old: COPY g (id, t) TO STDOUT
old: SELECT g, t FROM g
old: INSERT INTO g VALUES (7, 8, DEFAULT, 'n') RETURNING *
old: INSERT INTO g (id, g) VALUES (7, DEFAULT) RETURNING g.g
old: UPDATE g SET a = 6, g = DEFAULT RETURNING *
old: COPY h TO STDOUT
new: COPY h TO STDOUT
old: COPY h FROM STDIN @@ 7\t8\tn\n
old refuse: COPY h (id, g) TO STDOUT
new refuse: COPY h (id, g) TO STDOUT
new: COPY d TO STDOUT
old: COPY d TO STDOUT
old: COPY d FROM STDIN @@ 7\t8\tn\n
old: INSERT INTO d VALUES (7, 8, 'n') RETURNING id
old refuse: SELECT g FROM d
old refuse: SELECT * FROM d
old: SELECT id, t FROM d
old refuse: SELECT k FROM i
old: SELECT id FROM i
new: COPY d FROM STDIN @@ 7\t8\tn\n
old refuse: UPDATE d SET a = 1 RETURNING *
old refuse: UPDATE d SET t = 'x' WHERE g = 8
old refuse: DELETE FROM i RETURNING *
old refuse: DELETE FROM i WHERE k = 1
old refuse: INSERT INTO d (id, a) VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET a = d.g
old refuse: SELECT row_to_json(i) FROM i
old refuse: COPY i TO STDOUT
old: UPDATE d SET a = 1 RETURNING id
old: DELETE FROM i WHERE id = 1 RETURNING id
new: SELECT * FROM i
