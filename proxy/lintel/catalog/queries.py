"""The catalog queries, for servers 13 to 18 and for any role: every name is qualified, no privilege is needed.

Plans must not depend on statistics, which tables made a moment ago have none of: what is looked for comes as an array
and is found through the catalog's own indexes (the connection plans no hash and no merge join); RECENT and FINGERPRINT
look at everything once.

None of them waits behind an ALTER TABLE: format_type and pg_get_expr(.., 0) look only into the system caches.
pg_get_viewdef does lock the view and its tables, so DEFINITIONS leaves out what somebody has locked or waits for.
"""

from lintel.schema.bodies import TELLING

IDENTITY = """
SELECT pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS version,
       (SELECT pg_catalog.sum(pg_catalog.hashname(relname)::pg_catalog.int8 * oid::pg_catalog.int8)::pg_catalog.text
        FROM pg_catalog.pg_class WHERE oid < 16384) AS system
"""

# Nothing can have been committed between two equal ones (the whole server's, so it only helps where it is idle).
# A standby's snapshot does not say who is in progress, so there the place that it has replayed has to be the same, too.
MOMENT = """
SELECT pg_catalog.concat_ws(' ', pg_catalog.pg_current_snapshot(), pg_catalog.pg_last_wal_replay_lsn())
"""

# Every transaction before it had ended when the snapshot was taken: what they left is in the reading.
_HORIZON = "pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot())::pg_catalog.xid"
HORIZON = f"SELECT {_HORIZON}"
# Of none from this one on was anything to be seen.
_NEXT = "pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::pg_catalog.text::pg_catalog.int8"

# The first oid of a user is 16384 (FirstNormalObjectId): what initdb made is below and never changes.
_KINDS = "relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')"
_CLASSES = f"FROM pg_catalog.pg_class c WHERE c.oid >= 16384 AND c.relpersistence <> 't' AND c.{_KINDS}"
_RULES = "FROM pg_catalog.pg_rewrite r WHERE r.oid >= 16384"
_PARENTS = "FROM pg_catalog.pg_inherits i"
# Triggers UPDATE OF some columns; the others are of no matter to texts.
_OF_COLUMNS = "pg_catalog.cardinality({}.tgattr::pg_catalog.int2[]) > 0"
_TRIGGERS = f"FROM pg_catalog.pg_trigger g WHERE {_OF_COLUMNS.format('g')}"
# Foreign keys ON DELETE CASCADE ON UPDATE CASCADE; the others are of no matter to texts.
_FOLLOWS = "{0}.contype = 'f' AND {0}.confdeltype = 'c' AND {0}.confupdtype = 'c'"
_TELLING = "({0}.contype IN ('p', 'u', 'x', 'n') OR " + _FOLLOWS + ")"
_KEYS = f"FROM pg_catalog.pg_constraint k WHERE {_TELLING.format('k')}"
_PROCS = "FROM pg_catalog.pg_proc p WHERE p.oid >= 16384"
_SPACES = "FROM pg_catalog.pg_namespace s"

# The rows of a catalog whose coming and going says something: [id, oid of the relation or function that they tell of].
_PAIRS = {
    "classes": ("c.oid", "c.oid", _CLASSES),
    "rules": ("r.oid", "r.ev_class", _RULES),
    "parents": ("i.inhrelid::pg_catalog.int8 * 4294967296 + i.inhparent::pg_catalog.int8", "i.inhrelid", _PARENTS),
    "keys": ("k.oid", "k.conrelid", _KEYS),
    "triggers": ("g.oid", "g.tgrelid", _TRIGGERS),
    "procs": ("p.oid", "p.oid", _PROCS),
    "spaces": ("s.oid", "s.oid", _SPACES),
}
ROWS = {
    name: f"SELECT coalesce(pg_catalog.array_agg(ARRAY[{row}, {owner}]::pg_catalog.int8[]), '{{}}') {source}"
    for name, (row, owner, source) in _PAIRS.items()
}


def _recent(name: str) -> str:
    """Of one catalog: the pairs of the rows written since the horizon, the number of all rows, the sum of their ids."""
    row, owner, source = _PAIRS[name]
    letter = source.split()[2]
    return f"""(
    SELECT pg_catalog.array_agg(ARRAY[{row}, {owner}]::pg_catalog.int8[]) FILTER (WHERE {_since(letter)}) AS {name},
           pg_catalog.count(*) AS {name}_count, pg_catalog.sum(({row})::pg_catalog.int8) AS {name}_sum
    {source}) {name}"""


