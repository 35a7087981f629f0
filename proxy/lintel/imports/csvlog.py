"""csvlog (manual 20.8.4): an entry is a CSV record, over as many lines as its statement has.

Columns are known by position: versions have only ever added some at the end.
"""

import csv
import re
from collections.abc import Iterator
from typing import IO

from lintel.imports.entry import Entry, Unreadable

MAX_RECORD = 64 << 20  # bytes; a longer one is skipped
_LEAST = 23  # columns, up to application_name
# The beginning of an entry. Within a quoted column quotes are doubled, so there it could not stand.
_BEGINNING = re.compile(rb'\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+ [^,"]+,(?:"[^"]|,)')


def records(file: IO[bytes]) -> Iterator[bytes]:
    """Whole records, one after the other without a gap; what is cut off at the end of the file is left out."""
    pieces: list[bytes] = []
    size = quotes = 0
    for line in file:
        if quotes % 2 and (size > MAX_RECORD or _is_torn(line)):
            yield b"".join(pieces)
            pieces, size, quotes = [], 0, 0
        pieces.append(line)
        size += len(line)
        quotes += line.count(b'"')
        if not quotes % 2 and line.endswith(b"\n"):
            yield pieces[0] if len(pieces) == 1 else b"".join(pieces)
            pieces, size, quotes = [], 0, 0


def _is_torn(line: bytes) -> bool:
    """True if the record before this line was never finished."""
    hit = _BEGINNING.match(line)
    return hit is not None and b',"' in line and line.count(b'"') > 1 and hit[0][-2:-1] == b'"'


def entry(record: bytes) -> Entry:
    """The entry of a record; raises Unreadable."""
    csv.field_size_limit(MAX_RECORD)
    try:
        (columns,) = csv.reader((record.decode("utf-8", "surrogateescape"),), strict=True)
    except (csv.Error, ValueError):
        raise Unreadable from None
    if len(columns) < _LEAST:
        raise Unreadable
    time, user, database, _, peer, session = columns[:6]
    return Entry(
        time, user, database, _host(peer), session, columns[12], columns[13], columns[14], columns[19], columns[22]
    )


def _host(peer: str) -> str:
    """127.0.0.1:5432, [local], or nothing for the server's own processes."""
    return "" if peer in ("", "[local]") else peer.rpartition(":")[0]
