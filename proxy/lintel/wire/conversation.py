"""One session's conversation, without any I/O: bytes in from either side, bytes out to the other.

    conversation = Conversation(resolve, completed)
    to_server = conversation.client.receive(data)
    to_client = conversation.server.receive(data)
    if conversation.needs.any: ...        # after either

It begins behind the startup packet (which the shell has read and sent on), follows authentication, and then keeps in
mind what the server still owes, which statements are prepared and how, and whether a transaction is open. It holds
frames back only where a reply may have to change, or where the next statement cannot be decided yet:

- *held*: a ReadyForQuery behind committed DDL, and the error of a loud text, wait for a new snapshot
  (`needs.catalog`, then `refreshed`);
- the client's input behind a long text waits until that has been decided (`needs.decision`, then `decided`);
- *injected, swallowed*: a statement that is prepared again, the question for search_path and role, the Sync before
  another try (`take_to_server`).

`receive` raises ProtocolError: the stream cannot be followed any longer, the session has to end.
"""

from .answers import Answers
from .client import ClientStream
from .decision import Completed, Context, Counts, Decision, Resolve, Settings
from .direction import Direction
from .exchange import Exchange
from .login import Passing, as_it_is
from .messages import IDLE
from .server import ServerStream
from .state import State
from .waiting import FOR_ANSWER, FOR_CATALOG, FOR_DECISION, FOR_PARSE, FREE, IN_STARTUP


class Conversation:
    """A thin front: the two directions do the work, State is what they share."""

    __slots__ = ("_answers", "_server", "_state", "client", "needs", "server")

    def __init__(
        self,
        resolve: Resolve,
        completed: Completed,
        settings: Settings | None = None,
        authentication: Passing = as_it_is,
        counts: Counts | None = None,
    ) -> None:
        self._state = State(resolve, completed, settings or Settings(), counts)
        client = ClientStream(self._state)
        self._answers = Answers(self._state, client, authentication)
        self._server = ServerStream(self._state, self._answers)
        self.needs = self._state.needs
        self.client: Direction = client
        self.server: Direction = self._server

    def take_to_server(self) -> bytes:
        """What goes to the server besides what client.receive returned."""
        data = b"".join(self.needs.to_server)
        self.needs.to_server.clear()
        self.needs.any = self.needs.catalog
        return data

    def decided(self, context: Context, text: bytes, decision: Decision) -> None:
        """What `needs.decision` asked for; where the context is another one by now, it is asked for again."""
        self._state.decided = context, text, decision
        self.needs.decision = None
        self._answers.release_if_free()

    def refreshed(self) -> bytes:
        """The snapshot that `needs.catalog` asked for is in force (or cannot be had): what goes to the client now."""
        self.needs.catalog = False
        self.needs.any = bool(self.needs.to_server)
        self.reconsider()
        return self._server.resume()

    def reconsider(self) -> None:
        """The policy has changed: the new one decides from here on, for prepared statements at their next use."""
        self._state.reconsider()

    def pass_repeated(self) -> None:
        """The shell is able to let exchanges pass that `needs.exchange` has named, and says so when it has."""
        self._state.repeats = True

    @property
    def amid(self) -> bool:
        """What the server sends next may be the rest of a frame."""
        return self._server.amid

    def asked(self, exchange: Exchange) -> None:
        """It has been passed to the server once more."""
        self._state.expect(exchange.entry)
        if not exchange.query:
            self._bound(exchange)
            self._state.folded = True

    def answered_whole(self, exchange: Exchange, ahead: bool, status: int, ending: bytes) -> None:
        """Its answer has been passed to the client; `ahead` of being told that it was asked for.

        `ending` is the answer from its CommandComplete on, `status` the ReadyForQuery's.
        """
        state = self._state
        if not ahead:
            state.take()
        elif not exchange.query:
            self._bound(exchange)
        state.status = status
        state.completed(exchange.entry.decision, None, ending, 0)  # type: ignore[arg-type]

    def _bound(self, exchange: Exchange) -> None:
        """As its Parse, its Bind and its Sync leave it."""
        state, statement = self._state, exchange.entry.statement
        assert statement is not None
        if exchange.ahead:
            state.statements[b""] = statement
        state.portal = statement
        state.bound = False

    @property
    def context(self) -> Context:
        """Under which the next text will be decided."""
        return self._state.context

    @property
    def settings(self) -> Settings:
        """What is known of the session."""
        return self._state.settings

    @property
    def backend_key(self) -> bytes:
        """The body of BackendKeyData, empty until it came."""
        return self._answers.backend_key

    @property
    def started(self) -> bool:
        """The server has let the client in."""
        return self._state.started

    @property
    def ended(self) -> bool:
        """The client has said goodbye, or the server has told it why it closes."""
        return self._state.ended

    @property
    def between_frames(self) -> bool:
        """A frame of the shell's own may go to the client now."""
        return self._server.between_frames

    @property
    def blocked(self) -> bool:
        """Client input is piling up: better not to read more of it for now."""
        return self._state.blocked > IN_STARTUP

    @property
    def withheld(self) -> bool:
        """What the client has sent may wait for something that Lintel does by itself, and not for long."""
        return self._state.blocked in (FOR_PARSE, FOR_ANSWER, FOR_CATALOG, FOR_DECISION)

    @property
    def answered(self) -> bool:
        """The server owes nothing."""
        return self._state.head() is None

    @property
    def idle(self) -> bool:
        """Nothing is under way and no transaction is open: the session can end without harm."""
        return self._state.blocked == FREE and not self._state.expected and self._state.status == IDLE
