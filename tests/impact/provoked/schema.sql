-- The tables of all cases.
CREATE TABLE orders (id int PRIMARY KEY, cid int, total numeric(10,2), note varchar(5));
CREATE TABLE customers (cid int PRIMARY KEY, name text, prio smallint);
CREATE TABLE archive (id int, cid int, total numeric(10,2), note varchar(5));
CREATE TABLE parts (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM ('2000-01-01') TO ('2100-01-01');
CREATE TABLE holds (one archive);
CREATE TABLE lines (id int, total numeric);
CREATE TABLE logged (id int, remark text, low int, high int, big int GENERATED ALWAYS AS (high + 1) STORED,
    CONSTRAINT ordered CHECK (low < high));
CREATE INDEX logged_remark ON logged (remark);
CREATE POLICY mine ON logged USING (id > 0);
CREATE PUBLICATION orders_out FOR TABLE orders;
CREATE TABLE single (a int);
CREATE TABLE parent (a int);
CREATE TABLE child (x text) INHERITS (parent);
CREATE TYPE shape AS (id int);
CREATE TABLE typed OF shape;
CREATE SCHEMA other;
CREATE TABLE other.orders (id int, cid int, total numeric(10,2), note varchar(5));
CREATE VIEW everything AS SELECT * FROM lines;
CREATE VIEW sums AS SELECT id, total AS sum FROM lines;
CREATE FUNCTION score(customers) RETURNS int LANGUAGE sql AS 'SELECT 7';
CREATE FUNCTION the_lines() RETURNS TABLE (a int, b numeric) LANGUAGE plpgsql AS $$
BEGIN RETURN QUERY SELECT * FROM lines; END $$;
CREATE FUNCTION the_totals() RETURNS SETOF numeric LANGUAGE sql AS 'SELECT total FROM lines';
CREATE FUNCTION harmless() RETURNS bigint LANGUAGE sql AS 'SELECT count(*) FROM lines';
INSERT INTO orders VALUES (1, 1, 5, 'a'), (2, 2, 6, 'b');
INSERT INTO customers VALUES (1, 'x', 7), (2, 'y', 8);
INSERT INTO archive VALUES (1, 1, 5, 'a'), (2, 2, 5, 'b');
INSERT INTO other.orders VALUES (1, 1, 5, 'a');
INSERT INTO lines VALUES (1, 2);
INSERT INTO holds VALUES (ROW(1, 1, 5, 'a'));
INSERT INTO parts VALUES (1, '2020-01-01');
INSERT INTO single VALUES (1);
