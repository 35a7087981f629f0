"""Which statements make the reply wait for a new snapshot."""

import pytest

from lintel.analysis.ddl import schema_of
from lintel.plan import ClientAttributes
from lintel.policy import Policy
from lintel.wire.decision import DDL, Settings


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
    settings = Settings(search_path="public", role="none", client_encoding="UTF8")
    context = Policy(schema_of(b"CREATE TABLE o (id int)")).context_for(
        settings, ClientAttributes("app", "me", "shop", None)
    )
    assert bool(context.decide(text.encode()).effects & DDL) is waits
