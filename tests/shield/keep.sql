-- A copy of every table's rows, to go back to after a case that wrote.

CREATE SCHEMA pristine;
CREATE TABLE pristine.customers AS TABLE customers;
CREATE TABLE pristine.orders AS TABLE orders;
CREATE TABLE pristine.tasks AS TABLE tasks;
CREATE TABLE pristine.archive AS TABLE archive;
CREATE TABLE pristine.invoices AS TABLE invoices;
CREATE TABLE pristine.parcels AS TABLE parcels;
CREATE TABLE pristine.docs AS TABLE docs;
CREATE TABLE pristine."Order Items" AS TABLE "Shop"."Order Items";
CREATE TABLE pristine.measures AS TABLE measures;
CREATE TABLE pristine.animals AS SELECT * FROM ONLY animals;
CREATE TABLE pristine.dogs AS TABLE dogs;
