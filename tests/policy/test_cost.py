"""What a text costs the interpreter that was never seen before: the decision that a session waits for."""

import pytest
from bench.analyze import DDL, WORKLOADS
from tests.instructions import counted_here, instructions

from lintel.analysis.ddl import schema_of
from lintel.plan.parse import parse
from lintel.policy import ContextKey, Policy
from lintel.policy.deciding import decide

pytestmark = counted_here

SCHEMA = schema_of(DDL.encode())
PLAN = """
id = "p"
purpose = "x"
table = "public.{table}"
[add]
column = "priority"
type = "smallint"
default = "0"
"""
# name: texts, the table under a plan, instructions at most for each text
COLD: dict[str, tuple[tuple[str, ...], str | None, int]] = {
    "pgbench": (WORKLOADS["pgbench"], None, 5_300),
    "a join of 40 columns": (WORKLOADS["orm"], None, 34_000),
    "a join of 40 columns, beside a plan": (WORKLOADS["orm"], "pgbench_history", 34_500),
    "a join of 40 columns, under a plan": (WORKLOADS["orm"], "lines", 100_000),
    "a star under a plan, rewritten": (("SELECT * FROM lines WHERE id = {0}",), "lines", 58_500),
}


@pytest.mark.parametrize("name", COLD)
def test_a_new_text(name: str) -> None:
    texts, table, ceiling = COLD[name]
    plans = () if table is None else (parse(PLAN.format(table=table), "plan.toml"),)
    moment, key = Policy(SCHEMA, plans).moment, ContextKey()

    def decided(literal: int) -> list[str]:
        every = [decide(moment, key, text.format(literal).encode()).decision for text in texts]
        return [decision.statement.verdict for decision in every]

    assert set(decided(1)) == {"rewrite" if "rewritten" in name else "allow"}
    each = instructions(lambda: decided(2)) / len(texts)
    assert each <= ceiling, f"{each:.0f} instructions for a text"
