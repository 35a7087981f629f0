"""What the server holds of a role, asked at each login: the auth query. Knows no SCRAM.

Nothing is remembered, so that a password that was changed, or has expired, is in force at the next login. The
connection stays for a moment only, for those who log in one after another.
"""

import asyncio

import asyncpg

from lintel.catalog.connection import CONNECT_SECONDS, connect
from lintel.catalog.dsn import Endpoint

LINGER_SECONDS = 1.0  # DROP DATABASE waits for five
PATIENCE_SECONDS = 5.0  # for those who ask before, too

_LATER = ("08", "53", "57")  # classes of SQLSTATE
_GONE = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.OperatorInterventionError)


class Unanswered(Exception):
    """The query has failed, or could not be asked, which may be otherwise later."""

    def __init__(self, message: str, *, later: bool) -> None:
        super().__init__(message)
        self.later = later


class AuthQuery:
    """Call it with a role's name: the secret, or None where there is no such role, or nothing to log in with."""

    def __init__(self, endpoint: Endpoint, query: str) -> None:
        self._endpoint = endpoint
        self._query = query
        self._turn = asyncio.Lock()
        self._connection: asyncpg.Connection | None = None
        self._closing: asyncio.TimerHandle | None = None

    async def __call__(self, role: str) -> str | None:
        """Raises Unanswered."""
        if not _is_text(role):
            return None
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._turn:
                return await self._ask(role)
        except asyncpg.PostgresError as problem:
            raise Unanswered(_first_line(problem), later=problem.sqlstate.startswith(_LATER)) from None
        except asyncpg.InterfaceError as problem:  # such as other parameters than the name
            raise Unanswered(_first_line(problem), later=False) from None
        except (OSError, asyncpg.InternalClientError) as problem:  # TimeoutError among them
            raise Unanswered(_first_line(problem) or type(problem).__name__, later=True) from None

    async def _ask(self, role: str) -> str | None:
        if self._closing is not None:
            self._closing.cancel()
        fresh = self._connection is None or self._connection.is_closed()
        try:
            return await self._fetch(role)
        except _GONE:
            self.close()
            if fresh:
                raise
            return await self._fetch(role)  # the old connection was of a server that has gone since
        except BaseException:
            self.close()  # nobody knows what is still under way
            raise
        finally:
            self._closing = asyncio.get_running_loop().call_later(LINGER_SECONDS, self.close)

    async def _fetch(self, role: str) -> str | None:
        if self._connection is None or self._connection.is_closed():
            self._connection = await connect(self._endpoint)
        try:
            row = await self._connection.fetchrow(self._query, role, timeout=CONNECT_SECONDS)
        except asyncpg.UntranslatableCharacterError:
            return None  # no role here has such a name
        if row is None:
            return None
        if len(row) != 2 or not isinstance(row[1], str | None):
            raise Unanswered("it has to return two columns: a name and a secret, as text", later=False)
        return row[1] or None

    def close(self) -> None:
        """At once; the next question connects anew."""
        if self._closing is not None:
            self._closing.cancel()
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.terminate()


def _is_text(name: str) -> bool:
    """Clients may send any bytes; a role's name is asked for as UTF-8."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _first_line(problem: BaseException) -> str:
    return str(problem).partition("\n")[0]
