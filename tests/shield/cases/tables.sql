-- The other tables: other types and defaults, quoted names, partitions, inheritance, several plans.

--- old rewrite
SELECT * FROM invoices

--- old rewrite
SELECT i.*, due FROM invoices i, (SELECT DATE '2020-02-02' AS due) d

--- old rewrite
INSERT INTO invoices VALUES (20, 1, 5) RETURNING *

--- old rewrite
COPY invoices FROM STDIN
--- copy
20	1	2.5

--- new rewrite
SELECT iid, due, priority FROM invoices

--- new rewrite
SELECT * FROM invoices WHERE due < '2024-03-01' ORDER BY due

--- new rewrite
SELECT due + interval '1 day', extract(year FROM due), due AT TIME ZONE 'UTC' FROM invoices

--- new rewrite
SELECT date_trunc('month', due) AS m, sum(amount) FROM invoices GROUP BY 1

--- new refuse 42703 # one of the two columns that it writes is enough
UPDATE invoices SET due = now(), amount = 1

--- new rewrite
UPDATE invoices SET amount = priority WHERE due = '2024-01-01 00:00:00+00' RETURNING iid, amount, due, priority

--- new rewrite
DELETE FROM invoices WHERE priority = 5 AND iid > 11 RETURNING *

--- old rewrite
SELECT * FROM orders JOIN invoices USING (id)

--- old rewrite
SELECT o.id, i.iid FROM orders o NATURAL JOIN invoices i

--- old rewrite
SELECT o.*, i.* FROM orders o LEFT JOIN invoices i ON i.id = o.id

--- old rewrite
INSERT INTO invoices SELECT id + 50, cid, total FROM orders RETURNING *

--- old rewrite # six plans, proved one change at a time
SELECT x.*, p.* FROM (SELECT * FROM orders NATURAL JOIN invoices) x NATURAL LEFT JOIN parcels p

--- old rewrite
SELECT x.*, p.* FROM (SELECT * FROM orders) x NATURAL LEFT JOIN parcels p

--- new rewrite
SELECT o.priority, i.priority FROM orders o JOIN invoices i ON i.id = o.id

--- new rewrite
SELECT * FROM orders o NATURAL JOIN invoices i

--- new rewrite
SELECT * FROM orders JOIN invoices USING (id, priority)

--- new rewrite
SELECT o.id FROM orders o WHERE EXISTS (SELECT FROM invoices i WHERE i.id = o.id AND priority > o.priority)

--- new rewrite
SELECT o.id, i.due FROM orders o FULL JOIN invoices i ON i.id = o.id AND i.priority <> o.priority

--- new refuse 42702 # ambiguous in its own schema
SELECT priority FROM orders JOIN invoices USING (id)

--- old rewrite
SELECT * FROM parcels

--- old rewrite
INSERT INTO parcels VALUES (120, 1, 'L'), (121, 2, NULL) RETURNING *

--- new rewrite
SELECT pid, label, weight, carrier FROM parcels

--- new rewrite
SELECT * FROM parcels WHERE carrier IS NULL

--- new rewrite
SELECT weight * 2, weight::int, round(weight), coalesce(carrier, label) FROM parcels

--- new rewrite
SELECT upper(carrier), carrier || 'x', length(label), label || size FROM parcels

--- new rewrite
SELECT count(carrier), max(carrier), min(label), sum(weight) FROM parcels

--- new rewrite
SELECT pid FROM parcels WHERE carrier = $1 OR weight > $2
--- params post | 1

--- new rewrite
SELECT p.pid, s.c FROM parcels p LEFT JOIN (SELECT pid, carrier AS c, label FROM parcels WHERE pid > 100) s ON s.pid = p.pid

--- new rewrite
SELECT carrier FROM parcels UNION ALL SELECT label FROM parcels

--- new refuse 42703 # writes to an absent column
UPDATE parcels SET carrier = 'post' WHERE pid = 100

--- new refuse 42703 # writes to absent columns
INSERT INTO parcels (pid, label, weight) VALUES (120, 'x', 2)

--- new rewrite
INSERT INTO parcels (pid, id) VALUES (120, 1) RETURNING pid, label, weight, carrier

--- new rewrite
DELETE FROM parcels WHERE weight > 1 AND carrier IS NULL AND label = 'norm' AND pid = 102 RETURNING *

--- old rewrite # T6: a row that is only looked at
SELECT pid FROM parcels p WHERE p IS NOT NULL

--- old rewrite # T6: a row that is only looked at
SELECT count(DISTINCT p), count(*) FROM parcels p WHERE NOT (p IS NULL)

