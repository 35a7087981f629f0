"""CREATE TABLE (LIKE t) under a plan: the copy is that of the client's own table, whichever table the database has."""

import psycopg
import pytest
from tests.catalog.snapshots import taken

from lintel import plan
from lintel.demo.postgres import Server
from lintel.policy import ContextKey, Policy

NAMED = 18  # from this version on NOT NULL is a constraint, whose name LIKE copies
UNKNOWN = {("drop", "old", 1)}  # of what has gone nobody knows whether it was NOT NULL
UNNAMED = ("add required", "new", 0)  # of what is to come, what its constraint will be called
OLD = """
CREATE DOMAIN positive AS int;
CREATE TABLE {} (id {} NOT NULL, "K k" varchar(3) COLLATE "C" DEFAULT 'x', n numeric(5,1), a text[], d positive,
    g int GENERATED ALWAYS AS (1) STORED, "Gone" char(4), at timestamptz(0))
"""
CHANGES = {
    "add": ("ALTER TABLE {} ADD late numeric(3,1)", "[add]\ncolumn = 'late'\ntype = 'numeric(3,1)'"),
    "add required": (
        "ALTER TABLE {} ADD late int NOT NULL DEFAULT 3",
        "[add]\ncolumn = 'late'\ntype = 'int'\ndefault = '3'\nnot_null = true",
    ),
    "drop": ('ALTER TABLE {} DROP "Gone"', "[drop]\ncolumn = 'Gone'"),
    "rename": ('ALTER TABLE {} RENAME "K k" TO kk', "[rename]\ncolumn = 'K k'\nto = 'kk'"),
    "retype": ("ALTER TABLE {} ALTER id TYPE bigint", "[retype]\ncolumn = 'id'\ntype = 'bigint'"),
}
COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull, attcollation, attstorage, attgenerated,
    (SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = attrelid AND adnum = attnum),
    (SELECT conname FROM pg_constraint WHERE conrelid = attrelid AND contype = 'n' AND conkey = ARRAY[attnum])
FROM pg_attribute WHERE attrelid = 'made'::regclass AND attnum > 0 ORDER BY attnum
"""


def _made(connection: psycopg.Connection, text: str) -> list[tuple[object, ...]]:
    with connection.transaction(force_rollback=True):
        connection.execute(text.encode())
        return connection.execute(COLUMNS).fetchall()


@pytest.mark.parametrize(
    "text",
    [
        "CREATE TABLE made (LIKE o)",
        "CREATE TEMP TABLE made (x int, LIKE public.o, CHECK (x > 0))",
        "CREATE TEMP TABLE made (LIKE o INCLUDING DEFAULTS) ON COMMIT DROP",
    ],
)
@pytest.mark.parametrize("kind", CHANGES)
def test_the_copy_is_of_the_clients_table(server: Server, database: str, kind: str, text: str) -> None:
    ddl, change = CHANGES[kind]
    unknown = UNKNOWN | ({UNNAMED} if server.major >= NAMED else set())
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(OLD.format("o", "int"))
        plans = (plan.parse(f"id = 'p'\ntable = 'public.o'\n{change}", "p.toml"),)
        own, policies = {"old": _made(connection, text)}, [Policy(taken(database), plans)]
        connection.execute(ddl.format("o"))
        own["new"] = _made(connection, text)
        policies.append(policies[0].follow(taken(database)))
        sent = {(side, at): _sent(policy, side, text) for side in own for at, policy in enumerate(policies)}
        for (side, at), found in sent.items():
            assert (found is None) == ((kind, side, at) in unknown)
            assert found is None or _made(connection, found) == own[side]


def _sent(policy: Policy, side: str, text: str) -> str | None:
    decision = policy.context(ContextKey(sides=(("p", side),), search_path=("public",))).decide(text.encode())
    return None if decision.statement.verdict == "refuse" else decision.sent(text.encode()).decode()


@pytest.mark.parametrize(
    "options", ["INCLUDING ALL", "INCLUDING DEFAULTS INCLUDING IDENTITY", "INCLUDING INDEXES EXCLUDING COMMENTS"]
)
def test_more_than_columns_is_refused(database: str, options: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(OLD.format("o", "int"))
    policy = Policy(taken(database), (plan.parse(f"id = 'p'\ntable = 'public.o'\n{CHANGES['add'][1]}", "p.toml"),))
    assert _sent(policy, "old", f"CREATE TABLE made (LIKE o {options})") is None
    assert _sent(policy, "old", "CREATE TABLE made (LIKE o EXCLUDING ALL)") is not None
