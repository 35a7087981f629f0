"""The tokenizer against PostgreSQL's own scanner (libpg_query), on a corpus and on random text."""

import re
import time

import postgast
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lintel.sql.tokens import Token, tokens

CORPUS = [
    "select a, b from t where x = 'it''s' and y = 1.5e10",
    "select 0x1F, 0o17, 0b101, 1_000, 1_0.2_5e1_0, .5, 5., 1.e5, 1.5.3, 1..2, a.1",
    "select $1, $22::int, $1-$2, a$b$c, $$x$$, $t$ $$ $u$ $t$, $é$ $é$",
    "select E'a\\'b', e'\\\\', E'\\x41\\101', b'01', X'1F',",
    "select n'nat', N'x''y', U&'d\\0061t', u&\"d\\0061t\" , U&\"a\"\"b\"",
    "select 'a'\n'b', 'a' 'b', E'a'\n'\\'b', 'a' /* c */\n 'b', b'0'\n'1'",
    "select /* a /* b */ c */ 1 /**/ /***/ /*/ */ -- end",
    "select 1 --x\r, 2 -- y",
    "select a->>'b', a#>>'{x}', a @> b, a<@b, a ?| b, a||b, -1, +1, - -1, a<-1, a@-1, a*-1, a=-b, a>=-b, @-1, a+-b",
    "select a<=b, a>=b, a<>b, a!=b, a=>b, a:=b, x::int, arr[1:2], arr[:], f(a => 1, b := 2)",
    "select a =- b, a *+- b, a @+- b, a <-> b, a |/ b, a !~~* b, a ^@ b, a -- b",
    "select a+/* c */b, a*/* c */b, a@/*x*/b, a-/**/-b, 5-/*+*/-1",
    'select "a""b", "A b", "é", a\u00a0b, \u00e9t\u00e9 from "t"',
    "select a.b.c, t.*, (t).x, a . b, a.$1",
    "insert into t values (1,'x'),(2,'y') returning *; select 1;;",
    "select 'x\\', 'y', '\\\\'",
    "select u&'x' uescape '!', u & 'x', u&x, e 'x', b 'y', x+'1'",
    "copy t from stdin; do $do$ begin perform 1; end $do$",
    "select 1where x=1and y",
    "select 'a", 'select "a', "select E'a\\'", "select $a$ x $b$", "/* /* */", "select 1a", "select 1_", "select 0x",
    "select $1a", "select \\ 1", "select {x}", "select $ 1", "select 1e", "select 1__0", "select 0b2", "select 1.5a",
    "", " \n\t\f\v", ";", "'", '"', "$", "$$", "--", "/*", "\\", "'\n'", "''\n''", "1.", ".", "..", "...", ":::", ":=:",
]  # fmt: skip
JUNK = ["select 'a", 'select "a', "select E'a\\'", "/* /* */"]


def scanned(text: str) -> list[tuple[str, int, int]] | None:
    """libpg_query's tokens in our kinds, or None where it finds an error."""
    try:
        found = postgast.scan(text).tokens
    except postgast.PgQueryError:
        return None
    data = text.encode()
    return _nchar_joined([(_kind(data, t), t.start, t.end) for t in found])


def _kind(data: bytes, token: object) -> str:
    start, end = token.start, token.end  # type: ignore[attr-defined]
    if not re.match(rb"[\w\x80-\xff\"'$.,:;()\[\]~!@#^&|`?+\-*/%<>=]", data[start:end]) or data[start:end] == b"$":
        return "error"  # a character of its own that no grammar rule takes
    name = postgast.pg_query_pb2.Token.Name(token.token)  # type: ignore[attr-defined]
    kinds = {"SCONST": "string", "USCONST": "string", "BCONST": "string", "XCONST": "string", "PARAM": "param",
             "ICONST": "number", "FCONST": "number", "SQL_COMMENT": "comment", "C_COMMENT": "comment",
             "UIDENT": "quoted"}  # fmt: skip
    if name in kinds:
        return kinds[name]
    if name == "NCHAR" and end == start + 1:
        return "nchar"
    if data[start : start + 1] == b'"':
        return "quoted"
    return "ident" if re.match(rb"[A-Za-z_\x80-\xff]", data[start:end]) else "op"


