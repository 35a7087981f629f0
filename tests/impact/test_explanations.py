"""What `lintel explain` says is complete, is found by `impact`, and is what docs/rules.md says."""

from pathlib import Path

import pytest

from lintel.analysis.ddl import schema_of
from lintel.impact import RULES, Caller, Seen, assess
from lintel.impact.explanations import EXPLANATIONS, SCHEMA, explained, listed, page

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"
BASE = schema_of(SCHEMA.encode())


def test_every_rule_is_explained() -> None:
    assert list(EXPLANATIONS) == list(RULES)
    assert len(listed().splitlines()) == len(RULES)


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == page(), "write lintel.impact.explanations.page() to docs/rules.md"


@pytest.mark.parametrize("rule", [rule for rule, more in EXPLANATIONS.items() if more.case])
def test_every_example_meets_its_rule(rule: str) -> None:
    more = EXPLANATIONS[rule]
    seen = Seen("shape", more.case or "", ("public",), (Caller("client", 1, "x"),))
    assert rule in {finding.rule for finding in assess(more.change.encode(), BASE, [seen]).findings}
    assert (more.case or "") in explained(rule)
    assert RULES[rule].fix in explained(rule)
