#!/bin/sh
# SELECT note FROM orders
psql -c "SELECT total FROM orders WHERE id = $1"
psql <<SQL
SELECT status
FROM orders;
SQL
