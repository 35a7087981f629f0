"""What the server answers, frame by frame, on its way to the client.

`ServerStream.receive` is the hot path, flat and long on purpose: first the chunk that is the whole answer to a plain
statement; then, in `_walk`, rows are stepped over, the replies to plain statements are taken off `expected`, everything
else goes to `Answers.frame`. What answers Lintel's own questions is cut out.
"""

from typing import TYPE_CHECKING, Final

from . import messages, replies
from .answers import Answers
from .direction import Direction
from .expected import READY_SIZE, remember_opening
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
from .state import State
from .told import is_read
from .waiting import FOR_CATALOG

if TYPE_CHECKING:
    from mypy_extensions import i64

# Only these have to be whole to be understood; all others may pass in parts.
_WHOLE = (
    AUTHENTICATION, BACKEND_KEY_DATA, COMMAND_COMPLETE, ERROR_RESPONSE, messages.NOTICE_RESPONSE, PARAMETER_STATUS,
    READY_FOR_QUERY,
)  # fmt: skip

_DESCRIPTIONS = (messages.PARAMETER_DESCRIPTION, ROW_DESCRIPTION)  # of a probe, say: no part of them is passed on
# A longer ErrorResponse or NoticeResponse is passed on in parts: only the beginning, with the SQLSTATE, is looked at.
_LONG_ERROR = 16 * 1024 * 1024
_ERROR_START = 1024
_READY: Final = messages.frame(READY_FOR_QUERY, b"I")[:-1]  # all but the status
_ASYNCHRONOUS = (messages.NOTICE_RESPONSE, PARAMETER_STATUS, messages.NOTIFICATION_RESPONSE)


class ServerStream(Direction):
    """The other direction of a Conversation; it waits only for the catalog."""

    __slots__ = ("_amid", "_answers", "_carry", "_skip", "_state", "_waiting")

    def __init__(self, state: State, answers: Answers) -> None:
        self._state = state
        self._answers = answers
        self._carry = Carry()
        self._skip = 0  # bytes still to come of a frame that is passed on in parts
        self._amid = True  # there may be such a one, or the start of one is carried
        self._waiting: list[bytes] = []

    def receive(self, data: bytes) -> bytes:  # noqa: C901 - the hot path
        """What goes to the client for it.

        Here are the chunks that are all of an answer. What its end looks like is only believed where frame by frame has
        led to it: a row may look like anything.
        """
        state = self._state
        if state.careful or self._amid or not state.expected:
            return self._walk(data)
        entry = state.expected[0]
        end: i64 = len(data)
        last: i64 = end - entry.closed  # where the rows end
        if not entry.closed or end < READY_SIZE:
            return self._walk(data)
        if not data.endswith(entry.closing):
            last = end - READY_SIZE
            if data[last : end - 1] != _READY:
                return self._walk(data)
        pos: i64 = entry.opened
        if pos and not data.startswith(entry.opening):
            remember_opening(entry, data)
            return self._walk(data)
        if not COMPILED and last - pos > RUN:
            return self._walk(data)
        tag: i64 = last
        kind: i64
        length: i64
        while pos < last:
            if COMPILED:
                kind = data[pos]
                length = length_at(data, pos)
            else:
                kind, length = header(data, pos)
            after = pos + length + 1
            if kind == DATA_ROW:
                if length < 4:
                    break
            elif kind == COMMAND_COMPLETE and after == end - READY_SIZE:
                tag, last = pos, after
                entry.closing = data[pos:]
                entry.closed = end - pos
            elif kind != ROW_DESCRIPTION or entry.opened or pos or length < 4:
                break
            pos = after
        if pos != last or data[tag] != COMMAND_COMPLETE:
            return self._walk(data)
        state.take()
        state.status = data[end - 1]
        state.completed(entry.decision, None, data, tag)  # type: ignore[arg-type]
        return data

    def _walk(self, data: bytes) -> bytes:  # noqa: C901, PLR0915 - the hot path
        """Frame by frame."""
        state = self._state
        self._amid = True
        if state.folded:
            state.unfold()
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
            elif careful or after > end or not expected:
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
                    if asked == messages.BIND:
                        expected.popleft()
                        pos = after
                        continue
                elif kind == ROW_DESCRIPTION:
                    if asked == messages.DESCRIBE:
                        expected.popleft()
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
            if state.folded:
                state.unfold()
            check_length("server", length, LARGE)
            whole = kind in _WHOLE or (kind in _DESCRIPTIONS and (state.retry.repeats or is_read(state.head())))
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

    @property
    def amid(self) -> bool:
        """The last chunk may have ended within a frame."""
        return self._amid

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
            self._amid = True
        return b"".join(passed)


def _enough(kind: int, length: int) -> int:
    """The bytes of a frame that have to be there before it can be looked at."""
    in_parts = kind in (ERROR_RESPONSE, messages.NOTICE_RESPONSE) and length > _LONG_ERROR
    return _ERROR_START if in_parts else length + 1
