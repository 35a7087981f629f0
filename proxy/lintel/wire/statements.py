"""Prepared statements of one session: what each was prepared from, by which decision, and its name on the server."""

from dataclasses import replace
from typing import Final

from . import messages
from .decision import RUN, Context, Decision, Expectation, Refusal
from .expected import SYNC_REPLY, TELLS, Expected, segment
from .told import Told, columns_in, remember, unfit

# An EXECUTE of something that would be decided otherwise today; "prepare again" is the way out.
_OUTDATED = b"lintel_refused_outdated"
_OVERTAKEN = b"lintel_refused_overtaken"
_TAKEN = b"lintel_refused_taken"
OUTDATED: Final = Refusal(
    "42501",
    "lintel: this statement was prepared before a plan changed what it has to be",
    hint="DEALLOCATE it and PREPARE it again.",
)
RENAMED: Final = Refusal(
    "42501",
    "lintel: among others a statement cannot be deallocated that was prepared again as a plan changed",
    hint="DEALLOCATE it in a Query of its own.",
)
# PostgreSQL goes on with the table that it has found, or takes the temporary one, as it comes.
OVERTAKEN: Final = Refusal(
    "42501",
    "lintel: this statement was prepared before a temporary relation was made that has a name which is in it",
    hint="Prepare it again for the temporary relation; name the schema, and prepare it, for the other one.",
)
_REMEMBERED: Final = 8192  # bytes of an unnamed Parse at most
_NAME_SIZE: Final = 63  # bytes of a name: the server looks at no more (NAMEDATALEN)
_NO_TYPES: Final = b"\0\0"  # of parameters, behind the text of a Parse


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
        *("asked", "asked_size", "bind", "bound_as_sent", "by_sql", "confirmed", "describe", "execute", "name"),
        *("named", "origin", "parse", "parse_frame", "parse_run", "parse_run_described", "portal_and_name", "quiet"),
        *("renamed", "run", "run_described", "server_name", "shown", "temporary", "told", "types"),
    )

    def __init__(
        self, name: bytes, server_name: bytes, text: bytes, types: bytes, decision: Decision, context: Context
    ) -> None:
        super().__init__(text, decision, context)
        self.name = name
        self.origin = self  # what the client's Parse has made, of which others may have been decided since
        self.portal_and_name = b"\0%b\0" % name  # in a Bind to the unnamed portal
        self.named = 5 + len(self.portal_and_name)  # offset of what comes behind it
        self.server_name = server_name
        self.renamed = name != server_name
        self.types = types  # parameter OIDs, as the client's Parse had them
        self.by_sql = False  # by SQL's PREPARE: cannot be prepared again for the client
        self.confirmed = False  # the server said that it has it
        self.temporary = frozenset[str]()  # relations that the session had when the client prepared it
        self.told = Told()
        self.shown = b""  # the columns of what was prepared again, as `columns_in` has them; empty: nobody has asked
        self.asked = b""  # the client's Parse, where it is remembered,
        self.asked_size = 0  # and its length
        self.parse_frame = b""  # what goes to the server for another Parse of it, where that is not the client's own
        self.quiet = quiet = decision.quiet
        self.bound_as_sent = quiet and not self.renamed  # a Bind of it needs no change, and no other look
        self.parse = Expected(messages.PARSE, decision, self, quiet, b"", self)  # in place of itself
        self.bind = Expected(messages.BIND, decision, self, quiet)
        # A portal's description is all that some ever ask for; of an unnamed statement they ask each time.
        self.describe = Expected(TELLS if name else messages.DESCRIBE, decision, self, quiet)
        self.execute = Expected(messages.EXECUTE, decision, self, quiet)
        # What most drivers send in one go, with a Sync behind it; and with a Parse ahead of it, where it is unnamed.
        self.run = segment(self.bind, self.execute, SYNC_REPLY)
        self.run_described = segment(self.bind, self.describe, self.execute, SYNC_REPLY)
        self.parse_run: Expected | None = None
        self.parse_run_described: Expected | None = None

    def decided(self, decision: Decision, context: Context, server_name: bytes) -> "Statement":
        """The same statement at another age, perhaps under another name on the server."""
        made = Statement(self.name, server_name, self.text, self.types, decision, context)
        made.origin = self.origin
        made.confirmed = self.confirmed
        made.by_sql = self.by_sql
        made.temporary = self.temporary
        made.told, made.shown = self.told, self.shown if server_name == self.server_name else b""
        made.fit()
        return made

    def differs(self, who: str) -> bool:
        """This client would read its rows as others, or may: whoever has another name by now has been told as well."""
        if not self.shown:
            return False
        known = self.told.columns.get(who)
        return self.told.otherwise(self.shown) if known is None else known != self.shown

    def fit(self) -> None:
        """To what clients have been told by now: where that is something else, no hot path is for it."""
        differs = bool(self.shown) and self.told.otherwise(self.shown)
        self.quiet = self.decision.quiet and not differs
        self.bound_as_sent = self.quiet and not self.renamed
        bound_by = unfit(self.decision) if differs else self.decision
        self.bind = Expected(messages.BIND, bound_by, self, self.decision.quiet)
        tells = differs or (bool(self.name) and not self.told.columns)
        self.describe = Expected(TELLS if tells else messages.DESCRIBE, self.decision, self, self.decision.quiet)
        self.run_described = segment(self.bind, self.describe, self.execute, SYNC_REPLY)

    def describe_for(self, who: str) -> Expected:
        """The answer to a Describe of the statement, remembered where this client has not been told all."""
        return self.describe if self.told.has(who) else Expected(TELLS, self.decision, self, self.decision.quiet)

    def asking(self, who: str) -> bytes:
        """What prepares it again: with parameters as this client knows them, described where any knows its columns."""
        types = self.told.parameters[who] if self.told.has(who) else self.types
        made = messages.parse(self.server_name, self.decision.sent(self.text), types)
        return made + messages.describe(b"S", self.server_name) if self.told.columns else made

    def remember(self, frame: bytes) -> None:
        """The Parse of an unnamed statement: the hot path knows it where it comes again."""
        if self.decision.text is not None:
            self.parse_frame = messages.parse(b"", self.decision.text, self.types)
        if len(frame) <= _REMEMBERED:
            self.asked, self.asked_size = frame, len(frame)

    def parsed_again(self) -> None:
        """The same Parse has come: most drivers send some unnamed statements for ever."""
        if self.parse_run is None:
            self.parse_run = segment(self.parse, self.bind, self.execute, SYNC_REPLY)
            self.parse_run_described = segment(self.parse, self.bind, self.describe, self.execute, SYNC_REPLY)

    def lose(self) -> None:
        """The server no longer has it, though the client may think so: prepared again before its next use."""
        self.given = None
        self.context = None