def _nchar_joined(found: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    """The scanner gives N'..' as the keyword NCHAR and a string; for us it is one literal."""
    joined: list[tuple[str, int, int]] = []
    for kind, start, end in found:
        if kind == "string" and joined and joined[-1] == ("nchar", start - 1, start):
            joined[-1] = (kind, start - 1, end)
        else:
            joined.append((kind, start, end))
    return joined


def agrees(text: str) -> bool:
    """True if both see the same tokens, or both an error."""
    ours = [tuple(t) for t in tokens(text.encode())]
    theirs = scanned(text)
    if theirs is None or _continued_behind_a_comment(text):
        return True  # bad escapes, empty names, long operators: the server says so; what we read then decides nothing
    return ours == theirs


def _continued_behind_a_comment(text: str) -> bool:
    """Here libpg_query, which keeps comments, differs from the server, which joins the two literals."""
    data = text.encode()
    return any(kind == "string" and re.search(rb"'[^']*--", data[start:end]) for kind, start, end in tokens(data))


def test_comments_between_two_parts_of_a_literal() -> None:
    for text in (b"'a' -- c\n  -- d\n 'b'", b"'a'\n--c\n'b'", b"e'a' --\r'\\''"):
        assert tokens(text) == [Token("string", 0, len(text))]


@pytest.mark.parametrize("text", CORPUS)
def test_corpus(text: str) -> None:
    theirs = scanned(text)
    ours = [tuple(t) for t in tokens(text.encode())]
    if theirs is None:
        assert any(kind == "error" for kind, _, _ in ours) or re.search(r'""|0x1G', text), ours
    else:
        assert ours == theirs


PIECES = st.sampled_from(
    ["'", '"', "$", "$$", "$a$", "--", "/*", "*/", "\n", " ", "\\", "e", "E'", "U&'", 'u&"', "b'", "n'", "x", "1", "0x",
     ".", "..", "_", "+", "-", "*", "/", "<", ">", "=", "~", "@", "|", "?", "%", ":", "::", ";", "(", ")", "[", "]",
     ",", "a", "select", "\u00a0", "é", "1e", "$1", "{", "\t", "\r", "#", "&", "^", "`", "!"]
)  # fmt: skip


@settings(max_examples=1000, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_random_text_agrees(text: str) -> None:
    assert agrees(text), (scanned(text), tokens(text.encode()))


@given(st.binary(max_size=200))
def test_any_bytes_are_covered_in_order(data: bytes) -> None:
    at = 0
    for token in tokens(data):
        assert data[at : token.start].strip(b" \t\n\r\f\v") == b""
        assert token.end > token.start
        at = token.end
    assert data[at:].strip(b" \t\n\r\f\v") == b""


HOSTILE = ["'", '"', "''", "$", "$a$", "/*", "+-", "+", "-- \n", "'\n", "e'\\'", "1_", "1.", "a$", "$1", "((", "/*+",
           "'x'\n--c\n", "'' ", '"" ', "*/", "=+", "U&'", "0x", "1e+", "b'0'\n\n"]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_linear_on_hostile_text(piece: str) -> None:
    small, large = (_seconds(piece.encode() * (n // len(piece))) for n in (8_000, 64_000))
    assert large < 30 * small + 0.1, f"{piece!r}: 8x the text took {large / small:.0f}x the time"


def _seconds(data: bytes) -> float:
    best = 1e9
    for _ in range(2):
        began = time.process_time()
        tokens(data)
        best = min(best, time.process_time() - began)
    return best


def test_token_is_a_plain_tuple() -> None:
    assert tokens(b"select 'x'") == [Token("ident", 0, 6), Token("string", 7, 10)]
