"""Comments that differ with every request cost a look-up, not a decision; what they say of the service is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sql.test_tokens import PIECES

from lintel import plan
from lintel.analysis.ddl import schema_of
from lintel.plan import ClientAttributes
from lintel.policy import Context, ContextKey, Policy, context
from lintel.sql.comments import tags, tags_in
from lintel.sql.shape import shape_of
from lintel.wire.decision import Settings
from lintel.wire.framing import COMPILED

SCHEMA = schema_of(b"CREATE TABLE orders (id int PRIMARY KEY, total numeric, note text)")
PLAN = """
id = "orders-note"
purpose = "notes"
table = "public.orders"
[add]
column = "note"
type = "text"
"""
BY_TAG = (
    PLAN
    + """
[[shield.clients]]
match = { "tag.version" = "2" }
sees = "new"
[[shield.clients]]
match = { application_name = "*" }
sees = "old"
"""
)
SETTINGS = Settings(search_path="public", role="none", client_encoding="UTF8")


def made(*plans: str) -> Context:
    policy = Policy(SCHEMA, tuple(plan.parse(text, "plan.toml") for text in plans))
    return policy.context_for(SETTINGS, ClientAttributes("app", "me", "shop", None))


def traced(number: int, service: str = "checkout") -> bytes:
    comment = f"/*application='{service}',traceparent='00-{number:032x}-{number:016x}-01'*/"
    return f"SELECT * FROM orders WHERE id = 5 {comment}".encode()


@pytest.mark.skipif(COMPILED, reason="compiled code takes no stand-ins")
def test_ten_thousand_requests_are_decided_once(monkeypatch: pytest.MonkeyPatch) -> None:
    decided = []
    decide = context.decide
    monkeypatch.setattr(context, "decide", lambda *given: decided.append(given) or decide(*given))
    one = made(PLAN)
    decisions = [one.decide(traced(number)) for number in range(10_000)]
    assert len(decided) == 1
    assert len({id(decision.statement) for decision in decisions}) == 1
    assert decisions[0].statement.tags == {"application": "checkout"}
    assert len(one._kept.shapes.all()) == 1


def test_each_text_keeps_its_own_comment() -> None:
    one = made(PLAN)
    for number in range(3):
        text = traced(number).replace(b"SELECT", b"/*+ SeqScan(orders) */ SELECT")
        sent = one.decide(text).sent(text)
        assert b"AS orders) AS orders" in sent
        assert sent.startswith(b"/*+ SeqScan(orders) */ SELECT * FROM")
        assert sent.endswith(text[text.index(b"/*application") :])


def test_services_are_told_apart() -> None:
    one = made(PLAN)
    first, second = (one.decide(traced(1, service)).statement for service in ("checkout", "billing"))
    assert (first.tags, second.tags) == ({"application": "checkout"}, {"application": "billing"})
    assert one.decide(b"SELECT * FROM orders WHERE id = 6 /* no tag */").statement.tags == {}


def test_tags_that_a_rule_asks_for_decide() -> None:
    one = made(BY_TAG)
    texts = [f"SELECT * FROM orders /*version='{number}',span='{number}{i}'*/".encode()
             for number in (1, 2) for i in range(3)]  # fmt: skip
    assert [b"note" in one.decide(text).sent(text) for text in texts] == [False] * 3 + [True] * 3


def test_an_edit_that_holds_a_comment_is_made_anew() -> None:
    one = made(PLAN)
    for number in range(3):
        text = f"INSERT INTO orders /* {number} */ VALUES (1, 2)".encode()
        sent = one.decide(text).sent(text)
        assert f"/* {number} */".encode() in sent


@given(st.lists(PIECES, max_size=12).map("".join))
def test_comments_of_a_shape_are_those_of_the_text(text: str) -> None:
    assert tags_in(text.encode(), shape_of(text.encode()).comments) == tags(text.encode())


def test_what_is_not_understood_is_told_apart_by_its_text() -> None:
    one = Policy(SCHEMA).context(ContextKey(standard_strings=False))
    statements = {id(one.decide(rf"SELECT '\' /*span='{i}'*/".encode()).statement) for i in range(3)}
    assert len(statements) == 3
