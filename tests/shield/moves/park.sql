-- A column that comes, writes to which are parked until it has. Its coming is only tried and taken back here: what
-- follows a landing is in test_parked_values.
## plan
[add]
column = "prio"
type = "int"
default = "7"
[shield]
absent_writes = "park"
## table
CREATE TABLE o (id int PRIMARY KEY, note text);
## rows
INSERT INTO o (id, note) VALUES (1, 'a'), (2, NULL);
## do
ALTER TABLE public.o ADD COLUMN prio int DEFAULT 7;
## new before
ALTER TABLE o ADD COLUMN prio int DEFAULT 7;
## try
old: SELECT * FROM o ORDER BY id
old: INSERT INTO o VALUES (9, 'n') RETURNING *
new: SELECT * FROM o ORDER BY id
new: SELECT id FROM o WHERE prio = 7 ORDER BY prio, id
new: INSERT INTO o VALUES (9, 'n', 3) RETURNING *
new: INSERT INTO o (id, prio) VALUES (1, 3) ON CONFLICT (id) DO UPDATE SET prio = excluded.prio
new: UPDATE o SET prio = 3 WHERE id = 1 RETURNING prio
new: UPDATE o SET prio = 3, note = 'x' WHERE id = 2
new: DELETE FROM o WHERE id = 1 RETURNING id
