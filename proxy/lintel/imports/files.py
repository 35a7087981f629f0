"""A log file and how far it has been read, so that a second import goes on where the first one ended.

A file is known by its first record, whatever its name and whether it is compressed: logs grow, are rotated, renamed
and packed. The bytes before the place that was reached are remembered as a hash, so that another file that begins
alike is told from the same one that has grown.
"""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple, cast

from lintel.config import ConfigError

_GZIP = b"\x1f\x8b"
_TAIL = 256
Records = Callable[[IO[bytes]], Iterator[bytes]]


class Reached(NamedTuple):
    """A place in a file, uncompressed."""

    offset: int
    before: bytes  # the last bytes before it, _TAIL of them at most

    def after(self, record: bytes) -> "Reached":
        """The place behind a record that begins here."""
        return Reached(self.offset + len(record), (self.before + record)[-_TAIL:])

    def dump(self) -> str:
        """As the store keeps it."""
        return json.dumps([self.offset, _digest(self.before)])


def opened(path: Path) -> IO[bytes]:
    """The file, uncompressed; ConfigError where it cannot be read."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == _GZIP
        return cast("IO[bytes]", gzip.open(path, "rb")) if packed else path.open("rb")
    except OSError as problem:
        raise ConfigError(str(path), "", f"cannot be read: {problem.strerror}") from None


def identity(file: IO[bytes], records: Records) -> str | None:
    """The hash of the first record; None where there is none."""
    file.seek(0)
    first = next(whole(file, records), None)
    return None if first is None else _digest(first)


def go_on(file: IO[bytes], path: Path, kept: str | None) -> Reached:
    """Where to read from; ConfigError where the file is another one than that of which `kept` speaks."""
    offset, digest = (0, "") if kept is None else json.loads(kept)
    try:
        file.seek(max(0, offset - _TAIL))
        before = file.read(min(offset, _TAIL))
    except EOFError:
        before = b""  # a compressed file that was cut off before that place
    reached = Reached(offset, before)
    if kept is not None and len(before) == min(offset, _TAIL) and _digest(before) != digest:
        raise ConfigError(
            str(path), "", "begins like a log that was imported but goes on differently; importing it would count twice"
        )
    return reached


def whole(file: IO[bytes], records: Records) -> Iterator[bytes]:
    """The records to the end, or to where a compressed file was cut off."""
    try:
        yield from records(file)
    except (EOFError, gzip.BadGzipFile):
        return


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
