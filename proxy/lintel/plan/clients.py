"""Which client was built for which side of a change: rules of globs over what a client says of itself.

Knows nothing of sessions: they describe their client as ClientAttributes.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

Side = Literal["old", "new"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class ClientAttributes:
    """One client: its startup parameters, its address (None on a Unix socket), and the tags of its statement."""

    application_name: str = ""
    user: str = ""
    database: str = ""
    address: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class ClientRule:
    """Clients for which every given pattern matches see that side; a pattern that is None always matches."""

    sees: Side
    application_name: str | None = None
    user: str | None = None
    database: str | None = None
    address: str | None = None  # CIDR
    tags: tuple[tuple[str, str], ...] = ()  # (name, glob), from the statement's own comment

    def matches(self, client: ClientAttributes) -> bool:
        """Whether the rule speaks of this client."""
        return (
            _glob(self.application_name, client.application_name)
            and _glob(self.user, client.user)
            and _glob(self.database, client.database)
            and _within(self.address, client.address)
            and all(name in client.tags and _glob(pattern, client.tags[name]) for name, pattern in self.tags)
        )


def first_match(rules: tuple[ClientRule, ...], client: ClientAttributes) -> Side | None:
    """The side that the first matching rule gives, or None."""
    for rule in rules:
        if rule.matches(client):
            return rule.sees
    return None


def _glob(pattern: str | None, text: str) -> bool:
    return pattern is None or _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(".*".join(map(re.escape, re.split(r"\*+", pattern))), re.DOTALL)


def _within(network: str | None, address: str | None) -> bool:
    if network is None:
        return True
    found = _address(address)
    return found is not None and found in _network(network)


@lru_cache(maxsize=1024)
def _network(text: str) -> Network:
    return ipaddress.ip_network(text, strict=False)


def _address(text: str | None) -> Address | None:
    """A peer address; IPv4 that reached us over an IPv6 socket counts as IPv4."""
    try:
        found = ipaddress.ip_address((text or "").partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found
