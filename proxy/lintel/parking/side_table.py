"""The side table of a plan and its marker: made in one transaction, kept in step with the base table's privileges.

A parked value lives and dies with its row (the key references the base table), and is readable and writable for those
who may read and write the whole base table. Roles that are subject to its row security are turned away by a policy
that raises an error: which rows they would see, only the base table's own policies know.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

import asyncpg

from lintel.plan import Plan, parking
from lintel.sql.quoting import quote_ident, quote_qualified

LOCK = "SELECT pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('lintel parking', 0))"

# Of the base table ($1 its schema, $2 its name); types come out qualified under a pinned search_path.
_BASE = """
SELECT c.oid, c.relkind::pg_catalog.text AS kind, c.relpersistence::pg_catalog.text AS persistence,
       pg_catalog.pg_get_userbyid(c.relowner)::pg_catalog.text AS owner, c.relrowsecurity AS guarded,
       c.relforcerowsecurity AS forced,
       EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid) AS rules,
       EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent)) AS family,
       EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgrelid = c.oid AND t.tgfoid =
               'pg_catalog.suppress_redundant_updates_trigger'::pg_catalog.regproc) AS suppressing,
       EXISTS (SELECT FROM pg_catalog.pg_attribute a
               WHERE a.attrelid = c.oid AND a.attname = $3 AND a.attnum > 0 AND NOT a.attisdropped) AS present,
       ARRAY(SELECT a.attname::pg_catalog.text FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY u (number, place)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number ORDER BY u.place) AS keys,
       ARRAY(SELECT pg_catalog.format_type(a.atttypid, a.atttypmod) || coalesce((
                 SELECT ' COLLATE ' || pg_catalog.quote_ident(s.nspname) || '.' || pg_catalog.quote_ident(l.collname)
                 FROM pg_catalog.pg_collation l JOIN pg_catalog.pg_namespace s ON s.oid = l.collnamespace
                 WHERE l.oid = a.attcollation AND l.collname <> 'default'), '')
             FROM pg_catalog.unnest(k.conkey) WITH ORDINALITY u (number, place)
             JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number ORDER BY u.place) AS types
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
WHERE n.nspname = $1 AND c.relname = $2
"""
_SIDE = """
SELECT c.oid, c.relrowsecurity AS guarded,
       EXISTS (SELECT FROM pg_catalog.pg_constraint k
               WHERE k.conrelid = c.oid AND k.contype = 'f' AND k.confrelid = $2
                 AND k.confdeltype = 'c' AND k.confupdtype = 'c' AND k.convalidated) AS bound
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'lintel' AND c.relname = $1
"""
_MAY = """
SELECT CASE WHEN pg_catalog.to_regnamespace('lintel') IS NULL
            THEN pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')
            ELSE pg_catalog.has_schema_privilege('lintel', 'CREATE') END AS creates,
       pg_catalog.has_table_privilege($1::pg_catalog.oid, 'REFERENCES') AS refers,
       pg_catalog.pg_has_role($2::pg_catalog.name, 'MEMBER') AS gives
"""
_IN_FORCE = """
SELECT EXISTS (SELECT FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass($1) AND attname = $2)
"""
# By grantee as SQL writes it, its owner left out.
_GRANTS = """
SELECT CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE pg_catalog.quote_ident(pg_catalog.pg_get_userbyid(g.grantee)) END,
       pg_catalog.array_agg(g.privilege_type)
FROM pg_catalog.pg_class c
CROSS JOIN LATERAL pg_catalog.aclexplode(coalesce(c.relacl, pg_catalog.acldefault('r', c.relowner))) g
WHERE c.oid = $1 AND g.grantee <> c.relowner
GROUP BY g.grantee
"""
# What somebody needs on the side table who has this on the base table: an UPDATE may be the first to park a value.
_NEEDED = {"SELECT": {"SELECT"}, "INSERT": {"INSERT"}, "UPDATE": {"INSERT", "UPDATE"}, "TRUNCATE": {"TRUNCATE"}}
_TURNED_AWAY = """
CREATE OR REPLACE FUNCTION lintel.row_security() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'lintel: parked values are not served to roles that are subject to row security'
    USING ERRCODE = 'insufficient_privilege';
END $$
"""


class NotParkable(Exception):
    """Why the plan's writes cannot be parked; they are refused as under absent_writes = "refuse"."""


class _Come(Exception):
    """The column has come meanwhile: what was made is taken back."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a plan's relations are called, as SQL writes it."""

    base: str
    side: str
    marker: str
    column: str

    @classmethod
    def of(cls, plan: Plan) -> "Names":
        """Those of this plan."""
        side, marker = parking.side_table(plan.id), parking.marker(plan.id)
        return cls(
            plan.table,
            quote_qualified(parking.SCHEMA, side),
            quote_qualified(parking.SCHEMA, marker),
            quote_ident(plan.change.column),
        )


