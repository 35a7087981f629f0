-- Other types for columns of the tables in schema.sql. What stands on them has to be made anew (TYP-04).

DROP VIEW order_totals, order_star;
DROP POLICY own ON orders;

ALTER TABLE orders ALTER COLUMN cid TYPE bigint;
ALTER TABLE orders ALTER COLUMN note TYPE varchar(40);
ALTER TABLE invoices ALTER COLUMN id TYPE bigint;
ALTER TABLE parcels ALTER COLUMN size TYPE varchar;
ALTER TABLE docs ALTER COLUMN did TYPE bigint;
ALTER TABLE "Shop"."Order Items" ALTER COLUMN "Qty" TYPE numeric;
ALTER TABLE measures ALTER COLUMN mid TYPE bigint;
ALTER TABLE animals ALTER COLUMN aid TYPE bigint;
CREATE POLICY own ON orders TO clerk USING (cid = 1);
