CREATE TABLE customers (cid int, name text);
