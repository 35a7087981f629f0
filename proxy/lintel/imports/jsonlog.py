"""jsonlog (manual 20.8.5, from PostgreSQL 15 on): an entry is one line, an object that leaves empty fields out."""

import json
from collections.abc import Iterator
from typing import IO

from lintel.imports.entry import Entry, Unreadable

MAX_RECORD = 64 << 20  # bytes; a longer line is read in parts, none of which is an entry
_KEYS = ("timestamp", "user", "dbname", "remote_host", "session_id", "state_code", "message", "detail", "statement")


def records(file: IO[bytes]) -> Iterator[bytes]:
    """Whole lines; what is cut off at the end of the file is left out."""
    while line := file.readline(MAX_RECORD):
        if line.endswith(b"\n") or len(line) == MAX_RECORD:
            yield line


def entry(record: bytes) -> Entry:
    """The entry of a line; raises Unreadable."""
    try:
        found = json.loads(record.decode("utf-8", "surrogateescape"))
        values = [str(found.get(key, "")) for key in (*_KEYS, "application_name")]
    except (ValueError, AttributeError, RecursionError):
        raise Unreadable from None
    if not values[0]:
        raise Unreadable
    return Entry(*("" if value == "[local]" else value for value in values))
