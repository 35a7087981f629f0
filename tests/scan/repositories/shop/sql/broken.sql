SELECT total FROM orders WHERE total >< > 5 GROUP;
