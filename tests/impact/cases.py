"""Statements, changes, and what `impact` has to say of them; test_server holds the loud ones against PostgreSQL."""

SCHEMA = """
CREATE TABLE orders (id int PRIMARY KEY, cid int, total numeric);
CREATE TABLE customers (cid int PRIMARY KEY, name text, prio smallint);
CREATE TABLE archive (id int, cid int, total numeric);
CREATE TABLE wide (id int, cid int, total numeric, extra int);
CREATE VIEW everything AS SELECT id, cid, total FROM orders;
CREATE VIEW totals AS SELECT id, total AS sum FROM orders;
CREATE MATERIALIZED VIEW names AS SELECT name FROM customers;
"""

ADD = "ALTER TABLE orders ADD COLUMN prio smallint"
ADD_NOT_NULL = "ALTER TABLE orders ADD COLUMN prio smallint NOT NULL"
DROP = "ALTER TABLE orders DROP COLUMN total CASCADE"
DROP_MIDDLE = "ALTER TABLE orders DROP COLUMN cid CASCADE"
RENAME = "ALTER TABLE orders RENAME COLUMN total TO amount"
SWAP = "ALTER TABLE orders RENAME id TO x; ALTER TABLE orders RENAME cid TO id; ALTER TABLE orders RENAME x TO cid"

STAR = {"ADD-01", "ADD-20"}

