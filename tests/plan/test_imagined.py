"""What an absent column reads as: the same value and type in every session, whatever its settings; else an error."""

import psycopg
import pytest

from lintel.config import ConfigError
from lintel.plan import Plan, parse
from lintel.plan.types import BUILT_IN


def plan_of(type_name: str, default: str | None = None, *, reads: str = "default", backfill: str | None = None) -> Plan:
    text = f"id = 'p'\ntable = 't'\n[add]\ncolumn = 'c'\ntype = '''{type_name}'''\n"
    text += f"default = '''{default}'''\n" if default is not None else ""
    text += f"[shield]\nabsent_reads = '{reads}'\n"
    text += f"[backfill]\nexpression = '''{backfill}'''\n" if backfill is not None else ""
    return parse(text, "p.toml")


CONSTANTS = [
    ("smallint", "0", "(0)::smallint"),
    ("int", "-5", "((-5))::integer"),
    ("text", None, "NULL::pg_catalog.text"),
    ("numeric(10,2)", "0.00", "(0.00)::numeric(10, 2)"),
    ("double precision", "1e-3", "(1e-3)::double precision"),
    ('varchar(5) COLLATE "C"', "'x'", "('x')::varchar(5) COLLATE pg_catalog.\"C\""),
    ("boolean", "false", "(false)::boolean"),
    ("text", "'it''s -- fine'", "('it''s -- fine')::pg_catalog.text"),
    ("text", "E'a\\\\b'", "(E'a\\\\b')::pg_catalog.text"),
    ("text[]", "'{}'", "('{}')::pg_catalog.text[]"),
    ("text[]", "ARRAY['a', NULL]", "(ARRAY['a', NULL])::pg_catalog.text[]"),
    ("jsonb", "'{}'::jsonb", "(('{}')::pg_catalog.jsonb)::pg_catalog.jsonb"),
    ("json", "'{}'", "('{}')::pg_catalog.\"json\""),
    ("timestamptz", "'2024-01-01 00:00:00+00'", "('2024-01-01 00:00:00+00')::pg_catalog.timestamptz"),
    ("timestamp(3) with time zone", "'infinity'", "('infinity')::pg_catalog.timestamptz(3)"),
    ("date", "DATE '2024-01-01'", "(('2024-01-01')::pg_catalog.date)::pg_catalog.date"),
    ("interval day to second(3)", "'1 day'", "('1 day')::pg_catalog.\"interval\"(7176, 3)"),
    ("bit(3)", "B'101'", "(b'101')::pg_catalog.\"bit\"(3)"),
    ("char(3)", "'a'", "('a')::pg_catalog.bpchar(3)"),
    ('"char"', "'a'", "('a')::pg_catalog.\"char\""),
    ("int", "1 + 2 * 3", "(1 OPERATOR(pg_catalog.+) (2 OPERATOR(pg_catalog.*) 3))::integer"),
    ("text", "'a' || upper('b')", "('a' OPERATOR(pg_catalog.||) pg_catalog.upper('b'))::pg_catalog.text"),
    ("int", "0 -- with a remark", "(0)::integer"),
    ("uuid", "'00000000-0000-0000-0000-000000000000'", "('00000000-0000-0000-0000-000000000000')::pg_catalog.uuid"),
    ("int", "COALESCE(NULL, 3)", "(COALESCE(NULL, 3))::integer"),
]


@pytest.mark.parametrize(("type_name", "default", "imagined"), CONSTANTS)
def test_constants_are_typed_and_qualified(type_name: str, default: str | None, imagined: str) -> None:
    plan = plan_of(type_name, default)
    assert plan.imagined == imagined
    assert plan.imagined_columns == ()


