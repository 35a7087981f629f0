"""What a change meets in source code, which nobody has to have run: told beside what was seen, without a rule.

Source code is read when it is asked about, and not kept: what was scanned a month ago says nothing of today's.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from lintel.impact import Impact
from lintel.report.wording import counted
from lintel.schema import Schema
from lintel.store import split

_BY_ALL = frozenset({"star", "positional", "whole_row", "model"})  # a column more or less is theirs as well


class CodeUse(NamedTuple):
    """A use of a table by a piece of source code."""

    file: str
    line: int
    table: str  # "public.orders"
    column: str | None  # None: the table as a whole
    kind: str  # read | write | star | positional | whole_row | model
    reader: str  # "class OrderOut"
    sure: str  # exact | likely


# (schema, its search_path) -> the uses that a scan finds
Scan = Callable[[Schema, tuple[str, ...]], Iterable[CodeUse]]


def met(uses: Iterable[CodeUse], impact: Impact) -> Iterator[CodeUse]:
    """Those that the change may break: of a column that comes, goes or changes, or of all columns of its table."""
    changed = {*impact.columns}
    tables = {split(column)[0] for column in changed}
    known = list(uses)
    whole = {_place(use) for use in known if use.kind in _BY_ALL}
    for use in known:
        named = f"{use.table}.{use.column}" in changed and _place(use) not in whole
        if named or (use.kind in _BY_ALL and use.table in tables):
            yield use


def _place(use: CodeUse) -> tuple[str, int, str, str]:
    """A star reads each column, too: told once."""
    return use.file, use.line, use.reader, use.table


def lines(uses: Iterable[CodeUse]) -> Iterator[str]:
    """For people."""
    found = list(uses)
    if not found:
        return
    yield f"In source code: {counted(len(found), 'place')} to look at"
    for use in found:
        name = f"{use.table}.{use.column}" if use.column else use.table
        yield f"  {use.file}:{use.line}  {use.kind.replace('_', ' ')} of {name}  {use.reader}  {use.sure}"
    yield ""
