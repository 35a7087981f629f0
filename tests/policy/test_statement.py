"""A statement's text is stripped of its literals when the recorder asks, which is never on behalf of a session."""

import pytest

from lintel.analysis.ddl import schema_of
from lintel.policy import ContextKey, Policy, composed
from lintel.policy.deciding import decide
from lintel.sql.stored import stored_text

SCHEMA = schema_of(b"CREATE TABLE o (id int, name text)")
TEXTS = [
    b"SELECT * FROM o WHERE name = 'canary'",
    b"ALTER ROLE me PASSWORD 'canary'",
    b"DO 'canary'",
    b"SELECT 'canary",
    b"SELECT * FROM o WHERE name = 'canary' AND id IN (" + b"1, " * 1000 + b"1)",
]


@pytest.mark.check(30)
@pytest.mark.parametrize("text", TEXTS)
def test_it_is_what_may_be_stored(text: bytes) -> None:
    moment = Policy(SCHEMA).moment
    statement = decide(moment, ContextKey(search_path=("public",)), text).decision.statement
    assert "canary" not in repr(statement)
    assert statement.shape == statement.shape == stored_text(text, readable=text not in TEXTS[2:4])


def test_it_is_not_done_in_deciding(monkeypatch: pytest.MonkeyPatch) -> None:
    """But of a long text, which is decided elsewhere and would be kept for nothing else."""
    asked: list[bytes] = []
    monkeypatch.setattr(composed, "stored_text", lambda text, **_: asked.append(text) or "")
    monkeypatch.setattr("lintel.policy.statement.stored_text", lambda text, **_: asked.append(text) or "")
    for text in TEXTS:
        decide(Policy(SCHEMA).moment, ContextKey(search_path=("public",)), text)
    assert asked == TEXTS[4:]