# Each: the change, the statement, the rules.
CASES: list[tuple[str, str, set[str]]] = [
    # Stars: only where the client sees them.
    (ADD, "SELECT * FROM orders", STAR),
    (ADD, "SELECT o.* FROM orders o JOIN customers c USING (cid)", STAR),
    (ADD, "TABLE orders", STAR),
    (ADD, "SELECT * FROM (SELECT * FROM orders) x", STAR),
    (ADD, "WITH x AS (SELECT * FROM orders) SELECT * FROM x", STAR),
    (ADD, "WITH x AS (SELECT * FROM orders) SELECT id FROM x", set()),
    (ADD, "SELECT id FROM customers c, LATERAL (SELECT * FROM orders o WHERE o.cid = c.cid) x", set()),
    (ADD, "SELECT name FROM customers c WHERE EXISTS (SELECT * FROM orders o WHERE o.cid = c.cid)", set()),
    (ADD, "INSERT INTO orders (id) VALUES (1) RETURNING *", STAR),
    (ADD, "UPDATE orders SET total = 1 RETURNING orders.*", STAR),
    (ADD, "DELETE FROM orders RETURNING *", STAR),
    (ADD, "SELECT DISTINCT * FROM orders", {*STAR, "ADD-26"}),
    (ADD, "SELECT (orders).* FROM orders", {*STAR, "ADD-23"}),
    (ADD, "SELECT id, total FROM orders WHERE cid = 1", set()),
    (ADD, "SELECT * FROM customers", set()),
    (ADD, "SELECT * FROM everything", set()),
    (ADD, "EXPLAIN SELECT * FROM orders", set()),
    (ADD, "DECLARE c CURSOR FOR SELECT * FROM orders", STAR),
    # Names that become ambiguous or mean something else.
    (ADD, "SELECT prio FROM orders JOIN customers ON orders.cid = customers.cid", {"ADD-02"}),
    (ADD, "SELECT name FROM orders o JOIN customers c USING (cid) ORDER BY prio", {"ADD-02"}),
    (ADD, "SELECT c.prio FROM orders o JOIN customers c USING (cid)", set()),
    (ADD, "SELECT o.id FROM orders o JOIN wide w USING (id) JOIN customers c USING (prio)", {"NEW-01"}),
    (ADD, "SELECT w.name FROM customers c JOIN orders o ON o.cid = c.cid JOIN customers w USING (prio)", {"ADD-03"}),
    (ADD, "SELECT name FROM customers c WHERE EXISTS (SELECT 1 FROM orders WHERE orders.cid = c.cid AND prio = 7)",
     {"ADD-22", "NEW-03"}),
    (ADD, "SELECT name FROM orders NATURAL JOIN customers", {"ADD-21"}),
    (ADD, "SELECT prio FROM orders NATURAL JOIN customers", {"ADD-21"}),
    (ADD, "SELECT name FROM customers NATURAL JOIN archive", set()),
    # Widths.
    (ADD, "SELECT * FROM orders UNION ALL SELECT * FROM archive", {"ADD-04"}),
    (ADD, "SELECT * FROM orders UNION ALL SELECT * FROM orders", STAR),
    (ADD, "INSERT INTO archive SELECT * FROM orders", {"ADD-05"}),
    (ADD, "INSERT INTO wide SELECT * FROM orders", set()),
    (ADD, "INSERT INTO archive (id, cid, total) SELECT * FROM orders", {"ADD-05"}),
    (ADD, "SELECT 1 WHERE (1, 2, 3) IN (SELECT * FROM orders)", {"ADD-06"}),
    (ADD, "UPDATE archive SET (id, cid, total) = (SELECT * FROM orders LIMIT 1)", {"ADD-06"}),
    # By position.
    (ADD, "INSERT INTO orders VALUES (1, 2, 3)", {"ADD-24"}),
    (ADD, "INSERT INTO orders SELECT id, cid, total FROM archive", {"ADD-24"}),
    (ADD, "INSERT INTO orders (id, cid) VALUES (1, 2)", set()),
    (ADD, "INSERT INTO orders SELECT * FROM orders", set()),
    (ADD, "COPY orders FROM STDIN", {"ADD-07"}),
    (ADD, "COPY orders TO STDOUT", {"ADD-20"}),
    (ADD, "COPY orders (id, total) FROM STDIN", set()),
    (ADD, "COPY (SELECT * FROM orders) TO STDOUT", STAR),
    (ADD_NOT_NULL, "INSERT INTO orders (id, cid) VALUES (1, 2)", {"ADD-13"}),
    (ADD_NOT_NULL, "INSERT INTO orders VALUES (1, 2, 3)", {"ADD-13", "ADD-24"}),
    (ADD_NOT_NULL + " DEFAULT 0", "INSERT INTO orders (id, cid) VALUES (1, 2)", set()),
    # Whole rows.
    (ADD, "SELECT row_to_json(o) FROM orders o", {"ADD-23"}),
    (ADD, "SELECT o FROM orders o", {"ADD-23"}),
    # New code.
    (ADD, "SELECT prio FROM orders", {"NEW-01"}),
    (ADD, "UPDATE orders SET prio = 1", {"NEW-02"}),
    (ADD, "INSERT INTO orders (id, prio) VALUES (1, 2)", {"NEW-02"}),
    (ADD, "SELECT never FROM orders", set()),
    # Drop.
    (DROP, "SELECT total FROM orders", {"DRP-01"}),
    (DROP, "UPDATE orders SET total = 1", {"DRP-01"}),
    (DROP, "INSERT INTO orders (id, total) VALUES (1, 2) ON CONFLICT (id) DO UPDATE SET total = excluded.total",
     {"DRP-01"}),
    (DROP, "COPY orders (id, total) FROM STDIN", {"DRP-01"}),
    (DROP, "SELECT o.id FROM orders o JOIN archive a USING (total)", {"DRP-01"}),
    (DROP, "SELECT id FROM orders", set()),
    (DROP, "SELECT * FROM orders", {"DRP-02"}),
    (DROP, "INSERT INTO orders VALUES (1, 2, 3)", {"DRP-03"}),
    (DROP, "INSERT INTO orders VALUES (1, 2)", set()),
    (DROP, "COPY orders FROM STDIN", {"DRP-03"}),
    (DROP, "DELETE FROM archive WHERE id IN (SELECT id FROM orders WHERE total = 1)", {"DRP-04"}),
    (DROP, "SELECT sum FROM totals", {"DRP-05"}),
    (DROP, "SELECT to_jsonb(o) FROM orders o", {"DRP-06"}),
    (DROP_MIDDLE, "INSERT INTO orders VALUES (1, 2)", {"DRP-07"}),
    (DROP_MIDDLE, "SELECT name FROM orders NATURAL JOIN customers", {"DRP-04"}),
    # Rename.
    (RENAME, "SELECT total FROM orders", {"REN-01"}),
    (RENAME, "SELECT * FROM orders", {"REN-02"}),
    (RENAME, "SELECT id FROM orders", set()),
    (RENAME, "SELECT id FROM archive WHERE EXISTS (SELECT 1 FROM orders WHERE total = 1)", {"DRP-04"}),
    (RENAME, "INSERT INTO orders VALUES (1, 2, 3)", set()),
    (RENAME, "SELECT amount FROM orders", {"NEW-01"}),
    (SWAP, "SELECT id FROM orders", {"REN-04"}),
]  # fmt: skip

# Each: the change, and the rules with their objects.
OBJECTS = [
    (ADD, {("ADD-09", "view public.everything")}),
    (DROP, {("DRP-05", "view public.everything"), ("DRP-05", "view public.totals")}),
    (RENAME, {("REN-03", "view public.everything"), ("REN-03", "view public.totals")}),
    ("ALTER TABLE customers DROP name", {("DRP-05", "materialized view public.names")}),
    ("ALTER TABLE archive DROP id", set()),
]
