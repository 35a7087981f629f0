"""What the server answers, frame by frame, on its way to the client.

`ServerStream.receive` is the hot path, flat and long on purpose: rows are stepped over, the replies to plain statements
are taken off `expected`, everything else goes to `Answers.frame`. What answers Lintel's own questions is cut out.
"""

from typing import TYPE_CHECKING, Final

from . import messages, replies
from .answers import Answers
from .expected import SEGMENT, Expected, leave
from .framing import (
    COMPILED,
    HEADER_SIZE,
    LARGE,
    Carry,
    check_length,
    header,
    length_at,
)
from .messages import (
    AUTHENTICATION,
    BACKEND_KEY_DATA,
    BIND_COMPLETE,
    COMMAND_COMPLETE,
    COPY_DATA,
    DATA_ROW,
    ERROR_RESPONSE,
    PARAMETER_STATUS,
    PARSE_COMPLETE,
    READY_FOR_QUERY,
    ROW_DESCRIPTION,
)
from .rows import RUN, past_rows
from .state import FOR_CATALOG, State

if TYPE_CHECKING:
    from mypy_extensions import i64

# Only these have to be whole to be understood; all others may pass in parts.
_WHOLE = (
    AUTHENTICATION, BACKEND_KEY_DATA, COMMAND_COMPLETE, ERROR_RESPONSE, messages.NOTICE_RESPONSE, PARAMETER_STATUS,
    READY_FOR_QUERY,
)  # fmt: skip
_DESCRIPTIONS = (messages.PARAMETER_DESCRIPTION, ROW_DESCRIPTION)  # of a probe: no part of them is passed on
# A longer ErrorResponse or NoticeResponse is passed on in parts: only the beginning, with the SQLSTATE, is looked at.
_LONG_ERROR = 16 * 1024 * 1024
_ERROR_START = 1024
_READY: Final = messages.frame(READY_FOR_QUERY, b"I")[:-1]  # all but the status
_KEPT_DESCRIPTION = 8192  # bytes; a longer one is read each time
_ASYNCHRONOUS = (messages.NOTICE_RESPONSE, PARAMETER_STATUS, messages.NOTIFICATION_RESPONSE)


