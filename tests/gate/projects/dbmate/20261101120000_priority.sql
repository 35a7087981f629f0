-- migrate:up
ALTER TABLE orders ADD COLUMN prio smallint;

-- migrate:down
ALTER TABLE orders DROP COLUMN prio;
