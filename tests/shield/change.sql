-- What the plans announce, as somebody runs it directly at the server.

ALTER TABLE orders ADD COLUMN priority smallint NOT NULL DEFAULT 0;
ALTER TABLE invoices ADD COLUMN priority smallint NOT NULL DEFAULT 5;
ALTER TABLE invoices ADD COLUMN due timestamptz NOT NULL DEFAULT '2024-01-01 00:00:00+00';
ALTER TABLE parcels ADD COLUMN label varchar(5) COLLATE "C" NOT NULL DEFAULT 'norm';
ALTER TABLE parcels ADD COLUMN weight numeric(10,2) NOT NULL DEFAULT 1.50;
ALTER TABLE parcels ADD COLUMN carrier text;
ALTER TABLE docs ADD COLUMN rank int NOT NULL DEFAULT 0;
ALTER TABLE "Shop"."Order Items" ADD COLUMN "MetaData" jsonb NOT NULL DEFAULT '{}';
ALTER TABLE measures ADD COLUMN unit text NOT NULL DEFAULT 'kg';
ALTER TABLE animals ADD COLUMN legs int NOT NULL DEFAULT 4;
