"""What the body of a function says that it may do to the session that calls it."""

import pytest

from lintel.schema.bodies import settles, temporary_in


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("BEGIN CREATE TEMP TABLE o AS SELECT 1; END", ("o",)),
        ('create temporary table if not exists "O ""x" (a int)', ('O "x',)),
        ("SELECT 1 INTO TEMP Two FROM x; SELECT 1 INTO TEMPORARY TABLE one", ("one", "two")),
        ("CREATE TABLE pg_temp.o (a int)", ("o",)),
        ("CREATE UNLOGGED TABLE IF NOT EXISTS pg_temp . o (a int)", ("o",)),
        ("CREATE OR REPLACE LOCAL TEMP VIEW o AS SELECT 1", ("o",)),
        ("CREATE TEMP RECURSIVE VIEW r (a) AS SELECT 1", ("r",)),
        ("CREATE TEMP /* not TABLE x */ TABLE -- y\n o (a int)", ("o",)),
        ("EXECUTE 'CREATE TEMP TABLE o (a int)'", ("o",)),
        ("EXECUTE format('CREATE TEMP TABLE %I (a int)', name)", ()),
        ("SELECT temp INTO temp FROM sensors; temp := 1", ()),
        ("DROP TABLE pg_temp.o; CREATE TABLE o (a int)", ()),
    ],
)
def test_temporary_relations(body: str, names: tuple[str, ...]) -> None:
    assert temporary_in(body) == names


@pytest.mark.parametrize(
    "body",
    ["SET search_path = a", "SELECT SET_CONFIG('role', 'a', true)", "SET LOCAL ROLE a", "SET SESSION AUTHORIZATION a"],
)
def test_settings(body: str) -> None:
    assert settles(body)


def test_no_settings() -> None:
    assert not settles("UPDATE users SET role = 'a'; SELECT set_config('work_mem', '1MB', false)")
