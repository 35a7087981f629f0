"""Two transports joined to one Conversation: bytes from either side go through it to the other.

`_ClientLeg.data_received` and `_ServerLeg.data_received` are the hot path. Everything else is for the moments when a
side is slow, silent or gone, when the Conversation wants a new snapshot, and for the end.
"""

import asyncio
from collections.abc import Callable
from time import monotonic
from typing import Final, cast

import structlog

from lintel.metrics import Counters
from lintel.wire import messages
from lintel.wire.conversation import Conversation
from lintel.wire.decision import Context, Decision
from lintel.wire.errors import ProtocolError
from lintel.wire.transparent import Transparent

from .connector import Address, show
from .database import Presence
from .gathering import LARGE_PIECE, Gathering
from .records import in_records
from .shortcut import Shortcut
from .side import BLOCKED, CLOGGED, Side
from .stall import reset
from .stream import are_streams

_PATIENCE: Final = 5.0  # seconds
_TICK: Final = 0.002
_LINGER: Final = 60.0  # seconds that a client may take nothing of the rest when its session has ended

clock: Final = monotonic

_log = structlog.get_logger(__name__)


class Session:
    """One client connection and the server connection behind it."""

    __slots__ = (
        "_client_done", "_deciding", "_ended", "_heard_before", "_presence", "_refreshing", "_shortcut", "_silence",
        "_talk", "address", "client", "counters", "heard", "server",
    )  # fmt: skip

    def __init__(
        self,
        client: asyncio.Transport,
        server: asyncio.Transport,
        address: Address,
        ended: Callable[["Session"], None],
        counters: Counters,
        stall_timeout: float = 0.0,
    ) -> None:
        self.counters = counters
        self.address = address  # of the server
        self.heard = clock()  # when the client sent something last: from then on the server was at work
        self._heard_before = self.heard  # the listener's last sweep
        self._silence = 0
        self.client = Side(client, stall_timeout, self._client_stalled)
        self.server = Side(server, stall_timeout, self._server_stalled)
        self._ended: Callable[[Session], None] | None = ended
        self._client_done = False  # the client has sent its last byte
        self._refreshing: asyncio.Task[None] | None = None
        self._deciding: asyncio.Task[None] | None = None
        self._talk: Conversation | Transparent
        self._shortcut: Shortcut | None = None
        self._presence: Presence

    def begin(
        self, conversation: Conversation | Transparent, presence: Presence, startup: bytes, early: bytes, said: bytes
    ) -> None:
        """Send the startup packet on, and what either side has already sent behind it."""
        self._talk = conversation
        self._presence = presence
        client, server = self.client.transport, self.server.transport
        encrypted = client.get_extra_info("ssl_object") is not None
        client_leg = _ClientLeg(self, conversation, server.write, encrypted)
        server_leg = _ServerLeg(self, conversation, in_records(client) if encrypted else client.write)
        if isinstance(conversation, Conversation) and are_streams(client, server):
            self._shortcut = Shortcut(self, conversation, client, server, self.counters)
        # They are protocols in all but the base, without which they can be compiled to plain objects.
        client.set_protocol(cast("asyncio.Protocol", client_leg))
        server.set_protocol(cast("asyncio.Protocol", server_leg))
        if startup:
            server.write(startup)
        if early:
            self.client_sent(early)
        if said:
            server_leg.data_received(said)
        self.server.unpause(BLOCKED)
        if not conversation.blocked:
            self.client.unpause(BLOCKED)

    @property
    def _conversation(self) -> Conversation | Transparent:
        """It knows of everything that has passed, and is asked before anything else does."""
        if self._shortcut is not None:
            self._shortcut.shut()
        return self._talk

    @property
    def backend_key(self) -> bytes:
        """What a CancelRequest for this session brings."""
        return self._conversation.backend_key

    @property
    def started(self) -> bool:
        """The server has let the client in."""
        return self._conversation.started

    @property
    def idle(self) -> bool:
        """It can end without harm."""
        return self._conversation.idle

    def silence(self) -> int:
        """The sweeps of the listener, with this one, that have found it idle since its client sent something."""
        heard, self._heard_before = self._heard_before, self.heard
        before = self._silence if heard == self.heard else 0
        self._silence = before + 1 if self.idle else 0
        return self._silence

    async def forwarded(self) -> None:
        """Returns when the server has what the client sent, which may wait for a question of ours; or soon after.

        A cancel request that overtook it would cancel that question, or nothing.
        """
        loop = asyncio.get_running_loop()
        enough = loop.time() + _PATIENCE
        while self._ended is not None and self._conversation.withheld:
            if loop.time() > enough:
                return
            await asyncio.sleep(_TICK)

    def client_sent(self, data: bytes) -> None:
        """What the hot path does, where it is not hot."""
        try:
            sent = self._conversation.client.receive(data)
        except ProtocolError as problem:
            self.broken(problem)
            return
        if sent:
            self.server.write(sent)
        self.attend()

    def attend(self) -> None:
        """The Conversation wants something, or cannot take more."""
        conversation = self._conversation
        if conversation.needs.any and (ours := conversation.take_to_server()):
            self.server.write(ours)
        if conversation.needs.catalog and self._refreshing is None:
            self.server.pause(BLOCKED)
            self._refreshing = asyncio.get_running_loop().create_task(self._refresh())
        if conversation.needs.decision is not None and self._deciding is None:
            context, text = conversation.needs.decision
            conversation.needs.decision = None
            self._deciding = asyncio.get_running_loop().create_task(self._decide(context, text))
        if conversation.needs.exchange is not None and self._shortcut is not None:
            exchange, forget = conversation.needs.exchange, conversation.needs.forget
            conversation.needs.exchange, conversation.needs.forget = None, False
            self._shortcut.open(exchange, forget)
        if conversation.blocked:
            self.client.pause(BLOCKED)
            return
        self.client.unpause(BLOCKED)
        if self._client_done:
            self.client_done()

    async def _decide(self, context: Context, text: bytes) -> None:
        try:
            decision = await self._presence.decide(context, text)
        except BaseException:  # a fault of ours: the loop tells the log, and it costs this session only
            self._deciding = None
            self.close()
            raise
        self._deciding = None
        self._decided(context, text, decision)

    def _decided(self, context: Context, text: bytes, decision: Decision) -> None:
        if self._ended is None:
            return
        try:
            self._conversation.decided(context, text, decision)
        except ProtocolError as problem:
            self.broken(problem)
            return
        self.attend()

    async def _refresh(self) -> None:
        try:
            await self._presence.refresh()
        finally:
            self._refreshing = None
            self._resume()

    def _resume(self) -> None:
        if self._ended is None:
            return
        try:
            answered = self._conversation.refreshed()
        except ProtocolError as problem:
            self.broken(problem)
            return
        if answered:
            self.client.write(answered)
        self.server.unpause(BLOCKED)
        self.attend()

    def reconsider(self) -> None:
        """The schema or a plan has changed."""
        self._conversation.reconsider()
        if self._shortcut is not None:
            self._shortcut.forget()

    def _client_stalled(self) -> None:
        """What would be said to it would not arrive: it is reset, and the server's process ends as at a lost client."""
        self._stalled("client")
        self.close()
        reset(self.client.transport)
        self.server.transport.abort()

    def _server_stalled(self) -> None:
        self._stalled("server")
        self.end("08006", "lintel: the server has stopped reading")
        reset(self.server.transport)

    def _stalled(self, side: str) -> None:
        if self._ended is not None:
            self.counters.stalled[side] += 1
            _log.warning("session closed: a peer has stopped reading", side=side, server=show(self.address))

    def client_done(self) -> None:
        """The client will send nothing more; what it has asked for is still answered."""
        self._client_done = True
        if not self._conversation.blocked:
            self.server.write_eof()

    def server_done(self) -> None:
        """The server has closed: of its own accord, it has told the client why; else the client is told here."""
        invited = self._client_done and self._conversation.answered
        if self._conversation.ended or invited or self.client.closing:
            self.close()
        else:
            self.end("08006", "lintel: the server has closed the connection unexpectedly")

    def broken(self, problem: ProtocolError) -> None:
        """A side has broken the protocol: this session ends, no other."""
        self.end(problem.sqlstate, problem.message)

    def end(self, sqlstate: str, message: str) -> None:
        """Tell the client why, and close both sides."""
        if self._ended is not None and self._conversation.between_frames and not self.client.closing:
            self.client.write(messages.fatal(sqlstate, message))
        self.close()

    def close(self) -> None:
        """Both sides, once; what has been written is still flushed."""
        if self._ended is None:
            return
        ended, self._ended = self._ended, None
        self.client.close()
        self.server.close()
        if self.client.transport.get_write_buffer_size():  # what it has sent, the server gets in any case
            self.client.stall.hurry(_LINGER)
        for task in (self._refreshing, self._deciding):
            if task is not None:
                task.cancel()
        self._presence.leave()
        ended(self)


