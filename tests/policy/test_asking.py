"""What a session is asked of its temporary relations, and what its answer makes of a statement."""

from dataclasses import replace

import pytest
from tests.priority import PLAN

from lintel import plan
from lintel.policy import ContextKey, Policy
from lintel.schema import Column, Relation, Schema
from lintel.wire.decision import Decision, Probe

_COLUMNS = (Column("id", 1, "integer", 23), Column("total", 2, "integer", 23), Column("priority", 3, "smallint", 21))
ORDERS = Relation(16384, "public", "orders", "r", _COLUMNS)
OTHER = Relation(16385, "public", "other", "r", _COLUMNS)
KEY = ContextKey(sides=(("orders-priority", "old"),), shadowed=frozenset(("picked", "Größe", "x" * 64)))
STAR = "SELECT * FROM orders JOIN picked USING (id)"


def _decided(text: str, key: ContextKey = KEY) -> Decision:
    policy = Policy(Schema({r.oid: r for r in (ORDERS, OTHER)}), (plan.parse(PLAN, "plan.toml"),))
    return policy.context(key).decide(text.encode())


def _shown(name: str, *columns: str, key: ContextKey = KEY) -> ContextKey:
    return replace(key, shown=((f"TABLE {name}".encode(), tuple(column.encode() for column in columns)),))


def test_asked_and_served() -> None:
    """Refused as long as nothing has been shown; a name that the relation has is none of the table's row."""
    assert _decided(STAR).refusals
    assert _decided(STAR).probes == (Probe(b"TABLE picked", (), own=True),)
    served = _decided(STAR, _shown("picked", "id", "mark"))
    assert not served.refusals
    assert served.probes == (Probe(b"TABLE picked", (b"id", b"mark"), own=True),)
    assert not _decided("SELECT count(orders) FROM orders, picked", _shown("picked", "id")).refusals
    assert served.text is not None
    assert b"AS orders JOIN picked USING (id)" in served.text


def test_columns_count() -> None:
    """On which a NATURAL JOIN joins: of the client's table and of what was shown."""
    text = "SELECT o.id FROM orders o NATURAL JOIN picked"
    assert _decided(text, _shown("picked", "id")).text is None
    found = _decided(text, _shown("picked", "id", "priority")).text
    assert found is not None
    assert b"priority" not in found


@pytest.mark.parametrize(
    "text",
    [
        "SELECT orders.*, mark FROM orders JOIN picked USING (id)",  # served without
        "SELECT * FROM picked",  # no table under a plan
        "SELECT * FROM other NATURAL JOIN picked",
        f"PREPARE p AS {STAR}",
        f"CREATE TEMP VIEW v AS {STAR}",
        f"SELECT 1; {STAR}",
        "SELECT * FROM orders NATURAL JOIN nowhere",
        f"SELECT * FROM orders NATURAL JOIN {'x' * 64}",
        "SELECT * FROM orders NATURAL JOIN pg_temp.picked",
    ],
)
def test_not_asked(text: str) -> None:
    assert not [probe for probe in _decided(text).probes if probe.own]


def test_encodings() -> None:
    """Beyond ASCII names are sent and read in UTF-8 only."""
    text = 'SELECT * FROM orders NATURAL JOIN "Größe"'
    assert _decided(text).probes == (Probe('TABLE "Größe"'.encode(), (), own=True),)
    assert not _decided(text, _shown('"Größe"', "id", "maß")).refusals
    alike = replace(_shown("picked", "id", "maß"), encoding="ascii alike")
    assert _decided(STAR, alike).refusals
    assert not _decided(STAR, replace(_shown("picked", "id"), encoding="ascii alike")).refusals
