"""Check 15: whatever a client, its role or its database sets, Lintel's own queries mean what they mean."""

import contextlib
from collections.abc import Iterator

import psycopg
import pytest
from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, find, launch

pytestmark = pytest.mark.check(15)

# Whatever a query over the catalog could meet by an unqualified name.
SHADOWS = """
CREATE SCHEMA evil;
CREATE TABLE evil.pg_class AS SELECT * FROM pg_catalog.pg_class WHERE false;
CREATE TABLE evil.pg_attribute (attrelid oid, attname name, atttypid oid, attnum int2, attisdropped bool);
CREATE TABLE evil.pg_namespace AS SELECT * FROM pg_catalog.pg_namespace WHERE false;
CREATE FUNCTION evil.format_type(oid, int) RETURNS text LANGUAGE sql AS $$ SELECT 'evil' $$;
CREATE FUNCTION evil.current_schemas(bool) RETURNS name[] LANGUAGE sql AS $$ SELECT '{evil}'::name[] $$;
CREATE FUNCTION evil.never(oid, oid) RETURNS bool LANGUAGE sql AS $$ SELECT false $$;
CREATE OPERATOR evil.= (LEFTARG = oid, RIGHTARG = oid, FUNCTION = evil.never);
CREATE TABLE public.orders (id int, total numeric);
"""
PATH = "evil, public, pg_catalog"
SETTINGS = {
    "search_path": PATH,
    "statement_timeout": "1",
    "default_transaction_read_only": "on",
    "DateStyle": "German",
    "extra_float_digits": "-15",
    "quote_all_identifiers": "on",
}
NO_TIMEOUT = "-c statement_timeout=0"  # for the test's own: it comes before what the role and the database have
WHERE_SET = {
    "role": [f"ALTER ROLE postgres SET {name} = {{}}" for name in SETTINGS],
    "database": [f"ALTER DATABASE postgres SET {name} = {{}}" for name in SETTINGS],
    "startup": [],
    "session": [],
}


@pytest.fixture
def hostile(request: pytest.FixtureRequest) -> Iterator[Server]:
    with launch(find()[0].bindir, auth="trust") as server:
        with psycopg.connect(server.dsn(), autocommit=True) as control:
            control.execute(SHADOWS)
            for sql, value in zip(WHERE_SET[request.param], SETTINGS.values(), strict=False):
                control.execute(sql.format(value if value == PATH else f"'{value}'"))
        yield server


@pytest.mark.parametrize(("hostile", "where"), [(one, one) for one in WHERE_SET], indirect=["hostile"])
def test_nothing_that_is_set_reaches_them(hostile: Server, where: str) -> None:
    given = " ".join(f"-c {name}={value.replace(' ', '')}" for name, value in SETTINGS.items() if "timeout" not in name)
    options = f"{NO_TIMEOUT} {given}" if where == "startup" else NO_TIMEOUT
    with Proxy(hostile.dsn()) as proxy:
        dsn = f"postgresql://postgres@{proxy.host}:{proxy.port}/postgres"
        with psycopg.connect(dsn, autocommit=True, options=options) as client:
            if where == "session":
                for name, value in SETTINGS.items():
                    if "timeout" not in name:
                        client.execute(f"SET {name} = {value if value == PATH else repr(value)}")
            client.execute("SELECT id FROM orders WHERE total > 1")
            client.execute("SET default_transaction_read_only = off")
            client.execute("ALTER TABLE public.orders ADD COLUMN late int")
            client.execute("SELECT late FROM orders")
            found = {(use["table"], use["column"]) for use in proxy.uses(at_least=3)}
        assert {("public.orders", name) for name in ("id", "total", "late")} <= found
        assert "Traceback" not in proxy.log
    with contextlib.closing(psycopg.connect(hostile.dsn(), autocommit=True, options=NO_TIMEOUT)) as control:
        assert control.execute("SELECT count(*) FROM pg_catalog.pg_prepared_statements").fetchone() == (0,)
