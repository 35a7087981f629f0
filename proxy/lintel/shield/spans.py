"""Where things stand in the client's text: the ranges that parse trees leave out, found among its tokens."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property

from lintel.analysis.resolution import Node
from lintel.sql.tokens import Token, tokens

_AFTER_A_LIST = (b"where", b"returning", b"when", b"on")
_OVER_ROWS = (b"any", b"some", b"all")
_VERBS = (b"insert", b"update", b"delete", b"merge")


@dataclass(frozen=True, slots=True)
class ItemSpan:
    """A relation in FROM: what a derived table replaces, ONLY and `*` included, the alias not."""

    start: int
    end: int
    only: bool
    table_command: tuple[int, int] | None  # the TABLE keyword, where the item is `TABLE t`


class Spans:
    """The tokens of one text, comments left out; not scanned before a range is asked for, as most texts need none."""

    def __init__(self, text: bytes) -> None:
        self.text = text

    @cached_property
    def _tokens(self) -> list[Token]:
        return [t for t in tokens(self.text) if t.kind != "comment"]

    @cached_property
    def _starts(self) -> list[int]:
        return [t.start for t in self._tokens]

    def _index(self, at: int) -> int:
        index = bisect_left(self._starts, at)
        if index >= len(self._starts) or self._starts[index] != at:
            raise LookupError(f"no token at {at}")
        return index

    def _word(self, index: int) -> bytes:
        return self.text[slice(*self._tokens[index][1:])] if 0 <= index < len(self._tokens) else b""

    def _is(self, index: int, word: bytes) -> bool:
        return (
            0 <= index < len(self._tokens) and self._tokens[index].kind == "ident" and self._word(index).lower() == word
        )

    def _dotted(self, index: int) -> int:
        """The index of the last name of a.b.c that begins here."""
        while self._word(index + 1) == b".":
            index += 2
        return index

    def reference(self, at: int) -> tuple[int, int]:
        """The range of a.b.c (or a.b.*) that begins at an offset."""
        index = self._index(at)
        last = self._dotted(index)
        return at, self._tokens[last].end

    def parts(self, at: int) -> int:
        """How many names (or stars) a.b.c has that begins at an offset."""
        index = self._index(at)
        return (self._dotted(index) - index) // 2 + 1

    def fields(self, at: int) -> tuple[int, int]:
        """The end of `(x)`, subscripts and all, in the `(x).*` that begins at an offset; and the end of that."""
        index, depth = bisect_left(self._starts, self.closing(at)), 0
        while depth or self._word(index) != b"*":
            depth += (self._word(index) == b"[") - (self._word(index) == b"]")
            index += 1
            if index >= len(self._tokens):
                raise LookupError(f"no star behind {at}")
        return self._tokens[index - 2].end, self._tokens[index].end

    def prefix(self, at: int) -> tuple[int, int]:
        """The range of `schema.` in a schema.table.column that begins at an offset (trap T2)."""
        index = self._index(at)
        return at, self._tokens[index + 2].start

    def name_end(self, at: int) -> int:
        """The end of the single name that begins at an offset."""
        return self._tokens[self._index(at)].end

    def item(self, node: Node) -> ItemSpan:
        """The range of a RangeVar."""
        first = self._index(node["location"])
        last = self._dotted(first)
        before, end = first - 1, self._tokens[last].end
        if self._word(last + 1) == b"*" and node.get("inh"):
            end = self._tokens[last + 1].end
        only = not node.get("inh")
        if only and self._word(before) == b"(" and self._is(before - 1, b"only"):
            end = self._tokens[last + 1].end
            before -= 1
        start = self._tokens[before].start if only else self._tokens[first].start
        lead = before - 1 if only else before
        command = (self._tokens[lead].start, self._tokens[lead].end) if self._is(lead, b"table") else None
        return ItemSpan(start, end, only, command)

    def like(self, node: Node) -> tuple[int, int]:
        """The range of LIKE with a RangeVar, options and all."""
        first = self._index(node["location"])
        end = self._dotted(first)
        while self._is(end + 1, b"including") or self._is(end + 1, b"excluding"):
            end += 2
        return self._tokens[first - 1].start, self._tokens[end].end

    def sample(self, at: int) -> tuple[int, int]:
        """The range of TABLESAMPLE method (..) [REPEATABLE (..)], whose method begins at an offset."""
        index = self._index(at)
        end = self.closing(at)
        behind = bisect_left(self._starts, end)
        if self._is(behind, b"repeatable"):
            end = self.closing(self._tokens[behind].end)
        return self._tokens[index - 1].start, end

    def after_target(self, node: Node, *, alias: bool) -> int:
        """Where a column list goes behind the relation of INSERT INTO or COPY, past its alias."""
        last = self._dotted(self._index(node["location"]))
        if alias and "alias" in node:
            last += 2 if self._is(last + 1, b"as") else 1
        return self._tokens[last].end

    def closing(self, at: int) -> int:
        """The end of the parenthesis that opens first at or behind an offset."""
        index, depth = bisect_left(self._starts, at), 0
        while index < len(self._tokens):
            word = self._word(index)
            depth += (word == b"(") - (word == b")")
            if word == b")" and not depth:
                return self._tokens[index].end
            index += 1
        raise LookupError(f"no parenthesis behind {at}")

    def inside(self, at: int) -> int:
        """The end of what stands in the parenthesis that opens first at or behind an offset."""
        return self._tokens[bisect_left(self._starts, self.closing(at)) - 2].end

    def opening(self, at: int) -> int:
        """The parenthesis that stands right before an offset."""
        index = self._index(at) - 1
        if self._word(index) != b"(":
            raise LookupError(f"no parenthesis before {at}")
        return self._tokens[index].start

    def follows(self, at: int, word: bytes) -> bool:
        """Whether the token at an offset stands right behind that keyword."""
        return self._is(self._index(at) - 1, word)

    def in_any(self, at: int) -> bool:
        """Whether what begins at an offset comes first in ANY (..), SOME (..) or ALL (..)."""
        before = self._index(at) - 1
        index = before
        while self._word(index) == b"(":
            index -= 1
        return index < before and any(self._is(index, word) for word in _OVER_ROWS)

    def word(self, word: bytes, at: int) -> int:
        """The end of the first such keyword at or behind an offset."""
        index = bisect_left(self._starts, at)
        while not self._is(index, word):
            index += 1
            if index >= len(self._tokens):
                raise LookupError(f"no {word.decode()} behind {at}")
        return self._tokens[index].end

    def values_before(self, at: int) -> int:
        """The end of the keyword VALUES before the row that holds an offset."""
        index = self._index(at)
        while not self._is(index, b"values"):
            index -= 1
            if index < 0:
                raise LookupError(f"no values before {at}")
        return self._tokens[index].end

    def after(self, word: bytes, at: int) -> int:
        """The start of what follows the first such keyword at or behind an offset."""
        return self._tokens[bisect_left(self._starts, self.word(word, at))].start

    def next(self, at: int) -> int:
        """The start of the first token at or behind an offset."""
        return self._tokens[bisect_left(self._starts, at)].start

    def query_end(self, at: int, *, conflict: bool) -> int:
        """The end of the query that begins behind an offset, before RETURNING and, if there is one, ON CONFLICT."""
        index, depth, end = bisect_left(self._starts, at), 0, self.whole()[1]
        while index < len(self._tokens) and self._tokens[index].start < end:
            depth += (self._word(index) == b"(") - (self._word(index) == b")")
            if depth < 0 or (depth == 0 and self._is(index, b"returning")):
                return self._tokens[index - 1].end
            if conflict and depth == 0 and self._is(index, b"on") and self._is(index + 1, b"conflict"):
                return self._tokens[index - 1].end
            index += 1
        return end

    def before(self, word: bytes, at: int) -> int:
        """The end of what stands before the first such keyword at or behind an offset."""
        return self._tokens[bisect_left(self._starts, self.word(word, at)) - 2].end

    def pieces(self, at: int) -> list[tuple[int, int]]:
        """The ranges of a, b and c in the first (a, b, c) at or behind an offset."""
        index = bisect_left(self._starts, at)
        while index < len(self._tokens) and self._word(index) != b"(":
            index += 1
        return self._pieces(index + 1)

    def outputs(self, at: int) -> list[tuple[int, int]]:
        """The ranges of the entries of the SELECT list that begins at or behind an offset."""
        return self._pieces(bisect_left(self._starts, at))

    def assignments(self, at: int) -> list[tuple[int, int]]:
        """The ranges of the entries of the SET list that begins at an offset."""
        return self._pieces(self._index(at))

    def _pieces(self, index: int) -> list[tuple[int, int]]:
        """What commas separate, up to the end of the list, whatever it is the list of."""
        found, depth, start = [], 0, index
        while index < len(self._tokens):
            word = self._word(index)
            depth += (word in (b"(", b"[")) - (word in (b")", b"]")) + self._in_case(index)
            if depth < 0 or (depth == 0 and (word == b"," or self._ends_list(index))):
                found.append((self._tokens[start].start, self._tokens[index - 1].end))
                start = index + 1
                if word != b",":
                    return found
            index += 1
        return [*found, (self._tokens[start].start, self._tokens[-1].end)]

    def _in_case(self, index: int) -> int:
        """1 where CASE begins, whose WHEN ends no list, -1 at its END; as labels they mean nothing."""
        if self._word(index - 1) == b"." or self._is(index - 1, b"as"):
            return 0
        return int(self._is(index, b"case")) - int(self._is(index, b"end"))

    def _ends_list(self, index: int) -> bool:
        if self._is(index, b"from"):
            return not self._is(index - 1, b"distinct")  # IS DISTINCT FROM
        return self._word(index) == b";" or any(self._is(index, word) for word in _AFTER_A_LIST)

    def before_name(self, start: int, end: int) -> tuple[int, int]:
        """The range of x in `x AS name` or `x name`."""
        index = bisect_left(self._starts, end) - 1
        index -= self._is(index - 1, b"as")
        return start, self._tokens[index - 1].end

    def without(self, pieces: list[tuple[int, int]], kept: list[bool]) -> list[tuple[int, int]]:
        """The ranges to take out, commas included, so that the kept pieces are left; one is kept at least."""
        last = max(at for at, keep in enumerate(kept) if keep)
        return [
            (pieces[at][0], pieces[at + 1][0]) if at < last else (pieces[at - 1][1], pieces[at][1])
            for at, keep in enumerate(kept)
            if not keep
        ]

    def token_end(self, at: int) -> int:
        """The end of the first token at or behind an offset."""
        return self._tokens[bisect_left(self._starts, at)].end

    def after_equals(self, at: int) -> int:
        """Where the value of the assignment begins that begins at an offset."""
        index = self._index(at)
        while self._word(index) != b"=":
            index += 1
        return self._tokens[index + 1].start

    def after_with(self, at: int) -> int:
        """Where a further WITH query goes, first of all, in the WITH that begins at an offset."""
        index = self._index(at)
        return self._tokens[index + self._is(index + 1, b"recursive")].end

    def verb(self, at: int) -> int:
        """Where the INSERT, UPDATE, DELETE or MERGE begins whose relation stands at an offset."""
        index = self._index(at)
        while not any(self._is(index, word) for word in _VERBS):
            index -= 1
            if index < 0:
                raise LookupError(f"no statement before {at}")
        return self._tokens[index].start

    def arbiter(self, at: int, name: str) -> int:
        """Where a bare name stands in the list of the ON CONFLICT (..) that begins at an offset."""
        index, depth = bisect_left(self._starts, at), 0
        while index < len(self._tokens):
            word = self._word(index)
            depth += (word == b"(") - (word == b")")
            if word in (b"(", b",") and depth == 1 and self._names(index + 1, name):
                return self._tokens[index + 1].start
            index += 1
        raise LookupError(f"no {name} behind {at}")

    def _names(self, index: int, name: str) -> bool:
        """Whether a token is that name, folded or quoted as it may be."""
        word = self._word(index).decode("utf-8", "surrogateescape")
        if self._tokens[index].kind == "quoted":
            return word == '"' + name.replace('"', '""') + '"'
        return self._tokens[index].kind == "ident" and word.lower() == name

    def group_by(self, at: int) -> int:
        """Where an expression may be put in front of the GROUP BY expression that holds this offset."""
        index = self._index(at)
        while not (self._is(index, b"by") and self._is(index - 1, b"group")):
            index -= 1
            if index < 1:
                raise LookupError("no GROUP BY")
        if self._is(index + 1, b"all") or self._is(index + 1, b"distinct"):
            index += 1
        return self._tokens[index].end

    def whole(self) -> tuple[int, int]:
        """From the first token to the last that is not a semicolon."""
        last = len(self._tokens) - 1
        while last > 0 and self._word(last) == b";":
            last -= 1
        return self._tokens[0].start, self._tokens[last].end
