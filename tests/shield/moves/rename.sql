-- A column that gets another name.
## plan
[rename]
column = "total"
to = "amount"
## table
CREATE TABLE o (id int PRIMARY KEY, total int, note text);
## rows
INSERT INTO o VALUES (1, 10, 'a'), (2, 20, NULL);
## do
ALTER TABLE public.o RENAME COLUMN total TO amount;
## undo
ALTER TABLE public.o RENAME COLUMN amount TO total;
## new before
ALTER TABLE o RENAME COLUMN total TO amount;
## new after
ALTER TABLE o RENAME COLUMN total TO amount;
## try
old: SELECT * FROM o ORDER BY id
new: SELECT * FROM o ORDER BY id
old: SELECT total FROM o WHERE total > 5 ORDER BY total
new: SELECT amount FROM o WHERE amount > 5 ORDER BY amount
old: UPDATE o SET total = total + 1 WHERE total = 10 RETURNING *
new: UPDATE o SET amount = amount + 1 WHERE amount = 10 RETURNING *
old: INSERT INTO o VALUES (9, 3) RETURNING total
new: INSERT INTO o VALUES (9, 3) RETURNING amount
old: INSERT INTO o (id, total) VALUES (1, 8) ON CONFLICT (id) DO UPDATE SET total = excluded.total + o.total RETURNING *
new: INSERT INTO o (id, amount) VALUES (1, 8) ON CONFLICT (id) DO UPDATE SET amount = excluded.amount + o.amount RETURNING *
old: DELETE FROM o WHERE total = 20 RETURNING *
new: DELETE FROM o USING (VALUES (20)) AS v (n) WHERE amount = n RETURNING o.*
old: COPY o TO STDOUT
new: COPY o (id, amount) TO STDOUT
old: COPY o (id, total) FROM STDIN <- 9 3
new: COPY o FROM STDIN <- 9 3 n
