"""A client's bytes crossing a Conversation to a scripted server and back, in slices and in an order left to dice.

Or, `politely`, as most drivers have it: a statement in one piece up to its Sync, then its answer in one piece. Mostly.
"""

import gc
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.wire.fuzz.model import Postgres
from tests.wire.playbook import ScriptedContext

from lintel.wire import messages as m
from lintel.wire.client import ClientStream
from lintel.wire.conversation import Conversation
from lintel.wire.decision import Decision, Settings
from lintel.wire.errors import ProtocolError
from lintel.wire.framing import HEADER_SIZE, header

SECONDS = 0.1  # that one chunk may take, of this thread's CPU time: other processes are not to blame
UNTOLD = "a message behind a Sync among COPY data that could not be copied"
_SIZES = (1, 1, 3, 7, 20, 100, 4096)
_ENDS = (m.QUERY, m.SYNC, m.READY_FOR_QUERY)


class Contexts:
    """Where a Conversation asks; `decide(name, text)` is the test's, `now` the name of the policy in force."""

    def __init__(
        self,
        decide: Callable[[str, bytes], Decision] | None = None,
        own: Callable[[Settings], str] = lambda settings: "",
    ) -> None:
        self._decide = decide
        self.own = own
        self._contexts: dict[str, ScriptedContext] = {}
        self.now = "now"
        self.counted = 0

    def resolve(self, settings: Settings) -> ScriptedContext:
        """The context of this moment, or of what the session has made of the table itself."""
        name = self.own(settings) or self.now
        if name not in self._contexts:
            self._contexts[name] = _Asked(name, self._decide) if self._decide else ScriptedContext()
        return self._contexts[name]

    def completed(self, decision: Decision, sqlstate: str | None, chunk: bytes, at: int) -> None:
        """Counts."""
        self.counted += 1


class _Asked(ScriptedContext):
    def __init__(self, name: str, decide: Callable[[str, bytes], Decision]) -> None:
        super().__init__()
        self._name = name
        self._asked = decide

    def decide(self, text: bytes) -> Decision:
        return self.decisions.setdefault(text, self._asked(self._name, text))


def timed(receive: Callable[[bytes], bytes], data: bytes) -> bytes:
    """Whatever comes in is dealt with at once."""
    gc.disable()  # a collection of what the fuzzing has heaped up is not the Conversation's
    began = time.thread_time()
    try:
        return receive(data)
    finally:
        took = time.thread_time() - began
        gc.enable()
        assert took < SECONDS, f"{len(data)} bytes took {took:.3f} s"


@dataclass
class Crossing:
    """`run` moves bytes until none are left; then `got` is what the client has."""

    server: Postgres
    contexts: Contexts
    dice: random.Random
    moment: Callable[["Crossing"], None] = lambda crossing: None  # called between two moves: whatever may happen
    up: bytes = b""  # on their way to the server
    down: bytes = b""  # on their way to the client
    got: bytes = b""
    reached: bytes = b""  # everything that the server has read
    politely: bool = False
    _left: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        self.conversation = Conversation(self.contexts.resolve, self.contexts.completed)
        self.down = self.server.start()

    def run(self, program: bytes) -> bool:
        """Everything crosses; that something is left which nobody will move is a deadlock.

        False in the one case of which nobody can tell how it goes on, so that Lintel ends the session.
        """
        try:
            self._run(program)
        except ProtocolError as problem:
            if problem.message == UNTOLD:
                return False
            raise
        return True

    def _run(self, program: bytes) -> None:
        self._left = program
        moves = {self._client: "_left", self._server: "up", self._deliver: "down"}
        while True:
            possible = [move for move, source in moves.items() if getattr(self, source)]
            if self.conversation.blocked and self.dice.random() < 0.9 and self._client in possible:
                possible.remove(self._client)  # the shell reads no more, but something may be under way
            elif self.politely and len(possible) > 1 and self._client in possible and self.dice.random() < 0.9:
                possible.remove(self._client)
            if self.conversation.needs.catalog:
                possible.append(self._refresh)
            if not possible:
                break
            self.moment(self)
            self.dice.choice(possible)()
            state = self.conversation._state
            assert state.careful or not state.blocked
        assert not self._left or self.server.dead, f"deadlock: {self._left!r} is not read any more"

    def _slice(self, data: bytes) -> int:
        if self.politely and self.dice.random() < 0.95:
            return _end(data)
        return min(len(data), self.dice.choice(_SIZES))

    def _client(self) -> None:
        size = self._slice(self._left)
        self.up += timed(self.conversation.client.receive, self._left[:size])
        self._left = self._left[size:]
        self.up += self.conversation.take_to_server()

    def _server(self) -> None:
        size = self._slice(self.up)
        self.reached += self.up[:size]
        self.down += self.server.receive(self.up[:size])
        self.up = self.up[size:]

    def _deliver(self) -> None:
        size = self._slice(self.down)
        self.got += timed(self.conversation.server.receive, self.down[:size])
        self.down = self.down[size:]
        self.up += self.conversation.take_to_server()

    def _refresh(self) -> None:
        self.got += self.conversation.refreshed()
        self.up += self.conversation.take_to_server()

    def at_rest(self) -> None:
        """Nothing is owed, kept or waiting any more."""
        state = self.conversation._state
        assert state.head() is None, [chr(entry.kind) for entry in state.expected]
        assert not self.conversation.blocked
        assert not state.retry.keeping
        client = self.conversation.client
        assert isinstance(client, ClientStream)
        assert not client.waiting
        assert not client._carry
        assert not self.conversation._server._carry


def _end(data: bytes) -> int:
    """Of the first statement, or answer, that begins here; where there is no end yet, of what there is."""
    at = 0
    while at + HEADER_SIZE <= len(data):
        kind, length = header(data, at)
        at += 1 + length
        if kind in _ENDS and at <= len(data):
            return at
    return len(data)
