"""The text of DDL, as its statements look into it: tokens from an offset on, read once for the whole text."""

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property

from lintel.sql.tokens import Token, tokens


class Source:
    """A text and its tokens; a node's location is an offset into it."""

    def __init__(self, sql: bytes) -> None:
        self.sql = sql

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
        return self.sql.count(b"\n", 0, offset) + 1
