"""Every key there is: section, name, default, and how it is read. config/lintel.toml says why each exists."""

from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields
from typing import Any, Literal, NamedTuple

from lintel.config import databases, values
from lintel.config.databases import Database
from lintel.config.values import Address, Reader

Mode = Literal["pass", "refuse"]

_AUTH_QUERY = (
    "SELECT rolname, CASE WHEN rolvaliduntil < now() THEN NULL ELSE rolpassword END FROM pg_authid "
    "WHERE rolname = $1::text"
)


def _key(default: object, read: Reader, *, secret: bool = False) -> Any:
    return field(default=default, metadata={"read": read, "secret": secret})


@dataclass(frozen=True, slots=True)
class Server:
    """The Postgres that clients are relayed to."""

    dsn: str = _key("", values.text, secret=True)
    control_dsn: str = _key("", values.text, secret=True)
    connect_timeout: float = _key(5.0, values.seconds)


@dataclass(frozen=True, slots=True)
class Listen:
    """Where clients come in."""

    address: Address = _key(Address("127.0.0.1", 6432), values.address)
    unix_socket_directory: str = _key("", values.path)
    unix_socket_permissions: str = _key("0777", values.permissions)
    proxy_protocol_from: tuple[str, ...] = _key((), values.networks)
    tls: Literal["offer", "require"] = _key("offer", values.choice("offer", "require"))
    tls_cert: str = _key("", values.path)
    tls_key: str = _key("", values.path)


@dataclass(frozen=True, slots=True)
class Auth:
    """Who finds out whether a client is who it says."""

    mode: Literal["pass", "own"] = _key("pass", values.choice("pass", "own"))
    file: str = _key("", values.path)
    query: str = _key(_AUTH_QUERY, values.text)
    salt_key: str = _key("", values.text, secret=True)


@dataclass(frozen=True, slots=True)
class Process:
    """How many processes relay, and how one run hands over to the next."""

    workers: int = _key(1, values.count)
    handover_timeout: float = _key(60.0, values.seconds)


@dataclass(frozen=True, slots=True)
class Limits:
    """What clients may take; `sessions` is for all processes together, the rest for each."""

    sessions: int = _key(10_000, values.count)
    startups: int = _key(1_000, values.count)
    login_timeout: float = _key(60.0, values.seconds)
    idle_timeout: float = _key(0.0, values.seconds_or_never)
    stall_timeout: float = _key(86_400.0, values.seconds_or_never)
    tcp_keepalive_idle: float = _key(60.0, values.seconds)
    tcp_keepalive_interval: float = _key(10.0, values.seconds)
    tcp_keepalive_count: int = _key(6, values.count)


@dataclass(frozen=True, slots=True)
class Admin:
    """Metrics and health."""

    address: Address = _key(Address("127.0.0.1", 8432), values.address)
    token: str = _key("", values.text, secret=True)


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of the statements that pass."""

    store: str = _key("lintel.db", values.file)
    flush_interval: float = _key(1.0, values.seconds)
    tables: tuple[str, ...] = _key((), values.texts)
    retention_days: int = _key(90, values.count)
    query_log: str = _key("", values.path)


@dataclass(frozen=True, slots=True)
class Shield:
    """Which column changes are carried, and what happens to what cannot be judged."""

    plans: tuple[str, ...] = _key((), values.paths)
    mode: Literal["enforce", "dry-run"] = _key("enforce", values.choice("enforce", "dry-run"))
    on_opaque: Mode = _key("pass", values.choice("pass", "refuse"))
    on_stale: Mode = _key("refuse", values.choice("refuse", "pass"))
    on_unplanned_ddl: Literal["pass", "warn", "refuse"] = _key("pass", values.choice("pass", "warn", "refuse"))
    referee: float = _key(0.1, values.share)


@dataclass(frozen=True, slots=True)
class Log:
    """What is said on stderr."""

    level: str = _key("info", values.choice("debug", "info", "warning", "error"))
    format: Literal["auto", "json", "console"] = _key("auto", values.choice("auto", "json", "console"))


@dataclass(frozen=True, slots=True)
class Settings:
    """All of the configuration, as the rest of Lintel sees it."""

    server: Server = field(default_factory=Server)
    listen: Listen = field(default_factory=Listen)
    auth: Auth = field(default_factory=Auth)
    process: Process = field(default_factory=Process)
    limits: Limits = field(default_factory=Limits)
    admin: Admin = field(default_factory=Admin)
    record: Record = field(default_factory=Record)
    shield: Shield = field(default_factory=Shield)
    log: Log = field(default_factory=Log)
    databases: tuple[Database, ...] = ()


class Key(NamedTuple):
    """One declared key."""

    section: str
    name: str
    default: object
    read: Reader
    secret: bool

    @property
    def dotted(self) -> str:
        """As messages and `config show` name it: listen.address."""
        return f"{self.section}.{self.name}"

    @property
    def variable(self) -> str:
        """The environment variable that sets it: LINTEL_LISTEN__ADDRESS."""
        return f"LINTEL_{self.section}__{self.name}".upper()


SECTIONS: dict[str, type[Any]] = {
    section.name: type(getattr(Settings(), section.name))
    for section in fields(Settings)
    if section.name != databases.TABLE  # whose keys are names that clients ask for
}


def _declared() -> Iterator[Key]:
    for section, holder in SECTIONS.items():
        declared: tuple[Field[Any], ...] = fields(holder)
        for one in declared:
            yield Key(section, one.name, one.default, one.metadata["read"], one.metadata["secret"])


KEYS: dict[str, Key] = {key.dotted: key for key in _declared()}
