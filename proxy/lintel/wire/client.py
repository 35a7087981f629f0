"""What a client sends, frame by frame, on its way to the server.

`ClientStream.receive` is the hot path, flat and long on purpose: it knows the frames that need nothing but an entry in
`expected` and leaves every other to `ClientStream._frame`, which knows them all. A chunk in which nothing has to change
is forwarded as the object that came in.
"""

from collections.abc import Callable

from . import messages
from .decision import ENDS, SETTINGS, TEMPORARY, Decision
from .errors import ProtocolError
from .expected import COPY_DONE_MARK, FUNCTION_REPLY, OWN_PARSE, SYNC_REPLY, Expected
from .framing import LARGE, NARROW, RUN, SMALL, STATEMENT, Carry, check_length, header, narrow_rows
from .messages import (
    BIND,
    CLOSE,
    COPY_DATA,
    COPY_DONE,
    COPY_FAIL,
    DESCRIBE,
    EXECUTE,
    FLUSH,
    FUNCTION_CALL,
    PARSE,
    PASSWORD,
    QUERY,
    SYNC,
    TERMINATE,
)
from .state import FOR_PARSE, FOR_READY, FOR_STARTUP, IN_STARTUP, KEPT_LIMIT, State
from .statements import Statement, deallocate, outdated

_LIMITS = {
    BIND: LARGE,
    COPY_DATA: LARGE,
    COPY_FAIL: LARGE,
    FUNCTION_CALL: LARGE,
    PASSWORD: 65_536,
    PARSE: STATEMENT,
    QUERY: STATEMENT,
    CLOSE: SMALL,
    COPY_DONE: SMALL,
    DESCRIBE: SMALL,
    EXECUTE: SMALL,
    FLUSH: SMALL,
    SYNC: SMALL,
    TERMINATE: SMALL,
}
_PASSED_IN_PARTS = (COPY_DATA, COPY_FAIL, FUNCTION_CALL, PASSWORD)  # nothing in them is read
# All rows of the unnamed portal: what nearly every driver sends behind its Bind.
_EXECUTE_SYNC = messages.execute(b"") + messages.SYNC_FRAME
_EXECUTE_SYNC_SIZE = len(_EXECUTE_SYNC)
_DESCRIBE_EXECUTE_SYNC = messages.describe(b"P", b"") + _EXECUTE_SYNC
_DESCRIBE_EXECUTE_SYNC_SIZE = len(_DESCRIBE_EXECUTE_SYNC)
_PORTAL = 0x50  # P in Describe and Close; S is a statement
_MEMO_SIZE = 32


