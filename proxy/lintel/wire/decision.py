"""What the Conversation is told to do with one statement text; made by the layers above, followed here.

The wire layer knows no SQL: a Decision says in wire terms which bytes go to the server, which of the server's
errors are expected, and what has to be followed up when the statement completes. A Context says it for one session
as it stands; the Conversation asks for another one whenever the Settings on which it depends have changed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, Protocol

from . import messages
from .exchange import Exchange
from .expected import Expected

# Follow-ups, a bit set in Decision.effects.
DDL: Final = 1  # the catalog may have changed: once committed, hold the reply until the new snapshot is in force
SETTINGS: Final = 2  # search_path or role may have changed (DISCARD ALL and RESET too): ask the session
DISCARDS: Final = 4  # DISCARD ALL / DEALLOCATE ALL: the server forgets every prepared statement
TEMPORARY: Final = 8  # a temporary relation may have been made: names in Decision.temporary shadow from here on
ENDS: Final = 16  # COMMIT, ROLLBACK (TO): settings changed in this transaction may change back
NESTS: Final = 32  # SAVEPOINT, RELEASE: where a ROLLBACK TO goes back to
AGES: Final = 64  # SET TRANSACTION SNAPSHOT: the transaction may be older than it is


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error body of our own (manual 55.8): takes the place of the server's ErrorResponse fields."""

    sqlstate: str  # 42703 for an absent column, else 42501
    message: str  # begins "lintel:" and names the plan's id
    hint: str | None = None
    detail: str | None = None
    routine: str | None = None  # of the server's source, where drivers go by it


@dataclass(frozen=True, slots=True)
class Expectation:
    """An error that parse analysis gives to one statement of a text, told from another's by where it points (T10).

    `start` and `end` are bytes of the client's text; end None: the text is that statement alone, so that an error
    without a position (COPY's columns have none) is its as well; an empty range: only an error without one. `copied`:
    of the only COPY among several statements, the columns that it may miss.
    """

    sqlstate: str
    refusal: Refusal
    start: int = 0
    end: int | None = None
    copied: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Probe:
    """A text that takes a table's lock when it is analysed, and the columns that its description has to show."""

    text: bytes
    columns: tuple[bytes, ...]
    own: bool = False  # of a temporary relation, which this session changes: asked again whenever something has run
    runs: bool = False  # instead: a query without rows, which fails where the statement must not be served


PREPARE: Final = b"PREPARE"  # as the CommandComplete has it, which tells that it has been done
DEALLOCATE: Final = b"DEALLOCATE"
EXECUTE: Final = b"EXECUTE"
RUN: Final = b"RUN"  # an EXECUTE of what is there, decided so today or not: while Lintel is off


class Named(NamedTuple):
    """A prepared statement that SQL speaks of by its name."""

    verb: bytes
    name: bytes
    start: int = 0  # where the text says it, of an EXECUTE by itself,
    end: int = 0  # and its end; 0: that is not known


@dataclass(slots=True, eq=False)
class Decision:
    """What to do with one statement text, under one context. Offsets are bytes into the client's own text."""

    text: bytes | None = None  # what the server gets; None: the client's own bytes
    edits: tuple[tuple[int, int, bytes], ...] = ()  # (start, end, replacement), ascending: to map error positions
    refusals: tuple[tuple[bytes, Refusal], ...] = ()  # token in the server's error message -> our body
    # An absent-column refusal: the client's own text goes out, and if the server answers with one of these errors,
    # its body is replaced. Otherwise the statement simply works (the column has landed meanwhile).
    expected: tuple[Expectation, ...] = ()
    retry: frozenset[str] = frozenset()  # SQLSTATEs of a loud text: refresh, decide again, send again if nothing ran
    probes: tuple[Probe, ...] = ()  # of a loud text: asked first where its failure would cost what ran before it
    late: bool = False  # it may fail behind its Bind, where it is not tried again
    effects: int = 0
    temporary: tuple[str, ...] = ()
    shadowed: frozenset[str] = frozenset()  # names in it that a temporary relation may have: by which it was decided
    named: tuple[Named, ...] = ()  # what its PREPARE, EXECUTE and DEALLOCATE speak of, in their order
    several: bool = False  # statements: of one with probes, some may have run when another one fails
    statement: Any = None  # whatever the recorder wants back; the wire layer never looks at it
    # Derived, for the hot path.
    quiet: bool = field(init=False)  # nothing follows from running it but to count it
    plain: bool = field(init=False)  # and nothing in it or in its errors is changed
    reply: Expected = field(init=False)  # to a Query of it, where it is plain or has a frame
    frame: bytes = field(
        init=False, default=b""
    )  # the Query that the server gets, once one was sent; where it is quiet

    def __post_init__(self) -> None:
        self.quiet = not (self.retry or self.probes or self.effects & ~(ENDS | NESTS) or self.named)
        self.plain = self.quiet and self.text is None and not self.refusals and not self.expected
        self.reply = Expected(messages.QUERY, self, None, True)

    def likewise(self, text: bytes, edits: tuple[tuple[int, int, bytes], ...]) -> "Decision":
        """For another text of the same kind: how it may fail, and what follows, is as here. Of one without effects.

        By position, for what is done for every new text of a known shape: `replace` takes four times as long.
        """
        return Decision(text, edits, self.refusals, self.expected, self.retry, self.probes, self.late,
                        shadowed=self.shadowed, several=self.several, statement=self.statement)  # fmt: skip

    def sent(self, text: bytes) -> bytes:
        """What the server gets for the client's `text`."""
        return text if self.text is None else self.text


