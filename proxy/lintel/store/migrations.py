"""The schema of the SQLite store, version by version. PRAGMA user_version counts them; none is ever edited.

The views are the documented way in for people (docs/store.md). Empty text stands for "none" in key columns, where
SQLite would let NULLs repeat.
"""

from lintel.store import slots, unplanned

APPLICATION_ID = 0x4C_49_4E_54  # "LINT": tells our files from other people's

_FIRST = """
-- A statement is one shape in one database under one search_path; id is the hash of the three.
CREATE TABLE statements (
    id TEXT PRIMARY KEY, database TEXT NOT NULL, search_path TEXT NOT NULL, sql TEXT NOT NULL,
    verb TEXT NOT NULL, opaque TEXT
) WITHOUT ROWID;

-- kind: read, write, star, whole_row, positional. "column" is '' where the table as a whole is meant.
CREATE TABLE uses (
    statement TEXT NOT NULL, "table" TEXT NOT NULL, "column" TEXT NOT NULL, kind TEXT NOT NULL,
    PRIMARY KEY (statement, "table", "column", kind)
) WITHOUT ROWID;
CREATE INDEX uses_by_table ON uses ("table", "column");

CREATE TABLE clients (name TEXT PRIMARY KEY, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL) WITHOUT ROWID;

-- key is the hash of (database, search_path, sql, client): rows of several writers add up.
CREATE TABLE calls (
    key TEXT PRIMARY KEY, statement TEXT NOT NULL, client TEXT NOT NULL, calls INTEGER NOT NULL,
    first_seen TEXT NOT NULL, last_seen TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX calls_by_statement ON calls (statement);

CREATE TABLE errors (
    key TEXT NOT NULL, sqlstate TEXT NOT NULL, calls INTEGER NOT NULL, PRIMARY KEY (key, sqlstate)
) WITHOUT ROWID;

-- verdict: allow, rewrite, refuse; message is what the client was told last.
CREATE TABLE verdicts (
    key TEXT NOT NULL, verdict TEXT NOT NULL, calls INTEGER NOT NULL, message TEXT, PRIMARY KEY (key, verdict)
) WITHOUT ROWID;

-- One row for each run of a writer: it has seen everything from started to heartbeat but what it dropped.
CREATE TABLE windows (
    id TEXT PRIMARY KEY, started TEXT NOT NULL, heartbeat TEXT NOT NULL, observed INTEGER NOT NULL,
    other INTEGER NOT NULL, opaque INTEGER NOT NULL, dropped INTEGER NOT NULL
) WITHOUT ROWID;

-- The last catalog of each database: JSON, deflated.
CREATE TABLE catalogs (database TEXT PRIMARY KEY, taken TEXT NOT NULL, snapshot BLOB NOT NULL) WITHOUT ROWID;

-- Who uses what, and how often.
CREATE VIEW column_uses AS
SELECT s.database, u."table", nullif(u."column", '') AS "column", u.kind, c.client, s.sql, c.calls, c.first_seen,
       c.last_seen
FROM uses u JOIN calls c ON c.statement = u.statement JOIN statements s ON s.id = u.statement;

-- What could not be understood, and why.
CREATE VIEW opaque_statements AS
SELECT s.database, c.client, s.sql, s.opaque AS reason, c.calls, c.first_seen, c.last_seen
FROM statements s JOIN calls c ON c.statement = s.id WHERE s.opaque IS NOT NULL;

-- Who was refused.
CREATE VIEW refusals AS
SELECT s.database, c.client, s.sql, v.calls, v.message, c.last_seen
FROM verdicts v JOIN calls c ON c.key = v.key JOIN statements s ON s.id = c.statement WHERE v.verdict = 'refuse';

-- What ended with an error, the server's own included.
CREATE VIEW failed_statements AS
SELECT s.database, c.client, s.sql, e.sqlstate, e.calls, c.last_seen
FROM errors e JOIN calls c ON c.key = e.key JOIN statements s ON s.id = c.statement;
"""

_IMPORTS = """
-- What `lintel import` has already added, so that nothing counts twice: a server's statements, or log files.
CREATE TABLE imported (
    source TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (source, key)
) WITHOUT ROWID;
"""

_MEMORIES = """
-- What the catalog said of a column while it was there, by plan; JSON.
CREATE TABLE plan_memory (
    database TEXT NOT NULL, plan TEXT NOT NULL, kept TEXT NOT NULL, PRIMARY KEY (database, plan)
) WITHOUT ROWID;
"""

_SIDES = """
-- Who was built for which of the two tables of a plan. key is the hash of the others but the times.
CREATE TABLE side (
    key TEXT PRIMARY KEY, database TEXT NOT NULL, plan TEXT NOT NULL, "table" TEXT NOT NULL, client TEXT NOT NULL,
    side TEXT NOT NULL, known TEXT NOT NULL, first_seen TEXT NOT NULL, last_seen TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE side_calls (
    slot TEXT NOT NULL, key TEXT NOT NULL, calls INTEGER NOT NULL, rewritten INTEGER NOT NULL,
    refused INTEGER NOT NULL, PRIMARY KEY (slot, key)
) WITHOUT ROWID;

-- A run has judged by a plan from started to heartbeat.
CREATE TABLE carried (
    run TEXT NOT NULL, plan TEXT NOT NULL, started TEXT NOT NULL, heartbeat TEXT NOT NULL,
    PRIMARY KEY (run, plan, started)
) WITHOUT ROWID;

CREATE VIEW sides AS
SELECT s.database, s.plan, s."table", s.client, s.side, s.known, coalesce(sum(n.calls), 0) AS calls,
       coalesce(sum(n.rewritten), 0) AS rewritten, coalesce(sum(n.refused), 0) AS refused, s.first_seen, s.last_seen
FROM side s LEFT JOIN side_calls n ON n.key = s.key GROUP BY s.key;
"""

_WOULD = """
-- What would have been rewritten or refused, while nothing was enforced.
ALTER TABLE calls ADD COLUMN would_rewrite INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN would_refuse INTEGER NOT NULL DEFAULT 0;
ALTER TABLE side_calls ADD COLUMN would_rewrite INTEGER NOT NULL DEFAULT 0;
ALTER TABLE side_calls ADD COLUMN would_refuse INTEGER NOT NULL DEFAULT 0;

DROP VIEW sides;
CREATE VIEW sides AS
SELECT s.database, s.plan, s."table", s.client, s.side, s.known, coalesce(sum(n.calls), 0) AS calls,
       coalesce(sum(n.rewritten), 0) AS rewritten, coalesce(sum(n.refused), 0) AS refused,
       coalesce(sum(n.would_rewrite), 0) AS would_rewrite, coalesce(sum(n.would_refuse), 0) AS would_refuse,
       s.first_seen, s.last_seen
FROM side s LEFT JOIN side_calls n ON n.key = s.key GROUP BY s.key;

DROP VIEW refusals;
CREATE VIEW refusals AS
SELECT s.database, c.client, s.id AS statement, s.sql, n.calls, n.would_be, c.refusal AS message, c.last_seen
FROM (SELECT key, sum(refused) AS calls, sum(would_refuse) AS would_be FROM calls GROUP BY key
      HAVING sum(refused) + sum(would_refuse) > 0) n
JOIN caller c ON c.key = n.key JOIN statement s ON s.id = c.statement;
"""

MIGRATIONS = (_FIRST, _IMPORTS, slots.SCHEMA, _MEMORIES, _SIDES, _WOULD, unplanned.SCHEMA)
VERSION = len(MIGRATIONS)
