"""Which of the servers can be reached, for /readyz.

Not ready is a Lintel that can reach none. Where one of several is down, taking every Lintel out of service would keep
those out who have nothing to do with it; so that is shown as a problem.
"""

import asyncio
from collections.abc import Mapping

from lintel.session.connector import Connector

EACH_SECONDS = 1.5  # less than a check may take


class Reach:
    """`connectors` are by the names of their routes."""

    def __init__(self, connectors: Mapping[str, Connector]) -> None:
        self.connectors = connectors
        self.problems: Mapping[str, str] = {}

    async def __call__(self) -> None:
        """Ask all; Unreachable or OSError where there is none."""
        asked = list(self.connectors)
        found = await asyncio.gather(*(_try(self.connectors[name]) for name in asked))
        failed = {name: problem for name, problem in zip(asked, found, strict=True) if problem is not None}
        self.problems = {}
        if len(failed) == len(asked):
            raise next(iter(failed.values()))
        self.problems = {f"server {name}": "cannot be reached" for name in failed}


async def _try(connector: Connector) -> Exception | None:
    try:
        async with asyncio.timeout(EACH_SECONDS):
            transport, _ = await connector.connect()
    except Exception as problem:  # whatever it is, it cannot be reached
        return problem
    transport.close()
    return None
