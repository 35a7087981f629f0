"""SQL texts as source code has them: with places for values, which the grammar has to be told as parameters.

Drivers' placeholders (%s, %(name)s, ?, :name, @name) stand for values. Interpolations (${...}, #{...}, {...}, $name)
may stand for anything; a value is tried first, then a name. Where one stands that is no operand, columns may be named
that nobody can see: such a text is *open*. Line breaks stay where they are.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

NAME = "lintel_hole"


class Reading(NamedTuple):
    """A text that may be parsed."""

    text: str
    made: bool = False  # it holds more than values that a driver fills in
    open: bool = False  # which may be names


_SKIPPED = r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.{0,4000}?\*/|::|:="
_VALUE = re.compile(
    rf"({_SKIPPED})|(%\(\w+\)s|%[sdif]|(?<![?&|@<>])\?(?![?&|])|(?<![:\w]):[A-Za-z_]\w*|:'\w+'|(?<![@<\w])@[A-Za-z_]\w*"
    r"|\$\d+)",
    re.DOTALL,
)
_INTERPOLATION = re.compile(
    rf"({_SKIPPED})"
    r"|([$#]\{[^{}]{0,1000}\}|\{\{.{0,1000}?\}\}|\{[^{}]{0,1000}\}|\$\([^()]*\)|\$[A-Za-z_]\w*(?:->\w+)*(?!\$))",
    re.DOTALL,
)
_META = re.compile(r"^\\[^\n]*", re.MULTILINE)  # psql's own commands
_OPERAND = re.compile(
    r"(?:[=<>]|\b(?:limit|offset|like|ilike|any|interval)\s*\(?|\b(?:in|values)\s*\((?:[^()]*,)?|\bbetween(?:\s+\S+\s+and)?)\s*$",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"(\b(?:from|join|into|update|table|order\s+by|group\s+by)\s+|\.)(?:[$#]?\{[^{}]*\}|\$[A-Za-z_]\w*)", re.IGNORECASE
)


def readings(text: str) -> Iterator[Reading]:
    """The text itself, then with its holes filled in one way or another."""
    yield Reading(text)
    plain = _filled(_VALUE, _META.sub("", text), "$1").replace("%%", "%")
    if plain != text:
        yield Reading(plain)
    holes = [hit for hit in _INTERPOLATION.finditer(plain) if hit[1] is None]
    if holes:
        open_ = any(_OPERAND.search(plain, max(0, hit.start() - 200), hit.start()) is None for hit in holes)
        yield Reading(_filled(_INTERPOLATION, plain, " $1 "), made=True, open=open_)
        yield Reading(_filled(_INTERPOLATION, _FROM.sub(rf"\1{NAME}", plain), " $1 "), made=True, open=True)
        yield Reading(_filled(_INTERPOLATION, plain, f" {NAME} "), made=True, open=True)


def _filled(holes: re.Pattern[str], text: str, filling: str) -> str:
    def fill(hit: re.Match[str]) -> str:
        return hit[1] if hit[1] is not None else filling + "\n" * hit[0].count("\n")

    return holes.sub(fill, text)
