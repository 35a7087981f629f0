"""What relays, as whoever serves sees it: one process or several."""

from collections.abc import Mapping, Sequence
from socket import socket
from typing import Protocol

from lintel.admin import Check
from lintel.app.configuration import Configuration
from lintel.app.state import State


class Relay(Protocol):
    """What relays: a Proxy in this process, or a Supervisor of several."""

    @property
    def checks(self) -> Mapping[str, Check]:
        """What has to hold for it to be ready."""
        ...

    @property
    def problems(self) -> Mapping[str, str]:
        """What somebody should look at, by what it concerns."""
        ...

    @property
    def pids(self) -> Sequence[int | str]:
        """The processes whose use of resources counts."""
        ...

    async def start(self, listening: Sequence[socket]) -> None:
        """Begin to accept."""
        ...

    async def state(self) -> State:
        """The totals."""
        ...

    def apply(self, configuration: Configuration) -> None:
        """All of it or, where it raises ConfigError, nothing."""
        ...

    async def switch(self, *, off: bool) -> bool:
        """The off-switch; whether every process has said that it follows."""
        ...

    async def drain(self, seconds: float, grace: float = 0.0) -> None:
        """Accept nobody any longer, and end what there is within this time."""
        ...

    def end(self) -> None:
        """Every session, at once."""
        ...

    async def close(self) -> None:
        """After drain."""
        ...
