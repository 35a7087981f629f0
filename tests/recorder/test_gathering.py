"""From Statements to rows."""

from collections import Counter
from typing import Any

import pytest

from lintel.analysis.facts import Facts
from lintel.policy.statement import Statement
from lintel.recorder import client_name
from lintel.recorder.count import Count
from lintel.recorder.gathering import OTHERS, Counts, Gathering, is_target
from lintel.recorder.identity import tagged_name
from lintel.recorder.tally import Taken

ORDERS = Facts("select", ("public.orders",), ("public.orders.id", "public.orders.total"))


def test_targets() -> None:
    assert is_target(ORDERS, ())
    assert is_target(ORDERS, ("orders",))
    assert is_target(ORDERS, ("public.*", "x.y"))
    assert not is_target(ORDERS, ("shop.orders", "order"))
    assert not is_target(Facts("begin"), ())
    assert is_target(Facts("do", opaque="DO runs code"), ("x",))
    assert is_target(Facts("select", ("public.v",), base_reads=("public.orders.id",)), ("orders",))


def counts(*taken: Taken) -> Counts:
    return Counts(1, 2, list(taken), Counter())


def taken(calls: dict[Statement, int], client: str = "a", **more: Any) -> Taken:
    found = {statement: Count(number) for statement, number in calls.items()}
    for statement, (rows, buckets) in more.get("samples", {}).items():
        found[statement].rows, found[statement].buckets = rows, buckets
    return Taken(client, "d", found, more.get("errors", {}))


def test_statements_off_target_are_only_counted() -> None:
    one, other = Statement("select 1", ORDERS, "allow"), Statement("begin", Facts("begin"), "allow")
    given = counts(taken({one: 3, other: 4}))
    (batch,) = Gathering().batches(given)
    assert (batch.other, [o.calls for o in batch.observations]) == ({"d": 4}, [3])
    assert batch.calls == given.calls == {"d": 7}


def test_one_shape_from_two_contexts_is_one_row() -> None:
    one, other = (Statement("select 1", ORDERS, verdict) for verdict in ("allow", "rewrite"))
    samples = {one: (5, {20: 1}), other: (2, {20: 2, 21: 1})}
    both = taken({one: 3, other: 4}, errors={(one, "57014"): 2}, samples=samples)
    ((row,),) = (batch.observations for batch in Gathering().batches(counts(both)))
    assert (row.calls, row.verdicts, row.errors) == (7, {"allow": 3, "rewrite": 4}, {"57014": 2})
    assert (row.rows, row.timed) == (7, {20: 3, 21: 1})


def test_a_syntax_error_keeps_no_text() -> None:
    secret = "not parsed: syntax error at or near \"'canary'\""
    one = Statement("sha256:0", Facts("", opaque=secret), "refuse", message=f"lintel: {secret}")
    ((row,),) = (batch.observations for batch in Gathering().batches(counts(taken({one: 1}))))
    assert row.statement.opaque == "not parsed: syntax error"
    assert row.refusal is None


def test_the_number_of_clients_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lintel.recorder.gathering.MAX_CLIENTS", 3)
    one = Statement("select 1", ORDERS, "allow")
    gathering = Gathering()
    (batch,) = gathering.batches(counts(*(taken({one: 1}, f"c{i}") for i in range(9))))
    assert {o.client: o.calls for o in batch.observations} == {"c0": 1, "c1": 1, "c2": 1, OTHERS: 6}
    assert gathering.other_clients == 6


def test_names_of_clients() -> None:
    assert client_name("billing", "u", "10.0.0.1") == "billing"
    assert client_name(" ", "u", "10.0.0.1") == "u@10.0.0.1"
    assert client_name("", "u", None) == "u@local"
    assert client_name("a\r\n\x1b[31m\u202e", "u", None) == "a\\r\\n\\x1b[31m\\u202e"
    assert len(client_name("x" * 1000, "u", None)) == 100
    assert tagged_name({"traceparent": "00-1", "application": "shop"}) == "shop"
    assert tagged_name({"traceparent": "00-1", "controller": "x"}) is None


def test_many_rows_come_in_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lintel.recorder.gathering.SLICE", 2)
    calls = {Statement(f"select {i}", ORDERS, "allow"): 1 for i in range(5)}
    batches = list(Gathering().batches(counts(taken(calls))))
    assert [len(batch.observations) for batch in batches] == [2, 2, 1]
    assert [batch.last for batch in batches] == [False, False, True]
    assert [batch.last for batch in Gathering().batches(counts())] == [True]