class ClientStream:
    """One direction of a Conversation. `waiting` is the client's input that must not be looked at yet."""

    __slots__ = ("_carry", "_memo", "_skip", "_state", "_stay", "waiting")

    def __init__(self, state: State) -> None:
        self._state = state
        self._carry = Carry()
        self._skip = 0  # bytes still to come of a frame that is passed on in parts
        self._memo: dict[bytes, Statement] = {}  # bodies of unnamed Parses, many drivers send the same for ever
        self._stay = False  # the frame in hand has to wait as well
        self.waiting: list[bytes] = []

    def receive(self, data: bytes) -> bytes:
        """What goes to the server for it; what does not go yet is kept."""
        state = self._state
        if state.blocked > IN_STARTUP:
            self.waiting.append(data)
            return b""
        if self._carry and not (data := self._carry.join(data)):
            return b""
        expected = state.expected
        context = state.context
        careful = state.careful
        portal = state.portal
        bound = state.bound
        end = len(data)
        start = 0
        pos = self._skip
        made: list[bytes] | None = None
        while pos + 5 <= end:
            kind, length = header(data, pos)
            after = pos + length + 1
            if careful or after > end or length < 4:
                if kind == COPY_DATA and length >= 4 and state.started:
                    pos = after
                    if length <= NARROW and end - after > RUN:
                        pos = narrow_rows(data, after).end()  # type: ignore[union-attr]  # it always matches
                    continue
            elif kind == BIND:
                if not data[pos + 5]:  # the unnamed portal
                    name = data[pos + 6 : data.find(0, pos + 6, after)] if data[pos + 6] else b""
                    statement = state.statements.get(name)
                    if (
                        statement is not None
                        and statement.context is context
                        and statement.quiet
                        and not statement.renamed
                    ):
                        portal = statement
                        expected.append(statement.bind)
                        rest = end - after
                        if rest == _DESCRIBE_EXECUTE_SYNC_SIZE and data.endswith(_DESCRIBE_EXECUTE_SYNC):
                            expected.extend((statement.describe, statement.execute, SYNC_REPLY))
                            bound = False
                            pos = end
                            break
                        if rest == _EXECUTE_SYNC_SIZE and data.endswith(_EXECUTE_SYNC):
                            expected.extend((statement.execute, SYNC_REPLY))
                            bound = False
                            pos = end
                            break
                        bound = True
                        pos = after
                        continue
            elif kind == EXECUTE:
                if portal is not None and portal.quiet and not data[pos + 5]:
                    expected.append(portal.execute)
                    pos = after
                    continue
            elif kind == SYNC:
                expected.append(SYNC_REPLY)
                bound = False
                pos = after
                continue
            elif kind == DESCRIBE:
                if portal is not None and data[pos + 5] == _PORTAL and not data[pos + 6]:
                    expected.append(portal.describe)
                    pos = after
                    continue
            elif kind == QUERY:
                text = data[pos + 5 : after - 1]
                decision = context.decisions.get(text)
                if decision is None and b"\0" not in text:
                    decision = context.decide(text)
                if decision is not None and decision.plain and not data[after - 1]:
                    expected.append(decision.reply)
                    pos = after
                    continue
            elif kind == PARSE:
                again = self._memo.get(data[pos + 5 : after])
                if again is not None and again.context is context and state.statements.get(b"") is again:
                    expected.append(again.parse)
                    pos = after
                    continue
            elif kind == FLUSH:
                pos = after
                continue
            # Everything else, the long way.
            check_length("client", length, _limit(kind))
            if after > end and not self._goes_in_parts(kind, data, pos):
                break
            state.portal = portal
            state.bound = bound
            frame = data[pos : min(after, end)]
            sent = self._frame(kind, frame)
            portal = state.portal
            bound = state.bound
            context = state.context
            careful = state.careful
            if sent is not frame:
                if made is None:
                    made = []
                made.append(data[start:pos])
                made.append(sent)
                start = pos if self._stay else min(after, end)
            if self._stay:
                self._stay = False
                break
            pos = after
            if state.blocked > IN_STARTUP:
                break
        state.portal = portal
        state.bound = bound
        self._skip = pos - end if pos > end else 0
        if pos < end:
            self._put_off(data[pos:])
        elif made is None:
            return data
        if made is None:
            return data[:pos]
        made.append(data[start:pos])
        return b"".join(made)

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

    def _frame(self, kind: int, frame: bytes) -> bytes:
        """What goes to the server for any frame; the frame itself (the object) where nothing in it changes."""
        state = self._state
        if state.blocked == IN_STARTUP and kind not in (PASSWORD, TERMINATE):
            state.blocked = FOR_STARTUP
            return self._wait()
        if state.skipping and kind != SYNC:
            return frame
        handler = _FRAMES.get(kind)
        if handler is None:
            return frame
        try:
            return handler(self, frame)
        except ValueError:
            raise ProtocolError("client", "08P01", "invalid string in message") from None

    def _wait(self, sent: bytes = b"") -> bytes:
        """The frame in hand is looked at again when the reason to wait has gone."""
        self._stay = True
        return sent

    def _expect(self, entry: Expected, frame: bytes) -> None:
        self._state.expected.append(entry)
        self._state.keep(frame)

    def _query(self, frame: bytes) -> bytes:
        text = frame[5:-1]
        if frame[-1] or b"\0" in text:
            raise ProtocolError("client", "08P01", "invalid message format: a Query is one string")
        decision = self._decide(text)
        if decision.plain:
            self._expect(decision.reply, frame)
        else:
            statement = Statement(b"", b"", text, b"", decision, self._state.context)
            self._start_keeping(decision)
            self._expect(Expected(QUERY, decision, statement, decision.quiet), frame)
        self._consequences(decision)
        self._wait_for_ready()
        return frame if decision.text is None else messages.query(decision.text)

    def _parse(self, frame: bytes) -> bytes:
        state = self._state
        name, text = messages.strings(frame, 5, 2)
        types = frame[7 + len(name) + len(text) :]
        decision = self._decide(text)
        previous = state.statements.get(name)
        server_name = name if previous is None else previous.server_name
        statement = Statement(name, server_name, text, types, decision, state.context)
        state.statements[name] = statement
        if not name and decision.plain:
            self._remember(frame[5:], statement)
        self._start_keeping(decision)
        self._expect(Expected(PARSE, decision, statement, False, b"", previous), frame)
        if decision.text is None and server_name == name:
            return frame
        return messages.parse(server_name, decision.sent(text), types)

    def _remember(self, body: bytes, statement: Statement) -> None:
        if len(self._memo) >= _MEMO_SIZE:
            self._memo.clear()
        self._memo[body] = statement

    def _bind(self, head: bytes) -> bytes:
        state = self._state
        portal, name = messages.strings(head, 5, 2)
        statement = state.statements.get(name)
        if statement is not None and statement.context is not state.context:
            statement = self._renewed(statement)
            if statement is None:
                return self._prepare_again(name)
        if statement is not None:
            self._start_keeping(statement.decision)
        self._expect(statement.bind if statement is not None else Expected(BIND), head)
        state.bound = True
        if portal:
            state.portals[portal] = statement
            state.careful = True
        else:
            state.portal = statement
        return head if statement is None or not statement.renamed else messages.rebind(head, statement.server_name)

    def _describe(self, frame: bytes) -> bytes:
        (name,) = messages.strings(frame, 6, 1)
        if frame[5] == _PORTAL:
            bound = self._bound_to(name)
            self._expect(bound.describe if bound is not None else Expected(DESCRIBE), frame)
            return frame
        statement = self._state.statements.get(name)
        if statement is not None and statement.context is not self._state.context:
            statement = self._renewed(statement)
            if statement is None:
                return self._prepare_again(name)
        if statement is None:
            self._expect(Expected(DESCRIBE), frame)
            return frame
        self._start_keeping(statement.decision)
        self._expect(statement.describe, frame)
        return messages.describe(b"S", statement.server_name) if statement.renamed else frame

    def _execute(self, frame: bytes) -> bytes:
        (portal,) = messages.strings(frame, 5, 1)
        statement = self._bound_to(portal)
        if statement is None:
            self._expect(Expected(EXECUTE, portal=portal), frame)
            return frame
        entry = Expected(EXECUTE, statement.decision, statement, False, portal) if portal else statement.execute
        self._expect(entry, frame)
        self._consequences(statement.decision)
        return frame

    def _close(self, frame: bytes) -> bytes:
        (name,) = messages.strings(frame, 6, 1)
        if frame[5] == _PORTAL:
            self._state.portals.pop(name, None)
            self._expect(Expected(CLOSE), frame)
            return frame
        statement = self._state.statements.pop(name, None)
        self._expect(Expected(CLOSE, None, statement), frame)
        renamed = statement is not None and statement.renamed
        return messages.close(b"S", statement.server_name) if statement is not None and renamed else frame

    def _sync(self, frame: bytes) -> bytes:
        self._state.skipping = False
        self._state.bound = False
        self._expect(SYNC_REPLY, frame)
        self._wait_for_ready()
        return frame

    def _copy_end(self, frame: bytes) -> bytes:
        state = self._state
        state.kept = None
        if state.expected and state.expected[0].kind == QUERY:  # otherwise its Sync has to reach the server first
            self._wait_for_ready()
        state.expected.append(COPY_DONE_MARK)
        return frame

    def _function_call(self, frame: bytes) -> bytes:
        self._state.expected.append(FUNCTION_REPLY)
        self._state.kept = None
        return frame

    def _terminate(self, frame: bytes) -> bytes:
        self._state.ended = True
        return frame

    def _bound_to(self, portal: bytes) -> Statement | None:
        return self._state.portals.get(portal) if portal else self._state.portal

    def _decide(self, text: bytes) -> Decision:
        """With regard to what SQL's own EXECUTE and DEALLOCATE name in this session."""
        decision = self._state.decide(text)
        named = decision.executes if decision.executes is not None else decision.deallocates
        statement = None if named is None else self._state.statements.get(named.encode())
        if statement is None:
            return decision
        if decision.deallocates is not None:
            return deallocate(statement.server_name, decision) if statement.renamed else decision
        return decision if not statement.renamed and self._is_current(statement) else outdated(decision)

    def _is_current(self, statement: Statement) -> bool:
        """What the server has of it is what it would get today."""
        if statement.context is self._state.context:
            return True
        return self._state.decide(statement.text).sent(statement.text) == statement.given

    def _renewed(self, statement: Statement) -> Statement | None:
        """A statement that was decided under another context, decided under this; None: the server needs another."""
        state = self._state
        if not self._is_current(statement):
            return None
        decision = state.decide(statement.text)
        renewed = statement.decided(decision, state.context, statement.server_name)
        state.statements[statement.name] = renewed
        return renewed

    def _prepare_again(self, name: bytes) -> bytes:
        """Under a fresh name, as a failed Parse must not cost the client its statement (the unnamed one has none)."""
        state = self._state
        old = state.statements[name]
        decision = state.decide(old.text)
        if old.by_sql:
            decision = outdated(decision)
        again = old.decided(decision, state.context, state.fresh_name() if name else name)
        state.expected.append(Expected(OWN_PARSE, decision, again, False, b"", old))
        state.blocked = FOR_PARSE
        state.careful = True
        return self._wait(messages.parse(again.server_name, decision.sent(old.text), old.types) + messages.FLUSH_FRAME)

    def _start_keeping(self, decision: Decision) -> None:
        """From a loud text on, where nothing has run that another try would run again."""
        state = self._state
        if decision.retry and state.kept is None and not state.bound and state.status == messages.IDLE:
            state.start_keeping()

    def _consequences(self, decision: Decision) -> None:
        """What follows is decided without knowing the search_path, until this has been answered."""
        if decision.effects & (SETTINGS | TEMPORARY) or (decision.effects & ENDS and self._state.touched):
            self._state.unsettle()

    def _wait_for_ready(self) -> None:
        state = self._state
        if state.unsettled or state.touched or state.kept is not None:
            state.blocked = FOR_READY


_FRAMES: dict[int, Callable[[ClientStream, bytes], bytes]] = {
    BIND: ClientStream._bind,
    CLOSE: ClientStream._close,
    COPY_DONE: ClientStream._copy_end,
    COPY_FAIL: ClientStream._copy_end,
    DESCRIBE: ClientStream._describe,
    EXECUTE: ClientStream._execute,
    FUNCTION_CALL: ClientStream._function_call,
    PARSE: ClientStream._parse,
    QUERY: ClientStream._query,
    SYNC: ClientStream._sync,
    TERMINATE: ClientStream._terminate,
}


def _limit(kind: int) -> int:
    limit = _LIMITS.get(kind)
    if limit is None:
        raise ProtocolError("client", "08P01", f"invalid frontend message type {kind}")
    return limit
