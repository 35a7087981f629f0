"""SQL text as tokens, by the rules of PostgreSQL's scan.l with standard_conforming_strings = on.

Linear in the length of the text, whatever the text: every quantifier that could backtrack is possessive, and what is
never closed is one "error" token up to the end. Offsets are bytes. It knows no grammar: a keyword is an "ident".
"""

import re
from typing import NamedTuple


class Token(NamedTuple):
    """One token. Kinds: ident quoted string number param op comment error; white space is not reported."""

    kind: str
    start: int
    end: int


# CPython before 3.11.5 (gh-106052) goes on from where the last, failing round of a possessive group got to. So in such
# a group nothing can fail behind a choice, a repetition or a lookahead; where that cannot be, the loop is in Python.
def _digits(digit: bytes) -> bytes:
    return digit + digit + rb"*+(?:_" + digit + digit + rb"*+)*+"


_DIGITS = _digits(rb"[0-9]")
_WORD = rb"[A-Za-z_\x80-\xff][A-Za-z0-9_$\x80-\xff]*+"
_PLAIN = rb"'[^']*+(?:''[^']*+)*+'"
_BITS = rb"'[^']*+'"  # '' is no quote here
_ESCAPED = rb"'[^'\\]*+(?:(?:''|\\.)[^'\\]*+)*+'"
_RUN = rb"[~!@#^&|`?+*%<>=]++|-(?!-)|/(?!\*)"

_LEX = re.compile(
    rb"(?P<space>[ \t\n\r\f\v]++)"
    rb"|(?P<string>(?:[nN]|[uU]&)?" + _PLAIN + rb"|[bBxX]" + _BITS + rb"|[eE]" + _ESCAPED + rb")"
    rb'|(?P<quoted>(?:[uU]&)?"[^"]*+(?:""[^"]*+)*+")'
    rb"|(?P<open>(?:[bBxXnNeE]|[uU]&)?'|(?:[uU]&)?\")"
    rb"|(?P<ident>" + _WORD + rb")"
    rb"|(?P<number>(?:"
    rb"0[xX]_?"
    + _digits(rb"[0-9a-fA-F]")
    + rb"|0[oO]_?"
    + _digits(rb"[0-7]")
    + rb"|0[bB]_?"
    + _digits(rb"[01]")
    + rb"|(?:"
    + _DIGITS
    + rb"(?>(?:\.(?!\.)(?:"
    + _DIGITS
    + rb")?)?)|\."
    + _DIGITS
    + rb")"
    rb"(?>(?:[eE][+-]?" + _DIGITS + rb")?))(?![A-Za-z_\x80-\xff]))"
    rb"|(?P<junk>\.?[0-9][0-9.]*+(?:_[0-9][0-9.]*+)*+" + _WORD + rb")"
    rb"|(?P<param>\$[0-9]++)"
    rb"|(?P<dollar>\$(?:[A-Za-z_\x80-\xff][A-Za-z0-9_\x80-\xff]*+)?+\$)"
    rb"|(?P<block>/\*)"
    rb"|(?P<comment>--[^\n\r]*+)"
    rb"|(?P<run>" + _RUN + rb")"
    rb"|(?P<op>::|:=|\.\.|[,()\[\].;:])"
    rb"|(?P<error>.)",
    re.DOTALL,
)
_MORE_RUN = re.compile(_RUN).match
# Two literals with a line break (and comments) between them are one.
_LINE_BREAK = re.compile(rb"(?:[ \t\f\v]|--[^\n\r]*+)*+[\n\r]").match
_MORE_SPACE = re.compile(rb"[ \t\n\r\f\v]++|--[^\n\r]*+[\n\r]").match
_MORE_PLAIN = re.compile(_PLAIN).match
_MORE_STRING = {
    **dict.fromkeys(b"bBxX", re.compile(_BITS).match),
    **dict.fromkeys(b"eE", re.compile(_ESCAPED, re.DOTALL).match),
}
_BEGINNINGS = frozenset({"block", "dollar", "open", "junk", "string"})
_BLOCK_EDGE = re.compile(rb"/\*|\*/")
_MAKES_SIGNS_PART = re.compile(rb"[~!@#^&|`?%]")


def tokens(text: bytes) -> list[Token]:
    """Every token of the text, in order."""
    found: list[Token] = []
    match = _LEX.match
    at, end = 0, len(text)
    while at < end:
        hit = match(text, at)
        assert hit is not None  # the last alternative takes any byte
        kind, start, at = hit.lastgroup or "", at, hit.end()
        if kind == "run":
            while hit := _MORE_RUN(text, at):
                at = hit.end()
            _operators(text, start, at, found)
        elif kind != "space":
            if kind in _BEGINNINGS:
                kind, at = _whole(kind, text, start, at)
            found.append(Token(kind, start, at))
    return found


def _operators(text: bytes, start: int, end: int, found: list[Token]) -> None:
    """A run of operator characters: a + or - at its end belongs to it only beside one of ~!@#^&|`?%."""
    stop = end
    if end - start > 1 and not _MAKES_SIGNS_PART.search(text, start, end):
        stop = max(start + 1, start + len(text[start:end].rstrip(b"+-")))
    found.append(Token("op", start, stop))
    found.extend(Token("op", sign, sign + 1) for sign in range(stop, end))


def _whole(kind: str, text: bytes, start: int, opened: int) -> tuple[str, int]:
    """(kind, end) of a token of which the regular expression saw only the beginning."""
    if kind == "string":
        return kind, _string(text, start, opened)
    if kind == "block":
        return _comment(text, opened)
    if kind == "dollar":
        close = text.find(text[start:opened], opened)
        return ("error", len(text)) if close < 0 else ("string", close + opened - start)
    return "error", opened if kind == "junk" else len(text)


def _string(text: bytes, start: int, end: int) -> int:
    """The end of a literal with what continues it."""
    more = _MORE_STRING.get(text[start], _MORE_PLAIN)
    while gap := _LINE_BREAK(text, end):
        begin = gap.end()
        while gap := _MORE_SPACE(text, begin):
            begin = gap.end()
        part = more(text, begin)
        if part is None:
            break
        end = part.end()
    return end


def _comment(text: bytes, opened: int) -> tuple[str, int]:
    """/* comments */ nest."""
    depth = 1
    for edge in _BLOCK_EDGE.finditer(text, opened):
        depth += 1 if edge.group() == b"/*" else -1
        if not depth:
            return "comment", edge.end()
    return "error", len(text)
