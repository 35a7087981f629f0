-- What the tables hold, in the columns that both schemas have.

SELECT cid, name, city, prio FROM customers ORDER BY 1;
SELECT id, cid, total, note FROM orders ORDER BY 1;
SELECT tid, cid, priority, title FROM tasks ORDER BY 1;
SELECT id, cid, total, note FROM archive ORDER BY 1, 2, 3, 4;
SELECT iid, id, amount FROM invoices ORDER BY 1;
SELECT pid, id, size FROM parcels ORDER BY 1;
SELECT did, title, body FROM docs ORDER BY 1;
SELECT "Id", "Qty", sku FROM "Shop"."Order Items" ORDER BY 1;
SELECT mid, day, value, tableoid::regclass FROM measures ORDER BY 1;
SELECT aid, name, tableoid::regclass FROM animals ORDER BY 1, 2;
SELECT aid, name, breed FROM dogs ORDER BY 1, 2;
