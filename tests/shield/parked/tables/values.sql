UPDATE orders SET priority = 7, label = NULL WHERE id = 1;
UPDATE orders SET priority = 3 WHERE id = 3;
UPDATE orders SET label = 'blue' WHERE id = 4;
UPDATE pairs SET state = 'shut' WHERE a = 1 AND b = 'y';
