"""What the server answers, frame by frame, on its way to the client.

`ServerStream.receive` is the hot path, flat and long on purpose: rows are stepped over, the replies to plain statements
are taken off `expected`, everything else goes to `ServerStream._frame`. What answers Lintel's own questions is cut out.
"""

from collections.abc import Callable
from dataclasses import replace

from . import messages, replies
from .ask import QUESTION, Answer
from .client import ClientStream
from .expected import MAYBE_SYNC, OWN_CLOSE, OWN_PARSE, STARTUP, SYNC_REPLY, Expected
from .framing import LARGE, NARROW, RUN, Carry, check_length, header, narrow_rows
from .messages import (
    AUTHENTICATION,
    BACKEND_KEY_DATA,
    BIND_COMPLETE,
    CLOSE_COMPLETE,
    COMMAND_COMPLETE,
    COPY_DATA,
    COPY_IN_RESPONSE,
    DATA_ROW,
    EMPTY_QUERY_RESPONSE,
    ERROR_RESPONSE,
    NO_DATA,
    PARAMETER_STATUS,
    PARSE_COMPLETE,
    PORTAL_SUSPENDED,
    READY_FOR_QUERY,
    ROW_DESCRIPTION,
)
from .state import FOR_ANSWER, FOR_CATALOG, FOR_PARSE, FOR_READY, FREE, State
from .statements import Statement

# Only these have to be whole to be understood; all others may pass in parts.
_WHOLE = (AUTHENTICATION, BACKEND_KEY_DATA, COMMAND_COMPLETE, ERROR_RESPONSE, PARAMETER_STATUS, READY_FOR_QUERY)
_TRIES = 3
_READY = messages.frame(READY_FOR_QUERY, b"I")[:5]  # all but the status
_KEPT_DESCRIPTION = 8192  # bytes; a longer one is read each time
_ASYNCHRONOUS = (messages.NOTICE_RESPONSE, PARAMETER_STATUS, messages.NOTIFICATION_RESPONSE)


