"""Types by what they have in common: which are compared with each other, sent alike, or hold less than another.

A type is spelt as format_type() does: `character varying(10)`.
"""

import re

from lintel.analysis.ddl_types import type_of
from lintel.sql.grammar import Node

_NUMBERS = frozenset(("smallint", "integer", "bigint", "numeric", "real", "double precision", "number"))
_STRINGS = frozenset(("text", "character varying", "character", "bpchar", "name"))
_DATES = frozenset(("date", "timestamp without time zone", "timestamp with time zone"))
_KNOWN = frozenset(("boolean", "uuid", "bytea", "json", "jsonb", "interval", "inet"))
_SIZES = {"smallint": 2, "integer": 4, "bigint": 8}
_MODIFIER = re.compile(r"\(([\d,]+)\)")


def base(type_name: str | None) -> str | None:
    """Without its modifier."""
    return None if type_name is None else _MODIFIER.sub("", type_name)


def modifier(type_name: str) -> tuple[int, ...]:
    """(10,) of varchar(10)."""
    found = _MODIFIER.search(type_name)
    return tuple(map(int, found[1].split(","))) if found else ()


def of(type_name: str | None) -> str | None:
    """The group of types that operators take together; None where it is not known."""
    name = base(type_name)
    if name in _NUMBERS:
        return "number"
    if name in _STRINGS:
        return "string"
    if name in _DATES:
        return "date"
    return name if name in _KNOWN else None


def binary(type_name: str) -> str:
    """What is sent alike in binary format; the modifier is no part of it."""
    name = base(type_name) or type_name
    return "text" if name in _STRINGS else name


def narrower(old: str, new: str) -> bool:
    """Whether values of the old type may not fit into the new one."""
    before, after = base(old), base(new)
    if of(old) == of(new) == "string":
        return bool(modifier(new)) and (not modifier(old) or modifier(new) < modifier(old))
    if before in _SIZES and after in _SIZES:
        return _SIZES[after] < _SIZES[before]
    if before == after == "numeric" and modifier(new):
        return not modifier(old) or _digits(new) < _digits(old)
    return after in _SIZES and before in ("numeric", "real", "double precision")


def _digits(type_name: str) -> int:
    """In front of the decimal point."""
    precision, scale = modifier(type_name)
    return precision - scale


def named(node: Node) -> str:
    """The type that a cast names; a table's row type by its name."""
    return type_of(node, lambda _: None)
