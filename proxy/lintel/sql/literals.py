"""The literals of a text byte by byte: what `shape_of` asks first where this is compiled; interpreted it would be slow.

It knows the texts that drivers and ORMs write and gives up on all others, for which shape has other ways. Whatever it
does not give up on it tells as they do.
"""

from types import FunctionType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mypy_extensions import i64

Span = tuple[int, int]

_RADIX = frozenset({b"x", b"X", b"o", b"O", b"b", b"B"})


def one(literal: bytes) -> bytes:
    """What stands for a number: 1 where the scanner would give ICONST, else 1.0."""
    try:
        value = int(literal.replace(b"_", b""), 0 if literal[1:2] in _RADIX else 10) if len(literal) < 100 else 1 << 31
    except ValueError:
        return b"1.0"
    return b"1" if value < 1 << 31 else b"1.0"


COMPILED: Final = not isinstance(one, FunctionType)

# Kinds of bytes: those up to _DOLLAR make up a word.
_WORD: Final = 0
_DIGIT: Final = 1
_DOLLAR: Final = 2
_OTHER: Final = 3  # between tokens, or a token by itself
_SPACE: Final = 4
_QUOTE: Final = 5
_QUOTED: Final = 6
_POINT: Final = 7
_MINUS: Final = 8
_SLASH: Final = 9
_AMPERSAND: Final = 10
_STRANGE: Final = 11

_QUOTE_BYTE: Final = 0x27
_QUOTED_BYTE: Final = 0x22
_MINUS_BYTE: Final = 0x2D
_SLASH_BYTE: Final = 0x2F
_STAR_BYTE: Final = 0x2A

_SHORT: Final = 9  # digits of a number that is an int4 whatever they are


def _kind_of(byte: int) -> int:
    letter = chr(byte)
    special = {
        "$": _DOLLAR, "'": _QUOTE, '"': _QUOTED, ".": _POINT, "-": _MINUS, "/": _SLASH, "&": _AMPERSAND,
        "\\": _STRANGE,
    }  # fmt: skip
    if byte >= 0x80:
        return _STRANGE
    if letter.isdigit():
        return _DIGIT
    if letter.isalpha() or letter == "_":
        return _WORD
    return _SPACE if letter in " \t\n\r\f\v" else special.get(letter, _OTHER)


_KINDS: Final = bytes(map(_kind_of, range(256)))


def literals(text: bytes, pieces: list[bytes], holes: list[Span]) -> bool:  # noqa: C901, PLR0915 - the hot path
    """Fill in the pieces of the key, and where the literals and comments are.

    False: it has given up, and what was filled in is worth nothing.
    """
    end: i64 = len(text)
    at: i64 = 0  # the text up to here is in the pieces
    pos: i64 = 0
    while pos < end:
        start = pos
        kind: i64 = _KINDS[text[pos]]
        pos += 1
        if kind == _WORD:
            while pos < end and _KINDS[text[pos]] <= _DOLLAR:
                pos += 1
        elif kind == _DIGIT:
            while pos < end and _KINDS[text[pos]] == _DIGIT:
                pos += 1
            placeholder = b"1" if pos - start <= _SHORT else one(text[start:pos])
            if pos < end and _KINDS[text[pos]] == _POINT:
                point = pos
                pos += 1
                while pos < end and _KINDS[text[pos]] == _DIGIT:
                    pos += 1
                if pos == point + 1:
                    return False
                placeholder = b"1.0"
            if pos < end and (_KINDS[text[pos]] <= _DOLLAR or _KINDS[text[pos]] == _POINT):
                return False
            pieces.append(text[at:start])
            pieces.append(placeholder)
            holes.append((start, pos))
            at = pos
        elif kind == _QUOTE or kind == _QUOTED:  # noqa: PLR1714, SIM109 - quicker so
            if start and (_KINDS[text[start - 1]] <= _DOLLAR or _KINDS[text[start - 1]] == _AMPERSAND):
                return False  # a prefix
            quote: i64 = _QUOTE_BYTE if kind == _QUOTE else _QUOTED_BYTE
            while pos < end and text[pos] != quote:
                pos += 1
            pos += 1
            if pos > end:
                return False
            if kind == _QUOTED:
                continue  # what comes right behind a doubled quote is skipped as another name
            after = pos
            while after < end and _KINDS[text[after]] == _SPACE:
                after += 1
            if after < end and text[after] == _QUOTE_BYTE:
                return False  # a doubled quote, or a continuation
            pieces.append(text[at:start])
            pieces.append(b"''")
            holes.append((start, pos))
            at = pos
        elif kind == _DOLLAR:
            if pos >= end or _KINDS[text[pos]] != _DIGIT:
                return False
            while pos < end and _KINDS[text[pos]] == _DIGIT:
                pos += 1
            if pos < end and (_KINDS[text[pos]] <= _DOLLAR or _KINDS[text[pos]] == _POINT):
                return False
        elif kind == _POINT:
            if pos < end and _KINDS[text[pos]] == _DIGIT:
                return False
        elif kind == _MINUS:
            if pos < end and text[pos] == _MINUS_BYTE:
                return False
        elif kind == _SLASH:
            if pos >= end or text[pos] != _STAR_BYTE:
                continue
            pos += 1
            while pos < end and text[pos] != _STAR_BYTE and text[pos] != _SLASH_BYTE:
                pos += 1
            if pos + 1 >= end or text[pos] != _STAR_BYTE or text[pos + 1] != _SLASH_BYTE:
                return False
            pos += 2
            pieces.append(text[at:start])
            pieces.append(b"/**/")
            holes.append((start, pos))
            at = pos
        elif kind == _STRANGE:
            return False
    pieces.append(text[at:])
    return True
