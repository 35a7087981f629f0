"""Ours against Postgres' word: exact, opaque, or a silent miss; what is not exact goes to stderr as it is found."""

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.oracle.oracle import Output
from bench.oracle.tree import Verdict
from lintel.analysis import Facts
from lintel.analysis.meanings import Col, Columns, Meaning, Merged, base_columns

LISTS = ("tables", "reads", "writes", "whole_rows")


@dataclass(slots=True)
class Count:
    """What became of the statements of one corpus."""

    found: Counter[str] = field(default_factory=Counter)  # exact | opaque | silent
    limits: Counter[str] = field(default_factory=Counter)  # reason -> statements that the oracle cannot judge
    rejected: int = 0  # by Postgres: no statements

    def note(self, statement: str, reason: str | None, differing: Sequence[str]) -> None:
        """One judged statement: our reason for being opaque, or in what we differ."""
        kind = "opaque" if reason is not None else "silent" if differing else "exact"
        self.found[kind] += 1
        if kind != "exact":
            print(
                f"{kind}: {reason or '; '.join(differing)}: {' '.join(statement.split())}", file=sys.stderr, flush=True
            )

    def as_json(self) -> dict[str, int]:
        """The figures of the last line."""
        return {
            "statements": self.found.total(),
            "exact": self.found["exact"],
            "silent_misses": self.found["silent"],
            "opaque": self.found["opaque"],
        }


def differences(facts: Facts, verdict: Verdict, verb: str | None = None) -> list[str]:
    """Which facts differ, and how; `verb` where it is not the judged statement's own."""
    found = [f"verb {facts.verb}"] if facts.verb != (verdict.verb if verb is None else verb) else []
    for key in LISTS:
        ours, theirs = set(getattr(facts, key)), set(getattr(verdict, key))
        if ours != theirs:
            found.append(f"{key} missing {sorted(theirs - ours)} surplus {sorted(ours - theirs)}")
    return found


def output_differences(outputs: Columns, described: Sequence[Output]) -> list[str]:
    """Where our output columns are not those that RowDescription tells."""
    if not described:  # a rule has put a statement in its place that returns nothing
        return []
    names = [name for name, _ in outputs]
    told = [output.name for output in described]
    if names != told:
        return [f"outputs {names} told {told}"]
    pairs = zip(outputs, described, strict=True)
    return [f"origin of {name}: {meaning}" for (name, meaning), output in pairs if not _same(meaning, output)]


def _same(meaning: Meaning, output: Output) -> bool:
    # Without an origin: a field of a row that came through a subquery, a column of a set operation. With one where we
    # have an expression: a cast to the type that the column has already.
    if not output.oid or not isinstance(meaning, (Col, Merged)):
        return True
    return (output.oid, output.attnum) in _origins(meaning)


def _origins(meaning: Meaning) -> set[tuple[int, int | str]]:
    return {(column.oid, column.key) for column in base_columns(meaning)}
