"""One statement on both ways: directly on the client's own database, and through Lintel on the other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import product
from typing import NamedTuple

from tests.shield.case import Case, Step
from tests.shield.outcome import Outcome, differences, perform
from tests.shield.random_dml import by_data
from tests.shield.wire_client import Client, Reply

from bench.fidelity.count import Kind
from lintel.sql import grammar
from lintel.sql.tokens import tokens

_READS = ("simple", "extended", "extended in a block")  # the last asks for binary
_WRITES = ("simple in a block", "extended in a block")
_DML = frozenset((b"insert", b"update", b"delete", b"merge"))
_RECORD = 2249
_PLANS = (("nestloop",), ("hashjoin", "mergejoin"), ("hashjoin", "nestloop"), ("hashagg",), ("sort",))  # switched off
_REORDERED = (
    "WITH gone AS (DELETE FROM {table} RETURNING *) INSERT INTO {table} SELECT * FROM gone ORDER BY gone::text {order}"
)
_IN_A_BLOCK = {
    "simple": "simple in a block", "simple in a block": "simple in a block",
    "extended": "extended in text in a block", "extended in a block": "extended in a block",
}  # fmt: skip


class Answer(NamedTuple):
    """How the two compare; `why` is the refusal's message or what is wrong."""

    kind: Kind
    why: str = ""
    record: bool = False  # a column of the answer is of type record, where the client's own is of a row type


@dataclass(frozen=True, slots=True)
class Both:
    """The two sessions of a client, and the queries that read what a statement has left."""

    direct: Client
    through: Client
    own_contents: Callable[[str], str]
    contents: Callable[[str], str]
    tables: Callable[[str], Iterable[str]]

    def ask(self, sql: str, parameters: int) -> Answer:
        """The statement in every mode that can send it."""
        writes = _writes(sql)
        own, other = (self._case(sql, parameters, read) for read in self._contents(sql, writes=writes))
        found: list[Answer] = []
        for mode in _WRITES if writes else _READS:
            if parameters and mode.startswith("simple"):
                continue
            wanted, got = perform(self.direct, own, mode), perform(self.through, other, mode)
            found.append(_judged(own, wanted, got))
            if found[-1].kind == "wrong" and wanted.error is None:
                undefined = is_open(sql) and in_rows_only(found[-1].why)
                if undefined or self._has_more_answers(own, mode, wanted):
                    found[-1] = found[-1]._replace(kind="undecided")
            if wanted.error is not None:
                break
        worst = max(found, key=lambda answer: _ORDER.index(answer.kind))
        return worst._replace(record=any(answer.record for answer in found))

    def _has_more_answers(self, case: Case, mode: str, wanted: Outcome) -> bool:
        """Whether the own server answers otherwise by another plan, or with its rows in another order."""
        for methods, order in product(_PLANS, ("ASC", "DESC")):
            for method in methods:
                self.direct.simple(f"SET enable_{method} = off")
            tables = [Step(_REORDERED.format(table=table, order=order)) for table in self.tables(case.steps[0].sql)]
            again = perform(self.direct, replace(case, steps=[*tables, *case.steps]), _IN_A_BLOCK[mode])
            self.direct.simple("RESET ALL")
            replies = again.replies[len(tables) :]
            moved = not any(reply.error for reply in again.replies[: len(tables)])
            if moved and differences(case, Outcome(_idle(wanted.replies)), Outcome(_idle(replies))):
                return True
        return False

    def _contents(self, sql: str, *, writes: bool) -> tuple[str, str]:
        return (self.own_contents(sql), self.contents(sql)) if writes else ("", "")

    def _case(self, sql: str, parameters: int, read: str) -> Case:
        steps = [Step(sql, ("3",) * parameters), *([Step(read)] if read else [])]
        return Case("", "old", "allow", None, frozenset(), None, steps)


_ORDER: tuple[Kind, ...] = ("same", "invalid", "undecided", "by plan", "refused", "wrong")


def _writes(sql: str) -> bool:
    text = sql.encode()
    return any(text[t.start : t.end].lower() in _DML for t in tokens(text) if t.kind == "ident")


def is_open(sql: str) -> bool:
    """Whether which rows it takes is left open: LIMIT without ORDER BY (manual 7.6)."""
    return _takes_any([statement.node for statement in grammar.parse(sql.encode())])


def _takes_any(node: object) -> bool:
    if isinstance(node, list):
        return any(map(_takes_any, node))
    if not isinstance(node, dict):
        return False
    return ("limitCount" in node and "sortClause" not in node) or any(map(_takes_any, node.values()))


def in_rows_only(why: str) -> bool:
    """Whether only rows differ, none of names, types, tags and errors."""
    told = [line for line in why.splitlines() if line.startswith("statement ")]
    return bool(told) and all(line.endswith(", rows:") for line in told)


def _judged(case: Case, wanted: Outcome, got: Outcome) -> Answer:
    if got.refused() and got.error is not None:
        return _refused(wanted, got.error)
    record = recorded_rows(wanted, got)
    found = differences(case, _told(wanted), _told(got))
    if not found:
        return Answer("same" if wanted.error is None else "invalid", record=record)
    errors = [outcome.error["C"] for outcome in (wanted, got) if outcome.error is not None]
    if by_data(errors):
        return Answer("undecided" if wanted.error is None else "invalid", "\n".join(found))
    return Answer("wrong", "\n".join(found))


def _idle(replies: list[Reply]) -> list[Reply]:
    """As if they had been asked outside a transaction block."""
    return [replace(reply, status="I") for reply in replies]


def _refused(wanted: Outcome, error: dict[str, str]) -> Answer:
    if wanted.error is not None:
        return Answer("invalid")
    asked = error["C"] == "42703" or any(words in error["M"] for words in ("no rule of plan", "whole_rows"))
    return Answer("by plan" if asked else "refused", error["M"])


def _told(outcome: Outcome) -> Outcome:
    """Errors by their SQLSTATE alone: of a column that has another name there the server speaks in that."""
    for reply in outcome.replies:
        if reply.error is not None:
            reply.error.pop("P", None)
            reply.error["M"] = ""
    return outcome


def recorded_rows(wanted: Outcome, got: Outcome) -> bool:
    """Whether a whole row came as a record; then the types are made the same."""
    found = False
    for left, right in zip(wanted.replies, got.replies, strict=True):
        for one, other in zip(left.results, right.results, strict=False):
            pairs = list(zip(one.fields or (), other.fields or (), strict=False))
            if any(b.type_oid == _RECORD != a.type_oid for a, b in pairs):
                found = True
                other.fields = tuple(replace(b, type_oid=a.type_oid) if b.type_oid == _RECORD else b for a, b in pairs)
    return found
