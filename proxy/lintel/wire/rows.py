"""Steps over runs of rows in large chunks, where these modules are interpreted. Knows headers, no row's content.

A loop over the headers takes 100 ns for a row, which is more than it costs to relay twelve bytes. So rows of one size
are told by slices (each of the five bytes of their headers must be the first one's: 2 ns a row), other short rows by a
regular expression (25 to 90 ns). Both are exact: a row is stepped over because the one before it ends where it begins.
"""

import re
from itertools import chain, repeat
from typing import Final

from .framing import HEADER_SIZE, header

RUN: Final = 4096  # bytes that are still there: less is not worth a call
_SHORT: Final = 128  # bytes of the length of a row that the expression knows
_ROWS: Final = 256  # that it takes at once: a greedy repeat remembers each
_BLOCKS: Final = (16, 512, 8192)  # rows of one size that are looked for at once; the last again and again
_WORTH: Final = 4  # rows: fewer in one go mean that the next ones are better walked


def _short_rows(kind: bytes) -> re.Pattern[bytes]:
    lengths = (rb"\x%02x.{%d}" % (length, length - 4) for length in range(4, _SHORT))
    # Greedy, not possessive: CPython before 3.11.5 (gh-106052) would end within a row that is not whole.
    return re.compile(rb"(?:%b\x00\x00\x00(?:%b)){0,%d}" % (kind, b"|".join(lengths), _ROWS), re.DOTALL)


_short_rows_of: Final = {kind[0]: _short_rows(kind).match for kind in (b"D", b"d")}


def past_rows(data: bytes, at: int, kind: int) -> int:
    """Where the run of whole frames of one type (DataRow or CopyData) that begins at `at` ends; `at`: there is none."""
    short_rows = _short_rows_of[kind]
    end = len(data)
    walk_to = 0  # before the next try
    while at + 5 <= end:
        found, length = header(data, at)
        after = at + length + 1
        if found != kind or after > end:
            break
        if length < _SHORT and at >= walk_to:
            if length < 4:
                break
            at = short_rows(data, _past_equal(data, at, length + 1)).end()  # type: ignore[union-attr]  # it always matches
            if at < after + _WORTH * length:
                walk_to = at + RUN
        elif length < 4:
            break
        else:
            at = after
    return at


def _past_equal(data: bytes, at: int, size: int) -> int:
    """Where the run of rows of one size ends that begins with the one at `at`, which is whole."""
    kind, high, middle, low, last = (data[at + byte : at + byte + 1] for byte in range(HEADER_SIZE))
    for block in chain(_BLOCKS, repeat(_BLOCKS[-1])):
        rows = min(block, (len(data) - at) // size)
        lasts = data[at + 4 : at + rows * size : size]  # bytes of each row's header
        if lasts != last * rows:
            rows -= len(lasts.lstrip(last))
        stop = at + rows * size
        if (
            data[at + 3 : stop : size] != low * rows
            or data[at:stop:size] != kind * rows
            or data[at + 1 : stop : size] != high * rows
            or data[at + 2 : stop : size] != middle * rows
        ):
            break
        at = stop
        if rows < block:
            break
    return at
