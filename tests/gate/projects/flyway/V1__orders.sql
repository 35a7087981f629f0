CREATE TABLE orders (id int PRIMARY KEY, cid int, total numeric);
