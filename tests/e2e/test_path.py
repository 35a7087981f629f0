"""A search_path that the end of a transaction takes back, in one text with a statement whose meaning it decides."""

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from tests.e2e.proxy import Proxy
from tests.priority import PLAN, rule

TABLES = """
CREATE TABLE orders (id int PRIMARY KEY, total numeric, priority smallint);
INSERT INTO orders VALUES (1, 2, 3);
CREATE SCHEMA aside;
CREATE TABLE aside.orders (id int, total numeric, note text);
"""
OLD = [(1, 2)]


@pytest.mark.parametrize("end", ["ROLLBACK", "COMMIT"])
@pytest.mark.parametrize("path", ["SET LOCAL search_path = aside", "SELECT set_config('search_path', 'aside', true)"])
def test_behind_the_end_of_its_transaction(
    database: str, tmp_path: Path, lintel: Callable[..., Proxy], path: str, end: str
) -> None:
    with psycopg.connect(database) as owner:
        owner.execute(TABLES)
    plan = tmp_path / "orders-priority.toml"
    plan.write_text(PLAN + rule("old", "old"))
    proxy = lintel(database, "--plan", str(plan))
    with psycopg.connect(database, host=proxy.host, port=proxy.port, application_name="old", autocommit=True) as client:
        assert client.execute("SELECT * FROM orders").fetchall() == OLD
        client.execute("BEGIN")
        client.execute(path)
        assert client.execute("SELECT * FROM orders").fetchall() == []
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="search_path changes within the text"):
            client.execute(f"{end}; SELECT * FROM orders")
        client.execute("ROLLBACK")
        client.execute("BEGIN")
        client.execute(end)
        assert client.execute("SELECT * FROM orders").fetchall() == OLD
        client.execute("BEGIN")
        done = client.execute(f"{end}; SELECT * FROM orders")
        while done.description is None:
            assert done.nextset()
        assert done.fetchall() == OLD


@pytest.mark.parametrize(
    "body",
    ["PERFORM set_config('search_path', 'aside', false);", "SET search_path = aside;", "SET SESSION ROLE aside;"],
)
def test_set_by_a_function(database: str, tmp_path: Path, lintel: Callable[..., Proxy], body: str) -> None:
    with psycopg.connect(database) as owner:
        owner.execute(TABLES)
        owner.execute("DROP ROLE IF EXISTS aside")
        owner.execute("CREATE ROLE aside")
        owner.execute("GRANT ALL ON SCHEMA aside TO aside; GRANT ALL ON aside.orders TO aside")
    plan = tmp_path / "orders-priority.toml"
    plan.write_text(PLAN + rule("old", "old"))
    proxy = lintel(database, "--plan", str(plan))
    make = f"CREATE FUNCTION public.enter() RETURNS void LANGUAGE plpgsql AS $$BEGIN {body} END$$"
    with psycopg.connect(database, host=proxy.host, port=proxy.port, application_name="old", autocommit=True) as client:
        assert client.execute("SELECT * FROM orders").fetchall() == OLD
        with client.transaction(force_rollback=True):
            client.execute(make)
            client.execute("SELECT public.enter()")
            assert client.execute("SELECT * FROM orders").fetchall() == []
        assert client.execute("SELECT * FROM orders").fetchall() == OLD
        client.execute(make)
        client.execute("SELECT public.enter()")
        assert client.execute("SELECT * FROM orders").fetchall() == []
    with psycopg.connect(database) as owner:
        owner.execute("DROP OWNED BY aside; DROP ROLE aside")
