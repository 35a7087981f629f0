"""What follows from each message of the server, the long way: every one that means something here.

The hot path in server.py takes the replies to plain statements before they come here. A method returns what goes to
the client for the frame: the frame itself (the object) where nothing in it changes, nothing where it is Lintel's own.
"""

from . import failures, messages, probes, replies
from .ask import QUESTION, Answer
from .client import ClientStream
from .errors import ProtocolError
from .expected import (
    COPY_DONE_MARK,
    OWN_CLOSE,
    OWN_DESCRIBE,
    OWN_PARSE,
    OWN_PROBE,
    READY,
    STARTUP,
    TELLS,
    Expected,
    owes_ready,
)  # fmt: skip
from .framing import header
from .login import Passing
from .state import State, is_unnamed
from .statements import Statement, heard
from .told import columns_in, remember
from .waiting import FOR_ANSWER, FOR_CATALOG, FOR_DDL, FOR_DECISION, FOR_PARSE, FOR_READY, FREE

_OWN = (OWN_PARSE, OWN_PROBE, OWN_DESCRIBE)
_TO_PROBE = (
    messages.PARSE_COMPLETE, messages.PARAMETER_DESCRIPTION, messages.ROW_DESCRIPTION, messages.NO_DATA,
    messages.CLOSE_COMPLETE, messages.BIND_COMPLETE, messages.COMMAND_COMPLETE,
)  # fmt: skip
_FOLLOWED = frozenset(
    {b"application_name", b"client_encoding", b"search_path", b"session_authorization", b"standard_conforming_strings"}
)
# What may come before a stray ReadyForQuery, and itself.
_BESIDES = (
    messages.READY_FOR_QUERY, messages.NOTICE_RESPONSE, messages.PARAMETER_STATUS, messages.NOTIFICATION_RESPONSE,
)  # fmt: skip


