"""The text of DDL, as its statements look into it: tokens from an offset on, read once for the whole text."""

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property

from lintel.sql.tokens import Token, tokens

PIECE = 128 * 1024  # half of what the grammar takes at once


class Source:
    """A text and its tokens; a node's location is an offset into it."""

    def __init__(self, sql: bytes, first_line: int = 1) -> None:
        self.sql = sql
        self._first_line = first_line

    @cached_property
    def _tokens(self) -> list[Token]:
        return tokens(self.sql)

    @cached_property
    def _starts(self) -> list[int]:
        return [token.start for token in self._tokens]

    def tokens_from(self, offset: int) -> Iterator[tuple[Token, bytes]]:
        """The tokens that begin at or behind an offset, with their text in lower case; comments left out."""
        for position in range(bisect_left(self._starts, offset), len(self._tokens)):
            token = self._tokens[position]
            if token.kind != "comment":
                yield token, self.sql[token.start : token.end].lower()

    def line(self, offset: int) -> int:
        """The line of an offset, from 1."""
        return self.sql.count(b"\n", 0, offset) + self._first_line

    def pieces(self) -> Iterator["Source"]:
        """The text in pieces of whole statements, so that a long dump can be read too."""
        at = 0
        if len(self.sql) > PIECE:
            for end in self._ends():
                if end - at > PIECE:
                    yield Source(self.sql[at:end], self.line(at))
                    at = end
        yield Source(self.sql[at:], self.line(at)) if at else self

    def _ends(self) -> Iterator[int]:
        """Behind each semicolon that ends a statement: not inside BEGIN ATOMIC .. END, nor in parentheses (rules)."""
        depth = atomic = 0
        before = b""
        for token, word in self.tokens_from(0):
            depth += (word == b"(") - (word == b")")
            if token.kind == "ident":
                atomic += (word == b"atomic" and before == b"begin") or (word == b"case" and atomic > 0)
                atomic -= word == b"end" and atomic > 0
            if word == b";" and depth == 0 and atomic == 0:
                yield token.end
            before = word
