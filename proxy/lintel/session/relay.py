"""Two transports joined to one Conversation: bytes from either side go through it to the other.

`_ClientLeg.data_received` and `_ServerLeg.data_received` are the hot path. Everything else is for the moments when a
side is slow, silent or gone, when the Conversation wants a new snapshot, and for the end.
"""

import asyncio
from collections.abc import Callable

from lintel.wire import messages
from lintel.wire.conversation import Conversation
from lintel.wire.errors import ProtocolError
from lintel.wire.transparent import Transparent

from .connector import Address
from .database import Presence

_BLOCKED = 1  # why reading from the client is paused: the Conversation cannot go on,
_CLOGGED = 2  # the server takes no more,
_ENDING = 4  # nothing more is wanted


class Session:
    """One client connection and the server connection behind it."""

    def __init__(
        self, client: asyncio.Transport, server: asyncio.Transport, address: Address, ended: Callable[["Session"], None]
    ) -> None:
        self.address = address  # of the server
        self._client = client
        self._server = server
        self._ended: Callable[[Session], None] | None = ended
        self._pauses = 0
        self._client_done = False  # the client has sent its last byte
        self._refreshing: asyncio.Task[None] | None = None
        self._conversation: Conversation | Transparent
        self._presence: Presence

    def begin(self, conversation: Conversation | Transparent, presence: Presence, startup: bytes, early: bytes) -> None:
        """Send the startup packet on, and what the client has already sent behind it."""
        self._conversation = conversation
        self._presence = presence
        self._client.set_protocol(_ClientLeg(self, conversation, self._server))
        self._server.set_protocol(_ServerLeg(self, conversation, self._client))
        self._server.write(startup)
        if early:
            self.client_sent(early)
        self._server.resume_reading()
        if not self._pauses:
            self._client.resume_reading()

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

    def client_sent(self, data: bytes) -> None:
        """What the hot path does, where it is not hot."""
        try:
            sent = self._conversation.receive_client(data)
        except ProtocolError as problem:
            self.broken(problem)
            return
        if sent:
            self._server.write(sent)
        self.attend()

    def attend(self) -> None:
        """The Conversation wants something, or cannot take more."""
        conversation = self._conversation
        if conversation.needs.to_server:
            self._server.write(conversation.take_to_server())
        if conversation.needs.catalog and self._refreshing is None:
            self._refreshing = asyncio.get_running_loop().create_task(self._refresh())
        if conversation.blocked:
            self.pause(_BLOCKED)
            return
        self.unpause(_BLOCKED)
        if self._client_done:
            self.client_done()

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
            self._client.write(answered)
        self.attend()

    def reconsider(self) -> None:
        """The schema or a plan has changed."""
        self._conversation.reconsider()

    def pause(self, reason: int) -> None:
        """Read no more from the client for now."""
        if not self._pauses:
            self._client.pause_reading()
        self._pauses |= reason

    def unpause(self, reason: int) -> None:
        """This reason has gone."""
        if self._pauses & reason:
            self._pauses &= ~reason
            if not self._pauses and not self._client.is_closing():
                self._client.resume_reading()

    def client_done(self) -> None:
        """The client will send nothing more; what it has asked for is still answered."""
        self._client_done = True
        if not self._conversation.blocked and not self._server.is_closing() and self._server.can_write_eof():
            self._server.write_eof()

    def server_done(self) -> None:
        """The server has closed: of its own accord, it has told the client why; else the client is told here."""
        if self._conversation.ended or self._client.is_closing():
            self.close()
        else:
            self.end("08006", "lintel: the server has closed the connection unexpectedly")

    def broken(self, problem: ProtocolError) -> None:
        """A side has broken the protocol: this session ends, no other."""
        self.end(problem.sqlstate, problem.message)

    def end(self, sqlstate: str, message: str) -> None:
        """Tell the client why, and close both sides."""
        if self._ended is not None and not self._client.is_closing():
            self._client.write(messages.fatal(sqlstate, message))
        self.close()

    def close(self) -> None:
        """Both sides, once; what has been written is still flushed."""
        if self._ended is None:
            return
        ended, self._ended = self._ended, None
        self._pauses |= _ENDING
        self._client.close()
        self._server.close()
        if self._refreshing is not None:
            self._refreshing.cancel()
        self._presence.leave()
        ended(self)


class _ClientLeg(asyncio.Protocol):
    """Bytes from the client; pause_writing means that the client is slow, so the server is not read."""

    __slots__ = ("_needs", "_receive", "_server", "_session", "_write")

    def __init__(self, session: Session, conversation: Conversation | Transparent, server: asyncio.Transport) -> None:
        self._session = session
        self._receive = conversation.receive_client
        self._needs = conversation.needs
        self._server = server
        self._write = server.write

    def data_received(self, data: bytes) -> None:
        try:
            sent = self._receive(data)
        except ProtocolError as problem:
            self._session.broken(problem)
            return
        if sent:
            self._write(sent)
        else:
            self._session.attend()

    def eof_received(self) -> bool:
        self._session.client_done()
        return True

    def pause_writing(self) -> None:
        self._server.pause_reading()

    def resume_writing(self) -> None:
        if not self._server.is_closing():
            self._server.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._session.close()


class _ServerLeg(asyncio.Protocol):
    """Bytes from the server; pause_writing means that the server takes no more, so the client is not read."""

    __slots__ = ("_needs", "_receive", "_session", "_write")

    def __init__(self, session: Session, conversation: Conversation | Transparent, client: asyncio.Transport) -> None:
        self._session = session
        self._receive = conversation.receive_server
        self._needs = conversation.needs
        self._write = client.write

    def data_received(self, data: bytes) -> None:
        try:
            sent = self._receive(data)
        except ProtocolError as problem:
            self._session.broken(problem)
            return
        if sent:
            self._write(sent)
        if self._needs.any:
            self._session.attend()

    def eof_received(self) -> bool:
        return False

    def pause_writing(self) -> None:
        self._session.pause(_CLOGGED)

    def resume_writing(self) -> None:
        self._session.unpause(_CLOGGED)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        self._session.server_done()
