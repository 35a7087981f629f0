"""From what a file, a variable or a flag says to a value. A reader raises `Unexpected` with what it expected.

Variables and flags are text only, so every reader takes text too; a list is then separated by commas.
"""

import ipaddress
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

# (value, directory that a relative path in it starts from) -> what the setting holds
Reader = Callable[[object, Path], object]

_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|h)?")
_SECONDS = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0, None: 1.0}


class Unexpected(ValueError):
    """The value is not what the key takes; the text completes "expected ..."."""


class Address(NamedTuple):
    """HOST:PORT; port 0 picks a free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def text(value: object, _: Path) -> str:
    """Any string."""
    if not isinstance(value, str):
        raise Unexpected("a string")
    return value


def texts(value: object, _: Path) -> tuple[str, ...]:
    """A list of strings."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if not isinstance(value, list | tuple) or not all(isinstance(part, str) for part in value):
        raise Unexpected("a list of strings")
    return tuple(value)


def path(value: object, base: Path) -> str:
    """A file; empty stays empty."""
    given = text(value, base)
    return str(base / Path(given).expanduser()) if given else given


def paths(value: object, base: Path) -> tuple[str, ...]:
    """A list of files; a name with * stands for those that there are, in the order of their names."""
    return tuple(found for given in texts(value, base) for found in _files(given, base))


def _files(given: str, base: Path) -> list[str]:
    if "*" not in given:
        return [path(given, base)]
    pattern = Path(given).expanduser()
    root = Path(pattern.anchor) if pattern.is_absolute() else base
    return sorted(map(str, root.glob(str(pattern.relative_to(pattern.anchor)))))


def file(value: object, base: Path) -> str:
    """A file, which must be named."""
    given = text(value, base)
    if not given or "://" in given:
        raise Unexpected("a file")
    return path(given, base)


def address(value: object, base: Path) -> Address:
    """HOST:PORT."""
    host, colon, port = text(value, base).rpartition(":")
    if not colon or not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise Unexpected('HOST:PORT, such as "127.0.0.1:6432" or "[::1]:0"')
    return Address(host.removeprefix("[").removesuffix("]"), int(port))


def seconds(value: object, _: Path) -> float:
    """A duration, as seconds."""
    if isinstance(value, int | float) and not isinstance(value, bool) and value > 0:
        return float(value)
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or float(match[1]) <= 0:
        raise Unexpected('a duration above zero, such as "2s" or "500ms"')
    return float(match[1]) * _SECONDS[match[2]]


def seconds_or_never(value: object, base: Path) -> float:
    """A duration, as seconds; 0 stands for never."""
    if value in (0, "0", "0s") and not isinstance(value, bool):
        return 0.0
    return seconds(value, base)


def count(value: object, _: Path) -> int:
    """A whole number above zero."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Unexpected("a whole number above zero")
    return value


def share(value: object, _: Path) -> float:
    """Of a whole, from 0 to 1."""
    try:
        found = -1.0 if isinstance(value, bool) or not isinstance(value, int | float | str) else float(value)
    except ValueError:
        found = -1.0
    if not 0.0 <= found <= 1.0:
        raise Unexpected("a share from 0 to 1")
    return found


def networks(value: object, base: Path) -> tuple[str, ...]:
    """A list of networks, as CIDR or single addresses."""
    given = texts(value, base)
    try:
        return tuple(str(ipaddress.ip_network(one)) for one in given)
    except ValueError:
        raise Unexpected('a list of networks, such as ["10.1.0.0/16", "::1/128"]') from None


def permissions(value: object, _: Path) -> str:
    """Of a file, in octal as chmod takes them."""
    if not isinstance(value, str) or not re.fullmatch("0?[0-7]{3}", value):
        raise Unexpected('permissions in octal, such as "0770"')
    return value


def choice(*words: str) -> Reader:
    """One of these words."""

    def read(value: object, _: Path) -> str:
        if value not in words:
            raise Unexpected("one of " + ", ".join(f'"{word}"' for word in words))
        return str(value)

    return read
