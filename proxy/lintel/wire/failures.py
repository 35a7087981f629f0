"""What an ErrorResponse comes to: whether it is the last word, and what the client hears. Of a session's State."""

from . import messages, replies
from .expected import OWN_PARSE, Expected
from .framing import header
from .state import State


def can_try_again(state: State, entry: Expected, fields: replies.Fields) -> bool:
    """A loud text has failed, and nothing ran."""
    if entry.decision is None or replies.sqlstate(fields) not in entry.decision.retry:
        return False
    if state.retry.exhausted or state.status != messages.IDLE or not replies.analysis_failed(fields):
        return False
    return not state.bound if entry.kind == OWN_PARSE else state.retry.reached


def decided_the_same(state: State) -> None:
    """There is no other text for what has failed; but what its error means may be known now."""
    state.retry.exhaust()
    entry = state.expected[0]
    if entry.sent is not None:
        state.expected[0] = entry.decided(state.decide(entry.sent.text))


def for_client(state: State, entry: Expected, fields: replies.Fields) -> replies.Fields:
    """The fields as the client should see them; of a loud text that failed for good it hears a refusal."""
    assert entry.decision is not None
    assert entry.sent is not None
    decision = entry.decision
    changed = replies.for_client(fields, decision, entry.sent.text, state.settings.client_encoding)
    loud = state.retry.exhausted or decision.retry or not all(probe.own or probe.runs for probe in decision.probes)
    if loud and state.counts is not None and replies.is_refusal(fields, changed):
        state.counts.loud_refused += 1
    if entry.statement is not None and entry.statement.renamed:
        changed = replies.under_own_name(changed, entry.statement.server_name, entry.statement.name)
    if decision.named and decision.edits:  # of an EXECUTE the only edit is the name
        changed = replies.under_own_name(changed, decision.edits[0][2], decision.named[0].name)
    return changed


def notice(state: State, frame: bytes) -> bytes:
    """A warning about a text that was changed points into the client's own."""
    entry = state.head()
    if entry is None or entry.decision is None or entry.decision.text is None or entry.sent is None:
        return frame
    fields = messages.fields(frame)
    if header(frame, 0)[1] >= len(frame) or replies.value(fields, replies.POSITION) is None:
        return frame
    moved = replies.moved(fields, entry.decision, entry.sent.text, state.settings.client_encoding)
    return messages.frame(messages.NOTICE_RESPONSE, messages.error_response(moved)[5:])
