"""What the referee is asked, and what it says. Plain values: with several workers they travel over a pipe."""

from typing import Literal, NamedTuple

from lintel.brief import Brief
from lintel.metrics import READINGS
from lintel.policy.recent import Recent

Verdict = Literal["agrees", "disagrees", "unread", "skipped"]
assert READINGS == ("agrees", "disagrees", "unread", "skipped")


class Request(NamedTuple):
    """A rewritten statement of one database."""

    database: str
    plans: tuple[str, ...]  # ids of those that it meets
    brief: Brief


class Opinion(NamedTuple):
    """`why` has names only: in what the two texts differ, or why it was not read."""

    request: Request
    verdict: Verdict
    why: tuple[str, ...] = ()


class Asked:
    """What has been asked; bounded, so that something may be asked again after very many others."""

    def __init__(self) -> None:
        self._known: Recent[bool] = Recent()

    def is_new(self, request: Request) -> bool:
        """Whether this was not asked before; from now on it was."""
        key = f"{request.database}\0{request.brief.client}\0{request.brief.server}".encode()
        if self._known.recall(key):
            return False
        self._known.remember(key, value=True)
        return True