def heard(statement: Statement, known: dict[bytes, Statement], who: str, description: bytes) -> None:
    """A client has been told of its columns; what it has become since goes by that as well."""
    remember(statement.told.columns, who, columns_in(description))
    statement.fit()
    now = known.get(statement.name)
    if now is not None and now.told is statement.told:
        now.fit()


def known_as(name: bytes) -> bytes:
    """A statement's name as the server knows it."""
    return name[:_NAME_SIZE]


def prepared_by_sql(name: bytes, sent: Sent, context: Context) -> Statement:
    """By PREPARE, which `sent` has carried."""
    made = Statement(name, name, sent.text, _NO_TYPES, sent.decision, sent.context or context)
    made.by_sql = made.confirmed = True
    return made


def discard(known: dict[bytes, Statement]) -> None:
    """What is on its way to the server is prepared afterwards; the unnamed statement stays."""
    for name in [name for name, statement in known.items() if name and statement.confirmed]:
        del known[name]


def outdated(statement_of: Decision, refusal: Refusal = OUTDATED) -> Decision:
    """In the place of `statement_of`, a text that the server refuses in its turn."""
    refusals = ((_OUTDATED, refusal),)
    return Decision(text=b"SELECT " + _OUTDATED, refusals=refusals, statement=statement_of.statement)


def overtaken(statement_of: Decision) -> Decision:
    """Likewise, where it may mean a temporary relation or not."""
    return Decision(text=b"SELECT " + _OVERTAKEN, refusals=((_OVERTAKEN, OVERTAKEN),), statement=statement_of.statement)


def taken(name: bytes, statement_of: Decision) -> Decision:
    """Likewise, in the place of a PREPARE: as the server would, did it know the statement by this name."""
    refusal = Refusal("42P05", f'prepared statement "{name.decode("utf-8", "replace")}" already exists')
    return Decision(text=b"SELECT " + _TAKEN, refusals=((_TAKEN, refusal),), statement=statement_of.statement)


def execute(prepared: Decision, decision: Decision) -> Decision:
    """EXECUTE of a loud text: analysed anew it may fail there; positions are those in the PREPARE.

    And of what not every transaction is served: nor is it, then.
    """
    if prepared.expected and not decision.several:
        expected = tuple(Expectation(e.sqlstate, e.refusal) for e in prepared.expected)
        return replace(decision, expected=expected, probes=prepared.probes, refusals=prepared.refusals)
    if any(probe.runs for probe in prepared.probes):
        probes = tuple(probe for probe in prepared.probes if probe.runs)
        return replace(decision, probes=decision.probes + probes, refusals=decision.refusals + prepared.refusals)
    return decision


def renamed(text: bytes, statement: Statement, decision: Decision) -> Decision:
    """EXECUTE of what may have another name on the server (one of ours); among others such a one is refused."""
    named = decision.named[0]
    if not statement.renamed:
        return decision
    if not named.end:
        return decision if any(one.verb == RUN for one in decision.named) else outdated(decision)
    edit = (named.start, named.end, statement.server_name)
    return replace(decision, text=text[: named.start] + statement.server_name + text[named.end :], edits=(edit,))


def deallocate(server_name: bytes, instead_of: Decision) -> Decision:
    """DEALLOCATE of a statement that has another name on the server (one of ours: it needs no quotes)."""
    return Decision(text=b"DEALLOCATE " + server_name, named=instead_of.named, statement=instead_of.statement)
