"""What goes into a Decision, gathered from the statements of a text, and what is recorded of it."""

from dataclasses import dataclass, field, replace
from itertools import count

from lintel.policy.edits import Edit, edited
from lintel.policy.effects import Effects
from lintel.policy.judged import Judged, Name
from lintel.policy.moment import Moment
from lintel.policy.statement import Statement, Unstripped
from lintel.policy.unplanned import Unplanned
from lintel.sql.stored import stored_text
from lintel.wire.decision import Decision, Expectation, Refusal

REFUSED = "lintel_refused_"  # a refused statement is replaced by SELECT lintel_refused_17
KEPT = 2048  # bytes of a text that a statement keeps until it is recorded
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, and what it was made from."""

    decision: Decision
    names: frozenset[Name] | None = None  # relation names that were looked up; None: it is not known what it stands on
    functions: frozenset[str] = frozenset()  # bare names of functions called
    exact: bool = True  # literals of the text matter: no other text of its shape may share the decision


@dataclass(slots=True)
class Composed:
    """What goes into the Decision, statement by statement."""

    edits: list[Edit] = field(default_factory=list)
    refusals: list[tuple[bytes, Refusal]] = field(default_factory=list)
    expected: list[Expectation] = field(default_factory=list)

    def refuse(self, start: int, end: int, refusal: Refusal) -> None:
        """Through the server: instead a statement that parses but cannot be analysed, and tells its token back."""
        token = f"{REFUSED}{next(_numbers)}".encode()
        self.edits.append((start, end, b" SELECT " + token))
        self.refusals.append((token, refusal))

    def refuse_unread(self, refusal: Refusal) -> None:
        """The same before a text that was not parsed: its own syntax errors come first, and it never runs."""
        token = f"{REFUSED}{next(_numbers)}".encode()
        self.edits.append((0, 0, b"SELECT " + token + b"; "))
        self.refusals.append((token, refusal))
        # What a Parse of more than one statement gets, which has no position.
        self.expected.append(Expectation("42601", refusal, 0, 0))

    def decision(self, text: bytes, effects: Effects, statement: Statement, *, several: bool = False) -> Decision:
        """All of it."""
        return Decision(
            text=edited(text, tuple(self.edits)) if self.edits else None,
            edits=tuple(self.edits),
            refusals=tuple(self.refusals),
            expected=tuple(self.expected),
            effects=effects.bits,
            temporary=effects.temporary,
            named=effects.named,
            several=several,
            statement=statement,
        )


def source(text: bytes, *, readable: bool = True) -> str | Unstripped:
    """For the recorder; of a short text it does the rest itself, a long one is not kept for that."""
    return Unstripped(text, readable=readable) if len(text) <= KEPT else stored_text(text, readable=readable)


def unplanned_in(moment: Moment, parts: list[Judged]) -> tuple[Unplanned, ...]:
    """The changes that no plan announces, each once."""
    warn = moment.options.on_unplanned_ddl != "pass"
    return tuple(dict.fromkeys(one._replace(warn=warn) for part in parts for one in part.unplanned))


def in_force(moment: Moment, statement: Statement) -> Statement:
    """The statement as it is recorded where changes that no plan announces are refused."""
    if not statement.unplanned or moment.options.on_unplanned_ddl != "refuse":
        return statement
    refusal = unannounced(statement.unplanned)
    return replace(statement, verdict="refuse", sqlstate=refusal.sqlstate, message=refusal.message)


def unannounced(unplanned: tuple[Unplanned, ...]) -> Refusal:
    """What a client is told of such changes where they are refused."""
    told = "; ".join(f"{one.table}: {one.change}" for one in unplanned)
    hint = 'Announce the change as a plan, or have on_unplanned_ddl say "pass" or "warn".'
    return Refusal("42501", f"lintel: no plan announces this change ({told}); it was not run", hint)
