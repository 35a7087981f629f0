"""What is to be followed up when a text has run: a new snapshot, prepared statements."""

import pytest

from lintel.analysis.ddl import schema_of
from lintel.plan import ClientAttributes
from lintel.policy import Policy
from lintel.wire.decision import DDL, DEALLOCATE, EXECUTE, PREPARE, Decision, Settings


@pytest.mark.parametrize(
    ("text", "waits"),
    [
        ("CREATE TABLE n (id int)", True),
        ("CREATE INDEX ON o (id)", True),  # an event trigger may do anything
        ("COMMENT ON TABLE o IS ''", True),
        ("DO 'BEGIN END'", True),
        ("CREATE ROLE me", False),
        ("ALTER ROLE me SET search_path = other", False),
        ("DROP ROLE me", False),
        ("CREATE DATABASE d", False),
        ("DROP TABLESPACE s", False),
        ("TRUNCATE o", False),
    ],
)
def test_ddl_that_a_snapshot_may_show_is_waited_for(text: str, waits: bool) -> None:
    assert bool(decided(text).effects & DDL) is waits


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("PREPARE p AS SELECT 1", [(PREPARE, b"p")]),
        ("EXPLAIN EXECUTE p", [(EXECUTE, b"p")]),
        ("CREATE TABLE n AS EXECUTE p", [(EXECUTE, b"p")]),
        ("CREATE TEMP TABLE n AS EXECUTE p", [(EXECUTE, b"p")]),
        ("DEALLOCATE p; PREPARE P AS SELECT 1; SELECT 1", [(DEALLOCATE, b"p"), (PREPARE, b"p")]),
        ("DEALLOCATE ALL", []),
    ],
)
def test_prepared_statements_that_sql_speaks_of(text: str, named: list[tuple[bytes, bytes]]) -> None:
    assert [(one.verb, one.name) for one in decided(text).named] == named


def decided(text: str) -> Decision:
    settings = Settings(search_path="public", role="none", client_encoding="UTF8")
    client = ClientAttributes("app", "me", "shop", None)
    return Policy(schema_of(b"CREATE TABLE o (id int)")).context_for(settings, client).decide(text.encode())
