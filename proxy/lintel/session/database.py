"""What a session needs from the layers above it: protocols only, which app satisfies.

One `Database` per name, asked for when a session begins; it gives each session a `Presence`, whose `resolve` and
`completed` go into the Conversation as they are, so that nothing stands between it and the policy and the recorder.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lintel.wire.decision import Context, Decision, Settings


@dataclass(frozen=True, slots=True)
class Login:
    """Who a session belongs to, as its startup packet says. application_name may change later: see Settings."""

    user: str
    database: str
    address: str  # the peer's address without its port; "" on a Unix socket
    application_name: str


class Presence(Protocol):
    """One session, as its database sees it."""

    def resolve(self, settings: Settings) -> Context:
        """The context that these settings give this session; quick, called on every change of either."""
        ...

    def completed(self, decision: Decision, sqlstate: str | None) -> None:
        """A statement has been answered: count it. Never waits."""
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

    def enter(self, login: Login, changed: Callable[[], None]) -> Presence:
        """`changed` is called when the schema or a plan has, so that prepared statements are looked at again."""
        ...


Databases = Callable[[str], Database]