def _since(letter: str) -> str:
    age = f"pg_catalog.age({letter}.xmin)"
    return f"({age} <= (SELECT newest FROM horizon) AND {age} >= (SELECT oldest FROM horizon))"


# Who is a member of what, and may do all: by value, as it is of the whole server.
_ROLES = """
    SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*),
           pg_catalog.sum(pg_catalog.hashoid(m.roleid)::pg_catalog.int8 * pg_catalog.hashoid(m.member)),
           (SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*),
                   pg_catalog.sum(pg_catalog.hashname(r.rolname)::pg_catalog.int8) FILTER (WHERE r.rolsuper))
            FROM pg_catalog.pg_roles r))
    FROM pg_catalog.pg_auth_members m
"""

# What may have changed since the horizon of another reading ($1, null: since ever). An age far below zero is that of a
# frozen row whose xmin has come round. A change of a default writes pg_attribute too.
RECENT = f"""
WITH horizon AS MATERIALIZED (
    SELECT coalesce(pg_catalog.age($1::pg_catalog.xid), 2147483647) AS newest,
           CASE WHEN $1 IS NULL THEN '-2147483648'::pg_catalog.int4 ELSE -1000000 END AS oldest
)
SELECT {_HORIZON} AS horizon, {_NEXT} AS next,
       {", ".join(f"{name}.*" for name in _PAIRS)}, columns.*, types.*, ({_ROLES}) AS roles
FROM {",".join(map(_recent, _PAIRS))},
(SELECT pg_catalog.array_agg(DISTINCT a.attrelid::pg_catalog.int8) AS columns
 FROM pg_catalog.pg_attribute a WHERE {_since("a")} AND $1 IS NOT NULL) columns,
(SELECT pg_catalog.array_agg(t.oid) FILTER (WHERE t.typrelid = 0 AND (t.typcategory <> 'A' OR t.typtype = 'd')) AS types
 FROM pg_catalog.pg_type t WHERE {_since("t")} AND $1 IS NOT NULL) types
"""

# What depends on relations ($1) and their row types, functions ($2) and types ($3), and on that in turn: of all of it
# the relations whose columns, defaults or definitions may read otherwise now, and the functions.
DEPENDENTS = """
WITH RECURSIVE touched (class, object) AS (
    SELECT 'pg_catalog.pg_class'::pg_catalog.regclass::pg_catalog.oid, pg_catalog.unnest($1::pg_catalog.oid[])
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, c.reltype  -- it is a composite type's relation that depends on it
    FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1)
    UNION ALL
    SELECT 'pg_catalog.pg_proc'::pg_catalog.regclass, pg_catalog.unnest($2::pg_catalog.oid[])
    UNION ALL
    SELECT 'pg_catalog.pg_type'::pg_catalog.regclass, pg_catalog.unnest($3::pg_catalog.oid[])
    UNION
    SELECT d.classid, d.objid FROM touched t
    JOIN pg_catalog.pg_depend d ON d.refclassid = t.class AND d.refobjid = t.object
)
SELECT pg_catalog.array_agg(CASE class
           WHEN 'pg_catalog.pg_class'::pg_catalog.regclass THEN object
           WHEN 'pg_catalog.pg_attrdef'::pg_catalog.regclass THEN
               (SELECT d.adrelid FROM pg_catalog.pg_attrdef d WHERE d.oid = object)
           WHEN 'pg_catalog.pg_rewrite'::pg_catalog.regclass THEN
               (SELECT r.ev_class FROM pg_catalog.pg_rewrite r WHERE r.oid = object)
       END::pg_catalog.int8) AS classes,
       pg_catalog.array_agg(object::pg_catalog.int8) FILTER (
           WHERE class = 'pg_catalog.pg_proc'::pg_catalog.regclass) AS procs
FROM touched
"""

