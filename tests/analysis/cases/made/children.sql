-- {"verb": "select", "tables": ["depot.log"], "reads": ["depot.log.line"], "base_reads": ["depot.log_2024.line", "depot.log_2024_high.line", "depot.log_attached.line"]}
-- a partitioned table
SELECT line FROM depot.log

-- {"verb": "select", "tables": ["depot.log"], "reads": ["depot.log.day", "depot.log.level", "depot.log.line"], "stars": ["depot.log"], "base_reads": ["depot.log_2024.day", "depot.log_2024.level", "depot.log_2024.line", "depot.log_2024_high.day", "depot.log_2024_high.level", "depot.log_2024_high.line", "depot.log_attached.day", "depot.log_attached.level", "depot.log_attached.line"]}
-- a partitioned table, its star
SELECT * FROM depot.log

-- {"verb": "select", "tables": ["depot.log_2024"], "reads": ["depot.log_2024.line"], "base_reads": ["depot.log_2024_high.line"]}
-- one partition that is partitioned itself
SELECT line FROM depot.log_2024

-- {"verb": "select", "tables": ["depot.log_2024_high"], "reads": ["depot.log_2024_high.line"]}
-- the last partition by name
SELECT line FROM depot.log_2024_high

-- {"verb": "select", "tables": ["depot.log"], "reads": ["depot.log.line"]}
-- ONLY a partitioned table
SELECT line FROM ONLY depot.log

-- {"verb": "select", "tables": ["depot.log_attached"], "reads": ["depot.log_attached.day"]}
-- a partition whose columns stand in another order
SELECT day FROM depot.log_attached

-- {"verb": "insert", "tables": ["depot.log"], "writes": ["depot.log.day", "depot.log.line"], "base_writes": ["depot.log_2024.day", "depot.log_2024.line", "depot.log_2024_high.day", "depot.log_2024_high.line", "depot.log_attached.day", "depot.log_attached.line"]}
-- insert into a partitioned table
INSERT INTO depot.log (day, line) VALUES ('2024-02-02', 'x')

-- {"verb": "insert", "tables": ["depot.log"], "writes": ["depot.log.day", "depot.log.level"], "positional": ["insert"], "base_writes": ["depot.log_2024.day", "depot.log_2024.level", "depot.log_2024_high.day", "depot.log_2024_high.level", "depot.log_attached.day", "depot.log_attached.level"]}
-- insert into a partitioned table without a list
INSERT INTO depot.log VALUES ('2024-02-02', 1)

-- {"verb": "insert", "tables": ["depot.log_2024_high"], "writes": ["depot.log_2024_high.level"]}
-- insert into one partition
INSERT INTO depot.log_2024_high (level) VALUES (1)

-- {"verb": "update", "tables": ["depot.log"], "reads": ["depot.log.level"], "writes": ["depot.log.line"], "base_reads": ["depot.log_2024.level", "depot.log_2024_high.level", "depot.log_attached.level"], "base_writes": ["depot.log_2024.line", "depot.log_2024_high.line", "depot.log_attached.line"]}
-- update of a partitioned table
UPDATE depot.log SET line = 'x' WHERE level = 1

-- {"verb": "delete", "tables": ["depot.log"], "reads": ["depot.log.day"], "base_reads": ["depot.log_2024.day", "depot.log_2024_high.day", "depot.log_attached.day"]}
-- delete from a partitioned table
DELETE FROM depot.log WHERE day < now()

-- {"verb": "merge", "tables": ["depot.log", "depot.sold"], "reads": ["depot.log.level", "depot.sold.id", "depot.sold.sku"], "writes": ["depot.log.line"], "base_reads": ["depot.log_2024.level", "depot.log_2024_high.level", "depot.log_attached.level"], "base_writes": ["depot.log_2024.line", "depot.log_2024_high.line", "depot.log_attached.line"]}
-- merge into a partitioned table
MERGE INTO depot.log USING depot.sold d ON d.id = level WHEN MATCHED THEN UPDATE SET line = d.sku

-- {"verb": "copy", "tables": ["depot.log"], "writes": ["depot.log.day", "depot.log.level", "depot.log.line"], "positional": ["copy"], "base_writes": ["depot.log_2024.day", "depot.log_2024.level", "depot.log_2024.line", "depot.log_2024_high.day", "depot.log_2024_high.level", "depot.log_2024_high.line", "depot.log_attached.day", "depot.log_attached.level", "depot.log_attached.line"]}
-- copy into a partitioned table
COPY depot.log FROM STDIN

