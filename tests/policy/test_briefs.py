"""What the referee gets of a rewritten statement: of its share of the shapes, and never a literal."""

import pytest

from lintel.analysis.ddl import schema_of
from lintel.brief import Brief
from lintel.plan import parse
from lintel.policy import ContextKey, Options, Policy

CANARY = "canary4711"
PLAN = """
id = "o-prio"
table = "public.o"
[add]
column = "prio"
type = "text"
default = "'none'"
[shield]
absent_writes = "discard"
"""


def brief(
    text: str, referee: float = 1.0, sees: str = "old", made: str = "id int, note text, prio text"
) -> Brief | None:
    plan = parse(PLAN, "p.toml")
    policy = Policy(schema_of(f"CREATE TABLE o ({made})".encode()), (plan,), Options(referee=referee))
    sides = (("o-prio", "new" if sees == "new" else "old"),)
    found: Brief | None = policy.context(ContextKey(sides)).decide(text.encode()).statement.brief
    return found


def test_both_sides_of_a_column_have_one_label() -> None:
    found = brief("SELECT * FROM o")
    assert found is not None
    (table,) = found.tables
    assert dict(table.server)["prio"] == dict(table.planned)["prio"] == "public.o.prio"
    assert [name for name, _ in table.client] == ["id", "note"]
    assert (found.client, found.search_path) == ("SELECT * FROM o", ("public",))
    assert found.server.startswith("SELECT * FROM (SELECT o.id, o.note")


@pytest.mark.parametrize(
    ("text", "sees"),
    [
        (f"SELECT * FROM o WHERE note = '{CANARY}' -- {CANARY}", "old"),
        (f"INSERT INTO o VALUES (4711, E'\\'{CANARY}', $${CANARY}$$)", "new"),
        (f"INSERT INTO o (id, prio) VALUES (4711, '{CANARY}')", "new"),
        (f"UPDATE o SET prio = '{CANARY}' WHERE id = 4711", "new"),
        (f"SELECT id /* {CANARY} */ FROM o WHERE prio = '{CANARY}'", "new"),
    ],
)
def test_no_literal_is_in_it(text: str, sees: str) -> None:
    """Nor in what an edit repeats of it."""
    found = brief(text, sees=sees, made="id int, note text" if sees == "new" else "id int, note text, prio text")
    assert found is not None
    assert not any(secret in str(found) for secret in (CANARY, "4711"))


def test_only_of_what_is_rewritten_and_alone() -> None:
    assert brief("SELECT id FROM o") is None
    assert brief("SELECT * FROM o; SELECT 1") is None
    assert brief("PREPARE p AS SELECT * FROM o") is None


def test_of_a_share_of_the_shapes() -> None:
    """By shape: another text of the same one gets the same answer."""
    texts = [f"SELECT *, {number} AS n{number} FROM o" for number in range(400)]
    assert all(brief(text, 0.0) is None for text in texts[:20])
    drawn = [text for text in texts if brief(text, 0.5) is not None]
    assert 120 < len(drawn) < 280
