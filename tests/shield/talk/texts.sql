-- What clients say in random conversations, a statement in a line; the values of its parameters stand behind `--`.
## old
SELECT * FROM o ORDER BY id
SELECT * FROM o WHERE id = $1 -- 2
SELECT * FROM o WHERE id = $1 FOR UPDATE -- 1
SELECT * FROM r ORDER BY id
SELECT nm FROM r WHERE id < $1 ORDER BY id -- 4
SELECT nm, 1/(id-id) FROM r ORDER BY id
SELECT nm FROM r WHERE nosuch = 1
SELECT o.*, r.nm FROM o JOIN r USING (id) ORDER BY o.id
SELECT * FROM o, r WHERE o.id = r.id ORDER BY 1
SELECT val FROM y ORDER BY id
SELECT * FROM y WHERE val > $1 ORDER BY id -- 200
SELECT legacy FROM d ORDER BY id
SELECT * FROM d WHERE legacy = $1 ORDER BY id -- none
INSERT INTO r (id, nm) VALUES ($1, $2) -- 20, zwanzig
INSERT INTO r VALUES ($1, $2) RETURNING * -- 21, x
INSERT INTO r VALUES (1, 'dup')
INSERT INTO y VALUES ($1, $2) -- 30, 3
INSERT INTO o VALUES ($1, $2, $3) -- 40, v, 4
INSERT INTO o SELECT id + 100, note, amount FROM o ORDER BY id RETURNING *
INSERT INTO d (id, note) VALUES ($1, $2) -- 60, sechzig
INSERT INTO k (id, note) VALUES ($1, $2) RETURNING * -- 80, k
UPDATE r SET nm = $2 WHERE id = $1 RETURNING * -- 1, neu
UPDATE y SET val = val + $1 -- 1
UPDATE o SET note = 'upd' WHERE id = 2 RETURNING *
UPDATE k SET note = note || 'u' WHERE id < $1 RETURNING id, note -- 3
WITH q AS (UPDATE r SET nm = nm || 'w' WHERE id = $1 RETURNING *) SELECT * FROM q -- 2
DELETE FROM r WHERE nm = $1 -- r3
DELETE FROM r WHERE id = $1 RETURNING nm -- 4
DELETE FROM k WHERE id = $1 RETURNING * -- 5
SELECT * FROM k ORDER BY id
## new
SELECT * FROM o ORDER BY id
SELECT prio FROM o WHERE id = $1 -- 2
SELECT id, prio, note FROM o ORDER BY prio, id
SELECT * FROM o WHERE prio = $1 ORDER BY id FOR UPDATE -- 7
SELECT * FROM r ORDER BY id
SELECT name FROM r WHERE id < $1 ORDER BY id -- 4
SELECT name, 1/(id-id) FROM r ORDER BY id
SELECT name FROM r WHERE nosuch = 1
SELECT o.*, r.name FROM o JOIN r USING (id) ORDER BY o.id
SELECT val FROM y ORDER BY id
SELECT * FROM y WHERE val > $1 ORDER BY id -- 200
SELECT * FROM d ORDER BY id
INSERT INTO r (id, name) VALUES ($1, $2) -- 20, zwanzig
INSERT INTO r VALUES ($1, $2) RETURNING * -- 21, x
INSERT INTO r VALUES (1, 'dup')
INSERT INTO y VALUES ($1, $2) -- 30, 3
INSERT INTO o (id, note) VALUES ($1, $2) -- 40, v
INSERT INTO o (id, prio) VALUES ($1, 7) -- 41
INSERT INTO d VALUES ($1, $2) RETURNING * -- 60, sechzig
UPDATE r SET name = $2 WHERE id = $1 RETURNING * -- 1, neu
UPDATE y SET val = val + $1 -- 1
UPDATE o SET prio = 7, note = 'upd' WHERE id = $1 RETURNING * -- 3
UPDATE o SET note = 'upd' WHERE prio = $1 AND id = 4 RETURNING id, prio -- 7
WITH q AS (UPDATE r SET name = name || 'w' WHERE id = $1 RETURNING *) SELECT * FROM q -- 2
DELETE FROM r WHERE name = $1 -- r3
DELETE FROM d WHERE id = $1 RETURNING * -- 2
## parking
SELECT * FROM k ORDER BY id
SELECT mood FROM k WHERE id = $1 -- 2
SELECT id, note FROM k WHERE mood > $1 ORDER BY id -- 2
SELECT k.*, r.name FROM k JOIN r USING (id) ORDER BY k.id
SELECT * FROM k WHERE mood = $1 ORDER BY id FOR UPDATE -- 2
INSERT INTO k VALUES ($1, $2, $3) -- 80, k, 8
INSERT INTO k (id, mood) VALUES ($1, $2) RETURNING * -- 81, 9
INSERT INTO k (id, note, mood) VALUES ($1, 'c', $2) ON CONFLICT (id) DO UPDATE SET mood = excluded.mood -- 3, 5
INSERT INTO k (id, mood) VALUES (1, $1) ON CONFLICT (id) DO NOTHING -- 4
INSERT INTO k (id, note) VALUES ($1, $2) RETURNING id -- 82, no mood
INSERT INTO k (id, note, mood) VALUES (2, 'dup', 1)
UPDATE k SET mood = $1 WHERE id = $2 RETURNING * -- 6, 3
UPDATE k SET mood = mood + $1, note = note || 'm' WHERE id < 4 -- 1
UPDATE k SET mood = NULL WHERE id = $1 -- 2
UPDATE k SET mood = 1 / (id - 3) WHERE id < $1 RETURNING id, mood -- 5
UPDATE k SET id = id + 200 WHERE id = $1 RETURNING * -- 2
WITH q AS (UPDATE k SET mood = $1 WHERE id < 4 RETURNING *) SELECT count(*) FROM q -- 7
DELETE FROM k WHERE mood = $1 RETURNING * -- 2
DELETE FROM k WHERE id = $1 -- 5
## any
SELECT * FROM plain ORDER BY id
SELECT $1::int + 1 -- 3
SELECT 1/0
SELECT nosuch FROM r
SELEC

