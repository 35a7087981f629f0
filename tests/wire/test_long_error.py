"""An ErrorResponse that is too long to be held: it passes as it comes, and the session goes on."""

import pytest
from tests.wire.playbook import ScriptedContext

from lintel.wire import messages
from lintel.wire.conversation import Conversation
from lintel.wire.decision import Decision

FIELDS = b"SERROR\0VERROR\0C22P02\0M" + b"x" * 20_000_000 + b"\0\0"


@pytest.mark.parametrize("size", [700, 65_536])
def test_it_passes_in_parts(size: int) -> None:
    counted: list[str | None] = []

    def completed(_: Decision, sqlstate: str | None, *__: object) -> None:
        counted.append(sqlstate)

    context = ScriptedContext()
    conversation = Conversation(lambda _: context, completed)
    for kind, body in ((messages.AUTHENTICATION, bytes(4)), (messages.READY_FOR_QUERY, b"I")):
        conversation.server.receive(messages.frame(kind, body))
    conversation._answers.asking = None
    conversation._state.unsettled = False
    conversation._state.blocked = 0
    conversation.client.receive(messages.query(b"SELECT 1"))
    error = messages.frame(messages.ERROR_RESPONSE, FIELDS)
    owed = 0
    for at in range(0, len(error), size):
        owed += len(error[at : at + size]) - len(conversation.server.receive(error[at : at + size]))
        assert owed < 2048
    assert not owed
    ready = messages.frame(messages.READY_FOR_QUERY, b"I")
    assert conversation.server.receive(ready) == ready
    assert counted == ["22P02"]
