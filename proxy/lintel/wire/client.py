"""What a client sends, frame by frame, on its way to the server.

`ClientStream.receive` is the hot path, flat and long on purpose: first the chunks that most drivers send, told as a
whole; then, in `_walk`, the frames that need nothing but an entry in `expected`. Every other is left to
`Requests.frame`, which knows them all. A chunk in which nothing has to change is forwarded as the object that came in.
"""

from typing import TYPE_CHECKING, Final

from . import messages
from .direction import Direction
from .exchange import Exchange
from .expected import READY_SIZE, SEGMENT, SYNC_REPLY, Expected
from .framing import COMPILED, HEADER_SIZE, Carry, check_length, header, length_at
from .limits import limit_of
from .messages import (
    BIND,
    COPY_DATA,
    DESCRIBE,
    EXECUTE,
    FLUSH,
    FUNCTION_CALL,
    PARSE,
    PASSWORD,
    PORTAL,
    QUERY,
    SYNC,
)
from .requests import Requests
from .retry import KEPT_LIMIT
from .rows import RUN, past_rows
from .state import QUICK, State
from .statements import Statement
from .waiting import IN_STARTUP

if TYPE_CHECKING:
    from mypy_extensions import i64

_PASSED_IN_PARTS: Final = (COPY_DATA, FUNCTION_CALL, PASSWORD)  # nothing in them is read
# All rows of the unnamed portal: what nearly every driver sends behind its Bind.
_EXECUTE_SYNC: Final = messages.execute(b"") + messages.SYNC_FRAME
_DESCRIBE_EXECUTE_SYNC: Final = messages.describe(b"P", b"") + _EXECUTE_SYNC
_EXECUTE_SYNC_SIZE: Final = len(_EXECUTE_SYNC)
_DESCRIBE_EXECUTE_SYNC_SIZE: Final = len(_DESCRIBE_EXECUTE_SYNC)
_PORTAL: Final = HEADER_SIZE  # in a Bind: the portal's name, and behind it the statement's
_ENDS: Final = (messages.SYNC, SEGMENT)  # behind these the server skips nothing; a Query may be skipped itself
_QUERIES: Final = 2048  # that a context remembers whole, none longer than a text that is decided at once


