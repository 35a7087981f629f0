"""One reply that the server owes.

They stand in the order in which they will come, and which statement an error belongs to is known by its place in this
queue and by nothing else. `kind` is the type of the message that asks for it. Lintel's own questions are kinds of
their own: what answers them never reaches the client.
"""

from collections import deque
from typing import TYPE_CHECKING, Final

from . import messages
from .framing import HEADER_SIZE, header

if TYPE_CHECKING:
    from .decision import Decision, Probe
    from .exchange import Exchange
    from .statements import Sent, Statement

STARTUP: Final = 0  # the first ReadyForQuery
OWN_PARSE: Final = 2  # a statement prepared again under another server-side name
OWN_CLOSE: Final = 3
OWN_PROBE: Final = 5  # whether a table is still as a loud text needs it
OWN_DESCRIBE: Final = 6  # the rows of a statement prepared again: the client may have been told of others
PREPARED_AGAIN: Final = (OWN_PARSE, OWN_DESCRIBE)
TELLS: Final = 7  # a client's Describe whose answer is remembered, see `told`
SEGMENT: Final = 1  # all that Parse, Bind, Describe, Execute and Sync ask for where they came in one go: see `segment`

_READY_IDLE: Final = messages.frame(messages.READY_FOR_QUERY, b"I")
READY_SIZE: Final = len(_READY_IDLE)
# Of a segment's answer, before its rows; where it has some, a RowDescription is in the place of the last.
_OPENING: Final = {
    messages.PARSE: messages.frame(messages.PARSE_COMPLETE, b""),
    messages.BIND: messages.frame(messages.BIND_COMPLETE, b""),
    messages.DESCRIBE: messages.frame(messages.NO_DATA, b""),
}
_REMEMBERED: Final = 8192  # bytes of an opening at most


class Expected:
    """Shared by all occurrences where nothing in it differs: nothing but what is remembered of answers changes."""

    __slots__ = (
        "closed", "closing", "decision", "exchange", "folded", "kind", "opened", "opening", "portal", "previous",
        "probe", "quiet", "sent", "statement",
    )  # fmt: skip

    def __init__(
        self,
        kind: int,
        decision: "Decision | None" = None,
        statement: "Statement | None" = None,
        quiet: bool = False,
        portal: bytes = b"",
        previous: "Statement | None" = None,
        sent: "Sent | None" = None,
    ) -> None:
        self.kind = kind
        self.decision = decision  # None where it does not answer a statement, or one that is not known
        self.statement = statement
        self.sent = statement if sent is None else sent  # what a Query carried is no prepared statement
        self.quiet = quiet  # nothing has to be done when it is answered but to count it
        self.portal = portal
        self.previous = previous  # what the name meant before, should the server never get to it
        self.probe: Probe | None = None  # what OWN_PROBE asks
        self.folded: tuple[Expected, ...] = ()  # what SEGMENT stands for
        # Of what is answered up to a ReadyForQuery: how the answer began last time, before its rows (of a segment), and
        # how it ended behind them; and how many bytes that were: READY_SIZE if none has come as a whole yet. Of all
        # others these are 0 and mean nothing.
        self.opening = b""
        self.opened = 0
        self.closing = _READY_IDLE
        self.closed = READY_SIZE if quiet and kind in (messages.QUERY, SEGMENT) else 0
        self.exchange: Exchange | None = None  # of a segment: what asks for it; of a Query: one of many that are alike

    def decided(self, decision: "Decision") -> "Expected":
        """The same reply, to a statement that is decided otherwise by now."""
        return Expected(self.kind, decision, self.statement, False, self.portal, self.previous, self.sent)


def probing(probe: "Probe", decision: "Decision") -> Expected:
    """The answer to a probe, ahead of a statement with this decision."""
    entry = Expected(OWN_PROBE, decision)
    entry.probe = probe
    return entry


def segment(*entries: Expected) -> Expected:
    """One for all of them, in this order: of a statement from its Parse or Bind to its Sync, with or without Describe.

    Nobody but the hot path meets one: see State.unfold.
    """
    first = entries[0]
    entry = Expected(SEGMENT, first.decision, first.statement, first.quiet)
    entry.folded = entries
    entry.opening = b"".join(_OPENING[asked.kind] for asked in entries if asked.kind in _OPENING)
    entry.opened = len(entry.opening)
    return entry


def unfold(queue: "deque[Expected]") -> None:
    """Each segment in it becomes what it stands for."""
    entries = list(queue)
    queue.clear()
    for entry in entries:
        if entry.kind == SEGMENT:
            queue.extend(entry.folded)
        else:
            queue.append(entry)


def remember_opening(entry: Expected, data: bytes) -> None:
    """Of a chunk with which the answer to a segment begins: all before the rows, if it is as it should be."""
    at = 0
    for asked in entry.folded:
        reply = _OPENING.get(asked.kind)
        if reply is None:
            break
        if at + HEADER_SIZE > len(data):
            return
        described = asked.kind == messages.DESCRIBE and data[at] == messages.ROW_DESCRIPTION
        if not described and data[at : at + HEADER_SIZE] != reply:
            return
        at += 1 + header(data, at)[1]
    if at <= min(len(data), _REMEMBERED):
        entry.opening, entry.opened = data[:at], at


def owes_ready(queue: "deque[Expected]") -> bool:
    """Whether a ReadyForQuery is still to come."""
    return any(entry.kind in READY or entry.kind == SEGMENT for entry in queue)


SYNC_REPLY: Final = Expected(messages.SYNC)
FUNCTION_REPLY: Final = Expected(messages.FUNCTION_CALL)
COPY_DATA_MARK: Final = Expected(messages.COPY_DATA)  # not a reply: COPY data came here
COPY_DONE_MARK: Final = Expected(messages.COPY_DONE)  # not a reply: where the client ended its COPY data
READY: Final = (messages.SYNC, messages.QUERY, messages.FUNCTION_CALL, STARTUP)  # what a ReadyForQuery may answer
MARKS: Final = (messages.COPY_DATA, messages.COPY_DONE)
UNASKED: Final = (messages.SYNC, *MARKS)  # what a COPY's end does not belong to
