"""The one door to Postgres' own grammar: libpg_query, as bundled by postgast, through its JSON call.

postgast's public parse() decodes protobuf, slower and with a nesting limit of 100 messages, hence the JSON call of
the same library (docs/decisions.md). The library's parser and JSON writer recurse on the C stack, so hostile text is
turned away by a linear guard before it gets there. Offsets are bytes.
"""

import ctypes
import json
import re
import resource
from typing import Any, NamedTuple

from postgast import native

Node = dict[str, Any]

MAX_BYTES = 256 * 1024
MAX_TREE = 4 * 1024 * 1024  # bytes of JSON: 30,000 columns, 5,000 rows of expressions; what follows may take a second
_USUAL_STACK = 8 * 1024 * 1024
_STACK = resource.getrlimit(resource.RLIMIT_STACK)[0]
_SHARE = min(1.0, _STACK / _USUAL_STACK) if _STACK > 0 else 1.0  # RLIM_INFINITY is negative
UNGUARDED_BYTES = int(_SHARE * 16 * 1024)  # at two bytes per level 8,000 levels: a sixth of what 8 MB of stack hold
MAX_NESTING = int(_SHARE * 20_000)  # tokens that may each add a level; 50,000 were fine on 8 MB, 80,000 were not
MAX_RUN = 1000  # operator characters in a row: the scanner's time grows with the square, 0.2 s at 16 KB of "/*/*"

_NESTING = re.compile(
    rb"[-+*/<>=~!@#%^&|`?:.\[(]|\b(?:union|except|intersect|join|not|is|like|collate|case|at)\b", re.IGNORECASE
)
# Only numbers, so that it cannot begin in one token and end in another.
_NUMBERS = re.compile(rb"\bin\s*\((?:[0-9]+\s*,\s*){64,}[0-9]+\s*\)", re.IGNORECASE)
_LARGE = 64 * 1024  # bytes of a tree
_KEPT = 256  # bytes of such a list that stay: more than any name has, should it stand in a quoted one
_RUN = re.compile(rb"[-+*/<>=~!@#%%^&|`?]{%d}" % MAX_RUN)


class SyntaxProblem(Exception):
    """The grammar does not accept the text; `position` counts characters from 1, 0 where unknown."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


class TooDeep(Exception):
    """The text is too large or too deeply nested to be read safely."""


class RawStatement(NamedTuple):
    """One statement of a text: a one-key dict {"SelectStmt": {...}} and its byte range, white space included."""

    node: Node
    start: int
    end: int


class _Result(ctypes.Structure):
    # c_void_p for the tree: ctypes would copy a c_char_p at every look.
    _fields_ = (("tree", ctypes.c_void_p), ("stderr", ctypes.c_void_p), ("error", ctypes.POINTER(native.PgQueryError)))


_prototype = ctypes.CFUNCTYPE(_Result, ctypes.c_char_p)
_parse = _prototype(("pg_query_parse", native.lib))
_free = ctypes.CFUNCTYPE(None, _Result)(("pg_query_free_parse_result", native.lib))


def parse(text: bytes) -> list[RawStatement]:
    """The statements of a text, in order.

    Raises SyntaxProblem where Postgres 18's grammar does, and for a NUL; TooDeep beyond the guard or where Python's
    own recursion ends.
    """
    _guard(text)
    result = _parse(_NUMBERS.sub(_thinned, text) if len(text) > UNGUARDED_BYTES else text)
    try:
        if result.error:
            error = result.error.contents
            # What follows "at or near" is the client's text, literals included: the position must do.
            message = (error.message or b"syntax error").partition(b" at or near")[0]
            raise SyntaxProblem(message.decode("utf-8", "replace"), error.cursorpos)
        tree = ctypes.string_at(result.tree)
        if len(tree) > MAX_TREE:
            raise TooDeep(f"its tree is larger than {MAX_TREE} bytes")
        return _statements(tree, len(text))
    finally:
        _free(result)


def _thinned(numbers: re.Match[bytes]) -> bytes:
    """A long IN list with blanks for most of it: no number means anything, and every offset behind it stays."""
    text = numbers[0]
    kept = text.find(b",", _KEPT)
    return text if kept < 0 else text[:kept] + b" " * (len(text) - kept - 1) + b")"


def _guard(text: bytes) -> None:
    if b"\0" in text:
        raise SyntaxProblem("a statement cannot contain NUL", 0)
    size = len(text)
    if size > MAX_BYTES:
        raise TooDeep(f"larger than {MAX_BYTES} bytes")
    if size > 4 * MAX_RUN and _RUN.search(text):
        raise TooDeep(f"more than {MAX_RUN} operator characters in a row")
    if size > UNGUARDED_BYTES and sum(1 for _ in _NESTING.finditer(text)) > MAX_NESTING:
        raise TooDeep(f"more than {MAX_NESTING} operators")


def _as_it_is(node: Node) -> Node:
    """A Python function, so that other threads get their turn while a large tree is read, which is C else."""
    return node


_read = json.JSONDecoder().raw_decode
_read_by_turns = json.JSONDecoder(object_hook=_as_it_is).raw_decode


def _statements(tree: bytes, size: int) -> list[RawStatement]:
    try:
        text = tree.decode("utf-8", "surrogatepass")
        raw = (_read_by_turns if len(tree) > _LARGE else _read)(text)[0].get("stmts", ())
    except RecursionError:
        raise TooDeep("nested too deeply") from None
    except UnicodeDecodeError:
        raise SyntaxProblem("not valid UTF-8", 0) from None
    found = []
    for statement in raw:
        start = statement.get("stmt_location", 0)
        length = statement.get("stmt_len", 0)
        found.append(RawStatement(statement["stmt"], start, start + length if length else size))
    return found
