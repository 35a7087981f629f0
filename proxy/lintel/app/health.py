"""What /readyz asks: that the listener is up, what is known of the databases fresh, and a server to be reached.

Only databases whose catalog was read at least once count: names are the clients' to choose before they have logged in,
and nobody may take a proxy out of service by asking for one that does not exist.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from lintel.admin import Check, probe

NAMES = ("listener", "catalog", "server")
MAX_CATALOG_AGE_SECONDS = 15.0  # several polls, and the longest pause between attempts


@dataclass(slots=True)
class Health:
    """`listening` is set and cleared by whoever starts and ends the listener; `ages` are those of catalogs, by route.

    As with servers that cannot be reached (Reach), an old catalog of one of several is a problem and no more.
    """

    ages: Callable[[], Mapping[str, float]]
    reach_server: Callable[[], Awaitable[None]]
    listening: bool = False
    problems: Mapping[str, str] = field(default_factory=dict)

    def checks(self) -> dict[str, Check]:
        """By name, as /readyz shows them."""
        return dict(zip(NAMES, (self._listener, self._catalog, probe(self.reach_server)), strict=True))

    async def _listener(self) -> str | None:
        return None if self.listening else "not accepting sessions"

    async def _catalog(self) -> str | None:
        ages = self.ages()
        old = {name: age for name, age in ages.items() if age > MAX_CATALOG_AGE_SECONDS}
        self.problems = {}
        if old and len(old) == len(ages):
            return f"a catalog was last confirmed {max(old.values()):.0f} s ago"
        self.problems = {f"catalog {name}": f"last confirmed {age:.0f} s ago" for name, age in old.items()}
        return None
