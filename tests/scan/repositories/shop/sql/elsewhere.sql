SELECT total, "orders" FROM invoices AS orders;
