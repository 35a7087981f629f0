"""Where the server is and how to log in there: a libpq DSN, PG* variables, .pgpass and service files, resolved once.

asyncpg's own parser does the work (its one private name that we use), so that the control connection, the sessions'
connector and libpq agree; key=value strings, which it does not read, are turned into a URI first.
"""

import re
import urllib.parse
from dataclasses import dataclass, field, replace
from ssl import SSLContext
from typing import Any

import asyncpg
from asyncpg.connect_utils import _parse_connect_dsn_and_args

from lintel.config import ConfigError

Address = tuple[str, int] | str  # (host, port), or the path of a Unix socket

_PAIR = re.compile(r"\s*(\w+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)(?=\s|$)", re.DOTALL)
_ABSENT = (
    *("host", "port", "user", "password", "passfile", "database", "ssl", "service", "servicefile", "direct_tls"),
    *("server_settings", "target_session_attrs", "krbsrvname", "gsslib"),
)
# libpq's own; asyncpg would send them to the server as settings.
_CLIENT_ONLY = frozenset(
    (
        "channel_binding",
        "client_encoding",
        "connect_timeout",
        "fallback_application_name",
        "gssdelegation",
        "gssencmode",
        "hostaddr",
        "keepalives",
        "keepalives_count",
        "keepalives_idle",
        "keepalives_interval",
        "load_balance_hosts",
        "require_auth",
        "sslcompression",
        "sslsni",
        "tcp_user_timeout",
    )
)

_HARMLESS = ("no key=value", "root certificate file")  # what such a message quotes is a place or a file


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A resolved DSN. The password never shows in its repr."""

    addresses: tuple[Address, ...]
    user: str
    password: str | None = field(repr=False)
    database: str
    names_database: bool  # the DSN itself does, or its service; else it is the environment's or the user's name
    sslmode: str  # libpq's words: disable, allow, prefer, require, verify-ca, verify-full
    ssl: SSLContext | None = field(repr=False, compare=False)
    direct_tls: bool  # sslnegotiation=direct
    target_session_attrs: str
    uri: str = field(repr=False)  # what asyncpg gets

    def on(self, database: str) -> "Endpoint":
        """The same server and user, another database."""
        return replace(self, database=database)

    @property
    def where(self) -> str:
        """The addresses as a message shows them."""
        return ", ".join(a if isinstance(a, str) else f"{a[0]}:{a[1]}" for a in self.addresses)


def resolve(dsn: str, option: str = "--server", key: str = "") -> Endpoint:
    """Resolve a URI, a key=value string or "" (the environment alone); ConfigError names the option and the key."""
    try:
        uri = _as_uri(dsn)
        addresses, params = _parsed(uri)
    except (ValueError, OSError, KeyError, asyncpg.InterfaceError) as problem:
        # The text may hold a password, so it is not quoted; nor is asyncpg's message, which may.
        expected = 'a PostgreSQL DSN, such as "postgresql://user@host:5432/database" or "host=... dbname=..."'
        raise ConfigError(option, key, f"expected {expected}: {_harmless(problem)}") from None
    if not all(isinstance(address, str) or _is_host(address[0]) for address in addresses):
        raise ConfigError(option, key, "expected hosts of which each part, between dots, has 1 to 63 characters")
    return Endpoint(
        addresses=tuple(a if isinstance(a, str) else (a[0], a[1]) for a in addresses),
        user=params.user,
        password=params.password,
        database=params.database,
        names_database=_names_database(uri),
        sslmode=params.sslmode.name.replace("_", "-"),
        ssl=params.ssl or None,
        direct_tls=params.ssl_negotiation.name == "direct",
        target_session_attrs=params.target_session_attrs.value,
        uri=uri,
    )


def _is_host(name: str) -> bool:
    """Whether it can be looked up at all; of what cannot asyncio raises no OSError."""
    try:
        name.encode("idna")
    except UnicodeError:
        return False
    return True


def _parsed(uri: str) -> tuple[list[Any], Any]:
    absent = dict.fromkeys(_ABSENT)
    addresses, params = _parse_connect_dsn_and_args(dsn=uri, **absent)
    return addresses, params


def _names_database(uri: str) -> bool:
    parts = urllib.parse.urlsplit(uri)
    return bool(parts.path.strip("/")) or not {"dbname", "database", "service"}.isdisjoint(
        urllib.parse.parse_qs(parts.query)
    )


def _as_uri(dsn: str) -> str:
    if not dsn.startswith(("postgresql://", "postgres://")):
        return _uri(_pairs(dsn))
    bare, _, query = dsn.partition("?")
    pairs = dict(urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query)))
    if bare.count("/") == 3:  # for libpq an empty database is none; asyncpg would take it at its word
        bare = bare.removesuffix("/")
    return bare + _query(pairs)


def _uri(pairs: dict[str, str]) -> str:
    return f"postgresql://{_query(pairs)}"


def _query(pairs: dict[str, str]) -> str:
    kept = {key: value for key, value in pairs.items() if value and key not in _CLIENT_ONLY}
    return "?" + urllib.parse.urlencode(kept, quote_via=urllib.parse.quote) if kept else ""


def _pairs(conninfo: str) -> dict[str, str]:
    """Key=value, the manual's section 34.1.1.1: quotes for values with spaces, a backslash before ' and itself."""
    found: dict[str, str] = {}
    at = 0
    conninfo = conninfo.strip()
    while at < len(conninfo):
        match = _PAIR.match(conninfo, at)
        if match is None:
            raise ValueError(f"no key=value at character {at + 1}")
        value = match[2][1:-1] if match[2].startswith("'") else match[2]
        found[match[1]] = re.sub(r"\\(.)", r"\1", value, flags=re.DOTALL)
        at = match.end()
    return found


def _harmless(problem: Exception) -> str:
    said = str(problem).partition("\n")[0]
    return said if said.startswith(_HARMLESS) else type(problem).__name__