@dataclass(frozen=True, slots=True)
class Ran:
    """A text that has changed the catalog in the open transaction, or said how far such changes are taken back."""

    text: bytes | None  # None: not known
    search_path: str | None  # as in Settings, when it ran
    role: str | None


LOST: Final = (Ran(None, None, None),)  # what ran is not known


@dataclass(frozen=True, slots=True)
class Settings:
    """What is known of the session itself, as the server last told it: a context depends on it."""

    search_path: str | None = None  # as SHOW prints it; None: not known (yet, or just now)
    role: str | None = None  # likewise; "none" is the session's user
    path_moved: bool = False  # the search_path was asked for in a transaction whose end may bring back another one
    older: int | None = None  # a transaction is open that may have begun under the policy of this number, not since
    client_encoding: str = ""
    standard_conforming_strings: str = "on"
    application_name: str = ""
    session_authorization: str = ""  # the session's user, who need not be the one that has logged in
    temporary: frozenset[str] = frozenset()  # relations that shadow others of their name
    uncommitted: tuple[Ran, ...] = ()  # DDL of the transaction that is open, in order
    described: tuple[tuple[bytes, tuple[bytes, ...]], ...] = ()  # behind it: probes, and columns that were not expected
    shown: tuple[tuple[bytes, tuple[bytes, ...]], ...] = ()  # own probes, and the columns that they have shown last

    def reported(self, name: str, text: str, *, within: bool) -> "Settings":
        """With what a ParameterStatus says, within a transaction or not."""
        changed: dict[str, Any] = {name: text}
        if name == "search_path":
            changed["path_moved"] = within
        return replace(self, **changed)

    def asked(self, search_path: str | None, role: str | None, *, within: bool) -> "Settings":
        """With what the server has answered, within a transaction or not."""
        return replace(self, search_path=search_path, role=role, path_moved=within)


class Context(Protocol):
    """What a session decides by (policy.Context); compared by identity."""

    decisions: dict[bytes, Decision]
    queries: dict[bytes, Exchange]  # by their Query frames, whole. Filled by the hot path
    passing: object  # what the shell keeps with it: queries that may pass without being looked at
    planned: bool  # there are plans: how the catalog looks to the session makes a difference
    number: int  # of the policy, from 1: a later one has a higher one

    def decide(self, text: bytes) -> Decision:
        """The decision for a text that is not in `decisions` yet (bounded there by the implementation)."""
        ...

    def alike(self, text: bytes, decision: Decision) -> bytes:
        """The key of the text's shape (see sql.shape), if every text of it is decided by this, which changes nothing.

        Empty: it is not so.
        """
        ...

    def known(self, text: bytes) -> bool:
        """Whether a glance at a long text is enough to decide it; `decide` costs no more then."""
        ...

    def aside(self) -> "Context":
        """Another that decides the same, one text in another thread: the two share nothing that changes."""
        ...

    def learn(self, aside: "Context") -> None:
        """Know from here on what that one has found; its thread is done with it."""
        ...


class Counts(Protocol):
    """Where a Conversation counts what nobody sees; the shell may hand in whatever has these."""

    retries: int  # loud texts that were sent again
    reprepared: int  # statements that were prepared again
    probes: int  # tables that were locked and looked at before a loud text
    prevented: int  # probes that showed other columns, so that a loud text would have failed
    loud_refused: int  # loud texts that failed where they could not be sent again


Resolve = Callable[[Settings], Context]  # quick: called whenever the settings change, and when the policy does
# (decision, SQLSTATE or None, chunk, offset in it of the CommandComplete or -1) once per executed statement
Completed = Callable[[Decision, str | None, bytes, int], None]
