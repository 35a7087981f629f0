INSERT INTO customers VALUES (1, 'Ada'), (2, 'Bob'), (3, 'Cid');
INSERT INTO orders VALUES (1, 1, 10.50, 'a'), (2, 1, 20, NULL), (3, 2, 7.25, 'a'), (4, 2, 99, 'd'), (5, NULL, 1, 'e');
INSERT INTO pairs VALUES (1, 'x', 1), (1, 'y', 2), (2, 'x', 3);
SELECT setval('orders_id_seq', 1000, false);
