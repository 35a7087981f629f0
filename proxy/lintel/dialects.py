"""The one door to sqlglot's parser; with a guard, as it is neither linear nor flat.

Measured with 30.30: nested ARRAY[ costs three times as much with each level, thousands of AND, JOIN or UNION cost the
square of their number, and 144 KB of nested subqueries ended the process. What is beyond the guard is opaque.
"""

import logging
import re

from sqlglot import errors, exp, parse
from sqlglot.dialects.dialect import Dialect

MAX_BYTES = 64 * 1024
MAX_BRACKETS = 7  # [ within [
MAX_PARENTHESES = 60
MAX_CHAIN = 500  # connectives, joins, set operations
MAX_COMMAS = 4000

_CHAIN = re.compile(r"\b(?:and|or|like|between|join|union|except|intersect|not)\b", re.IGNORECASE)
_BRACKET = re.compile(r"'(?:[^'\\]|\\.|'')*'|--[^\n]*|[\[\](){}<>]")
_DEEPER = {"[": "[", "(": "(", "{": "[", "<": "<"}
_HIGHER = {"]": "[", ")": "(", "}": "[", ">": "<"}


class NotRead(Exception):
    """sqlglot cannot or must not read this text; says why."""


def dialects() -> list[str]:
    """Names for --dialect."""
    return sorted(name for name in Dialect.classes if name)


def parsed(text: str, dialect: str) -> list[exp.Expr]:
    """The statements of a text; raises NotRead."""
    _guard(text)
    logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it warns on stderr, quoting the text
    try:
        found = [one for one in parse(text, read=dialect) if one is not None]
    except (errors.SqlglotError, RecursionError, ValueError) as problem:
        raise NotRead(f"not parsed as {dialect} ({type(problem).__name__})") from None
    if any(one.key == "command" for one in found):
        raise NotRead(f"not parsed as {dialect}")
    return found


def _guard(text: str) -> None:
    if len(text) > MAX_BYTES:
        raise NotRead(f"larger than {MAX_BYTES} bytes")
    if text.count(",") > MAX_COMMAS or sum(1 for _ in _CHAIN.finditer(text)) > MAX_CHAIN:
        raise NotRead("too long a chain of conditions, joins or columns")
    depth = {"[": 0, "(": 0, "<": 0}
    for hit in _BRACKET.finditer(text):
        sign = hit[0]
        if sign in _DEEPER:
            depth[_DEEPER[sign]] += 1
        elif sign in _HIGHER:
            depth[_HIGHER[sign]] -= 1
        if depth["["] > MAX_BRACKETS or depth["("] > MAX_PARENTHESES:
            raise NotRead("nested too deeply")
