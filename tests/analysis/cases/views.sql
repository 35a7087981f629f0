-- a view stands as the view
SELECT total FROM open_orders WHERE customer_id = 1

-- a view with column names of its own
SELECT customer, sum(line_total) FROM order_lines GROUP BY customer

-- a view joined with its own table
SELECT v.id, o.note FROM open_orders v JOIN orders o USING (id)

-- a view over a view
SELECT orders FROM open_by_customer WHERE total > 10

-- {"stars": ["public.all_customers"]}
-- a star view
SELECT * FROM all_customers
