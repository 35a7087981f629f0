"""One reply that the server owes.

They stand in the order in which they will come, and which statement an error belongs to is known by its place in this
queue and by nothing else. `kind` is the type of the message that asks for it. Lintel's own questions are kinds of
their own: what answers them never reaches the client.
"""

from collections import deque
from typing import TYPE_CHECKING, Final

from . import messages

if TYPE_CHECKING:
    from .decision import Decision, Probe
    from .statements import Sent, Statement

STARTUP: Final = 0  # the first ReadyForQuery
OWN_PARSE: Final = 2  # a statement prepared again under another server-side name
OWN_CLOSE: Final = 3
OWN_PROBE: Final = 5  # whether a table is still as a loud text needs it
SEGMENT: Final = 1  # all that Bind, Describe, Execute and Sync ask for where they came in one go: see State.unfold


class Expected:
    """Shared by all occurrences where nothing in it differs: nothing changes in it once it is made."""

    __slots__ = ("decision", "folded", "kind", "portal", "previous", "probe", "quiet", "sent", "statement")

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

    def decided(self, decision: "Decision") -> "Expected":
        """The same reply, to a statement that is decided otherwise by now."""
        return Expected(self.kind, decision, self.statement, False, self.portal, self.previous, self.sent)


def probing(probe: "Probe", decision: "Decision") -> Expected:
    """The answer to a probe, ahead of a statement with this decision."""
    entry = Expected(OWN_PROBE, decision)
    entry.probe = probe
    return entry


def segment(bind: Expected, *others: Expected) -> Expected:
    """One for all of them, in this order."""
    entry = Expected(SEGMENT, bind.decision, bind.statement, bind.quiet)
    entry.folded = (bind, *others)
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


def leave(queue: "deque[Expected]", number: int) -> None:
    """Of the segment at the head only the last so many are still owed."""
    queue.extendleft(reversed(queue.popleft().folded[-number:]))


def owes_ready(queue: "deque[Expected]") -> bool:
    """Whether a ReadyForQuery is still to come."""
    return any(entry.kind in READY or entry.kind == SEGMENT for entry in queue)


SYNC_REPLY: Final = Expected(messages.SYNC)
FUNCTION_REPLY: Final = Expected(messages.FUNCTION_CALL)
COPY_DATA_MARK: Final = Expected(messages.COPY_DATA)  # not a reply: COPY data came here
COPY_DONE_MARK: Final = Expected(messages.COPY_DONE)  # not a reply: where the client ended its COPY data
READY: Final = (messages.SYNC, messages.QUERY, messages.FUNCTION_CALL, STARTUP)  # what a ReadyForQuery may answer
MARKS: Final = (messages.COPY_DATA, messages.COPY_DONE)