def test_constants_are_what_the_real_column_holds_under_any_search_path(database: str) -> None:
    with psycopg.connect(database) as session:
        # Functions, operators and types of the same names are in the way.
        session.execute("CREATE SCHEMA evil")
        session.execute("CREATE FUNCTION evil.upper(text) RETURNS text LANGUAGE sql AS 'SELECT NULL::text'")
        session.execute("CREATE DOMAIN evil.text AS varchar(1)")
        session.execute("CREATE FUNCTION evil.add(int, int) RETURNS int LANGUAGE sql AS 'SELECT 666'")
        session.execute("CREATE OPERATOR evil.+ (FUNCTION = evil.add, LEFTARG = int, RIGHTARG = int)")
        for number, (type_name, default, imagined) in enumerate(CONSTANTS):
            session.execute("SET LOCAL search_path = public")
            clause = f"DEFAULT {default}\n" if default is not None else ""
            session.execute(f"CREATE TABLE t{number} (id int DEFAULT 1, c {type_name} {clause})".encode())
            session.execute(f"INSERT INTO t{number} DEFAULT VALUES".encode())
            session.execute("SET LOCAL search_path = evil, pg_catalog")
            assert _value(session, imagined, f"public.t{number}") == _value(session, "c", f"public.t{number}"), imagined


def _value(session: psycopg.Connection, expression: str, table: str) -> tuple[object, ...]:
    described = session.execute(f"SELECT {expression} AS c FROM {table}".encode()).description
    value = session.execute(f"SELECT ({expression})::pg_catalog.text FROM {table}".encode()).fetchone()
    assert described is not None
    return _described(described[0]), value


def _described(column: psycopg.Column) -> tuple[object, ...]:
    return column.name, column.type_code, column.precision, column.scale, column.display_size


