"""Which decisions are those of every text of a shape: the shortcut passes such texts by their shape alone."""

import pytest
from tests.priority import PLAN

from lintel import plan
from lintel.analysis.ddl import schema_of
from lintel.plan import ClientAttributes
from lintel.policy import Context, Policy
from lintel.sql.shape import shape_of
from lintel.wire.decision import Settings

SCHEMA = schema_of(b"CREATE TABLE orders (id int PRIMARY KEY, total numeric); CREATE TABLE p (id int, name text)")


def context() -> Context:
    settings = Settings(search_path="public", role="none", client_encoding="UTF8")
    attributes = ClientAttributes("old", "me", "shop", None)
    return Policy(SCHEMA, (plan.parse(PLAN, "plan.toml"),)).context_for(settings, attributes)


def is_alike(text: bytes, other: bytes) -> bool:
    """Whether the context says so of the second, the first having been decided."""
    made = context()
    made.decide(text)
    key = made.alike(other, made.decide(other))
    assert key in (b"", shape_of(text).key)
    return bool(key)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (b"SELECT total FROM orders WHERE id = 1", b"SELECT total FROM orders WHERE id = 22"),
        (b"SELECT name FROM p WHERE name = 'a' AND id > 3", b"SELECT name FROM p WHERE name = '' AND id > 77"),
        (b"INSERT INTO p VALUES (1, 'x')", b"INSERT INTO p VALUES (2, 'yy')"),
        (b"UPDATE orders SET total = 1.5 WHERE id = 1", b"UPDATE orders SET total = 2.5 WHERE id = 2"),
        (b"SELECT name FROM p WHERE name = 'a\\b'", b"SELECT name FROM p WHERE name = 'x'"),
        ("SELECT name FROM p WHERE name = 'é'".encode(), b"SELECT name FROM p WHERE name = 'e'"),
    ],
)
def test_alike(text: bytes, other: bytes) -> None:
    assert is_alike(text, other)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (b"SELECT id, total FROM orders ORDER BY 1", b"SELECT id, total FROM orders ORDER BY 2"),  # a position
        (b"SELECT * FROM orders WHERE id = 1", b"SELECT * FROM orders WHERE id = 2"),  # rewritten
        (b"SELECT priority FROM orders WHERE id = 1", b"SELECT priority FROM orders WHERE id = 2"),  # may be refused
        (b"SELECT name FROM p /*a='1'*/ WHERE id = 1", b"SELECT name FROM p /*a='2'*/ WHERE id = 1"),
        (b"SELECT name FROM p WHERE id = 1 -- one", b"SELECT name FROM p WHERE id = 1 -- two"),
        (b"SELECT name FROM p", b"SELECT name FROM p"),  # nothing differs
        (b"SET search_path = 'a'", b"SET search_path = 'b'"),
        (b"SELECT set_config('search_path', 'a', false)", b"SELECT set_config('search_path', 'b', false)"),
        (b"SELECT 1 WHERE 1 IN (" + b"1," * 30 + b"1)", b"SELECT 1 WHERE 1 IN (" + b"2," * 30 + b"2)"),
    ],
)
def test_not_alike(text: bytes, other: bytes) -> None:
    assert not is_alike(text, other)


def test_each_context_for_itself() -> None:
    text = b"SELECT total FROM orders WHERE id = 1"
    first, second = context(), context()
    decision = first.decide(text)
    assert first.alike(text, decision)
    assert not second.alike(text, decision)
