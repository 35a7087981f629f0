"""What /readyz asks: that the listener is up, what is known of the databases fresh, and the server to be reached.

Only databases whose catalog was read at least once count: names are the clients' to choose before they have logged in,
and nobody may take a proxy out of service by asking for one that does not exist.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from lintel.admin import Check, probe
from lintel.metrics import CatalogState

NAMES = ("listener", "catalog", "server")
MAX_CATALOG_AGE_SECONDS = 15.0  # several polls, and the longest pause between attempts


@dataclass(slots=True)
class Health:
    """`listening` is set and cleared by whoever starts and ends the listener."""

    catalogs: Callable[[], CatalogState]
    reach_server: Callable[[], Awaitable[None]]
    listening: bool = False

    def checks(self) -> dict[str, Check]:
        """By name, as /readyz shows them."""
        return dict(zip(NAMES, (self._listener, self._catalog, probe(self.reach_server)), strict=True))

    async def _listener(self) -> str | None:
        return None if self.listening else "not accepting sessions"

    async def _catalog(self) -> str | None:
        age = self.catalogs().age_seconds
        if age is None or age <= MAX_CATALOG_AGE_SECONDS:
            return None
        return f"a catalog was last confirmed {age:.0f} s ago"
