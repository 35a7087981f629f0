-- The traps of section 2, by number, where no other file has them.

--- old rewrite
SELECT o.*, sum(t.tid) FROM orders o, tasks t WHERE t.cid = o.cid GROUP BY o.id -- T1

--- new rewrite
SELECT o.id, o.note, o.priority FROM orders o GROUP BY o.id -- T1

--- new rewrite # T1: json cannot be grouped by, so the table stays and its references are edited
SELECT d.did, d.body, d.rank FROM docs d GROUP BY d.did -- T1: json cannot be grouped by

--- old rewrite # T1: json cannot be grouped by, so the table stays
SELECT d.* FROM docs d GROUP BY d.did -- T1: json cannot be grouped by

--- old rewrite
SELECT public.orders.id, public.orders.* FROM public.orders WHERE public.orders.total > 5 -- T2

--- new rewrite
SELECT public.orders.id, public.orders.priority FROM public.orders ORDER BY public.orders.priority -- T2

--- new rewrite
SELECT public.orders.priority FROM public.orders JOIN public.customers ON public.customers.cid = public.orders.cid -- T2

--- old allow unstable
SELECT ctid, xmin, tableoid::regclass, id FROM orders -- T3

--- new rewrite unstable
SELECT ctid, priority FROM orders -- T3

--- new rewrite
SELECT tableoid::regclass, priority FROM orders -- T3

--- new rewrite
SELECT o.id, o.priority FROM orders o WHERE o.ctid IN (SELECT ctid FROM orders WHERE priority = 0) -- T3

--- old rewrite unstable # T3: a system column beside a star
SELECT ctid, * FROM orders

--- old rewrite # T3: a system column beside a star, be it in EXISTS
SELECT t.tid FROM tasks t WHERE EXISTS (SELECT * FROM orders o WHERE o.tableoid = 'orders'::regclass AND priority = 7 AND o.cid = t.cid) -- T3

--- old rewrite # T4: TABLESAMPLE moves inside
SELECT * FROM ONLY orders o TABLESAMPLE SYSTEM (100) REPEATABLE (1) FOR SHARE -- T4

--- old rewrite
SELECT *, o.note IS DISTINCT FROM 'a' AS d FROM orders o -- T9

--- new rewrite
SELECT priority::text, CASE WHEN id > 1 THEN total ELSE priority END, (priority) FROM orders -- T9: names of outputs

--- new rewrite
UPDATE orders SET note = 'n' WHERE id = 1 RETURNING priority::text, CASE WHEN id > 1 THEN total ELSE priority END, (priority) -- T9

--- new rewrite
DELETE FROM orders WHERE id = 1 RETURNING *, priority, (SELECT priority) AS s -- T9

--- new rewrite ordered
SELECT id, priority AS total FROM orders ORDER BY total, id -- T9

--- old rewrite # T10
SELECT * FROM orders WHERE nope IS NULL AND id = 1 -- T10: the position of the error

--- new rewrite
SELECT priority, nope FROM orders -- T10

--- new rewrite
SELECT priority FROM orders WHERE nope(priority) -- T10

--- old rewrite
SET search_path = pg_temp, public
--- then
SELECT * FROM orders -- T11
--- then
RESET search_path

--- new rewrite
SELECT label, label < 'A', pg_typeof(label) FROM parcels -- T16: varchar(5) COLLATE "C"

--- new rewrite ordered
SELECT label FROM parcels ORDER BY label COLLATE "C", pid

--- new rewrite
SELECT label = $1, $1 FROM parcels WHERE label = $1
--- params norm

--- old rewrite
SELECT p.* FROM parcels p JOIN LATERAL (SELECT 'norm'::text AS label) l ON true WHERE label = 'norm' -- T7

--- old rewrite
SELECT o.*, t.title, priority FROM orders o JOIN tasks t ON t.cid = o.cid -- T7

--- old rewrite block # T18: the star is spelled out, as the server itself would keep it
CREATE VIEW made AS SELECT * FROM orders

--- new refuse 42703 block # T18: a permanent view of a column that is not there
CREATE VIEW made AS SELECT id, priority FROM orders

--- old rewrite block # T6: LIKE copies the table as it is, so the client's columns are listed
CREATE TABLE made (LIKE orders)
--- then
SELECT attname, format_type(atttypid, atttypmod), attnotnull, attcollation, attstorage, atthasdef FROM pg_attribute WHERE attrelid = 'made'::regclass AND attnum > 0 ORDER BY attnum
--- then
INSERT INTO made SELECT * FROM orders

--- old rewrite block pg18 # T6: LIKE copies the names of NOT NULL constraints as well
CREATE TABLE made (LIKE orders INCLUDING DEFAULTS)
--- then
SELECT conname, conkey FROM pg_constraint WHERE conrelid = 'made'::regclass ORDER BY conname

--- old allow # T20: a function's body is the server's own business
SELECT spent(1)

--- old rewrite
WITH orders AS (SELECT 1 AS x) SELECT *, (SELECT count(*) FROM (SELECT * FROM public.orders) q) FROM orders

--- old allow
WITH orders AS (SELECT 1 AS id, 2 AS priority) SELECT * FROM orders WHERE priority = 2

--- old allow
SELECT * FROM (SELECT 1 AS id) AS orders

--- new allow
WITH orders AS (SELECT 1 AS id, 2 AS priority) SELECT priority FROM orders
