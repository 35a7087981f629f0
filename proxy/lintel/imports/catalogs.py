"""What statements of a server's databases are read under: their schema, and the search_path of each of their users.

From the live catalogs of --server, one per database that is spoken of; where there is no --server, or a database lets
nobody in, from the catalog that the store keeps. search_path is a setting of roles and databases (manual 20.11.1),
which only a live catalog tells; what a session sets for itself is in nobody's catalog.
"""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import asyncpg

from lintel import catalog
from lintel.config import ConfigError
from lintel.policy import Policy
from lintel.policy.search_path import schemas_of
from lintel.schema import Schema
from lintel.store import Reader, Store

DEFAULT = '"$user", public'
PROBLEMS = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)

_SETTINGS = """
SELECT coalesce(d.datname, '') AS database, coalesce(r.rolname, '') AS role,
       substr(one, length('search_path=') + 1) AS path
  FROM pg_catalog.pg_db_role_setting s
  LEFT JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
  LEFT JOIN pg_catalog.pg_roles r ON r.oid = s.setrole
 CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) one
 WHERE one LIKE 'search\\_path=%'
"""
_T = TypeVar("_T")


@dataclass(frozen=True)
class Known:
    """One database; `policy` is without plans, so that it judges nothing and understands everything it can."""

    policy: Policy
    paths: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (database, role), "" for all -> search_path

    def search_path(self, database: str, user: str) -> tuple[str, ...]:
        """What a fresh session of the user searches."""
        nearest = ((database, user), ("", user), (database, ""), ("", ""))
        return schemas_of(next((self.paths[key] for key in nearest if key in self.paths), DEFAULT), None, user)


class Catalogs:
    """The databases of one server, each read when it is first spoken of."""

    def __init__(self, store: Path, server: str | None = None) -> None:
        """Read the database of the DSN at once: ConfigError where that fails."""
        self.unknown: set[str] = set()  # databases of which no catalog is known
        self.endpoint = None if server is None else catalog.resolve(server)
        self._path = store
        self._known: dict[str, Known] = {}
        if self.endpoint is not None:
            self._known[self.endpoint.database] = self._live(self.endpoint)

    def of(self, database: str) -> Known:
        """The database, live or as the store keeps it."""
        if database not in self._known:
            self._known[database] = self._found(database)
        return self._known[database]

    def keep(self, store: Store) -> None:
        """Keep what was read live, so that report and impact know it as well."""
        for database, known in self._known.items():
            schema = known.policy.moment.schema
            if self.endpoint is not None and schema is not None:
                store.save_catalog(database, schema)

    def _found(self, database: str) -> Known:
        if self.endpoint is not None:
            try:
                return self._live(self.endpoint.on(database))
            except ConfigError:
                pass  # no such database any more, or nobody is let in: what the store keeps may do
        schema = self._kept(database)
        if schema is None:
            self.unknown.add(database)
        return Known(Policy(schema))

    def _kept(self, database: str) -> Schema | None:
        if not self._path.exists():
            return None
        reader = Reader(self._path)
        try:
            return reader.catalog(database)
        finally:
            reader.close()

    @staticmethod
    def _live(endpoint: catalog.Endpoint) -> Known:
        async def read() -> Known:
            connection = await catalog.connect(endpoint)
            try:
                return Known(Policy(await catalog.read(connection)), _paths(await connection.fetch(_SETTINGS)))
            finally:
                await connection.close()

        return answered(endpoint, read())


def answered(endpoint: catalog.Endpoint, question: Coroutine[Any, Any, _T]) -> _T:
    """What the server answers; ConfigError where it does not."""
    try:
        return asyncio.run(question)
    except PROBLEMS as problem:
        raise ConfigError("--server", "", f"{endpoint.where} cannot be read: {problem or 'timed out'}") from None


def _paths(rows: Iterable[asyncpg.Record]) -> dict[tuple[str, str], str]:
    return {(row["database"], row["role"]): row["path"] for row in rows}


@contextmanager
def importing(path: Path, server: str | None = None) -> Iterator[tuple[Store, Catalogs]]:
    """The store and the catalogs of an import, which are kept in it; ConfigError, StoreError."""
    catalogs = Catalogs(path, server)
    store = Store(path)
    try:
        yield store, catalogs
        catalogs.keep(store)
    finally:
        store.close()
