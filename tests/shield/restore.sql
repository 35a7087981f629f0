-- Back to the rows that keep.sql put aside.

DELETE FROM customers; INSERT INTO customers TABLE pristine.customers;
DELETE FROM orders; INSERT INTO orders TABLE pristine.orders;
DELETE FROM tasks; INSERT INTO tasks TABLE pristine.tasks;
DELETE FROM archive; INSERT INTO archive TABLE pristine.archive;
DELETE FROM invoices; INSERT INTO invoices TABLE pristine.invoices;
DELETE FROM parcels; INSERT INTO parcels TABLE pristine.parcels;
DELETE FROM docs; INSERT INTO docs TABLE pristine.docs;
DELETE FROM "Shop"."Order Items"; INSERT INTO "Shop"."Order Items" TABLE pristine."Order Items";
DELETE FROM measures; INSERT INTO measures TABLE pristine.measures;
DELETE FROM ONLY animals; INSERT INTO animals TABLE pristine.animals;
DELETE FROM dogs; INSERT INTO dogs TABLE pristine.dogs;
