"""Where Lintel's own authentication takes the secrets of users from: a file, and a query on the server."""

import asyncio
from collections.abc import Mapping

import structlog

from lintel.app.routes import Route, Routes
from lintel.catalog.secrets import AuthQuery, Unanswered
from lintel.config import Auth, ConfigError
from lintel.wire import secret
from lintel.wire.errors import ProtocolError
from lintel.wire.secret import Held
from lintel.wire.startup import StartupMessage

_WAYS_OUT = (
    "give server.control_dsn a role that may run it, make it call a function that may, or give auth.file and "
    'auth.query = ""'
)

_log = structlog.get_logger(__name__)


class Secrets:
    """Of one configuration. Whom the file does not know the query is asked for, on the server of his database."""

    def __init__(self, held: Mapping[str, Held], query: str, routes: Routes) -> None:
        self._held = held
        self._routes = routes
        self._queries = {route.name: AuthQuery(route.control, query) for route in routes.all} if query else {}

    async def __call__(self, user: str, message: StartupMessage) -> Held | None:
        """What is held of this user, who wants in with that packet."""
        held = self._held.get(user)
        route = self._routes.lead(message)
        query = self._queries.get(route.name) if route is not None else None
        if held is not None or query is None:
            return held
        try:
            said = await query(user)
        except Unanswered as problem:
            _log.error("auth query", problem=str(problem))
            raise _unknown(problem) from None
        return _read(said) if said else None


def _unknown(problem: Unanswered) -> ProtocolError:
    if problem.later:
        return ProtocolError("server", "57P03", "lintel: the server cannot be asked for the user's secret")
    return ProtocolError("server", "28000", "lintel: the user's secret cannot be looked up")


def _read(said: str) -> Held | None:
    try:
        return secret.read(said)
    except ValueError:
        _log.error("auth query: the secret that it returned is none")
        return None


async def check(auth: Auth, routes: Routes) -> None:
    """ConfigError where the query does not work; a server that is down is asked at each login."""
    if auth.mode == "own" and auth.query:
        await asyncio.gather(*(_check(auth.query, route) for route in routes.all))


async def _check(text: str, route: Route) -> None:
    query = AuthQuery(route.control, text)
    try:
        await query(route.control.user)
    except Unanswered as problem:
        if not problem.later:
            raise ConfigError(
                "auth.query", "", f"failed on the server of {route.name}: {problem}; {_WAYS_OUT}"
            ) from None
    finally:
        query.close()
