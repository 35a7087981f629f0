BEGIN;
-- lintel: ignore DRP-02, DRP-07
ALTER TABLE orders DROP COLUMN total;
ALTER TABLE customers ADD COLUMN city text; -- lintel: ignore ADD-20
COMMIT;
