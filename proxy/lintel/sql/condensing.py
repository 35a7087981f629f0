"""Long texts told short: lists and rows of literals and parameters, told twice however many there are.

`IN (1, 1, ..., 1)` and `VALUES ($1, ''), ($2, ''), ...` mean the same names and types however long they are. All behind
the first is one hole of the condensed shape. Where parameters are many, each is a hole too, and the key calls it $1. An
edit in a hole cannot be carried to another text, and none may speak of a parameter.
"""

import re
from bisect import bisect_right
from typing import NamedTuple

from lintel.sql.literals import Span
from lintel.sql.shape import Shape, carried, shape_of

MANY_PARAMETERS = 100  # as few as a person would write are told apart, for what is recorded

# How a run begins in the key of a shape, where literals are all the same: with three rows, or three literals. Rows with
# parentheses in them stay as they are.
_RUNS = re.compile(
    rb"""(?<![\w$."\x80-\xff])(?:values\s*+(?P<row>\((?:[^()'"]|'')*+\))(?P<between>\s*+,\s*+)(?P=row)(?P=between)(?P=row)"""
    rb"""|(?:in|array)\s*+[(\[]\s*+(?P<one>''|1(?:\.0)?|\$1)(?P<comma>\s*+,\s*+)(?P=one)(?P=comma)(?P=one))""",
    re.IGNORECASE,
)
_BEHIND_A_LIST = re.compile(rb"\s*+[)\],]").match

_PARAMETER = re.compile(rb'"[^"]*+"|(?<![\w$\x80-\xff])\$[0-9]++')  # quoted names are passed over


class _Run(NamedTuple):
    """Offsets in a key: behind the first row or literal, behind the second, behind the last."""

    start: int
    kept: int
    end: int


def condensed(shape: Shape) -> tuple[Shape, Shape]:
    """Two shapes of one key: of the condensed key as a text by itself, and of the text that `shape` is of."""
    plain = _unnumbered if len(_parameters(shape.key)) > MANY_PARAMETERS else _as_it_is
    shape = plain(shape)
    runs = _runs(shape.key)
    key, at, mine = b"", 0, []
    for run in runs:
        kept = shape.key[at : run.kept]
        mine.append((len(key) + run.start - at, len(key) + len(kept)))
        key, at = key + kept, run.end
    short = key + shape.key[at:]
    model = plain(shape_of(shape.key)) if runs else shape
    moved = _moved([(run.start, run.end) for run in runs], model, shape)
    return _holed(plain(shape_of(short)), mine), _holed(shape.keyed(short), moved)


def _unnumbered(shape: Shape) -> Shape:
    """With the parameters as holes."""
    found = _parameters(shape.key)
    key = _PARAMETER.sub(lambda hit: b"$1" if hit[0][:1] == b"$" else hit[0], shape.key)
    return _holed(shape.keyed(key), _moved(found, shape_of(shape.key), shape))


def _as_it_is(shape: Shape) -> Shape:
    return shape


def _parameters(key: bytes) -> list[Span]:
    return [hit.span() for hit in _PARAMETER.finditer(key) if hit[0][:1] == b"$"]


def _moved(spans: list[Span], made_for: Shape, other: Shape) -> list[Span]:
    return [(start, end) for start, end, _ in carried(tuple((*span, b"") for span in spans), made_for, other)]


def _runs(key: bytes) -> list[_Run]:
    runs = []
    found = _RUNS.search(key)
    while found is not None:
        run = _run(found, key)
        if found["row"] is not None or _BEHIND_A_LIST(key, run.end):
            runs.append(run)
        found = _RUNS.search(key, run.end)
    return runs


def _run(found: re.Match[bytes], key: bytes) -> _Run:
    first, gap = ("row", "between") if found["row"] is not None else ("one", "comma")
    start = found.end(first)
    more = found[gap] + found[first]
    return _Run(start, start + len(more), _past_copies(key, found.end(), more))


def _past_copies(key: bytes, at: int, one: bytes) -> int:
    """Where the copies of `one` end, compared by so many at a time that megabytes of them take no time."""
    copies = [one]
    while key.startswith(copies[-1], at):
        at += len(copies[-1])
        copies.append(copies[-1] * 2)
    for block in reversed(copies[:-1]):
        if key.startswith(block, at):
            at += len(block)
    return at


def _holed(shape: Shape, runs: list[Span]) -> Shape:
    return Shape(shape.key, _merged(shape.spans, runs), _merged(shape.holes, runs))


def _merged(holes: tuple[Span, ...], runs: list[Span]) -> tuple[Span, ...]:
    def outside(hole: Span) -> bool:
        passed = bisect_right(runs, hole)
        return not passed or runs[passed - 1][1] <= hole[0]

    return tuple(sorted([*filter(outside, holes), *runs]))