async def prepare(connection: asyncpg.Connection, plan: Plan) -> bool:
    """Make what the plan needs where the column is not there yet, or bring its privileges up to date.

    Returns whether it was made. Raises NotParkable, or what asyncpg does where the role may not or a lock is not to be
    had.
    """
    with suppress(_Come):
        async with connection.transaction():
            return await _prepared(connection, plan)
    return False


async def _prepared(connection: asyncpg.Connection, plan: Plan) -> bool:
    await connection.execute("SET LOCAL lock_timeout = '2s'")
    await connection.execute(LOCK)
    await connection.execute("SET LOCAL lock_timeout = '500ms'")
    base = await connection.fetchrow(_BASE, plan.schema, plan.name, plan.change.column)
    if base is None:
        raise NotParkable(f"{plan.table} is not there")
    side = await connection.fetchrow(_SIDE, parking.side_table(plan.id), base["oid"])
    in_force = await connection.fetchval(_IN_FORCE, Names.of(plan).marker, parking.IN_FORCE)
    if base["present"] and not in_force:
        return False
    made = not (in_force and side is not None)
    if made:
        _assert_parkable(base)
        await _make(connection, plan, base, leftover=side is not None)
        side = await connection.fetchrow(_SIDE, parking.side_table(plan.id), base["oid"])
        now = await connection.fetchrow(_BASE, plan.schema, plan.name, plan.change.column)
        if now is None or now["present"]:  # it came before the reference to the table had locked that
            raise _Come
    if not side["bound"]:
        raise NotParkable(f"{Names.of(plan).side} does not reference {plan.table} as it should; drop both relations")
    await _read_by_now(connection, plan, base)
    await _guard(connection, plan, base, side)
    await _grant(connection, plan, base["oid"], side["oid"])
    return made


async def check(connection: asyncpg.Connection, plan: Plan) -> None:
    """NotParkable where `prepare` would fail for good, found by looking only: no lock, nothing made."""
    base = await connection.fetchrow(_BASE, plan.schema, plan.name, plan.change.column)
    if base is None:
        raise NotParkable(f"{plan.table} is not there")
    if base["present"] or await connection.fetchval(_IN_FORCE, Names.of(plan).marker, parking.IN_FORCE):
        return  # nothing has to be made, or it has been, whoever did
    _assert_parkable(base)
    may = await connection.fetchrow(_MAY, base["oid"], base["owner"])
    if not may["creates"]:
        raise NotParkable("the role may not create the schema lintel, or tables in it")
    if not may["refers"]:
        raise NotParkable(f"the role lacks REFERENCES on {plan.table}")
    if not may["gives"]:
        raise NotParkable(f"the role is no member of {base['owner']}, who owns {plan.table}")


def _assert_parkable(base: Mapping[str, object]) -> None:
    """Whatever a value could not be told by its key for, or not be hidden with."""
    if base["kind"] != "r" or base["family"]:
        raise NotParkable("only writes to a plain table can be parked, without partitions, parents and children")
    if base["persistence"] != "p":
        raise NotParkable("writes to an unlogged table cannot be parked")
    if not base["keys"]:
        raise NotParkable("the table has no primary key")
    if base["rules"]:
        raise NotParkable("the table has rules")
    if base["suppressing"]:  # an UPDATE of the absent column alone would change nothing, and lock nobody out
        raise NotParkable("the table suppresses redundant updates")
    if base["forced"]:
        raise NotParkable("the table has FORCE ROW LEVEL SECURITY")
    types = base["types"]
    assert isinstance(types, list)
    if any("." in kind.partition(" COLLATE ")[0] for kind in types):
        raise NotParkable("the table's primary key has a type that PostgreSQL does not bring along")


async def _make(connection: asyncpg.Connection, plan: Plan, base: Mapping[str, object], *, leftover: bool) -> None:
    names, owner = Names.of(plan), quote_ident(str(base["owner"]))
    keys, types = base["keys"], base["types"]
    assert isinstance(keys, list)
    assert isinstance(types, list)
    own = [parking.key_column(number) for number in range(1, len(keys) + 1)]
    listed = ", ".join(own)
    columns = ", ".join(f"{name} {kind} NOT NULL" for name, kind in zip(own, types, strict=True))
    kind = plan.type.sql + (f" COLLATE {plan.type.collation}" if plan.type.collation else "")
    kind += " NOT NULL" if getattr(plan.change, "not_null", False) else ""
    await connection.execute("CREATE SCHEMA IF NOT EXISTS lintel; GRANT USAGE ON SCHEMA lintel TO PUBLIC")
    if leftover:  # of a column that came, took the values and has gone again
        await connection.execute(f"DROP TABLE {names.side}")
    await connection.execute(f"DROP TABLE IF EXISTS {names.marker}")
    for name in (parking.latest(plan.id), parking.fresh(plan.id)):  # of another type, maybe
        await connection.execute(f"DROP FUNCTION IF EXISTS {quote_qualified(parking.SCHEMA, name)}")
    await connection.execute(
        f"CREATE TABLE {names.side} ({columns}, {parking.VALUE} {kind}, "
        f"{parking.MOVED} boolean NOT NULL DEFAULT false, PRIMARY KEY ({listed}), "
        f"FOREIGN KEY ({listed}) REFERENCES {names.base} ({', '.join(map(quote_ident, keys))}) "
        "ON DELETE CASCADE ON UPDATE CASCADE);"
        f"CREATE INDEX ON {names.side} ({listed}) WHERE NOT {parking.MOVED};"
        f"CREATE TABLE {names.marker} ({parking.IN_FORCE} boolean)"
    )
    if base["owner"] != await connection.fetchval("SELECT current_user::pg_catalog.text"):
        await connection.execute(f"GRANT CREATE ON SCHEMA lintel TO {owner}")
        for name in (names.side, names.marker):
            await connection.execute(f"ALTER TABLE {name} OWNER TO {owner}")


