"""Listening sockets: bound here, passed in by systemd, or handed over by the process before this one.

They are bound once and then shared: workers inherit them, a successor is given them. A second socket on the same port
(SO_REUSEPORT) would have a queue of its own, and closing it would kill who waits there.
"""

import os
import socket
from collections.abc import Mapping, MutableMapping, Sequence

from lintel.config import Address, ConfigError

BACKLOG = 4096  # the kernel caps it at net.core.somaxconn
CLIENTS, ADMIN, READY, CONTROL = "clients", "admin", "ready", "control"  # what a passed descriptor is for
_PASSED = "LINTEL_PASSED_FDS"  # clients:5,admin:6,ready:7
_FIRST = 3  # systemd's SD_LISTEN_FDS_START

Descriptors = Mapping[str, Sequence[int]]


def passed(environ: MutableMapping[str, str] = os.environ) -> dict[str, list[int]]:
    """The descriptors that this process was started with, by purpose; a child of its own is not told of them."""
    given, ours = environ.pop(_PASSED, ""), environ.pop("LISTEN_PID", "") == str(os.getpid())
    count, names = environ.pop("LISTEN_FDS", "0"), environ.pop("LISTEN_FDNAMES", "").split(":")
    found: dict[str, list[int]] = {}
    for purpose, _, number in (pair.partition(":") for pair in given.split(",") if pair):
        found.setdefault(purpose, []).append(int(number))
    if ours and count.isdigit():
        for index in range(int(count)):
            name = names[index] if index < len(names) else ""
            found.setdefault(ADMIN if name == ADMIN else CLIENTS, []).append(_FIRST + index)
    for passed_on in (one for numbers in found.values() for one in numbers):
        os.set_inheritable(passed_on, False)
    return found


def passing(descriptors: Descriptors) -> tuple[dict[str, str], tuple[int, ...]]:
    """The environment and the descriptors of a process that is to find these in `passed`."""
    pairs = [(purpose, number) for purpose, numbers in descriptors.items() for number in numbers]
    return {_PASSED: ",".join(f"{purpose}:{number}" for purpose, number in pairs)}, tuple(n for _, n in pairs)


def adopt(descriptors: Descriptors, purpose: str) -> list[socket.socket]:
    """The sockets that were passed for this purpose."""
    return [socket.socket(fileno=number) for number in descriptors.get(purpose, ())]


def bind(address: Address, key: str) -> list[socket.socket]:
    """Listening sockets on every address of the host, all of one port. ConfigError where one cannot be had."""
    bound: list[socket.socket] = []
    port = address.port
    try:
        found = socket.getaddrinfo(address.host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        for family, *_, where in dict.fromkeys(found):
            bound.append(socket.create_server((where[0], port, *where[2:]), family=family, backlog=BACKLOG))
            port = port or bound[0].getsockname()[1]
    except (OSError, UnicodeError) as problem:  # UnicodeError: a host of which a part is empty, or too long
        for one in bound:
            one.close()
        raise ConfigError(key, str(address), getattr(problem, "strerror", None) or str(problem)) from None
    return bound


def where(listening: Sequence[socket.socket]) -> Address:
    """The address of the first."""
    name = listening[0].getsockname()
    return Address(str(name[0]), int(name[1])) if isinstance(name, tuple) else Address(str(name), 0)
