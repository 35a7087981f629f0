"""What became of the statements of one corpus. Wrong answers go to stderr as they are found."""

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["same", "wrong", "undecided", "refused", "by plan", "invalid"]

_SHOWN = 3  # statements shown for each reason of a refusal


@dataclass(slots=True)
class Count:
    """Figures, and the refusals' reasons."""

    statements: int = 0  # that the client's own database accepts
    invalid: int = 0  # that it does not: they have to fail alike
    affected: int = 0  # of the accepted: rewritten or refused, without what the plan itself says to refuse
    records: int = 0  # of the served: a whole row is of type record
    undecided: int = 0  # PostgreSQL itself may answer either way
    wrong: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # reason -> statements
    by_plan: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    @property
    def served(self) -> int:
        """Affected statements that got their answer."""
        return self.affected - self.refused.total()

    @property
    def share(self) -> float:
        """Served of those affected."""
        return self.served / self.affected if self.affected else 1.0

    def note(self, sql: str, kind: Kind, why: str = "", *, affected: bool, record: bool = False) -> None:
        """One statement; `why` is the refusal's message or what is wrong."""
        self.statements += kind != "invalid"
        self.invalid += kind == "invalid"
        self.affected += kind == "refused" or (affected and kind not in ("invalid", "by plan"))
        self.records += record and kind == "same"
        self.undecided += kind == "undecided"
        if kind == "wrong":
            self.wrong += 1
            print(f"wrong: {sql}\n{why}", file=sys.stderr, flush=True)
        elif kind in ("refused", "by plan"):
            self._refusal(sql, kind, reason(why))

    def _refusal(self, sql: str, kind: Kind, why: str) -> None:
        (self.refused if kind == "refused" else self.by_plan)[why] += 1
        examples = self.examples.setdefault(why, [])
        if len(examples) < _SHOWN and sql not in examples:
            examples.append(sql)

    def add(self, other: "Count") -> None:
        """The sum of two."""
        for name in ("statements", "invalid", "affected", "records", "undecided", "wrong"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.refused += other.refused
        self.by_plan += other.by_plan
        for why, texts in other.examples.items():
            self.examples[why] = (self.examples.get(why, []) + texts)[:_SHOWN]

    def as_json(self) -> dict[str, object]:
        """The figures of the last line."""
        return {
            "statements": self.statements,
            "wrong": self.wrong,
            "served": self.served,
            "refused": dict(self.refused.most_common()),
        }

    def detail(self) -> dict[str, object]:
        """The same, and what stands beside it."""
        return self.as_json() | {
            "affected": self.affected,
            "share": round(self.share, 4),
            "by_plan": dict(self.by_plan.most_common()),
            "invalid": self.invalid,
            "records": self.records,
            "undecided": self.undecided,
        }


def reason(message: str) -> str:
    """A refusal's message without the names in it."""
    text = re.sub(r'^lintel: plan "[^"]*"(?: on \S+)?: ', "", message)
    return re.sub(r'"[^"]*"|\bof \S+\.\S+', "..", text)