# age(xmin) is relative to the current transaction, hence the "+ count(*) * minus": it makes a sum of xmin, which moves
# whenever a row replaces another. (Rows made by initdb have no such age, so only users' rows are counted.)
# pg_class is looked at by value instead: TRUNCATE, CREATE INDEX and REFRESH MATERIALIZED VIEW write new versions of
# its rows that say nothing new. VACUUM and ANALYZE write in place. (IS TRUE: a hashed subplan, never a join.)
_ROWS = """
    SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*),
           pg_catalog.sum(pg_catalog.age(r.xmin)) + pg_catalog.count(*) * (SELECT minus FROM now))
"""
FINGERPRINT = f"""
WITH now AS MATERIALIZED (SELECT - pg_catalog.age('3'::pg_catalog.xid)::pg_catalog.int8 AS minus),
named AS MATERIALIZED (
    SELECT oid, relname, relkind, relnatts, relnamespace FROM pg_catalog.pg_class
    WHERE oid >= 16384 AND relpersistence <> 't' AND {_KINDS}
)
SELECT pg_catalog.concat_ws(',',
    (SELECT pg_catalog.concat_ws(' ', pg_catalog.count(*), pg_catalog.sum(relnatts),
            pg_catalog.sum(pg_catalog.hashname(relname)::pg_catalog.int8 * pg_catalog.hashoid(oid)),
            pg_catalog.sum(pg_catalog.hashoid(relnamespace)::pg_catalog.int8 * pg_catalog.hashoid(oid)))
     FROM named),
    ({_ROWS} FROM pg_catalog.pg_attribute r WHERE (r.attrelid IN (SELECT oid FROM named)) IS TRUE),
    ({_ROWS} FROM pg_catalog.pg_attrdef r WHERE (r.adrelid IN (SELECT oid FROM named)) IS TRUE),
    ({_ROWS} FROM pg_catalog.pg_rewrite r WHERE (r.ev_class IN (SELECT oid FROM named)) IS TRUE),
    ({_ROWS} FROM pg_catalog.pg_proc r WHERE r.oid >= 16384),
    ({_ROWS} FROM pg_catalog.pg_inherits r WHERE (r.inhrelid IN (SELECT oid FROM named)) IS TRUE),
    ({_ROWS} FROM pg_catalog.pg_constraint r
     WHERE {_TELLING.format("r")} AND (r.conrelid IN (SELECT oid FROM named)) IS TRUE),
    ({_ROWS} FROM pg_catalog.pg_trigger r
     WHERE {_OF_COLUMNS.format("r")} AND (r.tgrelid IN (SELECT oid FROM named)) IS TRUE),
    ({_ROWS} FROM pg_catalog.pg_type r
     WHERE r.oid >= 16384 AND r.typtype IN ('e', 'd', 'b', 'r') AND (r.typelem = 0 OR r.typtype = 'd')),
    (SELECT pg_catalog.sum(pg_catalog.hashname(nspname)::pg_catalog.int8 * oid::pg_catalog.int8)
     FROM pg_catalog.pg_namespace WHERE nspname NOT LIKE 'pg\\_temp\\_%' AND nspname NOT LIKE 'pg\\_toast%')
)
"""

SCHEMAS = "SELECT oid, nspname FROM pg_catalog.pg_namespace"

# Who may use the schemas that not everybody may: in the search_path of all others they are left out.
USERS = """
SELECT s.nspname AS schema, pg_catalog.array_agg(r.rolname::pg_catalog.text) FILTER (
           WHERE pg_catalog.has_schema_privilege(r.oid, s.oid, 'USAGE')) AS roles
FROM pg_catalog.pg_roles r, pg_catalog.pg_namespace s
WHERE s.nspname NOT LIKE 'pg\\_%' AND NOT pg_catalog.has_schema_privilege('public', s.oid, 'USAGE')
GROUP BY s.nspname
"""

SYSTEM_CLASSES = f"SELECT pg_catalog.array_agg(oid) FROM pg_catalog.pg_class WHERE oid < 16384 AND {_KINDS}"

