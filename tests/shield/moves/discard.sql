-- A column that comes, writes to which are discarded until it has.
## plan
[add]
column = "prio"
type = "int"
default = "7"
[shield]
absent_writes = "discard"
## table
CREATE TABLE o (id int PRIMARY KEY, note text);
## rows
INSERT INTO o (id, note) VALUES (1, 'a'), (2, NULL);
## do
ALTER TABLE public.o ADD COLUMN prio int DEFAULT 7;
## undo
ALTER TABLE public.o DROP COLUMN prio;
## new before
ALTER TABLE o ADD COLUMN prio int DEFAULT 7;
CREATE FUNCTION undone() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN new.prio := 7; RETURN new; END';
CREATE TRIGGER undone BEFORE INSERT OR UPDATE ON o FOR EACH ROW EXECUTE FUNCTION undone();
## new after
ALTER TABLE o ADD COLUMN prio int DEFAULT 7;
## try
old: SELECT * FROM o ORDER BY id
old: INSERT INTO o VALUES (9, 'n') RETURNING *
old: UPDATE o SET note = 'x' RETURNING *
new: SELECT * FROM o ORDER BY id
new: SELECT id FROM o WHERE prio = 7 ORDER BY prio, id
new: INSERT INTO o VALUES (9, 'n', 3) RETURNING *
new: INSERT INTO o (id, prio) VALUES (1, 3) ON CONFLICT (id) DO UPDATE SET prio = excluded.prio RETURNING *
new: UPDATE o SET prio = 3 WHERE id = 1 RETURNING prio
new: UPDATE o SET prio = 3, note = 'x' WHERE prio = 7 RETURNING *
new: UPDATE o SET prio = id + 1, note = 'x' RETURNING *
new: UPDATE o SET prio = 1 / (id - 1) RETURNING *
new: INSERT INTO o (id, note, prio) VALUES (9, 'n', 1 + 2) RETURNING *
new: INSERT INTO o SELECT id + 10, note, id FROM o RETURNING *
new: INSERT INTO o SELECT id + 10, note, 1 / (id - 1) FROM o RETURNING *
new: INSERT INTO o (id, prio) VALUES (1, 2 * 2) ON CONFLICT (id) DO UPDATE SET prio = o.prio + excluded.prio RETURNING *
new: UPDATE o SET (note, prio) = (SELECT 'y', q.id FROM o q WHERE q.id = o.id) RETURNING *
new: DELETE FROM o WHERE prio = 7 RETURNING *
old: COPY o FROM STDIN <- 9 n
