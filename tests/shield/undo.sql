-- The change taken back.

ALTER TABLE orders DROP COLUMN priority;
ALTER TABLE invoices DROP COLUMN priority, DROP COLUMN due;
ALTER TABLE parcels DROP COLUMN label, DROP COLUMN weight, DROP COLUMN carrier;
ALTER TABLE docs DROP COLUMN rank;
ALTER TABLE "Shop"."Order Items" DROP COLUMN "MetaData";
ALTER TABLE measures DROP COLUMN unit;
ALTER TABLE animals DROP COLUMN legs;
