"""Passes exchanges that a client repeats on between two Streams, ahead of Python: see _stream.c.

A query is then on its way to the server, and its answer to the client, before anything of Lintel's but some lines of C
has run, and without waiting for the GIL, which another thread may have. The Conversation is told of an exchange behind
its answer. Whoever has to do with the Conversation in any other way shuts the shortcut first, and that tells it what it
does not know yet; _stream.c does so itself for whatever else comes from either side.
"""

import asyncio
from typing import TYPE_CHECKING

from lintel.metrics import Counters
from lintel.wire.conversation import Conversation
from lintel.wire.exchange import Exchange

from .stream import passing, shortcut

if TYPE_CHECKING:
    from .relay import Session


class Shortcut:
    """Of one session whose connections are both Streams."""

    __slots__ = ("_conversation", "_counters", "_native", "_session")

    def __init__(
        self,
        session: "Session",
        conversation: Conversation,
        client: asyncio.Transport,
        server: asyncio.Transport,
        counters: Counters,
    ) -> None:
        self._session = session
        self._conversation = conversation
        self._counters = counters
        self._native = shortcut(client, server, self.asked, self.answered)
        conversation.pass_repeated()

    def open(self, exchange: Exchange, forget: bool) -> None:
        """It is under way, and nothing else is; `forget` what this session may pass of others."""
        self.shut()
        conversation, native = self._conversation, self._native
        if forget:
            native.forget()
        if conversation.amid:
            return
        context = conversation.context
        context.passing = queries = passing(context.passing)
        ahead, instead, bind, tail = exchange.ahead, exchange.instead, exchange.bind, exchange.tail
        opening = exchange.entry.opening
        exchange.passes = native.open(queries, exchange, exchange.alike, ahead, instead, bind, tail, opening)

    def forget(self) -> None:
        """What it may pass depends on what is another now."""
        self._native.forget()

    def shut(self) -> None:
        """Whatever comes is looked at first."""
        self._native.shut()

    def asked(self, exchange: Exchange, heard: float, size: int) -> None:
        """It is under way, since the (monotonic) time `heard`; the client's chunk was of `size` bytes."""
        self._conversation.asked(exchange)
        self._counters.client_bytes += size
        self._session.heard = heard

    def answered(
        self, exchange: Exchange, ahead: bool, status: int, ending: bytes, heard: float, asked_size: int, size: int
    ) -> None:
        """It is over; `ahead`: nobody has been told that it was under way."""
        self._counters.client_bytes += asked_size
        self._counters.server_bytes += size
        if ahead:
            self._session.heard = heard
        self._conversation.answered_whole(exchange, ahead, status, ending)