class Answers:
    """Of one session; `stay` tells the hot path that the frame in hand waits for the catalog."""

    __slots__ = ("_authentication", "_blocked_before", "_client", "_state", "asking", "backend_key", "stay")

    def __init__(self, state: State, client: ClientStream, authentication: Passing) -> None:
        self._state = state
        self._client = client  # to be told when its waiting is over
        self._authentication = authentication
        self._blocked_before = FREE
        self.asking: Answer | None = None  # the question under way, or the end of a try that is given up
        self.backend_key = b""
        self.stay = False

    def frame(self, kind: int, frame: bytes) -> bytes:
        """What goes to the client for any frame; the frame itself (the object) where nothing in it changes."""
        self._state.stirred += 1
        if self._state.stray and kind not in _BESIDES:
            self._state.stray = 0
        try:
            return self._answer(kind, frame)
        except (ValueError, IndexError):
            raise ProtocolError("server", "08P01", "the server has sent a message that cannot be read") from None

    def _answer(self, kind: int, frame: bytes) -> bytes:  # noqa: C901 - a dispatch
        if kind in _TO_PROBE and self.probing:
            return self._probed(kind, frame)
        match kind:
            case messages.READY_FOR_QUERY:
                return self._ready_for_query(frame)
            case messages.PARAMETER_STATUS:  # a session begins with more than a dozen
                return self._parameter_status(frame)
            case messages.COMMAND_COMPLETE | messages.EMPTY_QUERY_RESPONSE:
                return self._command_complete(frame)
            case messages.ERROR_RESPONSE:
                return self._error_response(frame)
            case messages.NOTICE_RESPONSE:
                return failures.notice(self._state, frame)
            case messages.PARSE_COMPLETE:
                return self._parse_complete(frame)
            case messages.BIND_COMPLETE:
                return self._answered(messages.BIND, frame)
            case messages.ROW_DESCRIPTION | messages.NO_DATA:
                return self._described(frame)
            case messages.PARAMETER_DESCRIPTION:
                return self._parameters_described(frame)
            case messages.CLOSE_COMPLETE:
                return self._close_complete(frame)
            case messages.PORTAL_SUSPENDED:
                return self._portal_suspended(frame)
            case messages.COPY_IN_RESPONSE:
                return self._copy_in_response(frame)
            case messages.AUTHENTICATION:
                return self._authentication(frame)
            case messages.BACKEND_KEY_DATA:
                self.backend_key = frame[5:]
        return frame

    def resume(self, failed: bool) -> bool:
        """Go on after the wait for the catalog; whether what had failed is tried again instead of being passed on."""
        self._state.blocked = self._blocked_before
        self._state.newest = self._state.context
        if failed and self._state.may_do():
            self._try_again()
            return True
        if failed:
            failures.decided_the_same(self._state)
        return False

    def is_asking(self) -> bool:
        """What comes next answers a question of Lintel's own."""
        return self.asking is not None

    @property
    def probing(self) -> bool:
        """What comes next answers a probe."""
        entry = self._state.head()
        return entry is not None and entry.kind == OWN_PROBE

    def _probed(self, kind: int, frame: bytes) -> bytes:
        """Of a table that is not as the decision has it, a newer snapshot is fetched before it is decided again."""
        if probes.heard(self._state, kind, frame):
            return self._wait_for_catalog()
        if kind == messages.CLOSE_COMPLETE:
            self._release_if_parsed()
        return b""

    def release_if_free(self) -> None:
        """Input may have come while both directions waited; or it waits for a decision: look at it again."""
        if self._state.blocked in (FREE, FOR_DECISION) and self._client.waiting:
            self._release()

    def _wait_for_catalog(self) -> bytes:
        state = self._state
        self._blocked_before = state.blocked
        self.stay = True
        state.blocked = FOR_CATALOG
        state.careful = True
        state.needs.catalog = state.needs.any = True
        return b""

    def _parameter_status(self, frame: bytes) -> bytes:
        name, value = messages.parameter_status(frame)
        if name in _FOLLOWED:
            self._state.report(name.decode(), value.decode("utf-8", "replace"))
        return frame

    def _parse_complete(self, frame: bytes) -> bytes:
        state = self._state
        entry = state.head()
        if entry is None or entry.statement is None or entry.kind not in (messages.PARSE, OWN_PARSE):
            return frame
        state.pop()
        state.parsed(entry.statement)
        if entry.kind == messages.PARSE:
            self._release_if_parsed()
            return frame
        following = state.head()
        if following is None or following.kind != OWN_DESCRIBE:
            self._prepared_again(entry, entry.statement)
        return b""

    def _prepared_again(self, entry: Expected, statement: Statement) -> None:
        """The client's name stands for it from here on; the old one is closed."""
        state = self._state
        old = entry.previous
        state.statements[statement.name] = statement
        if state.counts is not None:
            state.counts.reprepared += 1
        if old is not None and statement.name:
            state.expected.append(Expected(OWN_CLOSE))
            state.needs.send(messages.close(b"S", old.server_name))
        self._release()

    def _release_if_parsed(self) -> None:
        """What was waited for is known now; a Parse of Lintel's may still be under way."""
        state = self._state
        waited = state.blocked in (FOR_PARSE, FOR_DDL) and state.moving is None
        if waited and all(entry.kind not in _OWN for entry in state.expected):
            self._release()

    def _answered(self, kind: int, frame: bytes) -> bytes:
        entry = self._state.head()
        if entry is not None and entry.kind == kind:
            self._state.pop()
        return frame

    def _parameters_described(self, frame: bytes) -> bytes:
        entry = self._state.head()
        if entry is not None and entry.kind == OWN_DESCRIBE:
            return b""
        if entry is not None and entry.kind == TELLS and entry.statement is not None:
            remember(entry.statement.told.parameters, self._state.settings.application_name, frame[5:])
        return b"" if self._state.retry.described() else frame

    def _described(self, frame: bytes) -> bytes:
        """What is behind a statement that was prepared again, or what the client goes by from here on."""
        state = self._state
        entry = state.head()
        if entry is None or entry.statement is None or entry.kind not in (TELLS, OWN_DESCRIBE):
            return self._answered(messages.DESCRIBE, frame)
        state.pop()
        if entry.kind == OWN_DESCRIBE:
            entry.statement.shown = columns_in(frame)
            entry.statement.fit()
            self._prepared_again(entry, entry.statement)
            return b""
        heard(entry.statement, state.statements, state.settings.application_name, frame)
        self._release_if_parsed()
        return frame

    def _close_complete(self, frame: bytes) -> bytes:
        entry = self._state.head()
        own = entry is not None and entry.kind == OWN_CLOSE
        self._answered(OWN_CLOSE if own else messages.CLOSE, frame)
        return b"" if own else frame

    def _copy_in_response(self, frame: bytes) -> bytes:
        state = self._state
        state.head()  # a CopyDone from before, when nothing was copied, ends no data of this one
        state.copying = state.careful = True
        state.retry.ran()  # analysed, at least
        if state.blocked == FOR_READY and COPY_DONE_MARK not in state.expected:
            self._release()  # it will not be ready before the client's data has gone
        return frame

    def _command_complete(self, frame: bytes) -> bytes:
        state = self._state
        entry = state.head()
        if frame[5:] == b"COMMIT\0":  # whatever comes behind it, before the ReadyForQuery or in a chained transaction
            state.committed_temporary = state.settings.temporary
        state.rolled_back = state.rolled_back or frame[5:] == b"ROLLBACK\0"
        if entry is None or entry.kind not in (messages.EXECUTE, messages.QUERY):
            return frame
        if copied := state.copying:
            state.end_copy(failed=False)
        if entry.kind == messages.EXECUTE:
            state.pop()
            self._count(entry, None, frame)
            state.counted.discard(entry.portal)
            state.note(entry)
            if copied and not owes_ready(state.expected):  # a Sync among the data was swallowed
                state.bound = True  # what has been copied is not committed, and no ReadyForQuery comes
                if state.blocked == FOR_READY:
                    self._release()
        else:
            state.retry.ran()
        state.ran(entry, frame[5:].removesuffix(b"\0"))  # there is none behind an empty query
        self._release_if_parsed()
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

    def _count(self, entry: Expected, sqlstate: str | None, tagged: bytes = b"") -> None:
        """Once per portal, however often it is fetched from; `tagged` is the CommandComplete, where it is at hand."""
        if entry.decision is not None and (entry.kind != messages.EXECUTE or entry.portal not in self._state.counted):
            self._state.completed(entry.decision, sqlstate, tagged, 0 if tagged else -1)

    def _error_response(self, frame: bytes) -> bytes:
        state = self._state
        entry = state.head()
        fields = messages.fields(frame)
        state.ended = state.ended or replies.is_fatal(fields)
        if entry is None or entry.kind in (messages.SYNC, STARTUP):
            return frame
        whole = header(frame, 0)[1] < len(frame)  # else its beginning, see server.py
        if whole and failures.can_try_again(state, entry, fields):
            return self._wait_for_catalog()
        if whole and entry.decision is not None and entry.sent is not None:
            changed = failures.for_client(state, entry, fields)
            if changed is not fields:
                frame, fields = messages.error_response(changed), changed
        if entry.kind == OWN_PROBE and whole:  # it stands for the statement's own, which waits
            if entry.probe is not None and entry.probe.runs and entry.decision is not None:
                fields = replies.by_token(fields, entry.decision)
            frame = messages.error_response([field for field in fields if field[0] != replies.POSITION])
            state.refused = self._client.holds_query
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
        state.undo_segment()
        if entry.kind == messages.PARSE and is_unnamed(entry):
            state.lose_unnamed()
        if state.blocked == FOR_READY and state.skipping:
            self._release()  # what was waited for will not come
        else:
            self._release_if_parsed()

    def _try_again(self) -> None:
        """Everything from the failed statement on is taken back; it is sent again after the ReadyForQuery."""
        state = self._state
        again = state.retry.take() + messages.FLUSH_FRAME
        state.moving = None
        if state.expected[0].kind != messages.QUERY:
            state.undo_segment()
        if state.expected:
            state.expected.popleft()
        else:
            state.needs.send(messages.SYNC_FRAME)
        state.skipping = state.bound = False
        if state.counts is not None:
            state.counts.retries += 1
        state.blocked = FOR_ANSWER
        state.careful = True
        self.asking = Answer(again)

    def _ready_for_query(self, frame: bytes) -> bytes:
        state = self._state
        status = frame[5]
        if state.ddl and status == messages.IDLE:
            state.ddl = False
            return self._wait_for_catalog()
        earlier = state.retry.awaited  # it is of an earlier segment
        entry = self._pop_ready()
        state.status = status
        if entry is not None and entry.kind == messages.QUERY:
            self._count(entry, state.error)
            if state.error is None and status != messages.IDLE:
                state.note(entry)
        elif entry is not None and entry.kind == STARTUP:
            state.started = state.unsettled = True
        state.transaction_moved()
        if entry is not None and not earlier:
            state.retry.over()
        if state.head() is None:
            self._idle()
        elif state.blocked == FOR_READY and not owes_ready(state.expected):
            self._release()  # what is left waits for the Sync of the frames that wait here
        else:
            state.update_careful()
        return frame

    def _pop_ready(self) -> Expected | None:
        """What the ReadyForQuery answers; where that is a Sync which is not waited for, the server is not skipping."""
        state = self._state
        head = state.head()
        # A Query is answered by more than a ReadyForQuery.
        stray = state.stray and head is not None and head.kind != messages.SYNC and state.error is None
        if head is not None and head.kind in READY and not stray:
            return state.pop()
        state.stray = max(0, state.stray - 1)
        state.skipping = False
        return None

    def _idle(self) -> None:
        """Nothing is under way: the moment to ask, or to let the client go on."""
        state = self._state
        if state.unsettled and state.status != messages.FAILED and not state.doubtful and not self._pipelined():
            state.needs.send(QUESTION)
            state.blocked = FOR_ANSWER
            state.careful = True
            self.asking = Answer()
        elif state.blocked:
            self._release()
            return
        state.update_careful()

    def _pipelined(self) -> bool:
        """Whether a Sync of ours might end a transaction that has to wait for the client's own (PostgreSQL 18)."""
        return self._state.bound and self._state.status == messages.IN_TRANSACTION

    def _release(self, again: bytes = b"") -> None:
        state = self._state
        state.blocked = FREE
        state.update_careful()
        state.needs.send(self._client.release(again))
        state.needs.any = True  # the shell may have stopped reading from the client

    def answered(self, answer: Answer) -> None:
        """The ReadyForQuery of Lintel's own question has come."""
        self.asking = None
        state = self._state
        if not answer.again:
            state.settle(state.settings.asked(answer.search_path, answer.role, within=state.status != messages.IDLE))
            state.unsettled = answer.search_path is None  # canceled, say: asked again at the next idle moment
        self._release(answer.again)