class _ClientLeg:
    """Bytes from the client; pause_writing means that the client is slow, so the server is not read."""

    __slots__ = ("_counters", "_direction", "_encrypted", "_needs", "_session", "_write")

    def __init__(
        self,
        session: Session,
        conversation: Conversation | Transparent,
        write: Callable[[bytes], object],
        encrypted: bool,
    ) -> None:
        self._session = session
        self._counters = session.counters
        self._direction = conversation.client
        self._needs = conversation.needs
        self._write = write
        self._encrypted = encrypted

    def data_received(self, data: bytes) -> None:
        try:
            sent = self._direction.receive(data)
        except ProtocolError as problem:
            self._session.broken(problem)
            return
        if sent:
            self._write(sent)
        # The server is at work by now: whatever else is to be done costs nobody any time.
        self._counters.client_bytes += len(data)
        self._session.heard = clock()
        if not sent or self._needs.any:
            self._session.attend()

    def eof_received(self) -> bool:
        self._session.client_done()
        return not self._encrypted  # TLS has no half-closed connections

    def pause_writing(self) -> None:
        self._session.server.pause(CLOGGED)
        self._session.client.stall.watch()

    def resume_writing(self) -> None:
        self._session.client.stall.over()
        self._session.server.unpause(CLOGGED)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._session.close()
        self._session.client.stall.end()


