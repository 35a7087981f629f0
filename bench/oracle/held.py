"""The statement inside EXPLAIN, PREPARE, DECLARE, COPY, CREATE VIEW and CREATE TABLE AS, cut out for the oracle.

By tokens and by hand, so that what the resolver is judged by does not come from the resolver.
"""

from typing import NamedTuple

from lintel.sql.tokens import Token, tokens

_FIRST = frozenset({b"select", b"insert", b"update", b"delete", b"merge", b"with", b"values", b"table", b"("})
_EXPLAIN_WORDS = frozenset({b"analyze", b"analyse", b"verbose"})


class Held(NamedTuple):
    """A statement that Postgres can keep as a function's body; `types` of its parameters, None: Postgres infers."""

    text: bytes
    types: str | None = None
    verb: bool = True  # whether it is this statement's verb that analyze gives


def held(text: bytes) -> Held | None:
    """The query or DML that this one statement is or holds; None where there is none."""
    found = [token for token in tokens(text) if token.kind != "comment"]
    if not found:
        return None
    while found and text[found[-1].start : found[-1].end] == b";":
        found.pop()
    words = [text[token.start : token.end].lower() for token in found]
    return _held(text, found, words)


def _held(text: bytes, found: list[Token], words: list[bytes]) -> Held | None:
    first = words[0] if words else b""
    if first in _FIRST:
        return _query(text, found, words)
    at: int | None = None
    types = None
    end = len(words)
    if first == b"explain":
        at = _after_options(words)
    elif first == b"declare":
        at = _after(words, b"for", 3)
    elif first == b"prepare" and len(words) > 2:
        at = _after(words, b"as", 2)
        if words[2] == b"(":
            close = _closing(words, 2)
            types = text[found[3].start : found[close - 1].end].decode()
    elif first == b"copy" and words[1:2] == [b"("]:
        at, end = 2, _closing(words, 1)
    elif (
        first == b"create" and {b"view", b"table"} & set(words[1:6]) and not {b"recursive", b"schema"} & set(words[1:4])
    ):
        at, end = _after(words, b"as", 2), _without_tail(words)
    if at is None or at >= end or words[at] == b"execute":
        return None
    inner = _held(text, found[at:end], words[at:end])
    return inner and inner._replace(types=types or inner.types, verb=inner.verb and first != b"create")


def _query(text: bytes, found: list[Token], words: list[bytes]) -> Held:
    start, end = found[0].start, found[-1].end
    cut = _into(words)
    if cut is None:
        return Held(text[start:end])
    after = found[cut[1]].start if cut[1] < len(found) else end
    return Held(text[start : found[cut[0]].start] + text[after:end])


def _into(words: list[bytes]) -> tuple[int, int] | None:
    """The range of SELECT ... INTO [TEMP] [TABLE] name, outside parentheses."""
    if words[0] not in (b"select", b"with"):
        return None
    depth = 0
    for i, word in enumerate(words):
        depth += (word == b"(") - (word == b")")
        if not depth and word == b"into" and words[i - 1] not in (b"insert", b"merge", b"."):
            j = i + 1
            while words[j] in (b"temp", b"temporary", b"unlogged", b"table", b"local", b"global"):
                j += 1
            while words[j + 1 : j + 2] == [b"."]:
                j += 2
            return i, j + 1
    return None


def _after_options(words: list[bytes]) -> int:
    at = 1
    if words[1:2] == [b"("] and words[2:3] and words[2] not in _FIRST:
        at = _closing(words, 1) + 1
    while at < len(words) and words[at] in _EXPLAIN_WORDS:
        at += 1
    return at


def _after(words: list[bytes], word: bytes, start: int) -> int | None:
    depth = 0
    for i, current in enumerate(words):
        depth += (current == b"(") - (current == b")")
        if i >= start and not depth and current == word:
            return i + 1
    return None


def _closing(words: list[bytes], at: int) -> int:
    depth = 0
    for i in range(at, len(words)):
        depth += (words[i] == b"(") - (words[i] == b")")
        if not depth:
            return i
    return len(words) - 1


def _without_tail(words: list[bytes]) -> int:
    """The end without WITH [NO] DATA and WITH [LOCAL | CASCADED] CHECK OPTION."""
    for tail in (b"with no data", b"with data", b"with check option", b"with local check option",
                 b"with cascaded check option"):  # fmt: skip
        parts = tail.split()
        if words[-len(parts) :] == parts:
            return len(words) - len(parts)
    return len(words)
