"""Ways from a client to a database: which PostgreSQL, where there is TLS, and what a client needs to connect."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode

from tests.e2e.proxy import Proxy

from lintel.demo.postgres import Server, find


@dataclass(frozen=True)
class Address:
    """What a client needs to connect; `authority` is the file of the certificate authority where TLS is wanted."""

    host: str
    port: int
    user: str
    password: str
    database: str
    authority: Path | None = None

    def uri(self, **parameters: str) -> str:
        """For libpq, psycopg, psql and pgbench."""
        if self.authority:
            parameters = {"sslmode": "verify-full", "sslrootcert": str(self.authority), **parameters}
        credentials = f"{quote(self.user)}:{quote(self.password, safe='')}"
        return f"postgresql://{credentials}@{self.host}:{self.port}/{self.database}?{urlencode(parameters)}"

    def keywords(self) -> dict[str, Any]:
        """For drivers that take host, port and so on; without TLS."""
        return {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
            "database": self.database,
        }

    def at(self, **changes: Any) -> Self:
        """The same with other parts."""
        return replace(self, **changes)


MAJORS = tuple(binaries.major for binaries in find())


@dataclass(frozen=True)
class Route:
    """What is special about a way."""

    name: str
    major: int
    client_tls: bool = False
    server_tls: bool = False


ROUTES = (
    *(Route(f"pg{major}", major) for major in MAJORS),
    *(Route(f"pg{major}-client-tls", major, client_tls=True) for major in MAJORS[:1]),
    *(Route(f"pg{major}-server-tls", major, server_tls=True) for major in MAJORS[-1:]),
    *(Route(f"pg{major}-both-tls", major, client_tls=True, server_tls=True) for major in MAJORS[-1:]),
)


@dataclass(frozen=True)
class Certificates:
    """An authority, and a certificate of its for this machine, as files."""

    authority: Path
    certificate: Path
    key: Path


@dataclass(frozen=True)
class Way:
    """A Lintel and the server behind it."""

    route: Route
    server: Server
    proxy: Proxy | None
    authority: Path | None