class _ServerLeg:
    """Bytes from the server; pause_writing means that the server takes no more, so the client is not read."""

    __slots__ = ("_conversation", "_counters", "_direction", "_gathering", "_needs", "_session", "_write")

    def __init__(
        self,
        session: Session,
        conversation: Conversation | Transparent,
        write: Callable[[bytes], object],
    ) -> None:
        self._session = session
        self._gathering: Gathering | None = None  # of an answer with large pieces
        self._counters = session.counters
        self._conversation = conversation
        self._direction = conversation.server
        self._needs = conversation.needs
        self._write = write

    def data_received(self, data: bytes) -> None:
        try:
            sent = self._direction.receive(data)
        except ProtocolError as problem:
            self._session.broken(problem)
            return
        if sent:
            self._write(sent)
        size = len(data)
        self._counters.server_bytes += size
        if size >= LARGE_PIECE or self._gathering is not None:
            self._gather(size)
        if self._needs.any:
            self._session.attend()

    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None:
        self._session.client.pause(CLOGGED)
        self._session.server.stall.watch()

    def resume_writing(self) -> None:
        self._session.server.stall.over()
        self._session.client.unpause(CLOGGED)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._stop_gathering()
        self._session.server_done()
        self._session.server.stall.end()

    def _gather(self, size: int) -> None:
        if self._conversation.answered:
            self._stop_gathering()
        else:
            self._gathering = self._gathering or Gathering(self._session.server.transport)
            self._gathering.received(size, self._session.heard)

    def _stop_gathering(self) -> None:
        if self._gathering is not None:
            self._gathering.end()
            self._gathering = None
