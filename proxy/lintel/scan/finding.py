"""What a scan finds, and the piece of SQL that it finds it in."""

from typing import Literal, NamedTuple

Sure = Literal["exact", "likely"]


class Found(NamedTuple):
    """A use of a table by a piece of source code."""

    file: str
    line: int  # from 1
    table: str  # "public.orders", as quote_ident writes it
    column: str | None  # likewise; None where it is the table as a whole
    kind: str  # read | write | star | positional | whole_row | model
    reader: str  # "class OrderOut", "model fct_orders", "get_orders()"
    sure: Sure = "exact"
    reason: str | None = None  # why it is no more than likely, or by which way the column gets there


class Opaque(NamedTuple):
    """A place that names a table and could not be understood."""

    file: str
    line: int
    reader: str
    reason: str
    tables: tuple[str, ...]


class Snippet(NamedTuple):
    """SQL in a file."""

    text: str
    line: int  # of its first character
    reader: str
    made: bool = False  # put together at run time: parts of it are not known
    literal: bool = False  # a string of some program: it may be no SQL at all


Finding = Found | Opaque
