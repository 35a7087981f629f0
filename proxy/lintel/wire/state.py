"""What both directions of one Conversation know: no walking of frames here, and no bytes sent.

The client's direction fills `expected`, the server's empties it. `careful` is the one flag that both hot loops look
at: while it is set every frame takes the long way round, where what is written here is looked at. It is set as long as
the client's input waits.
"""

from collections import deque
from dataclasses import replace
from typing import Final

from . import messages
from .decision import (
    AGES,
    DDL,
    DEALLOCATE,
    DISCARDS,
    ENDS,
    LOST,
    NESTS,
    PREPARE,
    SETTINGS,
    TEMPORARY,
    Completed,
    Context,
    Counts,
    Decision,
    Ran,
    Resolve,
    Settings,
)  # fmt: skip
from .errors import ProtocolError
from .expected import COPY_DATA_MARK, COPY_DONE_MARK, MARKS, PREPARED_AGAIN, STARTUP, SYNC_REPLY, Expected, unfold
from .needs import Needs
from .retry import Retry
from .statements import Statement, discard, prepared_by_sql
from .waiting import FOR_DECISION, IN_STARTUP

QUICK: Final = 2048  # bytes of a text that is decided at once, whatever is in it
UNNAMED: Final = 32  # unnamed statements that a session remembers
LEFT_OUT: Final = 256  # after so many others it begins anew
DDL_LIMIT: Final = 1024  # texts of uncommitted DDL that a session remembers,
DDL_SIZE: Final = 64 * 1024  # bytes of each at most
_DISCARDED: Final = (b"DEALLOCATE ALL", b"DISCARD ALL")  # tags: of several statements another has completed before


