-- A column that goes; it is the last, so that it can come again in its place.
## plan
[drop]
column = "fax"
## table
CREATE TABLE o (id int PRIMARY KEY, note text, fax text DEFAULT 'none');
## rows
INSERT INTO o (id, note, fax) VALUES (1, 'a', '555'), (2, NULL, NULL);
## do
ALTER TABLE public.o DROP COLUMN fax;
## undo
ALTER TABLE public.o ADD COLUMN fax text DEFAULT 'none';
UPDATE public.o SET fax = CASE id WHEN 1 THEN '555' END;
## old after
UPDATE o SET fax = 'none';
## new before
ALTER TABLE o DROP COLUMN fax;
## new after
ALTER TABLE o DROP COLUMN fax;
## try
old: SELECT * FROM o ORDER BY id
old: SELECT id, fax FROM o WHERE fax = 'none' ORDER BY id
old: SELECT row_to_json(o) FROM o ORDER BY id
old: UPDATE o SET note = fax WHERE id = 1 RETURNING *
old: DELETE FROM o WHERE fax = 'none' RETURNING id, fax
old refuse: INSERT INTO o VALUES (9, 'n', 'f') RETURNING *
old refuse: UPDATE o SET fax = 'z', note = 'lost' WHERE id = 1
new: SELECT * FROM o ORDER BY id
new: INSERT INTO o VALUES (9, 'n') RETURNING *
new: UPDATE o SET note = 'x' RETURNING *
new: DELETE FROM o RETURNING o.*
old refuse: COPY o (id, fax) FROM STDIN <- 9 f
new: COPY o FROM STDIN <- 9 n