class ServerStream:
    """The other direction of a Conversation; it waits only for the catalog."""

    __slots__ = ("_answers", "_carry", "_skip", "_state", "_waiting")

    def __init__(self, state: State, answers: Answers) -> None:
        self._state = state
        self._answers = answers
        self._carry = Carry()
        self._skip = 0  # bytes still to come of a frame that is passed on in parts
        self._waiting: list[bytes] = []

    def receive(self, data: bytes) -> bytes:  # noqa: C901, PLR0915 - the hot path
        """What goes to the client for it."""
        state = self._state
        if state.blocked == FOR_CATALOG:
            self._waiting.append(data)
            return b""
        if self._carry.some and not (data := self._carry.join(data)):
            return b""
        answers = self._answers
        careful = state.careful  # as it is while anything of Lintel's own is under way
        if careful and answers.is_asking():
            return self._receive_answer(data)
        expected = state.expected
        end: i64 = len(data)
        start: i64 = 0
        pos: i64 = self._skip
        kind: i64
        length: i64
        tag = -1  # where the CommandComplete of the Query under way is
        segment: Expected | None = None  # that at the head, where the next reply is its CommandComplete
        made: list[bytes] | None = None
        while pos + 5 <= end:
            if COMPILED:
                kind = data[pos]
                length = length_at(data, pos)
            else:
                kind, length = header(data, pos)
            after = pos + length + 1
            if length < 4:
                pass
            elif kind == DATA_ROW or kind == COPY_DATA:  # noqa: PLR1714, SIM109 - quicker so
                pos = after
                if not COMPILED and end - after > RUN:
                    pos = past_rows(data, after, kind)
                continue
            elif segment is not None and kind == COMMAND_COMPLETE and after <= end:
                state.completed(segment.decision, None, data, pos)  # type: ignore[arg-type]
                segment = None
                if after + 6 == end and (
                    data[after] == READY_FOR_QUERY and length_at(data, after) == 5
                    if COMPILED
                    else data[after : end - 1] == _READY
                ):
                    expected.popleft()
                    state.status = data[end - 1]
                    pos = end
                    break
                leave(expected, 1)
                pos = after
                continue
            elif careful or after > end or not expected or segment is not None:
                pass
            else:
                entry = expected[0]
                asked = entry.kind
                if kind == COMMAND_COMPLETE:
                    if entry.quiet:
                        if asked == messages.EXECUTE:
                            expected.popleft()
                            state.completed(entry.decision, None, data, pos)  # type: ignore[arg-type]
                            pos = after
                            continue
                        if asked == messages.QUERY:
                            if after + 6 == end and (
                                data[after] == READY_FOR_QUERY and length_at(data, after) == 5
                                if COMPILED
                                else data[after : end - 1] == _READY
                            ):
                                expected.popleft()
                                state.status = data[end - 1]
                                state.completed(entry.decision, None, data, pos)  # type: ignore[arg-type]
                                pos = end
                                break
                            tag = pos
                            pos = after
                            continue
                elif kind == READY_FOR_QUERY and length == 5:
                    if asked == messages.SYNC:
                        expected.popleft()
                        state.status = data[pos + 5]
                        pos = after
                        continue
                    if asked == messages.QUERY:
                        expected.popleft()
                        state.status = data[pos + 5]
                        state.completed(entry.decision, None, data, tag)  # type: ignore[arg-type]
                        tag = -1
                        pos = after
                        continue
                elif kind == BIND_COMPLETE:
                    if asked == SEGMENT:
                        pos = after
                        prepared = entry.statement
                        if prepared is not None and entry is prepared.run_described:
                            described = prepared.row_description
                            pos = after + len(described)
                            if not described or data[after:pos] != described:
                                leave(expected, 3)
                                pos = after
                                continue
                        segment = entry
                        continue
                    if asked == messages.BIND:
                        expected.popleft()
                        pos = after
                        prepared = entry.statement
                        if prepared is not None and expected and expected[0] is prepared.describe:
                            described = prepared.row_description
                            past = after + len(described)
                            if described and data[after:past] == described:
                                expected.popleft()
                                pos = past
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
            if segment is not None:
                segment = None
                leave(expected, 2)
            if state.folded:
                state.unfold()
            check_length("server", length, LARGE)
            whole = kind in _WHOLE or (kind in _DESCRIPTIONS and answers.probing)
            if after > end and whole and end - pos < _enough(kind, length):
                break
            frame = data[pos : min(after, end)]
            sent = answers.frame(kind, frame)
            careful = state.careful
            if sent is not frame:
                if made is None:
                    made = []
                made.append(data[start:pos])
                made.append(sent)
                start = pos if answers.stay else min(after, end)
            if answers.stay:
                answers.stay = False
                break
            pos = after
            if answers.is_asking():  # what follows is for it
                if made is None:
                    made = []
                made.append(data[start:pos])
                self._skip = 0
                made.append(self._receive_answer(data[pos:]))
                return b"".join(made)
        if segment is not None:
            leave(expected, 2)
        self._skip = pos - end if pos > end else 0
        if pos < end:
            self._put_off(data[pos:])
        elif made is None:
            return data
        if made is None:
            return data[:pos]
        made.append(data[start:pos])
        return b"".join(made)

    @property
    def between_frames(self) -> bool:
        """The client has had whole frames so far: another may follow."""
        return not self._skip

    def resume(self) -> bytes:
        """A new snapshot is in force: what goes to the client of what has waited for it."""
        data = b"".join(self._waiting)
        self._waiting = []
        if self._answers.resume(failed=data[0] == ERROR_RESPONSE):
            data = data[header(data, 0)[1] + 1 :]
        passed = self.receive(data) if data else b""
        self._answers.release_if_free()
        return passed

    def _put_off(self, rest: bytes) -> None:
        if self._state.blocked == FOR_CATALOG:
            self._waiting.append(rest)
        else:
            self._carry.keep(rest, _enough(*header(rest, 0)) if len(rest) >= HEADER_SIZE else HEADER_SIZE)

    def _receive_answer(self, data: bytes) -> bytes:
        """Up to the ReadyForQuery, all but what the server says of itself is for Lintel."""
        answers = self._answers
        pos = min(self._skip, len(data))
        self._skip -= pos
        passed = [data[:pos]]
        while answers.asking is not None and pos + 5 <= len(data):
            kind, length = header(data, pos)
            check_length("server", length, _LONG_ERROR)
            frame = data[pos : pos + 1 + length]
            if len(frame) <= length:
                break
            pos += len(frame)
            if kind in _ASYNCHRONOUS or (kind == ERROR_RESPONSE and replies.is_fatal(messages.fields(frame))):
                passed.append(answers.frame(kind, frame))
            elif kind == READY_FOR_QUERY and self._state.stray:
                self._state.stray -= 1
                passed.append(frame)
            elif kind == READY_FOR_QUERY:
                self._state.status = frame[-1]
                answers.answered(answers.asking)
            else:
                self._state.stray = 0
                if kind == DATA_ROW:
                    answers.asking.add(frame)
        if answers.asking is None:
            passed.append(self.receive(data[pos:]))
        elif pos < len(data):
            self._carry.keep(data[pos:])
        return b"".join(passed)


def _enough(kind: int, length: int) -> int:
    """The bytes of a frame that have to be there before it can be looked at."""
    in_parts = kind in (ERROR_RESPONSE, messages.NOTICE_RESPONSE) and length > _LONG_ERROR
    return _ERROR_START if in_parts else length + 1
