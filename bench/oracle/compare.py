"""Ours against Postgres' word: exact, opaque, or a silent miss."""

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
    shown: list[str] = field(default_factory=list)

    def note(self, statement: str, reason: str | None, differing: Sequence[str]) -> None:
        """One judged statement: our reason for being opaque, or in what we differ."""
        kind = "opaque" if reason is not None else "silent" if differing else "exact"
        self.found[kind] += 1
        if kind != "exact":
            self.shown.append(f"{kind}: {reason or '; '.join(differing)}: {' '.join(statement.split())}")

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
    names = [name for name, _ in outputs]
    told = [output.name for output in described]
    if names != told:
        return [f"outputs {names} told {told}"]
    pairs = zip(outputs, described, strict=True)
    return [f"origin of {name}: {meaning}" for (name, meaning), output in pairs if not _same(meaning, output)]


def _same(meaning: Meaning, output: Output) -> bool:
    if isinstance(meaning, Col):
        return (meaning.oid, meaning.key) == (output.oid, output.attnum)
    if isinstance(meaning, Merged) and output.oid:
        # The origin of whichever side the join's kind shows; one of a set operation has none.
        return (output.oid, output.attnum) in _origins(meaning)
    # A cast to the type that the column has is no expression to Postgres.
    return True


def _origins(meaning: Meaning) -> set[tuple[int, int | str]]:
    return {(column.oid, column.key) for column in base_columns(meaning)}
