"""Where startup packets lead: routes, their connectors and what is known of their databases, joined for the sessions.

Satisfies the protocol of session.database.
"""

from collections.abc import Mapping

from lintel.app.databases import Databases
from lintel.app.routes import Routes
from lintel.session.connector import Connector
from lintel.session.database import Destination
from lintel.wire.startup import StartupMessage


class Destinations:
    """Of one configuration; `connectors` are by the names of its routes."""

    def __init__(self, routes: Routes, connectors: Mapping[str, Connector], databases: Databases) -> None:
        self._routes = routes
        self._by_route = connectors
        self._databases = databases

    @property
    def connectors(self) -> tuple[Connector, ...]:
        """To every server."""
        return tuple(self._by_route.values())

    def __call__(self, message: StartupMessage) -> Destination | None:
        """Where this client is led; None: its database is nowhere."""
        route = self._routes.lead(message)
        if route is None:
            return None
        asked = message.database
        there = route.leads_to(asked)
        packet = message.packet if there == asked else message.into(there)
        return Destination(self._databases(asked, route), self._by_route[route.name], packet)
