"""`./dev bench analyze` counts what it says: each workload both ways, and a process that dies is counted as a death."""

import pytest
from bench import analyze

from lintel.analysis.ddl import schema_of


def test_costs() -> None:
    schema = schema_of(analyze.DDL.encode())
    for texts in analyze.WORKLOADS.values():
        found = analyze.costs(texts, schema, 2)
        assert set(found) == {"analysis", "decision"}
        assert all(0 < cost.least_us <= cost.median_us for cost in found.values())


def test_the_join_has_forty_columns() -> None:
    (text,) = analyze.WORKLOADS["orm"]
    facts = analyze.analyze(text.format(1).encode(), schema_of(analyze.DDL.encode()), ("public",))
    assert (len(facts.reads), facts.opaque) == (40, None)


def test_bombs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analyze, "BOMBS", {"casts": (lambda n: "SELECT 1" + "::int" * n, 100)})
    found = analyze.bombed()
    assert (found.texts, found.deaths, found.beyond_bound) == (3, 0, 0)
    monkeypatch.setattr(analyze, "BOMBS", {str(n): (str, n) for n in range(2)})
    answers = iter([[0.1, 0.2], [0.3, 0.4, 3.0]])  # the third of six texts has ended the process
    monkeypatch.setattr(analyze, "_spent", lambda _: next(answers))
    found = analyze.bombed()
    assert (found.texts, found.deaths, found.beyond_bound, found.slowest_s) == (6, 1, 1, 3.0)
