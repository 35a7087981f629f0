"""Statements as they may be stored, logged and shown: UTF-8 on one line, without literals and comments.

The stored text is SQL that parses: strings are '' (with their prefix), numbers 1, so that `impact` can resolve it again
years later. Lists and rows of nothing but literals are told once, else every length of an IN list were a statement
of its own. Where literals cannot be stripped for certain (DDL, SET, PREPARE, EXECUTE, DO, server-side COPY, what is no
SQL), the text is a hash of its shape and its leading keywords. `shown` is for people: ? where a literal was.
"""

import hashlib
import re

from lintel.sql.shape import placeholders, shape_of
from lintel.sql.tokens import Token, tokens

MAX_STORED = 16 * 1024  # a longer text says little to people; its facts are recorded all the same

_READABLE = frozenset(
    b"select insert update delete merge with values table explain declare fetch move close copy begin start commit end"
    b" rollback abort savepoint release lock truncate show discard listen unlisten".split()
)
_HIDING = frozenset(b"create execute prepare refresh program".split())  # what EXPLAIN, DECLARE and COPY may lead to
_LEADING = frozenset(
    b"alter analyze call checkpoint cluster comment copy create deallocate declare do drop execute explain grant import"
    b" load notify prepare reassign refresh reindex reset revoke security set vacuum select insert update delete merge"
    b" with values aggregate cast collation database default domain event extension foreign function group index"
    b" language large materialized operator or owned policy privileges procedure publication role rule schema sequence"
    b" server statistics subscription system table temp temporary text trigger type unique unlogged user view".split()
)
_HASHED = re.compile(r"sha256:[0-9a-f]{16}\b")

Piece = tuple[str, bytes, bool]  # kind, text without literals, white space before it


def stored_text(text: bytes, *, readable: bool = True) -> str:
    """What may be kept of a text; `readable` is False where the grammar did not accept it."""
    found = tokens(text)
    if readable and _strippable(text, found):
        plain = _told(_squeezed(_pieces(text, found)))
        if plain is not None:
            return plain
    return hashed_text(text, found)


def hashed_text(text: bytes, found: list[Token] | None = None) -> str:
    """`sha256:0123456789abcdef alter role`: of the shape, so that not even a hash of a password is kept."""
    words = [text[t.start : t.end].lower() for t in (tokens(text) if found is None else found) if t.kind != "comment"]
    leading = []
    for word in words[:3]:
        if word not in _LEADING:
            break
        leading.append(word.decode())
    return " ".join(["sha256:" + hashlib.sha256(shape_of(text).key).hexdigest()[:16], *leading])


def is_hashed(stored: str) -> bool:
    """True where only the hash of a statement is known."""
    return _HASHED.match(stored) is not None


def shown(stored: str) -> str:
    """A stored text for people: every literal as ?."""
    if is_hashed(stored):
        return stored
    text = stored.encode()
    out, at = [], 0
    for token, _ in placeholders(text):
        out += [text[at : token.start], b"?"]
        at = token.end
    return b"".join([*out, text[at:]]).decode()


def _strippable(text: bytes, found: list[Token]) -> bool:
    """True if every statement of the text is of a kind whose secrets are all literals."""
    first = True
    words = {b""}
    for kind, start, end in found:
        if kind == "error":
            return False
        if kind == "comment":
            continue
        word = text[start:end].lower() if kind == "ident" else b""
        if first and text[start:end] not in (b";", b"(") and word not in _READABLE:
            return False
        first = text[start:end] == b";" or (first and text[start:end] == b"(")
        words.add(word)
    if b"copy" in words and not words & {b"stdin", b"stdout"}:
        return False
    return not (words & _HIDING and words & {b"explain", b"declare", b"copy"})


def _pieces(text: bytes, found: list[Token]) -> list[Piece]:
    stands_for = dict(placeholders(text, found))
    pieces: list[Piece] = []
    at, gap = 0, False
    for token in found:
        gap = gap or token.start > at
        at = token.end
        if token.kind == "comment":
            gap = True
            continue
        literal = stands_for.get(token)
        # Without dots, 1.0 is a number too: which of the two it was is nobody's business here.
        plain = text[token.start : at] if literal is None else b"1" if token.kind == "number" else literal
        pieces.append((token.kind, plain, gap and bool(pieces)))
        gap = False
    while pieces and pieces[-1][1] == b";":
        pieces.pop()
    return pieces


_VALUE = frozenset({"string", "number", "param"})


def _squeezed(pieces: list[Piece]) -> list[Piece]:
    """IN (?, ?, ?) as IN (?), and equal rows of VALUES once."""
    kept: list[Piece] = []
    at = 0
    while at < len(pieces):
        kept.append(pieces[at])
        word = pieces[at][1].lower() if pieces[at][0] == "ident" else b""
        at += 1
        if word == b"in":
            at = _in_list(pieces, at, kept)
        elif word == b"values":
            at = _rows(pieces, at, kept)
    return kept


def _in_list(pieces: list[Piece], at: int, kept: list[Piece]) -> int:
    end = _row_end(pieces, at)
    inner = pieces[at + 1 : end - 1]
    if not inner or any(
        kind not in _VALUE if i % 2 == 0 else plain != b"," for i, (kind, plain, _) in enumerate(inner)
    ):
        return at
    kept += [pieces[at], inner[0], pieces[end - 1]]
    return end


def _rows(pieces: list[Piece], at: int, kept: list[Piece]) -> int:
    end = _row_end(pieces, at)
    kept += pieces[at:end]
    row = _row_shape(pieces[at:end])
    while row and end < len(pieces) and pieces[end][1] == b",":
        stop = _row_end(pieces, end + 1)
        if _row_shape(pieces[end + 1 : stop]) != row:
            break
        end = stop
    return end


def _row_end(pieces: list[Piece], at: int) -> int:
    """Behind the parenthesis that closes the one at `at`; `at` itself where there is none."""
    depth = 0
    for i in range(at, len(pieces)):
        depth += {b"(": 1, b")": -1}.get(pieces[i][1], 0) if pieces[i][0] == "op" else 0
        if not depth:
            return i + 1 if i > at else at
    return at


def _row_shape(row: list[Piece]) -> list[bytes]:
    return [b"$" if kind == "param" else plain for kind, plain, _ in row]


def _told(pieces: list[Piece]) -> str | None:
    """The text, or None where showing it would need escapes or would fill the page."""
    try:
        text = b"".join(b" " + plain if gap else plain for _, plain, gap in pieces).decode()
    except UnicodeDecodeError:
        return None
    return text if text and len(text) <= MAX_STORED and text.isprintable() else None
