-- The daily report.
\set day '2026-11-21'
SELECT c.city,
       sum(o.total) AS revenue
  FROM orders o
  JOIN customers c ON c.id = o.customer_id
 WHERE o.placed_at::date = :'day'
 GROUP BY c.city;

CREATE TEMP TABLE recent AS SELECT * FROM orders WHERE status = 'open';
SELECT note FROM recent;

SELECT total FROM open_orders;
SELECT amount FROM sales.orders;
INSERT INTO orders VALUES (1, 2, 3.0, 'orders', now(), NULL);
SELECT 'SELECT total FROM orders';
UPDATE orders SET status = 'done' WHERE id = 1; -- total
