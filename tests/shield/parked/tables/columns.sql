ALTER TABLE orders ADD COLUMN priority smallint NOT NULL DEFAULT 0;
ALTER TABLE orders ADD COLUMN label varchar(5);
ALTER TABLE pairs ADD COLUMN state text DEFAULT 'open';
