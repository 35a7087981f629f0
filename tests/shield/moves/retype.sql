-- A column that gets another type.
## plan
[retype]
column = "n"
type = "bigint"
## table
CREATE TABLE o (id int PRIMARY KEY, n int, note text);
## rows
INSERT INTO o VALUES (1, 10, 'a'), (2, 20, NULL);
## do
ALTER TABLE public.o ALTER n TYPE bigint;
## undo
ALTER TABLE public.o ALTER n TYPE int;
## new before
ALTER TABLE o ALTER n TYPE bigint;
## new after
ALTER TABLE o ALTER n TYPE bigint;
## try
old: SELECT * FROM o ORDER BY id
new: SELECT * FROM o ORDER BY id
old: SELECT n + 1 FROM o WHERE n = 10
new: SELECT n + 1 FROM o WHERE n = 10
old: UPDATE o SET n = n + 1 WHERE n = 10 RETURNING *
new: UPDATE o SET n = n + 1 WHERE n = 10 RETURNING *
old: INSERT INTO o (id, n) VALUES (9, 3) RETURNING n
new: INSERT INTO o (id, n) VALUES (9, 3) RETURNING n
old: DELETE FROM o WHERE n = 20 RETURNING *
new: DELETE FROM o WHERE n = 20 RETURNING *
