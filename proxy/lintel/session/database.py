"""What a session needs from the layers above it: protocols only, which app satisfies.

A startup packet leads to a `Destination`: a server, and a `Database` there. That gives each session a `Presence`, whose
`resolve` and `completed` go into the Conversation as they are, so that nothing stands between it and the policy and the
recorder.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

from lintel.wire.decision import Context, Decision, Settings
from lintel.wire.startup import StartupMessage

from .connector import Connector


@dataclass(frozen=True, slots=True)
class Login:
    """Who a session belongs to, as its startup packet says. application_name may change later: see Settings."""

    user: str
    database: str
    address: str  # the peer's address without its port; "" on a Unix socket
    application_name: str


class Member(Protocol):
    """A session, as its database sees it."""

    heard: float  # monotonic seconds when the client sent something last: from then on the server was at work

    def reconsider(self) -> None:
        """The schema or a plan has changed: prepared statements are looked at again."""
        ...


class Presence(Protocol):
    """One session, as its database sees it."""

    def resolve(self, settings: Settings) -> Context:
        """The context that these settings give this session; quick, called on every change of either."""
        ...

    def completed(self, decision: Decision, sqlstate: str | None, chunk: bytes, at: int) -> None:
        """A statement has been answered: count it. Never waits. See wire.decision.Completed."""
        ...

    async def decide(self, context: Context, text: bytes) -> Decision:
        """What `context.decide` says of a text that may take long, while other sessions go on."""
        ...

    async def refresh(self) -> None:
        """Returns when a snapshot read from now on is in force, or cannot be had; bounded."""
        ...

    def leave(self) -> None:
        """The session has ended."""
        ...


class Database(Protocol):
    """What Lintel knows of one database of the server."""

    async def ready(self) -> None:
        """Returns when the first snapshot is there, or cannot be had; bounded."""
        ...

    def enter(self, login: Login, member: Member) -> Presence:
        """A session begins."""
        ...


class Destination(NamedTuple):
    """Where a client is led."""

    database: Database
    connector: Connector
    startup: bytes  # its packet, as this server is to get it


class Destinations(Protocol):
    """Of every client."""

    @property
    def connectors(self) -> tuple[Connector, ...]:
        """To every server."""
        ...

    def __call__(self, message: StartupMessage) -> Destination | None:
        """None where no server has the database that is asked for."""
        ...
