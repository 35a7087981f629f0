"""A way from a client to a database: which PostgreSQL, which authentication, and where there is TLS."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote, urlencode


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