# One row per relation of $1, its columns as parallel arrays: half the time of a row per column.
RELATIONS = f"""
SELECT c.oid, n.nspname AS schema, c.relname AS name, c.relkind::pg_catalog.text AS kind,
       a.numbers, a.names, a.types, a.type_oids, a.typmods, a.collations, a.not_nulls, a.defaults, a.generated,
       a.identity, a.own,
       ARRAY(SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid ORDER BY i.inhseqno) AS parents,
       (SELECT k.conkey FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p') AS primary_key,
       ARRAY(SELECT k.conname::pg_catalog.text FROM pg_catalog.pg_constraint k
             WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x') ORDER BY k.conname) AS constraint_names,
       ARRAY(SELECT pg_catalog.array_to_string(k.conkey, ' ') FROM pg_catalog.pg_constraint k
             WHERE k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x') ORDER BY k.conname) AS constraint_keys,
       ARRAY(SELECT pg_catalog.concat(k.conkey[1], ' ', k.conname) FROM pg_catalog.pg_constraint k  -- since 18
             WHERE k.conrelid = c.oid AND k.contype = 'n' AND k.convalidated AND NOT k.connoinherit) AS required_by,
       c.relhasrules AND EXISTS (SELECT FROM pg_catalog.pg_rewrite r
                                 WHERE r.ev_class = c.oid AND r.rulename <> '_RETURN') AS has_rules,
       ARRAY(SELECT DISTINCT attnum FROM pg_catalog.pg_trigger g, pg_catalog.unnest(g.tgattr::pg_catalog.int2[]) attnum
             WHERE c.relhastriggers AND g.tgrelid = c.oid ORDER BY attnum) AS triggered,
       ARRAY(SELECT k.confrelid FROM pg_catalog.pg_constraint k
             WHERE k.conrelid = c.oid AND {_FOLLOWS.format("k")} AND k.convalidated ORDER BY k.confrelid) AS follows
FROM pg_catalog.unnest($1::pg_catalog.oid[]) wanted (oid)
JOIN pg_catalog.pg_class c ON c.oid = wanted.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL (
    SELECT pg_catalog.array_agg(attnum) AS numbers, pg_catalog.array_agg(attname) AS names,
           pg_catalog.array_agg(type) AS types, pg_catalog.array_agg(atttypid) AS type_oids,
           pg_catalog.array_agg(atttypmod) AS typmods, pg_catalog.array_agg(coll) AS collations,
           pg_catalog.array_agg(attnotnull) AS not_nulls, pg_catalog.array_agg(value) AS defaults,
           pg_catalog.array_agg(generated) AS generated, pg_catalog.array_agg(identity) AS identity,
           pg_catalog.array_agg(own) AS own
    FROM (
        SELECT a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull,
               pg_catalog.format_type(a.atttypid, a.atttypmod) AS type,
               CASE WHEN a.attcollation <> 0 AND a.attcollation <>
                         (SELECT t.typcollation FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid) THEN
                   (SELECT pg_catalog.quote_ident(s.nspname) || '.' || pg_catalog.quote_ident(l.collname)
                    FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace s ON s.oid = l.collnamespace
                    WHERE l.oid = a.attcollation) END AS coll,
               CASE WHEN a.atthasdef AND a.attgenerated = '' THEN
                   (SELECT pg_catalog.pg_get_expr(d.adbin, 0) FROM pg_catalog.pg_attrdef d
                    WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum) END AS value,
               a.attgenerated <> '' AS generated, a.attidentity <> '' AS identity,
               a.attislocal AND a.attinhcount > 0 AS own
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ) columns
) a
WHERE c.relpersistence <> 't' AND c.{_KINDS}
"""

# A rule's tables are the relations that it depends on: what deparsing it locks.
DEFINITIONS = """
WITH locked AS MATERIALIZED (
    SELECT l.relation FROM pg_catalog.pg_locks l
    WHERE l.locktype = 'relation' AND l.mode = 'AccessExclusiveLock'
      AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())
)
SELECT c.oid, pg_catalog.pg_get_viewdef(c.oid) AS definition
FROM pg_catalog.pg_class c
WHERE c.oid = ANY ($1::pg_catalog.oid[])
  AND c.oid NOT IN (SELECT relation FROM locked)
  AND NOT EXISTS (
      SELECT FROM pg_catalog.pg_rewrite r
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
      JOIN locked ON locked.relation = d.refobjid
      WHERE r.ev_class = c.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass)
"""

# The relation whose rows the values of result.type are: within arrays and domains, too.
_HELD = """CASE WHEN result.type >= 16384 THEN (
                 WITH RECURSIVE inside (relation, next) AS (
                     SELECT 0::pg_catalog.oid, result.type
                     UNION ALL
                     SELECT t.typrelid, CASE WHEN t.typbasetype <> 0 THEN t.typbasetype
                                             WHEN t.typlen = -1 THEN t.typelem ELSE 0 END
                     FROM inside i JOIN pg_catalog.pg_type t ON t.oid = i.next
                 )
                 SELECT relation FROM inside WHERE relation <> 0) END"""

