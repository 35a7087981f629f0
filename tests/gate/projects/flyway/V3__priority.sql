-- Support wants to sort by urgency.
ALTER TABLE orders
  ADD COLUMN prio smallint;

UPDATE orders SET prio = 1 WHERE total > 100;