class ServerStream:
    """The other direction. It also tells the client's when its waiting is over."""

    __slots__ = (
        "_answer", "_blocked_before", "_carry", "_client", "_skip", "_state", "_stay", "_strip", "_waiting",
        "backend_key",
    )  # fmt: skip

    def __init__(self, state: State, client: ClientStream, strip_channel_binding: bool) -> None:
        self._state = state
        self._client = client
        self._strip = strip_channel_binding
        self._carry = Carry()
        self._skip = 0  # bytes still to come of a frame that is passed on in parts
        self._stay = False  # the frame in hand waits for the catalog
        self._waiting: list[bytes] = []
        self._blocked_before = FREE
        self._answer: Answer | None = None  # of the question that is being asked, or of a try that is given up
        self.backend_key = b""

    def receive(self, data: bytes) -> bytes:
        """What goes to the client for it."""
        state = self._state
        if state.blocked == FOR_CATALOG:
            self._waiting.append(data)
            return b""
        if self._carry and not (data := self._carry.join(data)):
            return b""
        if self._answer is not None:
            return self._receive_answer(data)
        expected = state.expected
        careful = state.careful
        end = len(data)
        start = 0
        pos = self._skip
        made: list[bytes] | None = None
        while pos + 5 <= end:
            kind, length = header(data, pos)
            after = pos + length + 1
            if length < 4:
                pass
            elif kind == DATA_ROW or kind == COPY_DATA:
                pos = after
                if length <= NARROW and end - after > RUN:
                    pos = narrow_rows(data, after).end()  # type: ignore[union-attr]  # it always matches, if nothing
                continue
            elif careful or after > end or not expected:
                pass
            else:
                entry = expected[0]
                asked = entry.kind
                if kind == COMMAND_COMPLETE:
                    if entry.quiet:
                        if asked == messages.EXECUTE:
                            expected.popleft()
                            state.completed(entry.decision, None)  # type: ignore[arg-type]
                            pos = after
                            if (
                                after + 6 == end
                                and expected
                                and expected[0] is SYNC_REPLY
                                and data.startswith(_READY, after)
                            ):
                                expected.popleft()
                                state.status = data[end - 1]
                                pos = end
                                break
                            continue
                        if asked == messages.QUERY:
                            pos = after
                            continue
                elif kind == READY_FOR_QUERY:
                    if asked == messages.SYNC:
                        expected.popleft()
                        state.status = data[pos + 5]
                        pos = after
                        continue
                    if asked == messages.QUERY:
                        expected.popleft()
                        state.status = data[pos + 5]
                        state.completed(entry.decision, None)  # type: ignore[arg-type]
                        pos = after
                        continue
                elif kind == BIND_COMPLETE:
                    if asked == messages.BIND:
                        expected.popleft()
                        pos = after
                        prepared = entry.statement
                        if prepared is not None and expected and expected[0] is prepared.describe:
                            described = prepared.row_description
                            if described and data.startswith(described, after):
                                expected.popleft()
                                pos = after + len(described)
                        continue
                elif kind == ROW_DESCRIPTION:
                    if asked == messages.DESCRIBE:
                        expected.popleft()
                        if entry.statement is not None and length < _KEPT_DESCRIPTION:
                            entry.statement.row_description = data[pos:after]
                        pos = after
                        continue
                    if asked == messages.QUERY:
                        pos = after
                        continue
                elif kind == PARSE_COMPLETE and asked == messages.PARSE and entry.quiet:
                    expected.popleft()
                    pos = after
                    continue
            # Everything else, the long way.
            check_length("server", length, LARGE)
            if after > end and kind in _WHOLE:
                break
            frame = data[pos : min(after, end)]
            sent = self._frame(kind, frame)
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
        self._skip = pos - end if pos > end else 0
        if pos < end:
            self._put_off(data[pos:])
        elif made is None:
            return data
        if made is None:
            return data[:pos]
        made.append(data[start:pos])
        return b"".join(made)

    def resume(self) -> bytes:
        """A new snapshot is in force: what goes to the client of what has waited for it."""
        state = self._state
        state.blocked = self._blocked_before
        data = b"".join(self._waiting)
        self._waiting = []
        if data[0] == ERROR_RESPONSE:
            length = header(data, 0)[1]
            if self._decided_otherwise():
                self._try_again()
                data = data[length + 1 :]
            else:
                state.tries = _TRIES
        passed = self.receive(data) if data else b""
        if state.blocked == FREE and self._client.waiting:
            self._release()
        return passed

    def _put_off(self, rest: bytes) -> None:
        if self._state.blocked == FOR_CATALOG:
            self._waiting.append(rest)
        else:
            self._carry.keep(rest)

    def _frame(self, kind: int, frame: bytes) -> bytes:
        handler = _FRAMES.get(kind)
        return frame if handler is None else handler(self, frame)

    def _wait_for_catalog(self) -> bytes:
        state = self._state
        self._blocked_before = state.blocked
        self._stay = True
        state.blocked = FOR_CATALOG
        state.needs.catalog = state.needs.any = True
        return b""

    def _authentication(self, frame: bytes) -> bytes:
        return messages.without_channel_binding(frame) if self._strip else frame

    def _backend_key_data(self, frame: bytes) -> bytes:
        self.backend_key = frame[5:]
        return frame

    def _parameter_status(self, frame: bytes) -> bytes:
        name, text = messages.parameter_status(frame)
        if name in ("client_encoding", "standard_conforming_strings", "application_name", "search_path"):
            self._state.report(name, text)
        return frame

    def _parse_complete(self, frame: bytes) -> bytes:
        entry = self._state.head()
        if entry is None or entry.statement is None or entry.kind not in (messages.PARSE, OWN_PARSE):
            return frame
        self._state.pop()
        entry.statement.confirmed = True
        if entry.kind == messages.PARSE:
            return frame
        self._prepared_again(entry, entry.statement)
        return b""

    def _prepared_again(self, entry: Expected, statement: Statement) -> None:
        """The client's name stands for it from here on; the old one is closed."""
        state = self._state
        old = entry.previous
        state.statements[statement.name] = statement
        if old is not None and statement.name:
            state.expected.append(Expected(OWN_CLOSE))
            state.needs.send(messages.close(b"S", old.server_name))
        self._release()

    def _bind_complete(self, frame: bytes) -> bytes:
        return self._answered(messages.BIND, frame)

    def _row_description(self, frame: bytes) -> bytes:
        return self._answered(messages.DESCRIBE, frame)

    def _answered(self, kind: int, frame: bytes) -> bytes:
        entry = self._state.head()
        if entry is not None and entry.kind == kind:
            self._state.pop()
        return frame

    def _close_complete(self, frame: bytes) -> bytes:
        entry = self._state.head()
        if entry is None or entry.kind not in (messages.CLOSE, OWN_CLOSE):
            return frame
        self._state.pop()
        return b"" if entry.kind == OWN_CLOSE else frame

    def _copy_in_response(self, frame: bytes) -> bytes:
        state = self._state
        state.copying = state.careful = True
        if not state.kept_after:
            state.kept = None  # analysed: there will be no other try
        if state.blocked == FOR_READY:  # that will not come before the client's data has gone
            self._release()
        return frame

    def _command_complete(self, frame: bytes) -> bytes:
        state = self._state
        entry = state.head()
        state.rolled_back = state.rolled_back or frame[5:] == b"ROLLBACK\0"
        if entry is None or entry.kind not in (messages.EXECUTE, messages.QUERY):
            return frame
        if state.copying:
            state.end_copy(failed=False)
        if entry.kind == messages.EXECUTE:
            state.pop()
            self._count(entry, None)
            state.counted.discard(entry.portal)
        elif not state.kept_after:
            state.kept = None  # something ran
        state.ran(entry)
        return frame

    def _portal_suspended(self, frame: bytes) -> bytes:
        state = self._state
        entry = state.head()
        if entry is not None and entry.kind == messages.EXECUTE:
            state.pop()
            self._count(entry, None)
            state.counted.add(entry.portal)
            state.careful = True
        return frame

    def _count(self, entry: Expected, sqlstate: str | None) -> None:
        """Once per portal, however often it is fetched from."""
        if entry.decision is not None and (entry.kind != messages.EXECUTE or entry.portal not in self._state.counted):
            self._state.completed(entry.decision, sqlstate)

    def _error_response(self, frame: bytes) -> bytes:
        state = self._state
        entry = state.head()
        fields = messages.fields(frame)
        state.ended = state.ended or replies.is_fatal(fields)
        if entry is None or entry.kind in (messages.SYNC, MAYBE_SYNC, STARTUP):
            return frame
        if self._can_try_again(entry, fields):
            return self._wait_for_catalog()
        if entry.decision is not None and entry.statement is not None:
            changed = replies.for_client(fields, entry.decision, entry.statement.text, state.settings.client_encoding)
            if changed is not fields:
                frame, fields = messages.error_response(changed), changed
        state.error = replies.sqlstate(fields)
        state.careful = True
        if state.copying:
            state.end_copy(failed=True)
        if entry.kind not in (messages.QUERY, messages.FUNCTION_CALL):
            self._segment_failed(entry)
        return frame

    def _segment_failed(self, entry: Expected) -> None:
        """The server reads on to the next Sync and answers nothing."""
        state = self._state
        self._count(entry, state.error)
        if entry.kind == OWN_PARSE and entry.previous is not None and not entry.previous.name:
            entry.previous.lose()
        state.undo_segment()
        if state.blocked == FOR_PARSE:
            self._release()

    def _can_try_again(self, entry: Expected, fields: replies.Fields) -> bool:
        """A loud text has failed, and nothing ran."""
        state = self._state
        if entry.decision is None or replies.sqlstate(fields) not in entry.decision.retry:
            return False
        if state.tries >= _TRIES or state.status != messages.IDLE or not replies.analysis_failed(fields):
            return False
        return not state.bound if entry.kind == OWN_PARSE else state.kept is not None and not state.kept_after

    def _decided_otherwise(self) -> bool:
        entry = self._state.expected[0]
        statement = entry.statement
        return statement is not None and self._state.decide(statement.text).sent(statement.text) != statement.given

    def _try_again(self) -> None:
        """Everything from the failed statement on is taken back; it is sent again after the ReadyForQuery."""
        state = self._state
        again = b"".join(state.kept or ()) + messages.FLUSH_FRAME
        if state.expected[0].kind != messages.QUERY:
            state.undo_segment()
        if state.expected:
            state.expected.popleft()
        else:
            state.needs.send(messages.SYNC_FRAME)
        state.kept = None
        state.skipping = state.bound = False
        state.tries += 1
        state.blocked = FOR_ANSWER
        self._answer = Answer(again)

    def _ready_for_query(self, frame: bytes) -> bytes:
        state = self._state
        status = frame[5]
        if state.ddl and status == messages.IDLE:
            state.ddl = False
            return self._wait_for_catalog()
        entry = self._pop_ready()
        state.status = status
        if entry is not None and entry.kind == messages.QUERY:
            self._count(entry, state.error)
        elif entry is not None and entry.kind == STARTUP:
            state.started = state.unsettled = True
        state.transaction_moved()
        if not state.kept_after:
            state.kept = None
            state.tries = 0
        if not state.expected:
            self._idle()
        else:
            state.update_careful()
        return frame

    def _pop_ready(self) -> Expected | None:
        """What the ReadyForQuery answers.

        A Sync that COPY FROM may have swallowed counts as swallowed where another follows it; one ReadyForQuery too
        many is passed on and answers nothing.
        """
        state = self._state
        entry = None
        while (head := state.head()) is not None and head.kind == MAYBE_SYNC:
            entry = state.pop()
        if head is not None and head.kind in (messages.SYNC, messages.QUERY, messages.FUNCTION_CALL, STARTUP):
            entry = state.pop()
        return entry

    def _idle(self) -> None:
        """Nothing is under way: the moment to ask, or to let the client go on."""
        state = self._state
        if state.unsettled and state.status != messages.FAILED and not state.doubtful:
            state.needs.send(QUESTION)
            state.blocked = FOR_ANSWER
            self._answer = Answer()
        elif state.blocked:
            self._release()
            return
        state.update_careful()

    def _release(self, again: bytes = b"") -> None:
        state = self._state
        state.blocked = FREE
        state.update_careful()
        state.needs.send(self._client.release(again))
        state.needs.any = True  # the shell may have stopped reading from the client

    def _receive_answer(self, data: bytes) -> bytes:
        """Up to the ReadyForQuery, all but what the server says of itself is for Lintel."""
        passed: list[bytes] = []
        pos = 0
        while pos + 5 <= len(data) and pos + 1 + header(data, pos)[1] <= len(data):
            kind, length = header(data, pos)
            check_length("server", length, LARGE)
            frame = data[pos : pos + 1 + length]
            pos += len(frame)
            if (
                kind in _ASYNCHRONOUS
                or self._answer is None
                or (kind == ERROR_RESPONSE and replies.is_fatal(messages.fields(frame)))
            ):
                passed.append(self._frame(kind, frame))
            elif kind == DATA_ROW:
                self._answer.add(frame)
            elif kind == READY_FOR_QUERY:
                self._state.status = frame[5]
                self._answered_fully(self._answer)
        if pos < len(data):
            self._carry.keep(data[pos:])
        return b"".join(passed)

    def _answered_fully(self, answer: Answer) -> None:
        self._answer = None
        state = self._state
        if not answer.again:
            state.settle(replace(state.settings, search_path=answer.search_path, role=answer.role))
            state.unsettled = False
        self._release(answer.again)


_FRAMES: dict[int, Callable[[ServerStream, bytes], bytes]] = {
    AUTHENTICATION: ServerStream._authentication,
    BACKEND_KEY_DATA: ServerStream._backend_key_data,
    BIND_COMPLETE: ServerStream._bind_complete,
    CLOSE_COMPLETE: ServerStream._close_complete,
    COMMAND_COMPLETE: ServerStream._command_complete,
    COPY_IN_RESPONSE: ServerStream._copy_in_response,
    EMPTY_QUERY_RESPONSE: ServerStream._command_complete,
    ERROR_RESPONSE: ServerStream._error_response,
    NO_DATA: ServerStream._row_description,
    PARAMETER_STATUS: ServerStream._parameter_status,
    PARSE_COMPLETE: ServerStream._parse_complete,
    PORTAL_SUSPENDED: ServerStream._portal_suspended,
    READY_FOR_QUERY: ServerStream._ready_for_query,
    ROW_DESCRIPTION: ServerStream._row_description,
}
