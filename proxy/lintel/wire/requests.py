"""What follows from each message of a client, the long way: every one there is, with all that may be special about it.

The hot path in client.py takes the plain ones before they come here. A method returns what goes to the server for the
frame: the frame itself (the object) where nothing in it changes.
"""

from . import ask, messages, probes
from .decision import DEALLOCATE, ENDS, PREPARE, RUN, SETTINGS, TEMPORARY, Decision, Probe
from .decision import EXECUTE as EXECUTES
from .errors import ProtocolError
from .expected import (
    COPY_DONE_MARK,
    FUNCTION_REPLY,
    OWN_DESCRIBE,
    OWN_PARSE,
    SYNC_REPLY,
    UNASKED,
    Expected,
    owes_ready,
    probing,
)
from .framing import header
from .messages import BIND, CLOSE, DESCRIBE, EXECUTE, PARSE, PASSWORD, PORTAL, QUERY, SYNC, TERMINATE
from .retry import KEPT_LIMIT
from .state import State
from .statements import RENAMED, Sent, Statement, deallocate, execute, known_as, outdated, overtaken, renamed, taken
from .told import FAILING, awaited, changed
from .waiting import FOR_DDL, FOR_PARSE, FOR_READY, FOR_STARTUP, IN_STARTUP


class Requests:
    """Of one session; `stay` tells the hot path that the frame in hand has to wait as well."""

    __slots__ = ("_state", "stay")

    def __init__(self, state: State) -> None:
        self._state = state
        self.stay = False

    def frame(self, kind: int, frame: bytes) -> bytes:
        """What goes to the server for any frame; the frame itself (the object) where nothing in it changes."""
        state = self._state
        state.stirred += 1
        if state.blocked == IN_STARTUP and kind not in (PASSWORD, TERMINATE):
            state.blocked = FOR_STARTUP
            state.careful = True
            return self._wait()
        try:
            if state.skipping and kind != SYNC:
                return self._skipped(kind, frame)
            return self._request(kind, frame)
        except ValueError:
            raise ProtocolError("client", "08P01", "invalid string in message") from None

    def _request(self, kind: int, frame: bytes) -> bytes:
        match kind:
            case messages.QUERY:
                return self._query(frame)
            case messages.PARSE:
                return self._parse(frame)
            case messages.BIND:
                return self._bind(frame)
            case messages.DESCRIBE:
                return self._describe(frame)
            case messages.EXECUTE:
                return self._execute(frame)
            case messages.CLOSE:
                return self._close(frame)
            case messages.SYNC:
                return self._sync(frame)
            case messages.COPY_DONE | messages.COPY_FAIL:
                return self._copy_end(frame)
            case messages.COPY_DATA:
                self._state.copy_data()
            case messages.FUNCTION_CALL:
                return self._function_call(frame)
            case messages.TERMINATE:
                self._state.ended = True
        return frame

    def _skipped(self, kind: int, frame: bytes) -> bytes:
        """The server is about to discard it; should it not, it still gets no text but one that was decided."""
        if kind == QUERY and self._state.refused:
            return self._sync(messages.SYNC_FRAME)
        if kind == QUERY and len(frame) > 5:
            name, own = b"", frame[5:-1]
        elif kind == PARSE:
            name, own = messages.strings(frame, 5, 2)
        else:
            return frame
        if self._state.leaves_to_shell(own):
            return self._wait()
        text = self._decide(own).text
        if text is None:
            return frame
        return messages.query(text) if kind == QUERY else messages.parse(name, text, frame[7 + len(name) + len(own) :])

    def _wait(self, sent: bytes = b"") -> bytes:
        """The frame in hand is looked at again when the reason to wait has gone."""
        self.stay = True
        return sent

    def _expect(self, entry: Expected, frame: bytes) -> None:
        self._state.decided = None
        self._state.expected.append(entry)
        self._state.retry.keep(frame)

    def _query(self, frame: bytes) -> bytes:
        text = frame[5:-1] if len(frame) > 5 else b"\0"
        if frame[-1] or b"\0" in text:
            raise ProtocolError("client", "08P01", "invalid message format: a Query is one string")
        if (undecided := self._undecided(text)) is not None:
            return undecided
        decision = self._decide(text)
        ahead = self._ahead_of(decision, frame)
        if ahead is not None:
            return ahead
        if decision.plain and not self._state.settings.uncommitted:
            self._expect(decision.reply, frame)
        elif decision.quiet and decision.text is not None and not self._state.settings.uncommitted:
            if not decision.frame:  # a decision that changes the text is of this one text
                decision.frame = messages.query(decision.text)
                decision.reply = Expected(QUERY, decision, quiet=True, sent=Sent(text, decision, None))
            self._expect(decision.reply, frame)
        else:
            sent = Sent(text, decision, self._state.context)
            self._start_keeping(decision)
            self._expect(Expected(QUERY, decision, quiet=decision.quiet, sent=sent), frame)
        self._consequences(decision)
        probes.forget_own(self._state)
        self._wait_for_ready()
        return frame if decision.text is None else messages.query(decision.text)

    def _parse(self, frame: bytes) -> bytes:
        state = self._state
        said, text = messages.strings(frame, 5, 2)
        name = known_as(said)
        if (undecided := self._undecided(text)) is not None:
            return undecided
        types = frame[7 + len(said) + len(text) :]
        decision = self._decide(text)
        ahead = self._ahead_of(decision, frame)
        if ahead is not None:
            return ahead
        previous = state.statements.get(name)
        server_name = name if previous is None else previous.server_name
        statement = Statement(name, server_name, text, types, decision, state.context)
        statement.temporary = state.settings.temporary
        state.statements[name] = statement
        if not name and decision.quiet:
            state.remember(statement, frame)
        self._start_keeping(decision)
        self._expect(Expected(PARSE, decision, statement, False, b"", previous), frame)
        if decision.text is None and server_name == name:
            return frame
        return messages.parse(server_name, decision.sent(text), types)

    def _bind(self, head: bytes) -> bytes:
        state = self._state
        portal, said = messages.strings(head, 5, 2)
        name = known_as(said)
        statement = state.statements.get(name)
        if (undecided := self._undecided(state.outdated_text(statement))) is not None:
            return undecided
        if statement is not None and statement.context is not state.context:
            statement = self._renewed(statement)
            if statement is None:
                return self._prepare_again(name)
        if statement is not None:
            if not statement.confirmed and statement.decision.retry and header(head, 0)[1] > KEPT_LIMIT:
                return self._wait_for_parse()  # which could not be sent again with this behind it
            ahead = self._ahead_of(statement.decision, head)
            if ahead is not None:
                return ahead
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
        (said,) = messages.strings(frame, 6, 1)
        if frame[5] == PORTAL:
            bound = self._bound_to(said)
            self._expect(bound.describe if bound is not None else Expected(DESCRIBE), frame)
            return frame
        name = known_as(said)
        statement = self._state.statements.get(name)
        if (undecided := self._undecided(self._state.outdated_text(statement))) is not None:
            return undecided
        if statement is not None and statement.context is not self._state.context:
            statement = self._renewed(statement)
            if statement is None:
                return self._prepare_again(name)
        if statement is None:
            self._expect(Expected(DESCRIBE), frame)
            return frame
        ahead = self._ahead_of(statement.decision, frame)
        if ahead is not None:
            return ahead
        self._start_keeping(statement.decision)
        self._expect(statement.describe_for(self._state.settings.application_name), frame)
        return messages.describe(b"S", statement.server_name) if statement.renamed else frame

    def _execute(self, frame: bytes) -> bytes:
        (portal,) = messages.strings(frame, 5, 1)
        probes.forget_own(self._state)
        statement = self._bound_to(portal)
        if statement is None:
            self._expect(Expected(EXECUTE, portal=portal), frame)
            return frame
        who = self._state.settings.application_name
        if statement.differs(who) and not awaited(self._state.expected, statement.told):
            self._expect(Expected(EXECUTE, changed(statement.decision), statement, False, portal), frame)
            return FAILING
        entry = Expected(EXECUTE, statement.decision, statement, False, portal) if portal else statement.execute
        self._expect(entry, frame)
        self._consequences(statement.decision)
        return frame

    def _close(self, frame: bytes) -> bytes:
        (name,) = messages.strings(frame, 6, 1)
        if frame[5] == PORTAL:
            self._state.portals.pop(name, None)
            self._expect(Expected(CLOSE), frame)
            return frame
        statement = self._state.statements.pop(known_as(name), None)
        self._expect(Expected(CLOSE, None, statement), frame)
        renamed = statement is not None and statement.renamed
        return messages.close(b"S", statement.server_name) if statement is not None and renamed else frame

    def _sync(self, frame: bytes) -> bytes:
        self._state.skipping = self._state.refused = False
        self._state.bound = False
        self._expect(SYNC_REPLY, frame)
        if not self._state.copying:  # there it gets no reply
            self._wait_for_ready()
        return frame

    def _copy_end(self, frame: bytes) -> bytes:
        state = self._state
        state.retry.give_up()  # it would not be sent again
        asked = next((entry for entry in reversed(state.expected) if entry.kind not in UNASKED), None)
        if asked is not None and asked.kind == QUERY:  # otherwise its Sync has to reach the server first
            self._wait_for_ready()
        if state.expected:
            state.expected.append(COPY_DONE_MARK)
        return frame

    def _function_call(self, frame: bytes) -> bytes:
        probes.forget_own(self._state)
        self._state.expected.append(FUNCTION_REPLY)
        self._state.retry.give_up()
        return frame

    def _bound_to(self, portal: bytes) -> Statement | None:
        return self._state.portals.get(portal) if portal else self._state.portal

    def _decide(self, text: bytes) -> Decision:
        """With regard to what SQL's own EXECUTE and DEALLOCATE name in this session."""
        decision = self._state.decide(text)
        own: set[bytes] = set()  # names that the text itself gives, or frees
        for verb, name, *_ in decision.named:
            statement = None if name in own else self._state.statements.get(name)
            if verb not in (EXECUTES, RUN):
                own.add(name)
            if statement is None or (verb == PREPARE and not statement.renamed):
                continue
            if verb == PREPARE:
                return taken(name, decision)
            if verb == DEALLOCATE and statement.renamed:
                return outdated(decision, RENAMED) if decision.several else deallocate(statement.server_name, decision)
            if verb == EXECUTES and not self._is_current(statement):
                return outdated(decision)
            if verb in (EXECUTES, RUN):
                decision = renamed(text, statement, execute(self._state.decided_now(statement), decision))
        return decision

    def _is_current(self, statement: Statement) -> bool:
        """What the server has of it is what it would get today."""
        if statement.context is self._state.context:
            return True
        decision = self._state.decide(statement.text)
        executed = (self._state.statements.get(one.name) for one in decision.named if one.verb == EXECUTES)
        if any(one is not None and self._state.decide(one.text).sent(one.text) != one.given for one in executed):
            return False
        return decision.sent(statement.text) == statement.given

    def _renewed(self, statement: Statement) -> Statement | None:
        """A statement that was decided under another context, decided under this; None: the server needs another."""
        state = self._state
        if not self._is_current(statement):
            return None
        decision = state.decide(statement.text)
        renewed = statement.decided(decision, state.context, statement.server_name)
        renewed.temporary &= state.settings.temporary
        state.statements[statement.name] = renewed
        return renewed

    def _prepare_again(self, name: bytes) -> bytes:
        """Under a fresh name, as a failed Parse must not cost the client its statement (the unnamed one has none)."""
        state = self._state
        old = state.statements[name]
        if not old.confirmed or awaited(state.expected, old.told):  # the client's own may yet fail, or be skipped
            return self._wait_for_parse()
        state.blocked = FOR_PARSE
        state.careful = True
        decision = self._decide(old.text)
        if old.by_sql:
            decision = outdated(decision)
        elif not decision.shadowed <= old.temporary:
            decision = overtaken(decision)
        ahead = self._ahead_of(decision)
        if ahead is not None:
            return ahead
        again = old.decided(decision, state.context, state.fresh_name() if name else name)
        again.temporary &= state.settings.temporary
        state.expected.append(Expected(OWN_PARSE, decision, again, False, b"", old))
        if old.told.columns:
            state.expected.append(Expected(OWN_DESCRIBE, decision, again, False, b"", old))
        return self._wait(again.asking(state.settings.application_name) + messages.FLUSH_FRAME)

    def _wait_for_parse(self) -> bytes:
        self._state.blocked = FOR_PARSE
        self._state.careful = True
        return self._wait(messages.FLUSH_FRAME)

    def _undecided(self, text: bytes) -> bytes | None:
        """What has to go before a text can be decided: it may see the DDL that was sent ahead of it, or take long."""
        state = self._state
        if state.moving is not None and not state.copying:  # there no statement is looked at
            state.blocked = FOR_DDL
            state.careful = True
            return self._wait(messages.FLUSH_FRAME)
        return self._wait() if state.leaves_to_shell(text) else None

    def _ahead_of(self, decision: Decision, frame: bytes = messages.SYNC_FRAME) -> bytes | None:
        """What goes ahead of a loud text that must not fail, as something has run, or has failed; None: nothing.

        Nor must one whose frame is too large to be kept for another try. Outside of a transaction the lock is held
        until the statements have run: no Sync is behind the probe. The columns of temporary relations are asked for
        ahead of every statement that needs them.
        """
        state = self._state
        if not decision.probes:
            return None
        if state.status == messages.IDLE and not state.bound:
            waiting = self._wait_for_status()
            own = any(probe.own or probe.runs for probe in decision.probes)
            late = (decision.late and frame[0] == BIND) or header(frame, 0)[1] > KEPT_LIMIT
            if waiting is not None or not (state.retry.tries or decision.several or own or late):
                return waiting
        probe = next((probe for probe in decision.probes if probes.is_due(state, probe, frame[0])), None)
        return None if probe is None else self._probe(decision, probe)

    def _wait_for_status(self) -> bytes | None:
        """A transaction may have been begun ahead of it, in the same breath."""
        state = self._state
        if state.copying or not owes_ready(state.expected):
            return None
        state.blocked = FOR_READY
        state.careful = True
        return self._wait()

    def _probe(self, decision: Decision, probe: Probe) -> bytes:
        """Lock a table and look at its columns; the statement in hand waits for the answer."""
        state = self._state
        state.blocked = FOR_PARSE
        state.careful = True
        if state.counts is not None:
            state.counts.probes += 1
        state.probed.pop(probe.text, None)
        state.expected.append(probing(probe, decision))
        return self._wait(ask.running(probe.text) if probe.runs else ask.probe(probe.text))

    def _start_keeping(self, decision: Decision) -> None:
        """From a loud text on, where nothing has run that another try would run again."""
        state = self._state
        if decision.retry and not state.retry.keeping and not state.bound and state.status == messages.IDLE:
            state.retry.begin(state.expected)
            state.careful = True

    def _consequences(self, decision: Decision) -> None:
        """What follows is decided without knowing the search_path or the catalog, until this has been answered."""
        self._state.move(decision)
        if decision.effects & (SETTINGS | TEMPORARY) or (decision.effects & ENDS and self._state.touched):
            self._state.unsettle()
        if decision.effects & ENDS:
            probes.forget(self._state)  # a savepoint gives its locks back

    def _wait_for_ready(self) -> None:
        state = self._state
        waits = state.unsettled or state.touched or state.moving is not None
        if waits or state.settings.uncommitted or state.retry.keeping:
            state.blocked = FOR_READY
            state.careful = True
