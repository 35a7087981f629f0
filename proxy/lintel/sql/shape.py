"""Shapes: what texts that differ in their literals alone have in common, for looking decisions up.

The key of a shape is SQL again: every string empty, every number 1 (1.0 where it is no int4, since grammar and types
tell the two apart), every comment empty, prefixes and all other bytes as they were. So it is its own shape, nothing
else in SQL can be mistaken for a placeholder, and texts with one key parse to one tree up to constants and offsets.
The literal after UESCAPE stays: it changes names. Which other literals carry meaning ('o'::regclass) is for the
caller to know: it asks for `spans` and then goes by the exact text.
"""

import re
from bisect import bisect_right

from lintel.sql.literals import COMPILED, Span, literals, one
from lintel.sql.tokens import Token, tokens

Edit = tuple[int, int, bytes]


class Shape:
    """`holes` are the literals (`spans`) and comments of one text, in order: texts of one key have as many of each."""

    __slots__ = ("holes", "key", "spans")

    def __init__(self, key: bytes, spans: tuple[Span, ...], holes: tuple[Span, ...]) -> None:
        self.key = key
        self.spans = spans
        self.holes = holes

    def keyed(self, key: bytes) -> "Shape":
        """With another key."""
        return Shape(key, self.spans, self.holes)

    @property
    def comments(self) -> tuple[Span, ...]:
        """The holes that are no literals."""
        return () if len(self.holes) == len(self.spans) else tuple(sorted({*self.holes} - {*self.spans}))


# One pass over the texts that drivers and ORMs write; on `trouble` the tokenizer takes over. The set in front lets the
# search run in C; lookbehinds tell which of its bytes it was. Quoted names match without a group, so that what is in
# them is skipped. Strings only where no prefix, doubled quote or continuation is near.
_FAST = re.compile(
    rb"""['"0-9$./\-\\\x80-\xff](?:"""
    rb"(?<=')(?<![\w$&]')([^']*+'(?!\s*'))"
    rb"|(?<=[0-9])(?<![\w$.][0-9])(?:([0-9]{0,8}+)(?![\w.$])|([0-9]*+\.[0-9]++)(?![\w.$])|([0-9]*+)(?![\w.$]))"
    rb'|(?<=")(?<![\w$&]")[^"]*+"(?:[., ]*+"[^"]*+"){0,1000}'
    rb"|((?<=/)\*[^*/]*+\*/)"
    rb"|((?<=[\x80-\xff'\"\\])|(?<=-)-|(?<=/)\*|(?<=\$)(?![0-9])|(?<=\.)[0-9]|(?<=[0-9])(?<![\w$.][0-9])))"
)
_STRING, _INT, _FLOAT, _LONG, _COMMENT, _TROUBLE = range(1, 7)
_BLOCK = b"/**/"
_PLACEHOLDERS = (b"", b"''", b"1", b"1.0", b"", _BLOCK)


def shape_of(text: bytes) -> Shape:
    """The shape of a text: 1-2 us where there is nothing odd in it."""
    if COMPILED and (quick := _shape_by_bytes(text)) is not None:
        return quick
    pieces: list[bytes] = []
    holes: list[Span] = []
    at = 0
    for hit in _FAST.finditer(text):
        kind = hit.lastindex
        if kind is None:
            continue
        if kind == _TROUBLE:
            return _shape_by_tokens(text)
        hole = start, end = hit.span()
        pieces.append(text[at:start])
        pieces.append(_PLACEHOLDERS[kind] or one(text[start:end]))
        holes.append(hole)
        at = end
    pieces.append(text[at:])
    return _shape(text, pieces, holes)


def _shape_by_bytes(text: bytes) -> Shape | None:
    pieces: list[bytes] = []
    holes: list[Span] = []
    return _shape(text, pieces, holes) if literals(text, pieces, holes) else None


def _shape(text: bytes, pieces: list[bytes], holes: list[Span]) -> Shape:
    every = tuple(holes)
    comments = _BLOCK in pieces
    spans = tuple(hole for hole in holes if text[hole[0]] != _SLASH) if comments else every
    return Shape(b"".join(pieces), spans, every)


def _shape_by_tokens(text: bytes) -> Shape:
    pieces: list[bytes] = []
    spans: list[Span] = []
    holes: list[Span] = []
    at = 0
    for token, placeholder in placeholders(text):
        pieces += (text[at : token.start], placeholder)
        at = token.end
        holes.append((token.start, at))
        if token.kind != "comment":
            spans.append((token.start, at))
    pieces.append(text[at:])
    return Shape(b"".join(pieces), tuple(spans), tuple(holes))


def placeholders(text: bytes, scanned: list[Token] | None = None) -> list[tuple[Token, bytes]]:
    """The literals and comments of a text, and what stands for each of them; `scanned` are its tokens, if at hand."""
    found = []
    before = b""
    for token in tokens(text) if scanned is None else scanned:
        if token.kind in _PLACEHOLDER_OF and before != b"uescape":
            found.append((token, _PLACEHOLDER_OF[token.kind](text[token.start : token.end])))
        if token.kind != "comment":
            before = text[token.start : token.end].lower() if token.kind == "ident" else b""
    return found


def _empty_string(literal: bytes) -> bytes:
    return literal[: literal.index(b"'")] + b"''" if literal[:1] != b"$" else b"''"


def _empty_comment(comment: bytes) -> bytes:
    return comment[:2] if comment[:2] == b"--" else _BLOCK


_SLASH = 0x2F
_PLACEHOLDER_OF = {"string": _empty_string, "number": one, "comment": _empty_comment}


def carried(edits: tuple[Edit, ...], made_for: Shape, other: Shape) -> tuple[Edit, ...]:
    """Edits of one text moved to another text of the same key. None of them may begin or end within a hole."""
    ends = [end for _, end in made_for.holes]

    def moved(offset: int) -> int:
        passed = bisect_right(ends, offset)
        return offset + (other.holes[passed - 1][1] - ends[passed - 1] if passed else 0)

    return tuple((moved(start), moved(end), replacement) for start, end, replacement in edits)
