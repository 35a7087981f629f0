"""Prepared statements of one session: what each was prepared from, by which decision, and its name on the server."""

from dataclasses import replace
from typing import Final

from . import messages
from .decision import Context, Decision, Expectation, Refusal
from .expected import SYNC_REPLY, Expected, segment

# An EXECUTE of something that would be decided otherwise today; "prepare again" is the way out.
_OUTDATED = b"lintel_refused_outdated"
OUTDATED: Final = Refusal(
    "42501",
    "lintel: this statement was prepared before a plan changed what it has to be",
    hint="DEALLOCATE it and PREPARE it again.",
)


class Sent:
    """A text as a Query carried it, and what was made of it."""

    __slots__ = ("context", "decision", "given", "text")

    def __init__(self, text: bytes, decision: Decision, context: Context | None) -> None:
        self.text = text  # the client's own
        self.decision = decision
        self.context = context  # under which `decision` was made: a statement's age
        self.given: bytes | None = decision.sent(text)  # what the server has; None: it lost it


class Statement(Sent):
    """A statement as prepared; little in it changes once it is made."""

    __slots__ = (
        *("bind", "by_sql", "confirmed", "describe", "execute", "name", "name_in_bind", "named", "parse"),
        *("parse_frame", "quiet", "renamed"),
        *("row_description", "run", "run_described", "server_name", "types"),
    )

    def __init__(
        self, name: bytes, server_name: bytes, text: bytes, types: bytes, decision: Decision, context: Context
    ) -> None:
        super().__init__(text, decision, context)
        self.name = name
        self.name_in_bind = name + b"\0"
        self.named = 6 + len(self.name_in_bind)  # offset of what comes behind it, in a Bind to the unnamed portal
        self.server_name = server_name
        self.renamed = name != server_name
        self.types = types  # parameter OIDs, as the client's Parse had them
        self.by_sql = False  # by SQL's PREPARE: cannot be prepared again for the client
        self.confirmed = False  # the server said that it has it
        self.parse_frame = b""  # what goes to the server for another Parse of it, where that is not the client's own
        self.row_description = b""  # as it came last
        self.quiet = quiet = decision.quiet
        self.parse = Expected(messages.PARSE, decision, self, quiet, b"", self)  # in place of itself
        self.bind = Expected(messages.BIND, decision, self, quiet)
        self.describe = Expected(messages.DESCRIBE, decision, self, quiet)
        self.execute = Expected(messages.EXECUTE, decision, self, quiet)
        # What most drivers send in one go, with a Sync behind it.
        self.run = segment(self.bind, self.execute, SYNC_REPLY)
        self.run_described = segment(self.bind, self.describe, self.execute, SYNC_REPLY)

    def decided(self, decision: Decision, context: Context, server_name: bytes) -> "Statement":
        """The same statement at another age, perhaps under another name on the server."""
        made = Statement(self.name, server_name, self.text, self.types, decision, context)
        made.confirmed = self.confirmed
        made.by_sql = self.by_sql
        return made

    def lose(self) -> None:
        """The server no longer has it, though the client may think so: prepared again before its next use."""
        self.given = None
        self.context = None


def outdated(statement_of: Decision) -> Decision:
    """In the place of `statement_of`, a text that the server refuses in its turn."""
    refusals = ((_OUTDATED, OUTDATED),)
    return Decision(text=b"SELECT " + _OUTDATED, refusals=refusals, statement=statement_of.statement)


def execute(prepared: Decision, decision: Decision) -> Decision:
    """EXECUTE of a loud text: analysed anew it may fail there; positions are those in the PREPARE."""
    if not prepared.expected:
        return decision
    expected = tuple(Expectation(e.sqlstate, e.refusal) for e in prepared.expected)
    return replace(decision, expected=expected, probes=prepared.probes)


def deallocate(server_name: bytes, instead_of: Decision) -> Decision:
    """DEALLOCATE of a statement that has another name on the server (one of ours: it needs no quotes)."""
    return Decision(
        text=b"DEALLOCATE " + server_name, deallocates=instead_of.deallocates, statement=instead_of.statement
    )