# Domains whose values are, or hold, rows of a relation.
DOMAINS = f"""
SELECT n.nspname AS schema, t.typname AS name, d.relation
FROM pg_catalog.pg_type t
JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
CROSS JOIN LATERAL (SELECT {_HELD} AS relation FROM (SELECT t.oid AS type) result) d
WHERE t.typtype = 'd' AND t.typbasetype >= 16384 AND d.relation IS NOT NULL
"""

# What a call in FROM yields. Names as the server gives them: OUT parameters, else the row type's columns; a single
# unnamed OUT parameter is a scalar. json_populate_record() and its like are anyelement but never scalar.
_FUNCTIONS = """
SELECT p.oid, n.nspname AS schema, p.proname AS name, p.proretset AS set_returning,
       p.provolatile::pg_catalog.text AS volatile,
       o.names AS out_names, o.unnamed AS out_unnamed,
       CASE WHEN row_type.oid IS NOT NULL THEN
           ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.pg_attribute a
                 WHERE a.attrelid = row_type.oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)
       END AS row_names,
       CASE WHEN row_type.relkind <> 'c' THEN row_type.oid ELSE 0 END AS row_type,
       ARRAY(SELECT coalesce({held}, 0)
             FROM pg_catalog.unnest(CASE WHEN p.prorettype = 'pg_catalog.record'::pg_catalog.regtype THEN o.types
                                         ELSE ARRAY[p.prorettype] END) WITH ORDINALITY AS result (type, place)
             ORDER BY result.place) AS holds,
       ARRAY(SELECT taken.relation FROM pg_catalog.unnest(p.proargtypes) argument (oid)
             JOIN pg_catalog.pg_type t ON t.oid = argument.oid
             CROSS JOIN LATERAL (SELECT coalesce(nullif(t.typrelid, 0),
                 (SELECT e.typrelid FROM pg_catalog.pg_type e WHERE e.oid = t.typelem), 0) AS relation) taken
             WHERE taken.relation <> 0) AS takes,
       p.pronargs = 2 AS dyadic, p.prokind = 'p' AS procedure,
       CASE WHEN p.prosrc ~* '{telling}' THEN p.prosrc ELSE '' END AS body,
       t.typcategory = 'S' AS text,
       p.prorettype = 'pg_catalog.record'::pg_catalog.regtype OR p.proname LIKE 'json%\\_populate\\_record%' AS record
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
JOIN pg_catalog.pg_type t ON t.oid = p.prorettype
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_class row_type ON row_type.oid = coalesce(nullif(t.typrelid, 0), nullif(b.typrelid, 0))
LEFT JOIN LATERAL (
    SELECT pg_catalog.array_agg(coalesce(nullif(x.name, ''), 'column' || x.number) ORDER BY x.number) AS names,
           pg_catalog.bool_or(coalesce(x.name, '') = '') AS unnamed,
           pg_catalog.array_agg(x.type ORDER BY x.number) AS types
    FROM (SELECT y.name, y.type, pg_catalog.row_number() OVER (ORDER BY y.place) AS number
          FROM ROWS FROM (pg_catalog.unnest(p.proargmodes), pg_catalog.unnest(p.proargnames),
                          pg_catalog.unnest(p.proallargtypes))
               WITH ORDINALITY AS y (mode, name, type, place)
          WHERE y.mode IN ('o', 'b', 't')) x
) o ON p.proargmodes IS NOT NULL
WHERE p.oid {which}
"""
FUNCTIONS = _FUNCTIONS.format(held=_HELD, telling=TELLING, which="= ANY ($1::pg_catalog.oid[])")
SYSTEM_FUNCTIONS = (
    _FUNCTIONS.format(held=_HELD, telling=TELLING, which="< 16384")
    + " AND p.prokind <> 'p' AND (p.proretset OR o.names IS NOT NULL OR row_type.oid IS NOT NULL"
    + " OR p.prorettype = 'pg_catalog.record'::pg_catalog.regtype OR p.proname LIKE 'json%\\_populate\\_record%')"
)
SYSTEM_NAMES = "SELECT pg_catalog.array_agg(DISTINCT proname) FROM pg_catalog.pg_proc WHERE oid < 16384"
