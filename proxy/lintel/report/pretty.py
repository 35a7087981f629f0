"""Statements laid out for people, by sqlglot; only where it says the same words, else as they are.

sqlglot's parser is not linear and recurses in C, so only short and shallow texts get there.
"""

import re

from lintel.sql.stored import is_hashed, shown
from lintel.sql.tokens import tokens

MAX_PRETTY = 4000
MAX_BRACKETS = 40

_BRACKETS = re.compile(r"[(\[]")
_NEUTRAL = frozenset({"as", "asc", "inner", "outer"})  # words that a layout may add or leave out


def pretty(stored: str, width: int) -> list[str]:
    """The lines of a stored text, literals as ?."""
    if len(stored) <= width or is_hashed(stored):
        return [shown(stored)]
    laid_out = _laid_out(stored)
    return shown(stored if laid_out is None else laid_out).splitlines()


def _laid_out(stored: str) -> str | None:
    if len(stored) > MAX_PRETTY or len(_BRACKETS.findall(stored)) > MAX_BRACKETS:
        return None
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        found = ";\n".join(sqlglot.transpile(stored, read="postgres", write="postgres", pretty=True))
    except (SqlglotError, RecursionError, ValueError):
        return None
    return found if _words(found) == _words(stored) else None


def _words(text: str) -> list[str]:
    data = text.encode()
    words = (
        data[t.start : t.end].decode().lower()
        for t in tokens(data)
        if t.kind in ("ident", "quoted", "number", "string", "param")
    )
    return sorted(word for word in words if word not in _NEUTRAL)
