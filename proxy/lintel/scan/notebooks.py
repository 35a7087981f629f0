"""Jupyter notebooks: %%sql cells, %sql lines, and SQL strings in Python cells. Lines are those of the .ipynb file."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from lintel.scan import python
from lintel.scan.finding import Snippet

_SQL_CELL = re.compile(r"\s*%%\w*sql\w*\b[^\n]*\n", re.IGNORECASE)
_SQL_LINE = re.compile(
    r"^\s*(?:\w+\s*=\s*)?%\w*sql\b\s*(?:--\S+\s+\S+\s+)*(?P<sql>[^\n]*)", re.IGNORECASE | re.MULTILINE
)
_MAGIC = re.compile(r"^\s*(?:\w+\s*=\s*)?[%!][^\n]*", re.MULTILINE)


class Cell(NamedTuple):
    """A code cell."""

    number: int  # from 1, as Jupyter shows them when run from the top
    source: str
    line: int


def snippets(text: str) -> Iterator[Snippet]:
    """The SQL in a notebook; nothing where it is none."""
    for cell in cells(text):
        yield from (one._replace(line=one.line + cell.line - 1) for one in _in_cell(cell))


def cells(text: str) -> Iterator[Cell]:
    """Its code cells, each with the line of the file at which its source begins."""
    try:
        found = json.loads(text).get("cells", ())
    except (ValueError, AttributeError, RecursionError):
        return
    at = number = 0
    for cell in found:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        number += 1
        source = "".join(cell.get("source") or ())
        at = _offset(text, cell, at)
        yield Cell(number, source, text.count("\n", 0, at) + 1)


def _offset(text: str, cell: dict[str, Any], after: int) -> int:
    """Where the first line of the source stands, by its JSON."""
    lines = cell.get("source") or [""]
    first = lines if isinstance(lines, str) else str(lines[0])
    places = [text.find(json.dumps(first, ensure_ascii=plain), after) for plain in (False, True)]
    return min((place for place in places if place >= 0), default=after)


def _in_cell(cell: Cell) -> Iterator[Snippet]:
    reader = f"cell {cell.number}"
    magic = _SQL_CELL.match(cell.source)
    if magic is not None:
        yield Snippet("\n" * magic[0].count("\n") + cell.source[magic.end() :], 1, reader)
        return
    for hit in _SQL_LINE.finditer(cell.source):
        yield Snippet(hit["sql"], cell.source.count("\n", 0, hit.start("sql")) + 1, reader)
    tree = python.parsed(_MAGIC.sub("pass", cell.source))
    if tree is not None:
        yield from (one._replace(reader=reader) for one in python.snippets(tree))
