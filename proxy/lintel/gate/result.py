"""What a check comes to: each file's findings and how far they can be relied on, and the exit code."""

import hashlib
from typing import Literal, NamedTuple

from lintel.gate.migration import Migration, Note, Step
from lintel.impact import RULES, Ddl, Finding, Rule
from lintel.sql.tokens import tokens
from lintel.store import Window

CLEAN, FINDINGS, USAGE, TOO_LITTLE = 0, 1, 2, 3
State = Literal["clean", "findings", "error", "unknown", "applied"]
_CODES: dict[State, int] = {
    "clean": CLEAN,
    "findings": FINDINGS,
    "error": USAGE,
    "unknown": TOO_LITTLE,
    "applied": CLEAN,
}


class Found(NamedTuple):
    """A finding, and the text of the migration that makes it."""

    finding: Finding
    step: Step

    @property
    def fingerprint(self) -> str:
        """The same wherever the statement stands: the rule, who meets it with what, and the words of the change."""
        about = self.finding
        parts = (about.rule, about.client or "", about.object or "", about.shape or "", words(self.step.sql))
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]

    @property
    def rule(self) -> Rule:
        """What the rule's catalogue says."""
        return RULES[self.finding.rule]


class Judged(NamedTuple):
    """One file, judged."""

    migration: Migration
    found: tuple[Found, ...] = ()
    facts: tuple[tuple[Step, Ddl], ...] = ()
    unknown: tuple[Note, ...] = ()  # what of it could not be judged
    notes: tuple[Note, ...] = ()
    problem: Note | None = None  # why it cannot be judged at all
    blind: tuple[str, ...] = ()  # why finding nothing says little
    applied: str | None = None  # why it is taken for one that the database has already

    @property
    def state(self) -> State:
        """One word for it."""
        if self.problem is not None:
            return "error"
        if self.applied is not None:
            return "applied"
        if self.found:
            return "findings"
        return "unknown" if self.blind or self.unknown else "clean"


class Result(NamedTuple):
    """All of them."""

    judged: tuple[Judged, ...]
    window: Window
    ignored: int = 0  # findings that an inline comment takes away
    known: int = 0  # findings that the baseline takes away
    unread: tuple[tuple[str, str], ...] = ()  # functions that may use more than is known, and why
    gone: int = 0  # entries of the baseline that nothing was found for

    @property
    def code(self) -> int:
        """The worst of the files': what cannot be used first, then findings, then not enough seen."""
        codes = {_CODES[judged.state] for judged in self.judged}
        return next((code for code in (USAGE, FINDINGS, TOO_LITTLE) if code in codes), CLEAN)


def words(sql: bytes) -> str:
    """SQL without comments, layout and the case of what is not quoted."""
    found = (token for token in tokens(sql) if token.kind != "comment")
    texts = ((token.kind, sql[token.start : token.end].decode("utf-8", "replace")) for token in found)
    return " ".join(text.lower() if kind == "ident" else text for kind, text in texts)
