"""A search_path that changes within one text: followed where constants say to what, else nobody knows what is meant."""

import pytest

from lintel import plan
from lintel.analysis.ddl import schema_of
from lintel.policy import ContextKey, Policy

PLAN = 'id = "p"\ntable = "public.o"\n[add]\ncolumn = "prio"\ntype = "int"\n'
TABLES = b"CREATE TABLE o (id int PRIMARY KEY, note text); CREATE SCHEMA aside; CREATE TABLE aside.o (id int, prio int)"
SERVED = "(SELECT o.id, o.note FROM o AS o)"


def _sent(text: str, *, moved: bool = False) -> str | None:
    policy = Policy(schema_of(TABLES), (plan.parse(PLAN, "p.toml"),))
    decision = policy.context(ContextKey(search_path=("public",), path_moved=moved)).decide(text.encode())
    return None if decision.statement.verdict == "refuse" else decision.sent(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("SET search_path = aside; SELECT * FROM o; RESET search_path", "SELECT * FROM o;"),
        ("SET LOCAL search_path TO aside, public; SELECT * FROM o", "SELECT * FROM o"),
        ("SET search_path = aside; SET search_path = public; SELECT * FROM o", SERVED),
        ("SET SCHEMA 'public'; SELECT * FROM o; BEGIN; SELECT * FROM o", SERVED),
        ("SET search_path = aside; COMMIT", "COMMIT"),
    ],
)
def test_followed(text: str, sent: str) -> None:
    found = _sent(text)
    assert found is not None
    assert sent in found.replace("lintel_t", "o")
    assert (SERVED in found.replace("lintel_t", "o")) == (sent == SERVED)


@pytest.mark.parametrize(
    "text",
    [
        "RESET search_path; SELECT * FROM o",
        "SET search_path TO DEFAULT; SELECT id FROM o",
        'SET search_path = "$user", public; SELECT * FROM o',
        "SET search_path = aside; RESET ALL; SELECT * FROM o",
        "SET search_path = aside; SET ROLE me; SELECT * FROM o",
        "SELECT set_config('search_path', 'aside', false); SELECT * FROM o",
        "SET search_path = aside; ROLLBACK; SELECT * FROM o",
        "BEGIN; SET LOCAL search_path = aside; COMMIT; SELECT * FROM o",
        "SET search_path = nowhere; SELECT * FROM o",
    ],
)
def test_not_known(text: str) -> None:
    assert _sent(text) is None


@pytest.mark.parametrize("end", ["ROLLBACK", "COMMIT", "ROLLBACK TO s", "BEGIN; END"])
def test_the_end_of_a_transaction_in_which_it_was_set(end: str) -> None:
    text = f"{end}; SELECT * FROM o"
    assert _sent(text) is not None
    assert _sent(text, moved=True) is None
    assert _sent(f"SELECT * FROM o; {end}", moved=True) is not None
