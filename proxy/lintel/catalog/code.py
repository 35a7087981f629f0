"""Server-side code, read from the catalog on demand: who stands on which column, and the bodies that say it in text.

Not part of a snapshot: nothing that is decided for a client depends on it.
"""

import asyncpg

from lintel.analysis.stored_code import stored
from lintel.catalog import terms
from lintel.schema.code import Dependency, Routine, ServerCode
from lintel.sql.shape import shape_of

# A column's own default, its NOT NULL and its sequence are parts of the column, and a view's own rule is the view.
# Of an object that stands on a column in two ways the one by which it goes with the column (a, i) decides.
DEPENDENCIES = """
WITH used AS MATERIALIZED (
    SELECT d.classid, d.objid, d.objsubid, d.refobjid AS relation, d.refobjsubid::pg_catalog.int4 AS number,
           pg_catalog.bool_and(d.deptype = 'n') AS blocks
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_class c ON c.oid = d.refobjid
    WHERE d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid >= 16384
      AND c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
      AND (d.refobjsubid > 0 OR d.classid IN ('pg_catalog.pg_trigger'::pg_catalog.regclass,
                                              'pg_catalog.pg_publication_rel'::pg_catalog.regclass))
    GROUP BY 1, 2, 3, 4, 5
)
SELECT CASE u.classid
           WHEN 'pg_catalog.pg_attrdef'::pg_catalog.regclass THEN
               'generated ' || pg_catalog.pg_describe_object(
                   'pg_catalog.pg_class'::pg_catalog.regclass, f.adrelid, f.adnum)
           WHEN 'pg_catalog.pg_class'::pg_catalog.regclass THEN
               CASE WHEN u.objsubid > 0 THEN 'generated ' ELSE '' END
               || pg_catalog.pg_describe_object(u.classid, u.objid, u.objsubid)
           ELSE pg_catalog.pg_describe_object(u.classid, u.objid, u.objsubid) END AS object,
       u.relation, u.number, u.blocks, n.nspname AS schema, c.relname AS name, e.attname AS column,
       CASE WHEN u.number = 0 AND u.classid = 'pg_catalog.pg_publication_rel'::pg_catalog.regclass
            THEN 'star' ELSE 'read' END AS kind,
       CASE WHEN r.oid IS NOT NULL THEN pg_catalog.pg_get_ruledef(r.oid)
            WHEN u.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass THEN pg_catalog.pg_get_functiondef(u.objid)
       END AS text
FROM used u
JOIN pg_catalog.pg_class c ON c.oid = u.relation
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_attribute e ON e.attrelid = u.relation AND e.attnum = u.number
LEFT JOIN pg_catalog.pg_attrdef f ON u.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND f.oid = u.objid
LEFT JOIN pg_catalog.pg_attribute g ON g.attrelid = f.adrelid AND g.attnum = f.adnum
LEFT JOIN pg_catalog.pg_rewrite r ON u.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND r.oid = u.objid
LEFT JOIN pg_catalog.pg_constraint k ON u.classid = 'pg_catalog.pg_constraint'::pg_catalog.regclass AND k.oid = u.objid
LEFT JOIN pg_catalog.pg_trigger t ON u.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass AND t.oid = u.objid
LEFT JOIN pg_catalog.pg_publication_rel b
    ON u.classid = 'pg_catalog.pg_publication_rel'::pg_catalog.regclass AND b.oid = u.objid
LEFT JOIN pg_catalog.pg_class i ON u.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND i.oid = u.objid
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.oid AND a.attnum = u.objsubid
WHERE CASE u.classid
          WHEN 'pg_catalog.pg_attrdef'::pg_catalog.regclass THEN
              g.attgenerated <> '' AND (f.adrelid, f.adnum) <> (u.relation, u.number)
          WHEN 'pg_catalog.pg_rewrite'::pg_catalog.regclass THEN r.rulename <> '_RETURN'
          WHEN 'pg_catalog.pg_constraint'::pg_catalog.regclass THEN k.contype <> 'n'
          WHEN 'pg_catalog.pg_trigger'::pg_catalog.regclass THEN NOT t.tgisinternal
          WHEN 'pg_catalog.pg_class'::pg_catalog.regclass THEN
              i.relkind IN ('i', 'I') OR (u.objsubid > 0 AND a.attgenerated <> '')
          WHEN 'pg_catalog.pg_publication_rel'::pg_catalog.regclass THEN
              u.number > 0 OR pg_catalog.to_jsonb(b) ->> 'prattrs' IS NULL
          ELSE u.classid IN ('pg_catalog.pg_proc'::pg_catalog.regclass, 'pg_catalog.pg_policy'::pg_catalog.regclass,
                             'pg_catalog.pg_statistic_ext'::pg_catalog.regclass)
      END
"""

