"""The catalog queries, for servers 13 to 18 and for any role: every name is qualified, no privilege is needed.

None of them waits behind an ALTER TABLE: format_type and pg_get_expr(.., 0) look only into the system caches.
pg_get_viewdef does lock the view and its tables, so DEFINITIONS leaves out what somebody has locked or waits for.
"""

# The first oid that belongs to a user (FirstNormalObjectId): what initdb made is below and never changes.
FIRST_USER_OID = 16384

IDENTITY = """
SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS version,
       (SELECT pg_catalog.sum(pg_catalog.hashname(relname)::pg_catalog.int8 * oid::pg_catalog.int8)::pg_catalog.text
        FROM pg_catalog.pg_class WHERE oid < 16384) AS system
"""

# Nothing can have been committed between two equal ones (the whole server's, so it only helps where it is idle).
MOMENT = "SELECT pg_catalog.pg_current_snapshot()::pg_catalog.text"

# age(xmin) is relative to the current transaction, hence the "+ count(*) * minus": it makes a sum of xmin, which moves
# whenever a row replaces another. (Rows made by initdb have no such age, so only users' rows are counted.)
# pg_class is looked at by value instead: TRUNCATE, CREATE INDEX and REFRESH MATERIALIZED VIEW write new versions of
# its rows that say nothing new. VACUUM and ANALYZE write in place.
_ROWS = """
    SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*),
           pg_catalog.sum(pg_catalog.age(r.xmin)) + pg_catalog.count(*) * (SELECT minus FROM now))
"""
FINGERPRINT = f"""
WITH now AS MATERIALIZED (SELECT - pg_catalog.age('3'::pg_catalog.xid)::pg_catalog.int8 AS minus),
named AS MATERIALIZED (
    SELECT oid, relname, relkind, relnatts, relnamespace FROM pg_catalog.pg_class
    WHERE oid >= 16384 AND relpersistence <> 't' AND relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
)
SELECT pg_catalog.concat_ws(',',
    (SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*), pg_catalog.sum(relnatts),
            pg_catalog.sum(pg_catalog.hashname(relname)::pg_catalog.int8 * pg_catalog.hashoid(oid)),
            pg_catalog.sum(pg_catalog.hashoid(relnamespace)::pg_catalog.int8 * pg_catalog.hashoid(oid)))
     FROM named),
    ({_ROWS} FROM pg_catalog.pg_attribute r JOIN named ON named.oid = r.attrelid),
    ({_ROWS} FROM pg_catalog.pg_attrdef r JOIN named ON named.oid = r.adrelid),
    ({_ROWS} FROM pg_catalog.pg_rewrite r WHERE r.oid >= 16384),
    ({_ROWS} FROM pg_catalog.pg_proc r WHERE r.oid >= 16384),
    ({_ROWS} FROM pg_catalog.pg_inherits r),
    ({_ROWS} FROM pg_catalog.pg_constraint r WHERE r.oid >= 16384 AND r.contype = 'p'),
    ({_ROWS} FROM pg_catalog.pg_type r WHERE r.oid >= 16384 AND r.typtype IN ('e', 'd', 'b', 'r') AND r.typelem = 0),
    (SELECT pg_catalog.sum(pg_catalog.hashname(nspname)::pg_catalog.int8 * oid::pg_catalog.int8)
     FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\\_temp\\_%' AND nspname NOT LIKE 'pg\\_toast%')
)
"""

SCHEMAS = """
SELECT nspname FROM pg_catalog.pg_namespace
WHERE nspname NOT LIKE 'pg\\_temp\\_%' AND nspname NOT LIKE 'pg\\_toast%'
"""

