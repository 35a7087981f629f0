"""What `serve` is told: settings and plans, read together, checked together, replaced together.

A Configuration travels to worker processes as it is, so that all of them have what the supervisor has read, whatever
has become of the files since.
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

from lintel import catalog
from lintel.app import authentication, routes, tls, userlist
from lintel.app.authentication import Secrets
from lintel.app.routes import Routes
from lintel.config import Settings
from lintel.config.settings import KEYS
from lintel.plan import Plan, in_force, load_all
from lintel.policy import Options as Shield
from lintel.session.authentication import Authentication
from lintel.session.connector import Connector, KeepAlive
from lintel.session.listener import Options
from lintel.wire.secret import Held

# What stays as it is until the next start, by the beginning of the key; everything else takes effect on reload.
_FIXED = ("admin.", "record.", "listen.address", "listen.unix_", "process.workers")

_SALT_KEY = secrets.token_bytes(32)  # of this run; workers get it with their Configuration


@dataclass(frozen=True, slots=True)
class Configuration:
    """One state of the files, the environment and the flags."""

    settings: Settings
    plans: tuple[Plan, ...]
    held: Mapping[str, Held] = field(default_factory=dict, repr=False)  # secrets of users, out of auth.file
    salt_key: bytes = field(default=_SALT_KEY, repr=False, compare=False)  # where the settings have none
    off: bool = False  # the off-switch, which no file says

    @property
    def routes(self) -> Routes:
        """Where clients are relayed to. ConfigError where a DSN is none."""
        return routes.of(self.settings)

    def connectors(self, of: Routes) -> Mapping[str, Connector]:
        """What makes server connections, by the names of the routes."""
        seconds, keepalive = self.settings.server.connect_timeout, self._keepalive
        return {
            route.name: Connector(route.server, seconds, keepalive, catalog.Hosts(route.server, route.control))
            for route in of.all
        }

    def authentication(self, of: Routes) -> Authentication | None:
        """Lintel's own; None where it is between client and server."""
        auth = self.settings.auth
        if auth.mode == "pass":
            return None
        key = auth.salt_key.encode() or self.salt_key
        return Authentication(Secrets(self.held, auth.query, of), key, tls.certificate(self.settings.listen))

    def options(self, descriptors: int) -> Options:
        """For the Listener of a process that may have so many open files. ConfigError for a bad certificate."""
        limits = self.settings.limits
        return Options(
            tls=tls.context(self.settings.listen),
            certificate=tls.certificate(self.settings.listen),
            tls_required=self.settings.listen.tls == "require",
            login_timeout=limits.login_timeout,
            sessions=self.sessions(descriptors),
            startups=self._startups(descriptors),
            idle_timeout=limits.idle_timeout,
            stall_timeout=limits.stall_timeout,
            keepalive=self._keepalive,
            balancers=tuple(map(ip_network, self.settings.listen.proxy_protocol_from)),
            authentication=self.authentication(self.routes),
        )

    def sessions(self, descriptors: int) -> int:
        """How many a process takes that may have so many open files."""
        return min(self.settings.limits.sessions, max(1, (descriptors - self._startups(descriptors) - SPARE) // 2))

    def _startups(self, descriptors: int) -> int:
        return min(self.settings.limits.startups, descriptors // 4)

    @property
    def _keepalive(self) -> KeepAlive:
        limits = self.settings.limits
        return KeepAlive(limits.tcp_keepalive_idle, limits.tcp_keepalive_interval, limits.tcp_keepalive_count)

    def check_alone(self) -> None:
        """ConfigError where no process could run with it, as far as that can be said without any server."""
        self.routes.check(self.plans)
        self.options(SPARE)

    async def check(self) -> None:
        """ConfigError where no process could run with it, or no client log in."""
        self.check_alone()
        found = self.routes
        if self.settings.auth.mode == "own":
            await authentication.check(self.settings.auth, found)
            return
        connectors = self.connectors(found)
        await asyncio.gather(*(tls.check(self.settings.listen, one, connectors[one.name]) for one in found.all))

    def after(self, running: "Configuration") -> "Configuration":
        """What can be put in force while a process runs: all but what is fixed."""
        settings = self.settings
        for key in (key for key in KEYS.values() if key.dotted.startswith(_FIXED)):
            section = replace(getattr(settings, key.section), **{key.name: _value(running.settings, key.dotted)})
            settings = replace(settings, **{key.section: section})
        return replace(self, settings=settings, off=running.off)

    @property
    def mode(self) -> str:
        """enforce, dry-run or off."""
        return "off" if self.off else self.settings.shield.mode

    @property
    def shield(self) -> Shield:
        """What verdicts depend on."""
        shield = self.settings.shield
        return Shield(
            shield.on_opaque,
            shield.on_stale,
            enforced=self.mode == "enforce",
            on_unplanned_ddl=shield.on_unplanned_ddl,
            referee=shield.referee,
            tables=self.settings.record.tables,
        )

    def differing(self, other: "Configuration") -> list[str]:
        """The keys in which the two differ."""
        differing = [key for key in KEYS if _value(self.settings, key) != _value(other.settings, key)]
        return differing if self.settings.databases == other.settings.databases else [*differing, "databases"]

    def share(self, number: int) -> "Configuration":
        """Of the worker of that number, from 1: the limits that are meant for all of them are divided."""
        process, limits = self.settings.process, self.settings.limits
        sessions, remainder = divmod(limits.sessions, process.workers)
        own = replace(limits, sessions=sessions + (number <= remainder))
        return replace(self, settings=replace(self.settings, limits=own))


SPARE = 100  # descriptors for everything but sessions: catalogs, the store, the admin side, cancel requests

Read = Callable[[], Configuration]


def of(settings: Settings) -> Configuration:
    """They, with the plans and secrets in the files that they name. ConfigError where one cannot be read."""
    return Configuration(settings, in_force(load_all(settings.shield.plans)), userlist.read(settings.auth.file))


def _value(settings: Settings, dotted: str) -> object:
    section, _, name = dotted.partition(".")
    return getattr(getattr(settings, section), name)