async def _read_by_now(connection: asyncpg.Connection, plan: Plan, base: Mapping[str, object]) -> None:
    """The function for rows that no snapshot shows (shield.parked_value), where it is not there.

    What is volatile takes a snapshot of its own for each of its queries (manual 38.7). The function that statements
    name is not, so that the planner evaluates it where it stands, and asks the one that is.
    """
    if await connection.fetchval("SELECT EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n "
                                 "ON n.oid = p.pronamespace WHERE n.nspname = 'lintel' AND p.proname = $1)",
                                 parking.latest(plan.id)):  # fmt: skip
        return
    types = base["types"]
    assert isinstance(types, list)
    latest, fresh = (quote_qualified(parking.SCHEMA, name(plan.id)) for name in (parking.latest, parking.fresh))
    same, given = [], ["$1"]
    for number, kind in enumerate(types, 1):
        collation = kind.partition(" COLLATE ")[2]
        given.append(f"${number + 1}")
        argument = given[-1] + (f" COLLATE {collation}" if collation else "")
        same.append(f"p.{parking.key_column(number)} OPERATOR(pg_catalog.=) {argument}")
    value = plan.type.sql
    taken = ", ".join([value, *(kind.partition(" COLLATE ")[0] for kind in types)])
    parked = f"CASE WHEN p.{parking.key_column(1)} IS NOT NULL THEN p.{parking.VALUE} ELSE $1 END"
    found = f"SELECT {parked} FROM (SELECT) AS e LEFT JOIN {Names.of(plan).side} AS p ON {' AND '.join(same)}"
    await connection.execute(
        f"CREATE FUNCTION {fresh} ({taken}) RETURNS {value} LANGUAGE plpgsql VOLATILE "
        f"AS $lintel$ BEGIN RETURN ({found}); END $lintel$;"
        f"CREATE FUNCTION {latest} ({taken}) RETURNS {value} LANGUAGE plpgsql STABLE "
        f"AS $lintel$ BEGIN RETURN {fresh}({', '.join(given)}); END $lintel$"
    )
    owner = quote_ident(str(base["owner"]))
    if base["owner"] != await connection.fetchval("SELECT current_user::pg_catalog.text"):
        for name in (latest, fresh):
            await connection.execute(f"ALTER FUNCTION {name} OWNER TO {owner}")


async def _guard(
    connection: asyncpg.Connection, plan: Plan, base: Mapping[str, object], side: Mapping[str, object]
) -> None:
    """Row security as the base table has it, for the same roles."""
    if base["guarded"] == side["guarded"]:
        return
    name = Names.of(plan).side
    if not base["guarded"]:
        await connection.execute(f"ALTER TABLE {name} DISABLE ROW LEVEL SECURITY; DROP POLICY lintel ON {name}")
        return
    await connection.execute(_TURNED_AWAY)
    await connection.execute(
        f"CREATE POLICY lintel ON {name} USING (lintel.row_security()) WITH CHECK (lintel.row_security());"
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY"
    )


async def _grant(connection: asyncpg.Connection, plan: Plan, base: int, side: int) -> None:
    given = dict(await connection.fetch(_GRANTS, base))
    wanted = {who: set().union(*(_NEEDED.get(one, set()) for one in kinds)) for who, kinds in given.items()}
    has = {who: set(kinds) for who, kinds in await connection.fetch(_GRANTS, side)}
    name = Names.of(plan).side
    for who in wanted.keys() | has.keys():
        for verb, kinds in (
            ("GRANT {} ON {} TO {}", wanted.get(who, set()) - has.get(who, set())),
            ("REVOKE {} ON {} FROM {}", has.get(who, set()) - wanted.get(who, set())),
        ):
            if kinds:
                await connection.execute(verb.format(", ".join(sorted(kinds)), name, who))