@pytest.mark.parametrize(
    ("type_name", "default", "why"),
    [
        ("timestamptz", "now()", "now() is not known to be immutable"),
        ("timestamptz", "CURRENT_TIMESTAMP", "CURRENT_TIMESTAMP changes from moment to moment"),
        ("timestamptz", "'now'", "spelled so that no setting changes its meaning"),
        ("timestamptz", "'now'::timestamptz", "spelled so that no setting changes its meaning"),
        ("timestamptz", "'2024-01-01'", "like '2024-12-31 23:59:59+00'"),
        ("date", "'01/02/2024'", "like '2024-12-31'"),
        ("date", "'2024-01-01 00:00:00+00'::timestamptz", "looks at the session's settings"),
        ("text", "'2024-01-01'::date::text", "looks at the session's settings"),
        ("timestamptz[]", "'{now}'", "write it as ARRAY["),
        ("timestamptz[]", "ARRAY['now']", "spelled so that no setting"),
        ("money", "'12.34'", "lc_monetary"),
        ("regclass", "'t'", "search_path"),
        ("interval", "'-1 2:03'", "spelled so that no setting"),
        ("uuid", "gen_random_uuid()", "gen_random_uuid() is not known to be immutable"),
        ("int", "nextval('s')", "nextval() is not known to be immutable"),
        ("int", "public.upper('x')", "public.upper() is not known"),
        ("int", "(SELECT 1)", "a subquery is not immutable"),
        ("int", "$1", "a parameter has no value here"),
        ("text", "CURRENT_USER", "CURRENT_USER changes"),
        ("boolean", "1 IS DISTINCT FROM 2", "looks its operator up in search_path"),
        ("timestamptz", "'2024-01-01 00:00:00+00'::timestamptz + '1 day'::interval", "arithmetic on timestamptz"),
    ],
)
def test_what_changes_from_session_to_session_is_an_error_with_ways_out(type_name: str, default: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plan_of(type_name, default)
    assert caught.value.key == "add.default"
    assert why in caught.value.expected
    assert "Ways out: " in caught.value.expected
    assert 'absent_reads = "refuse"' in caught.value.expected


def test_the_ways_out_are_ways_out() -> None:
    assert plan_of("timestamptz", "now()", reads="refuse").imagined == "NULL::pg_catalog.timestamptz"
    filled = plan_of("timestamptz", "now()", backfill="'2024-01-01 00:00:00+00'")
    assert filled.imagined == "('2024-01-01 00:00:00+00')::pg_catalog.timestamptz"


@pytest.mark.parametrize(
    ("type_name", "why"),
    [
        ("citext", "with its schema, such as public.citext"),
        ('"Mood"', 'such as public."Mood"'),
        ("serial", "takes its values from a sequence"),
        ("int NOT NULL", "expected exactly one SQL type"),
        ("int, b int", "expected exactly one SQL type"),
        ("SETOF int", "expected"),
        ("int -- x", "without comments"),
        ("int AS x", "expected exactly one SQL type"),
        ("int FROM t", "expected exactly one SQL type"),
        ("text; DROP TABLE t", "expected exactly one SQL type"),
    ],
)
def test_what_is_not_one_type(type_name: str, why: str) -> None:
    with pytest.raises(ConfigError) as caught:
        plan_of(type_name)
    assert caught.value.key == "add.type"
    assert why in caught.value.expected


def test_types_of_the_users_own() -> None:
    assert plan_of("public.citext", "'x'").imagined == "('x')::public.citext"
    assert plan_of("public.geometry(Point, 4326)").imagined == "NULL::public.geometry(point, 4326)"
    assert plan_of('"S".mood[]').imagined == 'NULL::"S".mood[]'


def test_a_backfill_expression_reads_the_row() -> None:
    plan = plan_of("int", "0", backfill="CASE status WHEN 'new' THEN total ELSE 0 END")
    assert plan.imagined_columns == ("status", "total")
    assert plan.imagined_in("t0") == (
        "(CASE WHEN (t0.status OPERATOR(pg_catalog.=) 'new') THEN t0.total ELSE 0 END)::integer"
    )


EXPRESSIONS = [
    "CASE WHEN total > 1000 THEN 2 ELSE 0 END",
    "CASE WHEN total BETWEEN 10 AND 20 THEN 1 END",
    "CASE WHEN total NOT BETWEEN 10 AND 20 OR total IS NULL THEN 1 END",
    "CASE WHEN status IN ('a', 'b') AND NOT paid THEN 1 ELSE 2 END",
    "CASE WHEN status NOT IN ('a', 'b') THEN 1 WHEN status LIKE 'b%' ESCAPE '!' THEN 3 END",
    "CASE WHEN status = ANY (ARRAY['a', 'c']) THEN 1 WHEN paid IS NOT TRUE THEN 4 END",
    "GREATEST(total, 12) - 2",
    "COALESCE(-total, length(status))",
    'LEAST("Odd", total % 7)',
    "CASE WHEN status ILIKE 'A' THEN 1 WHEN created > '2024-06-01 00:00:00+00'::timestamptz THEN 2 END",
]


def test_written_again_an_expression_means_the_same(database: str) -> None:
    with psycopg.connect(database) as session:
        session.execute('CREATE TABLE t (total int, status text, paid bool, created timestamptz, "Odd" int)')
        session.execute(
            "INSERT INTO t SELECT nullif(i, 3), substr('abc', i % 4, 1), i % 2 = 0, "
            "'2024-01-01'::date + i * 20, i FROM generate_series(1, 30) i"
        )
        for expression in EXPRESSIONS:
            plan = plan_of("int", backfill=expression)
            session.execute("SET LOCAL search_path = public")
            real = session.execute(f"SELECT ({expression})::int FROM t".encode()).fetchall()
            session.execute("SET LOCAL search_path = ''")
            for ours in (f"{plan.imagined_in('q')} FROM public.t AS q", f"{plan.imagined} FROM public.t"):
                assert session.execute(f"SELECT {ours}".encode()).fetchall() == real, ours


def test_the_types_that_postgres_brings_along_are_known(database: str) -> None:
    query = """
        SELECT typname FROM pg_type WHERE typnamespace = 'pg_catalog'::regnamespace AND typtype IN ('b', 'r', 'm')
        AND typcategory <> 'A' AND typname !~ '^(_|pg_|gtsvector|aclitem|cid|refcursor|tid|smgr|unknown|cstring)'
    """
    with psycopg.connect(database) as session:
        theirs = {row[0] for row in session.execute(query)}
    assert theirs - {"oidvector", "int2vector"} <= BUILT_IN