-- {"verb": "copy", "tables": ["depot.log"], "writes": ["depot.log.day", "depot.log.level"], "base_writes": ["depot.log_2024.day", "depot.log_2024.level", "depot.log_2024_high.day", "depot.log_2024_high.level", "depot.log_attached.day", "depot.log_attached.level"]}
-- copy into a partitioned table with a list
COPY depot.log (day, level) FROM STDIN

-- {"verb": "select", "tables": ["depot.base"], "reads": ["depot.base.x"], "base_reads": ["depot.leaf.x", "depot.middle.x"]}
-- a parent of parents
SELECT x FROM depot.base

-- {"verb": "select", "tables": ["depot.middle"], "reads": ["depot.middle.x", "depot.middle.y"], "base_reads": ["depot.leaf.x", "depot.leaf.y"]}
-- a parent in the middle
SELECT x, y FROM depot.middle

-- {"verb": "select", "tables": ["depot.base"], "reads": ["depot.base.x"]}
-- ONLY a parent
SELECT x FROM ONLY depot.base

-- {"verb": "select", "tables": ["depot.base"], "reads": ["depot.base.x"], "base_reads": ["depot.leaf.x", "depot.middle.x"]}
-- a parent with an asterisk
SELECT x FROM depot.base *

-- {"verb": "select", "tables": ["depot.base"], "reads": ["depot.base.x"], "base_reads": ["depot.leaf.x", "depot.middle.x"]}
-- the system column that tells the child
SELECT tableoid, x FROM depot.base

-- {"verb": "select", "tables": ["depot.base"], "reads": ["depot.base.id", "depot.base.x"], "whole_rows": ["depot.base"], "base_reads": ["depot.leaf.id", "depot.leaf.x", "depot.middle.id", "depot.middle.x"]}
-- a whole row of a parent
SELECT b FROM depot.base b

-- {"verb": "insert", "tables": ["depot.base"], "writes": ["depot.base.id"]}
-- insert into a parent
INSERT INTO depot.base (id) VALUES (1)

-- {"verb": "update", "tables": ["depot.base"], "writes": ["depot.base.x"], "base_writes": ["depot.leaf.x", "depot.middle.x"]}
-- update of a parent
UPDATE depot.base SET x = 'x'

-- {"verb": "update", "tables": ["depot.base"], "reads": ["depot.base.id"], "writes": ["depot.base.x"]}
-- update of a parent alone
UPDATE ONLY depot.base SET x = 'x' WHERE id = 1

-- {"verb": "delete", "tables": ["depot.base"], "reads": ["depot.base.x"], "base_reads": ["depot.leaf.x", "depot.middle.x"]}
-- delete from a parent
DELETE FROM depot.base WHERE x = ''

-- {"verb": "delete", "tables": ["depot.base"], "reads": ["depot.base.x"]}
-- delete from a parent alone
DELETE FROM ONLY depot.base WHERE x = ''

-- {"verb": "copy", "tables": ["depot.base"], "reads": ["depot.base.id", "depot.base.x"], "positional": ["copy"]}
-- copy of a parent is of its own rows
COPY depot.base TO STDOUT

-- {"verb": "copy", "tables": ["depot.base"], "writes": ["depot.base.x"]}
-- copy into a parent
COPY depot.base (x) FROM STDIN

-- {"verb": "select", "tables": ["depot.base"], "reads": ["depot.base.id", "depot.base.x"], "base_reads": ["depot.leaf.id", "depot.leaf.x", "depot.middle.id", "depot.middle.x"]}
-- a parent twice, once alone
SELECT b.x, o.id FROM depot.base b, ONLY depot.base o

-- {"verb": "select", "tables": ["depot.base", "depot.leaf"], "reads": ["depot.base.id", "depot.base.x", "depot.leaf.id", "depot.leaf.x", "depot.leaf.z"], "positional": ["natural_join"], "base_reads": ["depot.leaf.id", "depot.leaf.x", "depot.middle.id", "depot.middle.x"]}
-- a child joined with its parent
SELECT x, z FROM depot.base NATURAL JOIN depot.leaf
