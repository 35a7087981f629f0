"""Functions that run a text, or read a relation by its name: refused where that may be a table under a plan."""

import pytest
from tests.priority import PLAN

from lintel import plan
from lintel.policy import ContextKey, Policy
from lintel.schema import Column, Relation, Schema

ORDERS = Relation(16384, "public", "orders", "r", (Column("id", 1, "integer", 23),))
TEXTS = {
    "SELECT table_to_xml('orders', true, false, '')": "refuse",
    "SELECT table_to_xml('\"orders\"'::regclass, true, false, '')": "refuse",
    "SELECT table_to_xml('customers', true, false, '')": "allow",
    "SELECT table_to_xml($1, true, false, '')": "refuse",
    "SELECT query_to_xml('SELECT * FROM Orders', true, false, '')": "refuse",
    "SELECT query_to_xml('SELECT * FROM ' || 'customers', true, false, '')": "refuse",
    "SELECT query_to_xml('SELECT 1', true, false, '')": "allow",
    "SELECT schema_to_xml('public', true, false, '')": "refuse",
    "SELECT database_to_xml(true, false, '')": "refuse",
    "SELECT cursor_to_xml('c', 1, true, false, '')": "allow",
    "SELECT * FROM ts_stat('SELECT v FROM orders')": "refuse",
    "SELECT ts_rewrite('a', 'SELECT t, s FROM orders')": "refuse",
    "SELECT ts_rewrite('a', 'b', 'c')": "allow",
    "SELECT * FROM crosstab('SELECT 1, 2, 3', 2) AS t (a int)": "allow",
    "SELECT * FROM crosstab('SELECT 1, 2, 3', 'SELECT id FROM orders') AS t (a int)": "refuse",
    "PREPARE p AS SELECT table_to_xml('orders', true, false, '')": "refuse",
}


@pytest.mark.parametrize("text", TEXTS)
def test_by_what_they_are_given(text: str) -> None:
    context = Policy(Schema({ORDERS.oid: ORDERS}), (plan.parse(PLAN, "plan.toml"),)).context(
        ContextKey(search_path=("public",))
    )
    for _ in range(3):  # as often as a shape may be shared
        assert context.decide(text.encode()).statement.verdict == TEXTS[text]
    without = Policy(Schema({ORDERS.oid: ORDERS})).context(ContextKey(search_path=("public",)))
    assert without.decide(text.encode()).statement.verdict == "allow"


def test_texts_of_one_shape_are_told_apart() -> None:
    context = Policy(Schema({ORDERS.oid: ORDERS}), (plan.parse(PLAN, "plan.toml"),)).context(
        ContextKey(search_path=("public",))
    )
    for name, verdict in (("customers", "allow"), ("orders", "refuse"), ("customers", "allow")) * 3:
        text = f"SELECT table_to_xml('{name}', true, false, '')"
        assert context.decide(text.encode()).statement.verdict == verdict
