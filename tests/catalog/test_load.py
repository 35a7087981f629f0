"""What a snapshot holds, read from real servers of every version at hand."""

import asyncio
from collections.abc import Iterator

import psycopg
import pytest
from tests.catalog.snapshots import snapshot

from lintel.catalog import connect, load, resolve
from lintel.demo.postgres import Server
from lintel.schema import Column, Function, Relation, Schema


def execute(dsn: str, *statements: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def found(schema: Schema, name: str, namespace: str = "public") -> Relation:
    relation = schema.find(namespace, name, ())
    assert relation is not None
    return relation


def column(schema: Schema, relation: str, name: str) -> Column:
    result = found(schema, relation).column(name)
    assert result is not None
    return result


async def test_columns_carry_what_pg_attribute_says(database: str) -> None:
    execute(
        database,
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        """CREATE TABLE t (
            id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, gone int, amount numeric(10, 2) DEFAULT 0 NOT NULL,
            "Name" varchar(5) COLLATE "C", at timestamp(3) with time zone DEFAULT now(), m mood[] DEFAULT '{}',
            twice numeric GENERATED ALWAYS AS (amount * 2) STORED, serial_no serial)""",
        "ALTER TABLE t DROP COLUMN gone",
    )
    table = found(await snapshot(database), "t")
    assert [(c.name, c.attnum, c.type) for c in table.columns] == [
        ("id", 1, "integer"),
        ("amount", 3, "numeric(10,2)"),
        ("Name", 4, "character varying(5)"),
        ("at", 5, "timestamp(3) with time zone"),
        ("m", 6, "public.mood[]"),
        ("twice", 7, "numeric"),
        ("serial_no", 8, "integer"),
    ]
    columns = {c.name: c for c in table.columns}
    assert columns["id"].identity
    assert columns["id"].not_null
    assert (columns["amount"].default, columns["amount"].not_null) == ("0", True)
    assert columns["amount"].typmod == (10 << 16) + 2 + 4
    assert columns["Name"].collation == 'pg_catalog."C"'
    assert columns["at"].collation is None
    assert columns["m"].default == "'{}'::public.mood[]"
    assert (columns["twice"].generated, columns["twice"].default) == (True, None)
    assert columns["serial_no"].default == "nextval('public.t_serial_no_seq'::regclass)"
    assert table.primary_key == (1,)


async def test_kinds_parents_keys_rules_and_triggers(database: str) -> None:
    execute(
        database,
        "CREATE SCHEMA s",
        "CREATE TABLE s.events (id int, day date, PRIMARY KEY (day, id)) PARTITION BY RANGE (day)",
        "CREATE TABLE s.events_2024 PARTITION OF s.events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
        "CREATE TABLE a (x int)",
        "CREATE TABLE b (y int)",
        "CREATE TABLE c (z int) INHERITS (b, a)",
        "CREATE VIEW v AS SELECT x FROM a",
        "CREATE MATERIALIZED VIEW mv AS SELECT day FROM s.events",
        "CREATE RULE r AS ON INSERT TO a DO ALSO NOTHING",
        "CREATE FUNCTION fires() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER one AFTER UPDATE OF x ON c FOR EACH ROW EXECUTE FUNCTION fires()",
        "CREATE TRIGGER two AFTER INSERT OR UPDATE OF y, x ON c FOR EACH ROW EXECUTE FUNCTION fires()",
        "CREATE TRIGGER three AFTER UPDATE ON b FOR EACH ROW EXECUTE FUNCTION fires()",
        "CREATE TYPE pair AS (l int, r int)",
        "CREATE SEQUENCE q",
        "CREATE TABLE empty ()",
        "CREATE UNIQUE INDEX of_a ON a (x)",
        "CREATE TABLE child (x int REFERENCES a (x) ON DELETE CASCADE ON UPDATE CASCADE,"
        " y int REFERENCES a (x) ON DELETE CASCADE)",
    )
    schema = await snapshot(database)
    events = found(schema, "events", "s")
    assert (events.kind, events.primary_key) == ("p", (2, 1))
    assert found(schema, "events_2024", "s").parents == (events.oid,)
    assert found(schema, "c").parents == (found(schema, "b").oid, found(schema, "a").oid)
    assert [c.name for c in found(schema, "c").columns] == ["y", "x", "z"]
    assert found(schema, "v").definition == " SELECT x\n   FROM public.a;" or "a.x" in (
        found(schema, "v").definition or ""
    )
    assert "s.events" in (found(schema, "mv").definition or "")
    assert (found(schema, "a").has_rules, found(schema, "v").has_rules) == (True, False)
    assert (found(schema, "c").triggered, found(schema, "b").triggered) == ((1, 2), ())
    assert schema.triggered(found(schema, "b").oid) == {"x", "y"}
    assert found(schema, "child").follows == (found(schema, "a").oid,)
    assert found(schema, "a").follows == ()
    assert {found(schema, name).kind for name in ("v", "mv", "pair", "q", "empty")} == {"v", "m", "c", "S", "r"}
    assert found(schema, "empty").columns == ()
    assert {"s", "public", "pg_catalog"} <= schema.schemas


async def test_system_relations_are_there_and_shared(database: str, server: Server) -> None:
    one, two = await snapshot(database), await snapshot(server.dsn())
    assert found(one, "pg_class", "pg_catalog").column("relname")
    assert found(one, "tables", "information_schema").kind == "v"
    assert found(one, "pg_class", "pg_catalog") is found(two, "pg_class", "pg_catalog")
    assert one.server_version // 10000 == server.major


async def test_temporary_and_uncommitted_relations_are_not(database: str) -> None:
    with psycopg.connect(database) as other:
        other.execute("CREATE TEMP TABLE theirs (x int)")
        other.commit()
        other.execute("CREATE TABLE coming (x int)")
        schema = await snapshot(database)
        assert not {"theirs", "coming"} & {relation.name for relation in schema.relations.values()}
        assert not any(name.startswith(("pg_temp", "pg_toast")) for name in schema.schemas)


async def test_functions_tell_what_they_yield(database: str) -> None:
    execute(
        database,
        "CREATE TABLE t (a int, gone int, b text)",
        "ALTER TABLE t DROP COLUMN gone",
        "CREATE DOMAIN ts AS t[]",
        "CREATE FUNCTION rows() RETURNS SETOF t LANGUAGE sql STABLE AS 'SELECT * FROM t'",
        "CREATE FUNCTION pair(OUT l int, OUT r int) LANGUAGE sql AS 'SELECT 1, 2'",
        "CREATE FUNCTION nameless(OUT int, OUT int) LANGUAGE sql AS 'SELECT 1, 2'",
        "CREATE FUNCTION many() RETURNS ts LANGUAGE sql AS 'SELECT array_agg(t)::ts FROM t'",
        "CREATE FUNCTION given(OUT x int, OUT r t, OUT rs t[]) LANGUAGE sql AS 'SELECT 1, t, ARRAY[t] FROM t'",
        "CREATE FUNCTION lone(OUT r t) LANGUAGE sql AS 'SELECT t FROM t'",
        "CREATE FUNCTION one(OUT x int) LANGUAGE sql AS 'SELECT 1'",
        "CREATE FUNCTION tab(i int) RETURNS TABLE (p int, q int) LANGUAGE sql AS 'SELECT 1, 2'",
        "CREATE FUNCTION any_record() RETURNS record LANGUAGE sql AS 'SELECT 1, 2'",
        "CREATE FUNCTION plain(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
        "CREATE FUNCTION plain(text) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE PROCEDURE proc(INOUT x int) LANGUAGE sql AS 'SELECT 1'",
        "CREATE PROCEDURE rows(INOUT x int, INOUT r ts) LANGUAGE sql AS 'SELECT x, r'",
    )
    schema = await snapshot(database)
    given = {name: [one.holds for one in found] for name, found in schema.procedures.items()}
    assert given == {"proc": [()], "rows": [(0, schema.by_name["public", "t"].oid)]}
    functions = schema.functions
    table = schema.by_name["public", "t"].oid
    assert functions["rows"] == (Function("public", "rows", ("a", "b"), True, "s", row_type=table, holds=(table,)),)
    assert functions["pair"][0].columns == ("l", "r")
    assert functions["nameless"][0].columns == ("column1", "column2")
    assert functions["one"][0].columns == ("x",)
    assert functions["many"] == (Function("public", "many", None, holds=(table,)),)
    assert functions["given"] == (Function("public", "given", ("x", "r", "rs"), holds=(0, table, table)),)
    assert functions["lone"] == (Function("public", "lone", ("a", "b"), row_type=table, holds=(table,)),)
    assert functions["tab"] == (Function("public", "tab", ("p", "q"), set_returning=True),)
    assert functions["any_record"][0].record
    assert {f.volatile for f in functions["plain"]} == {"i", "v"}
    assert "proc" not in functions
    assert schema.domains == {("public", "ts"): table}
    assert functions["generate_series"][0].columns is None
    assert functions["json_each"][0].columns == ("key", "value")
    assert functions["json_to_record"][0].record
    assert functions["jsonb_populate_record"][0].record


@pytest.fixture
def nobody(server: Server, database: str) -> Iterator[str]:
    """The DSN of a role that may do nothing at all."""
    name = "nobody_" + database.rpartition("/")[2]
    with psycopg.connect(server.dsn(), autocommit=True) as control:
        control.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'pw'")
        yield server.dsn(database.rpartition("/")[2], user=name, password="pw")
        control.execute(f"DROP ROLE {name}")


async def test_a_role_without_privileges_reads_all_of_it(database: str, nobody: str) -> None:
    execute(
        database,
        "CREATE SCHEMA private",
        "REVOKE ALL ON SCHEMA private FROM PUBLIC",
        "CREATE TABLE private.t (a int DEFAULT 1)",
        "CREATE VIEW private.v AS SELECT a FROM private.t",
        "CREATE FUNCTION private.f() RETURNS SETOF private.t LANGUAGE sql AS 'SELECT 1'",
        "REVOKE ALL ON FUNCTION private.f() FROM PUBLIC",
    )
    execute(database, f"ALTER ROLE {resolve(nobody).user} SET search_path = private, public")
    schema = await snapshot(nobody)
    assert found(schema, "t", "private").columns[0].default == "1"
    assert "private.t" in (found(schema, "v", "private").definition or "")
    assert schema.functions["f"][0].columns == ("a",)


@pytest.mark.parametrize("waiting", [False, True], ids=["locked", "queued"])
async def test_locks_never_stop_a_reading(database: str, waiting: bool) -> None:
    execute(
        database,
        "CREATE TABLE t (a int DEFAULT 1, b int GENERATED ALWAYS AS (a + 1) STORED)",
        "CREATE TABLE u (a int)",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE VIEW w AS SELECT a FROM u",
        "CREATE VIEW over_v AS SELECT a FROM v",
    )
    connection = await connect(resolve(database))
    loader = load.Loader()
    before = await loader.read(connection)
    async with await psycopg.AsyncConnection.connect(database) as other:
        await other.execute("LOCK TABLE t, v IN ACCESS EXCLUSIVE MODE")
        if waiting:
            await other.rollback()
            await other.execute("SELECT * FROM over_v")
            waiter = await psycopg.AsyncConnection.connect(database)
            queued = asyncio.create_task(waiter.execute("LOCK TABLE t, v IN ACCESS EXCLUSIVE MODE"))
            await asyncio.sleep(0.2)
        async with asyncio.timeout(3):
            during = await loader.read(connection)
        assert during == before  # the definitions that it had
        other_loader = load.Loader()
        async with asyncio.timeout(3):
            fresh = await other_loader.read(connection)
        assert not fresh.complete
        assert found(fresh.schema, "v").definition is None
        assert found(fresh.schema, "w").definition
        assert [c.name for c in found(fresh.schema, "t").columns] == ["a", "b"]
    if waiting:
        await queued
        await waiter.rollback()  # the server does not wait for whoever goes away
        await waiter.close()
    after = await other_loader.read(connection)
    assert after.complete
    assert found(after.schema, "v") == found(before.schema, "v")
    await connection.close()


async def test_unchanged_relations_stay_the_same_objects(database: str) -> None:
    execute(database, "CREATE TABLE a (x int)", "CREATE TABLE b (x int)")
    connection = await connect(resolve(database))
    loader = load.Loader()
    before = (await loader.read(connection)).schema
    execute(database, "ALTER TABLE b ADD COLUMN y int")
    after = (await loader.read(connection)).schema
    assert found(after, "a") is found(before, "a")
    assert [c.name for c in found(after, "b").columns] == ["x", "y"]
    await connection.close()