# One row per relation, its columns as parallel arrays: half the time of a row per column.
_RELATIONS = """
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind::pg_catalog.text AS kind,
       a.numbers, a.names, a.types, a.type_oids, a.typmods, a.collations, a.not_nulls, a.defaults, a.generated,
       a.identity,
       ARRAY(SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid ORDER BY i.inhseqno) AS parents,
       (SELECT k.conkey FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p') AS primary_key,
       ARRAY(SELECT k.conname::pg_catalog.text FROM pg_catalog.pg_constraint k
             WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x') ORDER BY k.conname) AS constraint_names,
       ARRAY(SELECT pg_catalog.array_to_string(k.conkey, ' ') FROM pg_catalog.pg_constraint k
             WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x') ORDER BY k.conname) AS constraint_keys,
       c.relhasrules AND EXISTS (SELECT FROM pg_catalog.pg_rewrite r
                                 WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN') AS has_rules
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN (
    SELECT attrelid, pg_catalog.array_agg(attnum) AS numbers, pg_catalog.array_agg(attname) AS names,
           pg_catalog.array_agg(type) AS types, pg_catalog.array_agg(atttypid) AS type_oids,
           pg_catalog.array_agg(atttypmod) AS typmods, pg_catalog.array_agg(coll) AS collations,
           pg_catalog.array_agg(attnotnull) AS not_nulls, pg_catalog.array_agg(value) AS defaults,
           pg_catalog.array_agg(generated) AS generated, pg_catalog.array_agg(identity) AS identity
    FROM (
        SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull,
               pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
               CASE WHEN a.attcollation <> t.typcollation THEN
                   (SELECT pg_catalog.quote_ident(s.nspname) || '.' || pg_catalog.quote_ident(l.collname)
                    FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace s ON s.oid = l.collnamespace
                    WHERE l.oid = a.attcollation) END AS coll,
               pg_catalog.pg_get_expr(d.adbin, 0) AS value, a.attgenerated <> '' AS generated,
               a.attidentity <> '' AS identity
        FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.attgenerated = ''
        WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid {which}
        ORDER BY a.attrelid, a.attnum
    ) ordered
    GROUP BY attrelid
) a ON a.attrelid = c.oid
WHERE c.oid {which} AND c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
"""
RELATIONS = _RELATIONS.format(which=">= 16384")
SYSTEM_RELATIONS = _RELATIONS.format(which="< 16384")

# A rule's tables are the relations that it depends on: what deparsing it locks.
DEFINITIONS = """
WITH locked AS MATERIALIZED (
    SELECT l.relation FROM pg_catalog.pg_locks l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
)
SELECT c.oid, pg_catalog.pg_get_viewdef(c.oid) AS definition
FROM pg_catalog.pg_class c
WHERE c.oid >= 16384 AND c.relkind IN ('v', 'm') AND c.relpersistence <> 't'
  AND c.oid NOT IN (SELECT relation FROM locked)
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_rewrite r
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
      JOIN locked ON locked.relation = d.refobjid
      WHERE r.ev_class = c.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
"""

# What a call in FROM yields. Names as the server gives them: OUT parameters, else the row type's columns; a single
# unnamed OUT parameter is a scalar. json_populate_record() and its like are anyelement but never scalar.
_FUNCTIONS = """
SELECT n.nspname AS schema, p.proname AS name, p.proretset AS set_returning, p.provolatile::pg_catalog.text AS volatile,
       o.names AS out_names, o.unnamed AS out_unnamed,
       CASE WHEN row_type.oid IS NOT NULL THEN
           ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute a
                 WHERE a.attrelid = row_type.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
       END AS row_names,
       CASE WHEN row_type.relkind <> 'c' THEN row_type.oid ELSE 0 END AS row_type,
       p.prorettype = 'pg_catalog.record'::pg_catalog.regtype OR p.proname LIKE 'json%\\_populate\\_record%' AS record
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_type t ON t.oid = p.prorettype
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_class row_type ON row_type.oid = coalesce(nullif(t.typrelid, 0), nullif(b.typrelid, 0))
LEFT JOIN LATERAL (
    SELECT pg_catalog.array_agg(coalesce(nullif(x.name, ''), 'column' || x.number) ORDER BY x.number) AS names,
           pg_catalog.bool_or(coalesce(x.name, '') = '') AS unnamed
    FROM (SELECT y.name, pg_catalog.row_number() OVER (ORDER BY y.place) AS number
          FROM ROWS FROM (pg_catalog.unnest(p.proargmodes), pg_catalog.unnest(p.proargnames))
               WITH ORDINALITY AS y (mode, name, place)
          WHERE y.mode IN ('o', 'b', 't')) x
) o ON p.proargmodes IS NOT NULL
WHERE p.oid {which} AND p.prokind <> 'p'
"""
FUNCTIONS = _FUNCTIONS.format(which=">= 16384")
SYSTEM_FUNCTIONS = (
    _FUNCTIONS.format(which="< 16384")
    + " AND (p.proretset OR o.names IS NOT NULL OR row_type.oid IS NOT NULL"
    + " OR p.prorettype = 'pg_catalog.record'::pg_catalog.regtype OR p.proname LIKE 'json%\\_populate\\_record%')"
)
