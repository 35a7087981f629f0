-- T8: partial privileges and row security, under another role.

--- old rewrite
SET ROLE clerk
--- then
SELECT o.id, t.tid FROM orders o NATURAL JOIN tasks t
--- then
RESET ROLE

--- old rewrite
SET ROLE clerk
--- then
SELECT t.tid FROM tasks t WHERE EXISTS (SELECT FROM orders o WHERE o.cid = t.cid AND priority = 7)
--- then
RESET ROLE

--- old rewrite
SET ROLE clerk
--- then
SELECT id, priority FROM orders JOIN tasks USING (cid)
--- then
RESET ROLE

--- old rewrite
SET ROLE clerk
--- then
SELECT * FROM orders
--- then
RESET ROLE

--- old allow
SET ROLE clerk
--- then
UPDATE orders SET total = 0 WHERE id = 2 RETURNING id, cid
--- then
RESET ROLE

--- old rewrite
SET ROLE clerk
--- then
UPDATE orders SET total = 0 WHERE id = 2 RETURNING *
--- then
RESET ROLE

--- old rewrite
SET ROLE clerk
--- then
INSERT INTO orders VALUES (50, 1) RETURNING id
--- then
RESET ROLE

--- old rewrite
SET ROLE clerk
--- then
INSERT INTO orders VALUES (50, 2)
--- then
RESET ROLE

--- old rewrite
SET ROLE clerk
--- then
INSERT INTO orders VALUES (50, 1, 3)
--- then
RESET ROLE

--- old rewrite
SET ROLE clerk
--- then
COPY orders TO STDOUT
--- then
RESET ROLE

--- old rewrite
SET ROLE clerk
--- then
SELECT d.*, o.id FROM docs d LEFT JOIN orders o ON o.id = d.did
--- then
RESET ROLE