class State:
    """Of one session. Slots, and plain attributes: this is read for every frame."""

    __slots__ = (
        "blocked", "bound", "careful", "committed_temporary", "completed", "context", "copying", "counted", "counts",
        "ddl", "decided", "done", "doubtful", "ended", "error", "expect", "expected", "folded", "left_out", "made",
        "moving", "needs", "newest", "portal", "portals", "probed", "refused", "repeats", "resolve", "retry",
        "rolled_back", "settings", "skipping", "started", "statements", "status", "stirred", "stray", "take", "touched",
        "unnamed", "unsettled",
    )  # fmt: skip

    def __init__(
        self, resolve: Resolve, completed: Completed, settings: Settings, counts: Counts | None = None
    ) -> None:
        self.counts = counts
        self.resolve, self.completed = resolve, completed
        self.settings = settings
        self.context: Context = resolve(settings)
        self.expected: deque[Expected] = deque((Expected(STARTUP),))  # the same object for good
        self.expect, self.take = self.expected.append, self.expected.popleft  # at hand for the hot path
        self.folded = False  # there may be segments in `expected`; nobody but the hot path meets one
        self.statements: dict[bytes, Statement] = {}
        self.unnamed: dict[bytes, Statement] = {}  # by their Parse: those that the client may prepare in turns
        self.left_out = 0  # of these, as there was no room
        self.made = 0  # names made up so far
        self.portal: Statement | None = None  # what the unnamed portal was bound to
        self.portals: dict[bytes, Statement | None] = {}
        self.counted: set[bytes] = set()  # suspended portals: their statement has been counted
        self.status = messages.IDLE
        self.careful = True
        self.blocked = IN_STARTUP
        self.ended = False  # the client has terminated it, or the server has said why it will
        self.started = False  # the first ReadyForQuery has come
        self.skipping = False  # after an error, until the client sends a Sync
        self.copying = False  # COPY FROM is under way
        self.stray = 0  # ReadyForQuerys that may come before the next other reply, see end_copy
        self.error: str | None = None  # SQLSTATE with which the Query under way has failed
        self.bound = False  # the client has bound something since its last Sync
        self.retry = Retry()
        self.probed: dict[bytes, tuple[bytes, ...]] = {}  # what probes have shown in the transaction under way
        self.newest: Context | None = None  # of the last snapshot that was asked for
        self.done: list[bytes] = []  # tags of the Query under way: PREPARE, DEALLOCATE
        self.refused = False  # the Query in hand has had its error, from a probe: a Sync goes in its place
        self.ddl = False  # something may have changed the catalog: refresh when it has committed
        self.moving: Expected | None = None  # has been sent, and may change what the catalog is to this session
        self.unsettled = False  # search_path or role are not known: ask at the next idle moment
        self.touched = False  # they were changed in the transaction that is open: ask again when it ends
        self.doubtful = False  # a savepoint may have taken temporary relations back: not known until the end
        self.rolled_back = False
        self.committed_temporary = settings.temporary
        self.decided: tuple[Context, bytes, Decision] | None = None  # the long text that has been waited for
        self.repeats = False  # the shell wants to be told of exchanges that are repeated
        self.stirred = 0  # how often anything has come that the hot path does not know, or the context was another one
        self.needs = Needs()

    def leaves_to_shell(self, text: bytes) -> bool:
        """Whether a text has to be decided elsewhere first, as others would notice the time that it may take."""
        if len(text) <= QUICK or self._decided(text) is not None or self.context.known(text):
            return False
        self.blocked = FOR_DECISION
        self.careful = True
        self.needs.decide(self.context, text)
        return True

    def outdated_text(self, statement: Statement | None) -> bytes:
        """What has to be decided before the statement's next use, if anything."""
        return b"" if statement is None or statement.context is self.context else statement.text

    def _decided(self, text: bytes) -> Decision | None:
        if self.decided is None or self.decided[0] is not self.context or self.decided[1] != text:
            return None
        return self.decided[2]

    def decide(self, text: bytes) -> Decision:
        """By the context that is in force."""
        if len(text) > QUICK and (decided := self._decided(text)) is not None:
            return decided
        decision = self.context.decisions.get(text)
        return self.context.decide(text) if decision is None else decision

    def decided_now(self, statement: Statement) -> Decision:
        """What has been prepared, by that context."""
        return statement.decision if statement.context is self.context else self.decide(statement.text)

    def settle(self, settings: Settings) -> None:
        """The session is otherwise than thought: another context, if it makes a difference."""
        self.settings = settings
        self.context = self.resolve(settings)
        self.stirred += 1
        self.unnamed.clear()

    def reconsider(self) -> None:
        """The policy is another one. Where it is the first with plans, nobody has noted what DDL ran before."""
        before = self.context.planned
        older: int | None = None
        if self.status != messages.IDLE or self.bound or self.expected:
            older = self.context.number if self.settings.older is None else self.settings.older
            self.careful = True
        self.settle(replace(self.settings, older=older))
        if before or not self.context.planned:
            return
        if self.ddl and (self.bound or self.status != messages.IDLE):
            self.settle(replace(self.settings, uncommitted=LOST))
        for entry in self.expected:
            if entry.kind in (messages.QUERY, messages.EXECUTE) and entry.decision and entry.decision.effects & DDL:
                self.moving = entry
                self.careful = True

    def move(self, decision: Decision) -> None:
        """What has just been sent may change the catalog: what comes next is decided when it has been answered."""
        counts = AGES | DDL | ENDS | NESTS if self.settings.uncommitted else AGES | DDL
        if decision.effects & counts and self.context.planned:
            self.moving = self.expected[-1]
            self.careful = True

    def unsettle(self) -> None:
        """Something was sent that may change the search_path: until the session has been asked it is not known."""
        self.unsettled = True
        self.careful = True
        self.settle(replace(self.settings, search_path=None, role=None))

    def report(self, name: str, text: str) -> None:
        """A ParameterStatus of a field of Settings. While the search_path is in doubt, it does not end the doubt."""
        doubted = name == "search_path" and (self.unsettled or not self.started)
        if doubted or getattr(self.settings, name) == text:
            return
        reported = self.settings.reported(name, text, within=self.status != messages.IDLE)
        if self.started:
            self.settle(reported)
        else:
            self.settings = reported  # nothing is decided before the first question has been answered

    def transaction_moved(self) -> None:
        """A ReadyForQuery: what was set in a transaction may be otherwise when it has ended."""
        taken_back = self.rolled_back or self.error is not None
        self.rolled_back = False
        self.error = None
        self.done.clear()
        if self.status != messages.IDLE:
            self.touched = self.touched or self.unsettled
            made = self.settings.temporary != self.committed_temporary
            self.doubtful = self.doubtful or (taken_back and made)
            return
        temporary = self.committed_temporary if taken_back else self.settings.temporary
        self.doubtful = False
        self.probed.clear()
        if self.settings.uncommitted or self.settings.path_moved or self.settings.older is not None:
            older = self.settings.older if self.expected else None  # what is under way may have taken a snapshot before
            self.settle(replace(self.settings, uncommitted=(), described=(), shown=(), path_moved=False, older=older))
        self.committed_temporary = temporary
        if not self.expected:  # else a client that does not wait may have bound already what comes next
            self.portal = None
            self.portals.clear()
        self.counted.clear()
        if self.touched or temporary != self.settings.temporary:
            self.touched = False
            self.settings = replace(self.settings, temporary=temporary, shown=())
            self.unsettle()

    def update_careful(self) -> None:
        """When a ReadyForQuery has been dealt with, whether anything is left that needs the long way."""
        self.careful = bool(
            self.blocked
            or self.skipping
            or self.copying
            or self.unsettled
            or self.touched
            or self.ddl
            or self.moving is not None
            or self.stray
            or self.retry.keeping
            or self.probed
            or self.settings.uncommitted
            or self.settings.older is not None
            or self.portals
            or self.counted
        )

    def remember(self, statement: Statement, parse: bytes) -> None:
        """An unnamed one; for longer where its text has come before. Of more than there is room for the first stay."""
        statement.remember(parse)
        if not statement.asked or len(parse) > QUICK or statement.text not in self.context.decisions:
            return
        if len(self.unnamed) >= UNNAMED:
            self.left_out += 1
            if self.left_out < LEFT_OUT:
                return
            self.unnamed.clear()
            self.left_out = 0
        self.unnamed[statement.asked] = statement

    def fresh_name(self) -> bytes:
        """A name for a statement on the server that the client does not use."""
        self.made += 1
        name = b"lintel_s%d" % self.made
        return self.fresh_name() if name in self.statements else name

    def unfold(self) -> None:
        """Each segment becomes what it stands for."""
        self.folded = False
        unfold(self.expected)

    def head(self) -> Expected | None:
        """What the next reply answers."""
        if self.folded:
            self.unfold()
        while self.expected and self.expected[0].kind in MARKS:
            self.expected.popleft()
        return self.expected[0] if self.expected else None

    def pop(self) -> Expected:
        """The head has been answered, or will not be."""
        if self.folded:
            self.unfold()
        entry = self.expected.popleft()
        if entry is self.moving:
            self.moving = None
        self.retry.answered(entry.kind)
        return entry

    def ran(self, entry: Expected, tag: bytes) -> None:
        """A statement has completed, one of several perhaps: what follows from it for the session."""
        if (decision := entry.decision) is None or decision.quiet:
            return
        self.ddl = self.ddl or bool(decision.effects & DDL)
        if decision.effects & DISCARDS and tag in _DISCARDED:
            discard(self.statements)
            if decision.effects & SETTINGS:  # DISCARD ALL
                self.settle(replace(self.settings, temporary=frozenset(), shown=()))
        if decision.effects & TEMPORARY:
            self.settle(replace(self.settings, temporary=self.settings.temporary | set(decision.temporary)))
            if self.rolled_back or decision.effects & ENDS:  # a transaction may have ended ahead of it, or behind
                self.committed_temporary |= set(decision.temporary)
        if tag in (PREPARE, DEALLOCATE):
            self._named(tag, entry, decision)
        if decision.effects & AGES:
            self.settle(replace(self.settings, older=0))
        self.careful = True

    def may_do(self) -> bool:
        """Of what failed there is another text; or it may do behind a probe: what had changed may have changed back."""
        entry = self.expected[0]
        if entry.decision is None or entry.sent is None:
            return False
        probed = bool(entry.decision.probes) and not self.retry.tries
        return probed or self.decide(entry.sent.text).sent(entry.sent.text) != entry.sent.given

    def note(self, entry: Expected) -> None:
        """A text has run to its end: what follows in this transaction sees the catalog that it leaves."""
        settings, decision = self.settings, entry.decision
        counts = DDL | ENDS | NESTS if settings.uncommitted else DDL
        if decision is None or not decision.effects & counts or settings.uncommitted == LOST:
            return
        if not self.context.planned:
            return
        text = None if entry.sent is None else entry.sent.text
        known = text is not None and len(text) <= DDL_SIZE and len(settings.uncommitted) < DDL_LIMIT
        ran = (*settings.uncommitted, Ran(text, settings.search_path, settings.role)) if known else LOST
        self.settle(replace(settings, uncommitted=ran, described=()))
        self.probed.clear()
        self.careful = True

    def _named(self, tag: bytes, entry: Expected, decision: Decision) -> None:
        """SQL has prepared a statement, or deallocated one: of several the next of its kind."""
        names = [one.name for one in decision.named if one.verb == tag]
        number = self.done.count(tag)
        if entry.kind == messages.QUERY:
            self.done.append(tag)
        for name in names[number : number + 1]:
            known = self.statements.get(name)
            if tag == PREPARE and entry.sent is not None:
                self.statements[name] = prepared_by_sql(name, entry.sent, self.context)
            elif tag == DEALLOCATE and known is not None and known.confirmed:
                del self.statements[name]  # one that is not is another, on its way to the server

    def undo(self, entry: Expected) -> None:
        """The server never got to it, or it failed."""
        statement = entry.statement
        if statement is None:
            return
        if entry.kind == messages.PARSE and self._stands_for(statement):
            if entry.previous is not None:
                self.statements[statement.name] = entry.previous
            elif not statement.confirmed:
                del self.statements[statement.name]
        elif entry.kind == messages.CLOSE:
            self.statements.setdefault(statement.name, statement)
        elif entry.kind in PREPARED_AGAIN and entry.previous is not None and not statement.name:
            entry.previous.lose()  # to prepare the unnamed statement anew is to give up the one before

    def lose_unnamed(self) -> None:
        """The server has given it up for one whose Parse has failed, unless another has been sent behind that."""
        if not any(entry.kind == messages.PARSE and is_unnamed(entry) for entry in self.expected):
            self.statements.pop(b"", None)

    def parsed(self, statement: Statement) -> None:
        """The server has it, and so what it has been decided to be since."""
        statement.confirmed = True
        if self._stands_for(statement):
            self.statements[statement.name].confirmed = True

    def _stands_for(self, statement: Statement) -> bool:
        known = self.statements.get(statement.name)
        return known is not None and known.origin is statement.origin

    def undo_segment(self) -> None:
        """Everything up to the next Sync is skipped by the server."""
        if self.folded:
            self.unfold()
        undone: list[Expected] = []
        while self.expected and self.expected[0].kind != messages.SYNC:
            undone.append(self.pop())
        for entry in reversed(undone):
            self.undo(entry)
        self.skipping = not self.expected

    def copy_data(self) -> None:
        """The client has sent some."""
        self.retry.give_up()  # it would not be sent again
        if self.expected and self.expected[-1] is not COPY_DATA_MARK:
            self.expected.append(COPY_DATA_MARK)

    def end_copy(self, failed: bool) -> None:
        """COPY FROM is over: the server has swallowed the Syncs that came before the client's CopyDone.

        Where it has failed, those behind what made it fail are answered, and nobody can tell which these are. All that
        may be is a ReadyForQuery for each of them, before any reply to what came later.
        """
        self.copying = False
        self.retry.give_up()
        copy = self.expected.popleft()
        others: list[Expected] = []
        if failed or COPY_DONE_MARK in self.expected:
            while self.expected and (entry := self.expected.popleft()) is not COPY_DONE_MARK:
                if entry is not SYNC_REPLY:
                    others.append(entry)
                    self._check_skipped(copy, entry)
                elif failed:
                    self.stray += 1
            ahead = self.head()
            if COPY_DATA_MARK in others and ahead is not None and ahead is not SYNC_REPLY:
                self._check_skipped(copy, ahead)
        self.expected.extendleft(reversed([copy, *others]))

    def _check_skipped(self, copy: Expected, entry: Expected) -> None:
        """A Sync that was answered also ends the skipping: what came behind it may have been done, or not."""
        if self.stray and copy.kind == messages.EXECUTE and entry.kind not in MARKS:
            raise ProtocolError("client", "08P01", "a message behind a Sync among COPY data that could not be copied")


def is_unnamed(entry: Expected) -> bool:
    """Of the statement without a name."""
    return entry.statement is not None and not entry.statement.name
