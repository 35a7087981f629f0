"""Writes that are to be parked where no snapshot shows yet that they are: refused, whatever the server has by then.

Another Lintel may park already. When the column comes it does not count before what is parked has landed: a write that
went straight to it would be overwritten by an older one.
"""

import pytest

from lintel import plan
from lintel.analysis.ddl import schema_of
from lintel.policy import ContextKey, Policy

PLAN = """
id = "p"
table = "public.o"
[add]
column = "prio"
type = "int"
default = "0"
[shield]
absent_writes = "park"
"""


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE o SET prio = 1",
        "UPDATE o SET note = $1, prio = $2 WHERE id = $3",
        "INSERT INTO o (id, prio) VALUES (1, 2) ON CONFLICT DO NOTHING",
        "INSERT INTO o VALUES (1, 'n', 2)",
        "INSERT INTO o (id, prio) SELECT 1, 2",
        "COPY o (id, prio) FROM STDIN",
        "DELETE FROM o WHERE prio = 1",
        "SELECT prio FROM o",
    ],
)
def test_never_sent(text: str) -> None:
    policy = Policy(schema_of(b"CREATE TABLE o (id int PRIMARY KEY, note text)"), (plan.parse(PLAN, "p.toml"),))
    decision = policy.context(ContextKey(sides=(("p", "new"),), search_path=("public",))).decide(text.encode())
    assert decision.statement.verdict == "refuse"
    assert (decision.text or b"").startswith(b" SELECT lintel_refused_")
