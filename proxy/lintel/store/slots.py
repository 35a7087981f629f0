"""The third version of the store's schema: counts by hour and day, windows by run and database, and views that stay.

Tables are named in the singular and may change with a version; views, in the plural, are what docs/store.md promises.
What earlier versions counted without times stands in the day in which it was seen last: so a count since some day may
be too high for it, never too low.
"""

SCHEMA = """
DROP VIEW column_uses;
DROP VIEW opaque_statements;
DROP VIEW refusals;
DROP VIEW failed_statements;

ALTER TABLE statements RENAME TO statement;
ALTER TABLE uses RENAME TO use;
ALTER TABLE calls RENAME TO total;
ALTER TABLE errors RENAME TO failure;
ALTER TABLE windows RENAME TO run_before;

-- A client of a statement. key is the hash of (database, search_path, sql, client): rows of several writers add up.
CREATE TABLE caller (
    key TEXT PRIMARY KEY, statement TEXT NOT NULL, client TEXT NOT NULL, first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL, refusal TEXT
) WITHOUT ROWID;
CREATE INDEX caller_by_statement ON caller (statement);

-- slot: 2026-11-21T03, or 2026-11-21 when its hours have been added up. rows: of the calls that were timed.
CREATE TABLE calls (
    slot TEXT NOT NULL, key TEXT NOT NULL, calls INTEGER NOT NULL, rewritten INTEGER NOT NULL,
    refused INTEGER NOT NULL, rows INTEGER NOT NULL, PRIMARY KEY (slot, key)
) WITHOUT ROWID;
CREATE TABLE error (
    slot TEXT NOT NULL, key TEXT NOT NULL, sqlstate TEXT NOT NULL, calls INTEGER NOT NULL,
    PRIMARY KEY (slot, key, sqlstate)
) WITHOUT ROWID;

-- bucket b: from 2 ** ((b - 1) / 2) to 2 ** (b / 2) microseconds.
CREATE TABLE latency (
    slot TEXT NOT NULL, key TEXT NOT NULL, bucket INTEGER NOT NULL, calls INTEGER NOT NULL,
    PRIMARY KEY (slot, key, bucket)
) WITHOUT ROWID;

-- One row for each run of a writer: it has seen everything from started to heartbeat but what it dropped. closed: it
-- has ended by itself. number: of the last batch that was added.
CREATE TABLE run (
    id TEXT PRIMARY KEY, started TEXT NOT NULL, heartbeat TEXT NOT NULL, interval REAL NOT NULL,
    closed INTEGER NOT NULL, number INTEGER
) WITHOUT ROWID;
CREATE TABLE watched (
    slot TEXT NOT NULL, database TEXT NOT NULL, observed INTEGER NOT NULL, other INTEGER NOT NULL,
    opaque INTEGER NOT NULL, dropped INTEGER NOT NULL, PRIMARY KEY (slot, database)
) WITHOUT ROWID;

INSERT INTO caller SELECT t.key, t.statement, t.client, t.first_seen, t.last_seen,
    (SELECT v.message FROM verdicts v WHERE v.key = t.key AND v.verdict = 'refuse') FROM total t;
INSERT INTO calls SELECT substr(t.last_seen, 1, 10), t.key, t.calls,
    coalesce((SELECT v.calls FROM verdicts v WHERE v.key = t.key AND v.verdict = 'rewrite'), 0),
    coalesce((SELECT v.calls FROM verdicts v WHERE v.key = t.key AND v.verdict = 'refuse'), 0), 0 FROM total t;
INSERT INTO error SELECT substr(t.last_seen, 1, 10), f.key, f.sqlstate, f.calls
    FROM failure f JOIN total t ON t.key = f.key;
INSERT INTO run SELECT id, started, heartbeat, 1, 1, NULL FROM run_before;
INSERT INTO watched SELECT substr(heartbeat, 1, 10), '', sum(observed), sum(other), sum(opaque), sum(dropped)
    FROM run_before GROUP BY 1;
DROP TABLE total;
DROP TABLE failure;
DROP TABLE verdicts;
DROP TABLE clients;
DROP TABLE run_before;

CREATE VIEW statements AS
SELECT s.id, s.database, s.search_path, s.sql, s.verb, s.opaque, min(c.first_seen) AS first_seen,
       max(c.last_seen) AS last_seen, coalesce(sum(n.calls), 0) AS calls
FROM statement s JOIN caller c ON c.statement = s.id
LEFT JOIN (SELECT key, sum(calls) AS calls FROM calls GROUP BY key) n ON n.key = c.key GROUP BY s.id;

CREATE VIEW uses AS
SELECT s.database, u."table", nullif(u."column", '') AS "column", u.kind, c.client, s.id AS statement, s.sql,
       coalesce(n.calls, 0) AS calls, c.first_seen, c.last_seen
FROM use u JOIN statement s ON s.id = u.statement JOIN caller c ON c.statement = u.statement
LEFT JOIN (SELECT key, sum(calls) AS calls FROM calls GROUP BY key) n ON n.key = c.key;

CREATE VIEW clients AS
SELECT c.client, s.database, count(*) AS statements, min(c.first_seen) AS first_seen,
       max(c.last_seen) AS last_seen, coalesce(sum(n.calls), 0) AS calls
FROM caller c JOIN statement s ON s.id = c.statement
LEFT JOIN (SELECT key, sum(calls) AS calls FROM calls GROUP BY key) n ON n.key = c.key GROUP BY c.client, s.database;

CREATE VIEW hourly AS
SELECT n.slot || ':00Z' AS hour, s.database, c.client, s.id AS statement, s.sql, n.calls, n.rewritten, n.refused
FROM calls n JOIN caller c ON c.key = n.key JOIN statement s ON s.id = c.statement WHERE length(n.slot) = 13;

CREATE VIEW daily AS
SELECT substr(n.slot, 1, 10) AS day, s.database, c.client, s.id AS statement, s.sql, sum(n.calls) AS calls,
       sum(n.rewritten) AS rewritten, sum(n.refused) AS refused
FROM calls n JOIN caller c ON c.key = n.key JOIN statement s ON s.id = c.statement GROUP BY 1, n.key;

CREATE VIEW errors AS
SELECT substr(e.slot, 1, 10) AS day, s.database, c.client, s.id AS statement, s.sql, e.sqlstate, sum(e.calls) AS calls
FROM error e JOIN caller c ON c.key = e.key JOIN statement s ON s.id = c.statement GROUP BY 1, e.key, e.sqlstate;

CREATE VIEW refusals AS
SELECT s.database, c.client, s.id AS statement, s.sql, n.calls, c.refusal AS message, c.last_seen
FROM (SELECT key, sum(refused) AS calls FROM calls GROUP BY key HAVING sum(refused) > 0) n
JOIN caller c ON c.key = n.key JOIN statement s ON s.id = c.statement;

-- up_to_ms is the upper bound of the bucket.
CREATE VIEW latencies AS
SELECT substr(l.slot, 1, 10) AS day, s.database, c.client, s.id AS statement, s.sql,
       CASE WHEN l.bucket % 2 = 0 THEN 1.0 ELSE 1.4142135623730951 END * (1 << (l.bucket / 2)) / 1000 AS up_to_ms,
       sum(l.calls) AS timed
FROM latency l JOIN caller c ON c.key = l.key JOIN statement s ON s.id = c.statement GROUP BY 1, l.key, l.bucket;

CREATE VIEW opaque AS
SELECT s.database, c.client, s.id AS statement, s.sql, s.opaque AS reason, coalesce(n.calls, 0) AS calls,
       c.first_seen, c.last_seen
FROM statement s JOIN caller c ON c.statement = s.id
LEFT JOIN (SELECT key, sum(calls) AS calls FROM calls GROUP BY key) n ON n.key = c.key WHERE s.opaque IS NOT NULL;

CREATE VIEW windows AS
SELECT id, started, heartbeat, closed FROM run;

CREATE VIEW coverage AS
SELECT substr(slot, 1, 10) AS day, database, sum(observed) AS observed, sum(other) AS other, sum(opaque) AS opaque,
       sum(dropped) AS dropped
FROM watched GROUP BY 1, 2;
"""
