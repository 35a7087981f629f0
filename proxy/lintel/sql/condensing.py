"""Long texts told short: lists and rows of literals, of which it does not matter how many there are, told twice.

`IN (1, 1, ..., 1)` and `VALUES (1, ''), (1, ''), ...` mean the same names and types however long they are. All behind
the first is one hole of the condensed shape, so that an edit in it cannot be carried to another text.
"""

import re
from bisect import bisect_right
from typing import NamedTuple

from lintel.sql.shape import Shape, Span, carried, shape_of

# In the key of a shape, where literals are all the same. Rows with parentheses in them stay as they are.
_RUNS = re.compile(
    rb"""(?<![\w$."\x80-\xff])(?:values\s*+(?P<row>\((?:[^()'"]|'')*+\))(?P<between>\s*+,\s*+)(?P=row)(?:(?P=between)(?P=row))++"""
    rb"""|(?:in|array)\s*+[(\[]\s*+(?P<one>''|1(?:\.0)?)(?P<comma>\s*+,\s*+)(?P=one)(?:(?P=comma)(?P=one))++(?=\s*+[)\],]))""",
    re.IGNORECASE,
)


class _Run(NamedTuple):
    """Offsets in a key: behind the first row or literal, behind the second, behind the last."""

    start: int
    kept: int
    end: int


def condensed(shape: Shape) -> tuple[Shape, Shape]:
    """Two shapes of one key: of the condensed key as a text by itself, and of the text that `shape` is of."""
    runs = [_run(found) for found in _RUNS.finditer(shape.key)]
    key, at, mine = b"", 0, []
    for run in runs:
        kept = shape.key[at : run.kept]
        mine.append((len(key) + run.start - at, len(key) + len(kept)))
        key, at = key + kept, run.end
    short = key + shape.key[at:]
    moved = carried(tuple((run.start, run.end, b"") for run in runs), shape_of(shape.key), shape) if runs else ()
    return _holed(shape_of(short), mine), _holed(shape._replace(key=short), [(start, end) for start, end, _ in moved])


def _run(found: re.Match[bytes]) -> _Run:
    first, gap = ("row", "between") if found["row"] is not None else ("one", "comma")
    start = found.end(first)
    return _Run(start, start + len(found[gap]) + len(found[first]), found.end())


def _holed(shape: Shape, runs: list[Span]) -> Shape:
    return Shape(shape.key, _merged(shape.spans, runs), _merged(shape.holes, runs))


def _merged(holes: tuple[Span, ...], runs: list[Span]) -> tuple[Span, ...]:
    def outside(hole: Span) -> bool:
        passed = bisect_right(runs, hole)
        return not passed or runs[passed - 1][1] <= hole[0]

    return tuple(sorted([*filter(outside, holes), *runs]))
