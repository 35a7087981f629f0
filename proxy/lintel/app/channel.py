"""What a supervisor and its workers say to each other, over a socket pair that nobody else has.

Pickled values, each behind its length: both ends are the same program, and the one has started the other.
"""

import asyncio
import pickle
import socket
from dataclasses import dataclass, field
from typing import Self

from lintel.app.configuration import Configuration
from lintel.app.state import State
from lintel.referee.request import Opinion, Request


@dataclass(frozen=True, slots=True)
class Ready:
    """A worker has begun to accept."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The supervisor wants an Answer; with the reasons why not ready, which may take a moment."""

    readiness: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What a worker says of itself."""

    state: State = field(default_factory=State)
    reasons: dict[str, str] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Altered:
    """DDL through one worker has changed what a server calls so; the others may want to know at once."""

    database: str


@dataclass(frozen=True, slots=True)
class Drain:
    """Accept nobody any longer; what Listener.drain takes."""

    seconds: float
    grace: float = 0.0


@dataclass(frozen=True, slots=True)
class End:
    """Every session, at once."""


@dataclass(frozen=True, slots=True)
class Switch:
    """The off-switch. By itself: a Configuration may turn out to be unusable by now."""

    off: bool


Message = Opinion | Request | Configuration | Ready | Ask | Answer | Altered | Drain | End | Switch


class Channel:
    """One end."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def over(cls, end: socket.socket) -> Self:
        """On this end of a pair."""
        end.setblocking(False)
        return cls(*await asyncio.open_unix_connection(sock=end))

    def send(self, message: Message) -> None:
        """Never waits; into the void where the other end has gone."""
        if not self._writer.is_closing():
            data = pickle.dumps(message)
            self._writer.write(len(data).to_bytes(4, "big") + data)

    async def receive(self) -> Message:
        """The next one. EOFError or OSError when the other end has gone."""
        length = await self._reader.readexactly(4)
        message: Message = pickle.loads(await self._reader.readexactly(int.from_bytes(length, "big")))  # noqa: S301
        return message

    def close(self) -> None:
        """What was sent is still delivered."""
        self._writer.close()