--- old rewrite # T6: a row that is only looked at
SELECT a.pid, b.pid FROM parcels a LEFT JOIN parcels b ON a = b

--- old rewrite
SELECT p.pid FROM parcels p JOIN orders o USING (id) JOIN (VALUES ('norm', 1.5)) v(label, weight) ON true WHERE label = 'norm' AND weight > 1

--- old rewrite
SELECT pid, o.id FROM parcels p NATURAL JOIN orders o NATURAL LEFT JOIN tasks t

--- new rewrite
SELECT iid, o.id, priority FROM invoices i NATURAL LEFT JOIN orders o

--- new rewrite
SELECT pid, t.tid, label FROM parcels p JOIN orders o USING (id) NATURAL JOIN tasks t WHERE weight > $1
--- params 0

--- old rewrite
SELECT * FROM docs

--- old rewrite
SELECT d.*, d.body ->> 'a' FROM docs d WHERE d.title = 'one'

--- new rewrite
SELECT rank, body FROM docs

--- new rewrite ordered
SELECT did, rank() OVER (ORDER BY rank, did) FROM docs ORDER BY rank, did

--- old rewrite
SELECT * FROM "Shop"."Order Items"

--- old rewrite
SELECT "Shop"."Order Items"."Qty", "Order Items".* FROM "Shop"."Order Items"

--- old rewrite
INSERT INTO "Shop"."Order Items" VALUES (9, 1, 'new') RETURNING *

--- old rewrite
COPY "Shop"."Order Items" FROM STDIN
--- copy
9	1	new

--- new rewrite
SELECT "MetaData" FROM "Shop"."Order Items"

--- new rewrite
SELECT i."MetaData" ->> 'n', i."MetaData" || '{"a": 1}', jsonb_typeof("MetaData") FROM "Shop"."Order Items" AS i

--- new rewrite
SELECT "Id" FROM "Shop"."Order Items" WHERE "MetaData" = '{}' AND "MetaData" @> $1
--- params {}

--- new rewrite
UPDATE "Shop"."Order Items" SET "Qty" = 0 WHERE "MetaData" = '{}' RETURNING "Id", "MetaData"

--- new refuse 42703 # writes to the absent column
UPDATE "Shop"."Order Items" SET "MetaData" = '{"x": 1}'

--- new allow # another name: folded, it is nobody's column; the client's own 42703
SELECT MetaData FROM "Shop"."Order Items"

--- old rewrite
SELECT * FROM measures

--- old rewrite
SELECT * FROM measures_2024

--- old rewrite
INSERT INTO measures VALUES (9, '2024-09-09', 1) RETURNING *

--- old rewrite
INSERT INTO measures_2023 VALUES (9, '2023-09-09', 1) RETURNING *

--- old rewrite
SELECT m.*, unit FROM measures m, (SELECT 'lb' AS unit) u WHERE unit = 'lb'

--- old rewrite
DELETE FROM measures_2023 RETURNING *

--- new rewrite
SELECT mid, unit FROM measures WHERE day > '2024-01-01'

--- new rewrite
SELECT mid, unit FROM measures_2024 WHERE unit = 'kg'

--- new rewrite
SELECT a.unit, b.unit FROM measures_2023 a, measures b WHERE a.mid = b.mid

--- new rewrite
UPDATE measures SET value = 2 WHERE unit = 'kg' AND mid = 1 RETURNING mid, unit

--- new refuse 42703 # writes to the absent column of a partition
UPDATE measures_2024 SET unit = 'g'

--- new refuse 42703 # writes to the absent column
INSERT INTO measures (mid, day, unit) VALUES (9, '2024-09-09', 'g')

--- old rewrite
SELECT * FROM animals

--- old rewrite
SELECT * FROM ONLY animals

--- old rewrite
SELECT * FROM dogs

--- old rewrite
INSERT INTO dogs VALUES (9, 'bo', 'pug') RETURNING *

--- old rewrite
INSERT INTO animals VALUES (9, 'ant') RETURNING *

--- old rewrite
UPDATE animals SET name = upper(name) RETURNING *

--- new rewrite
SELECT name, legs FROM animals

--- new rewrite
SELECT name, legs, breed FROM dogs

--- new rewrite
SELECT a.name, tableoid::regclass FROM animals a WHERE legs = 4

--- new rewrite
DELETE FROM ONLY animals WHERE legs = 4 AND aid = 1 RETURNING *

--- new refuse 42703 # writes to the absent column of a child
INSERT INTO dogs (aid, name, legs) VALUES (9, 'bo', 3)