SELECT 1/$1::int FROM r -- 0
INSERT INTO plain VALUES ($1, 'x') -- 50
SELECT count(*) FROM o
SELECT id FROM r ORDER BY id
SELECT current_setting('search_path')
SELECT * FROM other.r ORDER BY 1
SELECT moved('other, public')
SELECT generate_series(1, 4)
## utility
BEGIN
BEGIN
COMMIT
COMMIT
ROLLBACK
ROLLBACK
SAVEPOINT s
ROLLBACK TO s
RELEASE s
COMMIT AND CHAIN
ROLLBACK AND CHAIN
BEGIN ISOLATION LEVEL REPEATABLE READ
SET TRANSACTION READ ONLY
SET search_path = other, public
SET search_path = public
RESET search_path
SET LOCAL search_path = other, public
SELECT set_config('search_path', 'other, public', true)
RESET ALL
DISCARD ALL
DEALLOCATE ALL
LISTEN ch
NOTIFY ch, 'x'
SHOW search_path
SET ROLE talk_role
SET LOCAL ROLE talk_role
RESET ROLE
SET SESSION AUTHORIZATION talk_role
RESET SESSION AUTHORIZATION
SET client_encoding = latin1
RESET client_encoding
SET standard_conforming_strings = off
RESET standard_conforming_strings
SET work_mem = '5MB'
SET statement_timeout = 0
CREATE TEMP TABLE IF NOT EXISTS tmpx (id int)
DROP TABLE IF EXISTS tmpx
SELECT * FROM tmpx
CREATE TEMP TABLE r (id int, other text)
DROP TABLE IF EXISTS pg_temp.r
CREATE TEMP TABLE picked AS SELECT id FROM public.o WHERE id < 4
SELECT * FROM picked JOIN plain USING (id) ORDER BY 1
DISCARD TEMP
DO $$BEGIN RAISE NOTICE 'hello'; END$$
CREATE TABLE other.zz (id int)
DROP TABLE other.zz
## cursor
DECLARE c CURSOR FOR
DECLARE c SCROLL CURSOR FOR
DECLARE c CURSOR WITH HOLD FOR
DECLARE c SCROLL CURSOR WITH HOLD FOR
## fetch
FETCH 2 FROM c
FETCH ALL FROM c
MOVE 1 FROM c
CLOSE c
CLOSE ALL
## scroll
FETCH BACKWARD 1 FROM c
MOVE LAST IN c
FETCH PRIOR FROM c
FETCH ABSOLUTE 2 FROM c
## old copy
COPY r (id, nm) FROM STDIN -- 70|a, 71|b
COPY r FROM STDIN -- 72|a
COPY r FROM STDIN -- bad
COPY o FROM STDIN -- 70|a|1, 71|b|2
COPY y FROM STDIN -- 75|5
COPY d FROM STDIN -- 76|x|none
COPY k FROM STDIN -- 77|x
COPY plain FROM STDIN -- 70|a
## new copy
COPY r (id, name) FROM STDIN -- 70|a, 71|b
COPY r FROM STDIN -- 72|a
COPY r FROM STDIN -- bad
COPY o (id, note) FROM STDIN -- 70|a, 71|b
COPY y FROM STDIN -- 75|5
COPY d FROM STDIN -- 76|x
COPY k (id, note) FROM STDIN -- 77|x
COPY plain FROM STDIN -- 70|a
## copy out
COPY o TO STDOUT
COPY r TO STDOUT
COPY (SELECT * FROM y ORDER BY id) TO STDOUT (FORMAT binary)
COPY d TO STDOUT
COPY k TO STDOUT
COPY (SELECT * FROM o ORDER BY id) TO STDOUT
COPY (SELECT 1/(id-3) FROM r) TO STDOUT
COPY plain TO STDOUT
