-- Other names for columns of the tables in schema.sql, taken so that a text that was not carried over would go astray:
-- names that a neighbour has or had, and names that need quotes.

ALTER TABLE orders RENAME COLUMN total TO amount;
ALTER TABLE orders RENAME COLUMN note TO title;
ALTER TABLE invoices RENAME COLUMN amount TO total;
ALTER TABLE customers RENAME COLUMN name TO "Full Name";
ALTER TABLE parcels RENAME COLUMN size TO note;
ALTER TABLE docs RENAME COLUMN did TO id;
ALTER TABLE "Shop"."Order Items" RENAME COLUMN "Qty" TO qty;
ALTER TABLE measures RENAME COLUMN day TO mid_day;
ALTER TABLE animals RENAME COLUMN aid TO id;