class ClientStream(Direction):
    """One direction of a Conversation. `waiting` is the client's input that must not be looked at yet."""

    __slots__ = ("_amid", "_carry", "_met", "_requests", "_skip", "_state", "_told", "waiting")

    def __init__(self, state: State) -> None:
        self._state = state
        self._carry = Carry()
        self._skip = 0  # bytes still to come of a frame that is passed on in parts
        self._amid = True  # there may be such a one, or the start of one is carried
        self._met = self._told = -1  # State.stirred when a Query came that is known, and when the shell was told of one
        self._requests = Requests(state)
        self.waiting: list[bytes] = []

    def receive(self, data: bytes) -> bytes:  # noqa: C901 - the hot path
        """What goes to the server for it; what does not go yet is kept.

        Here are the chunks that most drivers send: one Query that has come before, or one statement from its Bind (or a
        Parse that has come before) to its Sync.
        """
        state = self._state
        if state.careful or self._amid or not data:
            return self._walk(data)
        if data[0] == QUERY:
            exchange = state.context.queries.get(data)
            if exchange is None:
                return self._query(data)
            state.expect(exchange.entry)
            if state.repeats:
                self._repeat(exchange)
            return exchange.instead or data
        statement = state.portal  # most often it is the one of last time
        if statement is None or not statement.bound_as_sent or statement.context is not state.context:
            return self._of_another(data)
        size: i64 = len(data)
        at: i64 = 0  # of the Bind
        if data[0] == PARSE and data.startswith(statement.asked):
            at = statement.asked_size
        named: i64 = at + statement.named
        if size <= named or data[at + 5 : named] != statement.portal_and_name:
            return self._of_another(data)
        kind: i64
        length: i64
        if COMPILED:
            kind = data[at]
            length = length_at(data, at)
        else:
            kind, length = header(data, at)
        after = at + length + 1
        if kind != BIND or after < named or state.statements.get(statement.name) is not statement:
            return self._walk(data)
        if after + _EXECUTE_SYNC_SIZE == size and data.endswith(_EXECUTE_SYNC):
            entry = statement.parse_run if at else statement.run
        elif after + _DESCRIBE_EXECUTE_SYNC_SIZE == size and data.endswith(_DESCRIBE_EXECUTE_SYNC):
            entry = statement.parse_run_described if at else statement.run_described
        else:
            return self._walk(data)
        if entry is None:
            return self._walk(data)
        state.expect(entry)
        state.folded = True
        state.bound = False
        if state.repeats and (at or statement.name):  # what the unnamed one is may change
            self._repeat(entry.exchange or _exchange(statement, entry, at, data[after:]))
        return statement.parse_frame + data[at:] if at and statement.parse_frame else data

    def _of_another(self, data: bytes) -> bytes:
        """A chunk that may be of another statement than the last one was."""
        state = self._state
        statement: Statement | None = None
        if data[0] == PARSE:
            statement = self._parsed_again(data)
        elif data[0] == BIND and len(data) > _PORTAL + 1 and not data[_PORTAL]:
            statement = state.statements.get(data[_PORTAL + 1 : data.find(0, _PORTAL + 1)])
        if statement is None or statement is state.portal or not statement.bound_as_sent:
            return self._walk(data)
        state.portal = statement  # as it is when the Bind has been looked at, and only its rest can come before that
        return self.receive(data)

    def _parsed_again(self, data: bytes) -> Statement | None:
        """The unnamed statement of a chunk that begins with a Parse, which has come before, and a Bind of it.

        It takes the place of another one only where the server gets to it for certain: where nothing is under way, or
        behind a Sync.
        """
        state = self._state
        size: i64 = len(data)
        if size < HEADER_SIZE:
            return None
        length: i64
        if COMPILED:
            length = length_at(data, 0)
        else:
            _, length = header(data, 0)
        if length >= size or length > QUICK:
            return None
        statement = state.unnamed.get(data[: length + 1])
        if statement is None or not statement.confirmed or statement.context is not state.context:
            return None
        expected = state.expected
        if state.statements.get(b"") is not statement and expected and expected[-1].kind not in _ENDS:
            return None
        at: i64 = statement.asked_size
        named: i64 = at + statement.named
        if size <= named or data[at] != BIND or data[at + _PORTAL : named] != statement.portal_and_name:
            return None
        state.statements[b""] = statement
        return statement

    def _repeat(self, exchange: Exchange) -> None:
        """The shell may pass what comes next, if nothing else is under way and such answers come whole.

        And if since the last that was looked at the long way this has come before, or, of a Query, another: what of it
        may pass, and where one has to be looked at in any case, it is not worth telling the shell each time.
        """
        state = self._state
        stirred = state.stirred
        if not exchange.query:
            before, exchange.met = exchange.met, stirred
        else:
            before, self._met = self._met, stirred
        if before == stirred and exchange.entry.closed > READY_SIZE and len(state.expected) == 1:
            state.needs.repeat(exchange, self._told != stirred)
            self._told = stirred

    def _query(self, data: bytes) -> bytes:
        """A chunk that begins with a Query of which nothing is known; mostly it is all there is."""
        end = len(data) - 1
        if end < HEADER_SIZE or end >= QUICK or data[end]:
            return self._walk(data)
        length: i64
        if COMPILED:
            length = length_at(data, 0)
        else:
            _, length = header(data, 0)
        if length != end:
            return self._walk(data)
        state = self._state
        context = state.context
        text = data[HEADER_SIZE:end]
        decision = context.decisions.get(text)
        known = decision is not None
        if decision is None:
            if 0 in text:
                return self._walk(data)
            decision = context.decide(text)
        if not decision.plain and not decision.frame:
            return self._walk(data)
        if known:
            self._remember(Exchange(decision.reply, data, decision.frame))
        state.expect(decision.reply)
        if state.repeats and decision.reply.closed > READY_SIZE and (key := context.alike(text, decision)):
            exchange = decision.reply.exchange
            if exchange is None:
                exchange = decision.reply.exchange = Exchange(decision.reply, messages.query(key), alike=True)
            if exchange.passes:
                self._repeat(exchange)
        return decision.frame or data

    def _walk(self, data: bytes) -> bytes:  # noqa: C901, PLR0915 - the hot path
        """Frame by frame."""
        state = self._state
        self._amid = True
        requests = self._requests
        if state.blocked > IN_STARTUP:
            return self._hold(data)
        if self._carry.some and not (data := self._carry.join(data)):
            return b""
        expected = state.expected
        context = state.context
        careful = state.careful
        portal = state.portal
        bound = state.bound
        end: i64 = len(data)
        start: i64 = 0
        pos: i64 = self._skip
        kind: i64
        length: i64
        made: list[bytes] | None = None
        while pos + 5 <= end:
            if COMPILED:
                kind = data[pos]
                length = length_at(data, pos)
            else:
                kind, length = header(data, pos)
            after = pos + length + 1
            if careful or after > end or length < 4:
                if kind == COPY_DATA and length >= 4 and state.started:
                    state.copy_data()
                    pos = after
                    if not COMPILED and end - after > RUN:
                        pos = past_rows(data, after, COPY_DATA)
                    continue
            elif kind == BIND:
                if length > 6 and not data[pos + 5]:  # the unnamed portal
                    name = data[pos + 6 : data.find(0, pos + 6, after)] if data[pos + 6] else b""
                    statement = state.statements.get(name)
                    if statement is not None and statement.context is context and statement.quiet:
                        portal = statement
                        if statement.renamed:
                            if made is None:
                                made = []
                            made.append(data[start:pos])
                            made.append(messages.rebind(data[pos:after], statement.server_name))
                            start = after
                        expected.append(statement.bind)
                        bound = True
                        pos = after
                        continue
            elif kind == EXECUTE:
                if portal is not None and portal.quiet and length == 9 and not data[pos + 5]:
                    expected.append(portal.execute)
                    pos = after
                    continue
            elif kind == SYNC:
                expected.append(SYNC_REPLY)
                bound = False
                pos = after
                continue
            elif kind == DESCRIBE:
                if portal is not None and length == 6 and data[pos + 5] == PORTAL and not data[pos + 6]:
                    expected.append(portal.describe)
                    pos = after
                    continue
            elif kind == QUERY and length > 4:
                text = data[pos + 5 : after - 1]
                decision = context.decisions.get(text)
                if decision is None and length < QUICK and 0 not in text:
                    decision = context.decide(text)
                if decision is not None and not data[after - 1] and (decision.plain or decision.frame):
                    expected.append(decision.reply)
                    if decision.frame:
                        if made is None:
                            made = []
                        made.append(data[start:pos])
                        made.append(decision.frame)
                        start = after
                    pos = after
                    continue
            elif kind == PARSE:
                again = state.statements.get(b"")
                if again is not None and again.context is context and data[pos:after] == again.asked:
                    again.parsed_again()
                    expected.append(again.parse)
                    if again.parse_frame:
                        if made is None:
                            made = []
                        made.append(data[start:pos])
                        made.append(again.parse_frame)
                        start = after
                    pos = after
                    continue
            elif kind == FLUSH:
                pos = after
                continue
            # Everything else, the long way.
            check_length("client", length, limit_of(kind))
            if after > end and not self._goes_in_parts(kind, data, pos):
                break
            state.portal = portal
            state.bound = bound
            if state.folded:
                state.unfold()
            frame = data[pos : min(after, end)]
            sent = requests.frame(kind, frame)
            portal = state.portal
            bound = state.bound
            context = state.context
            careful = state.careful
            if sent is not frame:
                if made is None:
                    made = []
                made.append(data[start:pos])
                made.append(sent)
                start = pos if requests.stay else min(after, end)
            if requests.stay:
                requests.stay = False
                break
            pos = after
            if state.blocked > IN_STARTUP:
                break
        state.portal = portal
        state.bound = bound
        self._skip = pos - end if pos > end else 0
        if pos < end:
            self._put_off(data[pos:])
        else:
            self._amid = pos > end
            if made is None:
                return data
        if made is None:
            return data[:pos]
        made.append(data[start:pos])
        return b"".join(made)

    def _remember(self, query: Exchange) -> None:
        """A text that comes but once is not worth it."""
        queries = self._state.context.queries
        if len(queries) >= _QUERIES:
            queries.clear()
        queries[query.ahead] = query

    def _hold(self, data: bytes) -> bytes:
        """Only the rest of a frame whose start has gone goes as well."""
        rest = data[: self._skip]
        self._skip -= len(rest)
        if len(rest) < len(data):
            self.waiting.append(data[len(rest) :])
        return rest

    @property
    def holds_query(self) -> bool:
        """The frame that waits is a Query."""
        return bool(self.waiting) and self.waiting[0][0] == QUERY

    def release(self, again: bytes = b"") -> bytes:
        """The waiting is over: `again` (frames that were sent before) and what has come meanwhile."""
        data = again + self._carry.take() + b"".join(self.waiting)
        self.waiting = []
        return self.receive(data) if data else b""

    def _put_off(self, rest: bytes) -> None:
        if self._state.blocked > IN_STARTUP:
            self.waiting.append(rest)
        else:
            self._carry.keep(rest)

    def _goes_in_parts(self, kind: int, data: bytes, pos: int) -> bool:
        """Of this unfinished frame nothing more has to be seen than what is there."""
        if kind != BIND:
            return kind in _PASSED_IN_PARTS
        portal_end = data.find(b"\0", pos + 5)
        # One that may have to be sent again is kept whole; a larger one is never kept.
        large = header(data, pos)[1] > KEPT_LIMIT
        return large and portal_end >= 0 and data.find(b"\0", portal_end + 1) >= 0


def _exchange(statement: Statement, entry: Expected, at: int, tail: bytes) -> Exchange:
    """Of one of its segments, with its Bind at `at`."""
    ahead, instead = (statement.asked, statement.parse_frame) if at else (b"", b"")
    entry.exchange = made = Exchange(entry, ahead, instead, statement.portal_and_name, tail)
    return made