# Columns of a table's row type, and functions that take or return its rows.
ROW_TYPES = """
SELECT DISTINCT pg_catalog.pg_describe_object(d.classid, d.objid, d.objsubid) AS object, c.oid AS relation
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_type t ON t.oid = c.reltype
JOIN pg_catalog.pg_depend d ON d.refclassid = 'pg_catalog.pg_type'::pg_catalog.regclass
                           AND d.refobjid IN (t.oid, t.typarray)
WHERE c.oid >= 16384 AND c.relpersistence <> 't' AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND (d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
       OR d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objsubid > 0)
"""

_ROUTINES = """
SELECT pg_catalog.pg_describe_object('pg_catalog.pg_proc'::pg_catalog.regclass, p.oid, 0) AS object,
       l.lanname::pg_catalog.text AS language, pg_catalog.pg_get_function_arguments(p.oid) AS arguments,
       pg_catalog.pg_get_function_result(p.oid) AS result, coalesce(p.proargnames, '{{}}') AS names, p.prosrc AS source,
       p.proconfig AS settings,
       ARRAY(SELECT DISTINCT t.tgrelid FROM pg_catalog.pg_trigger t WHERE t.tgfoid = p.oid) AS tables
FROM pg_catalog.pg_proc p
JOIN pg_catalog.pg_language l ON l.oid = p.prolang
WHERE p.oid >= 16384 AND l.lanname IN ('sql', 'plpgsql') AND p.prokind IN ('f', 'p') {atomic}
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'e')
"""


async def read_code(connection: asyncpg.Connection) -> ServerCode:
    """All server-side code of the connection's database; that of extensions left out."""
    version = connection.get_server_version().major
    bodies_query = _ROUTINES.format(atomic="AND p.prosqlbody IS NULL" if version >= 14 else "")
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        dependencies = await connection.fetch(DEPENDENCIES)
        rows = await connection.fetch(ROW_TYPES)
        bodies = await connection.fetch(bodies_query)
        published = await terms.published(connection)
        constraints, grants = await terms.constraints(connection), await terms.grants(connection)
        typed, domains = await terms.typed(connection), await terms.domains(connection)
    found = [one for row in dependencies for one in _dependencies(row)]
    found += [Dependency(row["object"], row["relation"], 0, False, "whole_row") for row in rows]
    dependencies, routines = tuple(sorted({*found, *published})), tuple(sorted(map(_routine, bodies)))
    return ServerCode(dependencies, routines, constraints, grants, typed, domains)


def _dependencies(row: asyncpg.Record) -> list[Dependency]:
    """One, or two for a column that is read and written."""
    kinds: tuple[str, ...] = (row["kind"],)
    if row["text"] is not None and row["column"] is not None:
        kinds = stored(row["text"]).kinds((row["schema"], row["name"], row["column"]))
    return [Dependency(row["object"], row["relation"], row["number"], row["blocks"], kind) for kind in kinds]


def _routine(row: asyncpg.Record) -> Routine:
    settings = dict(setting.split("=", 1) for setting in row["settings"] or ())
    path = settings.get("search_path")
    return Routine(
        object=row["object"],
        language=row["language"],
        arguments=_literal_free(row["arguments"]),
        result=row["result"],
        names=tuple(name for name in row["names"] if name),
        source=_literal_free(row["source"]),
        search_path=None if path is None else tuple(name.strip().strip('"') for name in path.split(",")),
        tables=tuple(row["tables"]),
    )


def _literal_free(text: str) -> str:
    return shape_of(text.encode()).key.decode("utf-8", "replace")
