"""Triggers on a table whose writes are parked: what may change rows keeps them from being told, all else does not."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from tests.shield.planned import Start, through
from tests.shield.test_parked_values import PLAN

TABLES = """
CREATE TABLE o (id int PRIMARY KEY, n int DEFAULT 0, at text);
CREATE SCHEMA really CREATE TABLE o (id int PRIMARY KEY, n int DEFAULT 0, at text, prio int DEFAULT 0);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := TG_OP; RETURN NEW; END $$;
CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$
"""
THREE = "INSERT INTO o (id, prio) VALUES (1, 5), (2, 6), (3, 7) ON CONFLICT"
SELECTED = "INSERT INTO o (id, prio) SELECT g, g + 4 FROM generate_series(1, 3) g ON CONFLICT"
WRITES = (
    f"{THREE} DO NOTHING",
    f"{SELECTED} DO NOTHING",
    f"{THREE} (id) DO UPDATE SET prio = excluded.prio WHERE o.n = 1",
    f"{THREE} (id) DO UPDATE SET prio = excluded.prio, n = excluded.prio WHERE o.prio < excluded.prio - 1",
    f"{SELECTED} (id) DO UPDATE SET n = excluded.prio, prio = 1",
)
READ = "SELECT id, n, at, prio FROM o ORDER BY id"


@pytest.fixture
def sides(
    database: str, direct: psycopg.Connection, lintel: Start, tmp_path: Path
) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    """A table that has the column in a schema of its own, and past Lintel; one that has not, through Lintel."""
    plan = tmp_path / "p.toml"
    plan.write_text(PLAN)
    direct.execute("SET search_path = really, public")
    with through(lintel(database, "--plan", str(plan)), database) as client:
        yield direct, client


def _restore(sides: tuple[psycopg.Connection, psycopg.Connection]) -> None:
    for side in sides:
        side.execute("DELETE FROM o; INSERT INTO o (id, n) VALUES (1, 1), (2, 2)")
        side.execute("UPDATE o SET prio = 5 WHERE id = 2")


@pytest.mark.parametrize("when", ["BEFORE UPDATE", "AFTER INSERT OR UPDATE"])
def test_rows_are_told(sides: tuple[psycopg.Connection, psycopg.Connection], when: str) -> None:
    """A trigger that cannot have changed what a row was given, or not without an error."""
    function = "touch" if when.startswith("BEFORE") else "noted"
    for schema in ("really", "public"):
        sides[0].execute(
            f"CREATE TRIGGER t {when} ON {schema}.o FOR EACH ROW EXECUTE FUNCTION {function}();"
            f"CREATE TRIGGER s BEFORE INSERT ON {schema}.o EXECUTE FUNCTION noted()"
        )
    for sql in WRITES:
        _restore(sides)
        tags = [side.execute(sql).statusmessage for side in sides]
        assert tags[0] == tags[1], sql
        assert sides[0].execute(READ).fetchall() == sides[1].execute(READ).fetchall(), sql


def test_rows_may_have_been_changed(sides: tuple[psycopg.Connection, psycopg.Connection]) -> None:
    """One that may: an error, nothing written; it counts from the moment that it is there."""
    direct, client = sides
    _restore(sides)
    before = client.execute(READ).fetchall()
    direct.execute("CREATE TRIGGER t BEFORE INSERT ON public.o FOR EACH ROW EXECUTE FUNCTION touch()")
    for sql in WRITES:
        with pytest.raises((psycopg.errors.NotNullViolation, psycopg.errors.CardinalityViolation)):
            client.execute(sql)
    assert client.execute(READ).fetchall() == before
