"""Edits of a text, and the way back from the edited text's offsets to the client's own."""

from bisect import bisect_right
from dataclasses import dataclass, field, replace

from lintel.analysis.meanings import Meaning

HELPER = "d"  # suffix of the alias of a spliced-in row of constants


@dataclass(slots=True)
class Splice:
    """text[start:end] of the client's own text is replaced; bytes."""

    start: int
    end: int
    text: bytes
    origin: int  # the offset, in the client's text, of the item or reference that it stands for
    # What it is: item, a FROM item; reference, one name; target, a column in a list of INSERT or SET; star, fields,
    # nulls and row, one that is spelled out; filled, a function that fills rows; like, LIKE of a table; copy, the table
    # of COPY as a query; parked, what is parked, stars included, which bind nothing; words, anything else.
    kind: str
    constants: dict[str, Meaning] = field(default_factory=dict)  # column of the row of constants -> what it stands for
    casts: dict[Meaning, Meaning] = field(default_factory=dict)  # a column of another type -> what it is cast to here
    rule: str = ""  # why it is made (docs/plans.md, "Which rule made which edit")
    moved: tuple[int, int, int] | None = None  # (a, b, c): its text[a:b] is the client's own, which began at c


def _is_within(splice: Splice, place: tuple[int, int]) -> bool:
    return place[0] <= splice.start and splice.end <= place[1]


def by(rule: str, splices: list[Splice]) -> list[Splice]:
    """The splices, with the rule that made them where they do not say a closer one."""
    for splice in splices:
        splice.rule = splice.rule or rule
    return splices


class Edited:
    """A text with splices applied; is the resolver's Places for it.

    Those of the client's own text within a splice are made there. Raises ValueError where splices overlap.
    """

    __slots__ = ("_ends", "_moved", "_shifts", "_splices", "_starts", "helper", "text")

    def __init__(self, text: bytes, splices: list[Splice], prefix: str) -> None:
        self.helper = prefix + HELPER
        self._moved: dict[int, Edited] = {}  # by the number of the splice that it stands in
        self._splices = sorted(splices, key=lambda s: (s.start, s.end))
        if ranges := [s.moved for s in self._splices if s.moved]:
            self._move(text, prefix, [(own, own + end - start) for start, end, own in ranges])
        self._starts: list[int] = []  # of each splice in the edited text
        self._ends: list[int] = []
        self._shifts: list[int] = []  # edited offset - client's offset, after each splice
        parts, at, size = [], 0, 0
        for splice in self._splices:
            if splice.start < at:
                raise ValueError("edits overlap")
            parts += [text[at : splice.start], splice.text]
            size += splice.start - at
            self._starts.append(size)
            size += len(splice.text)
            self._ends.append(size)
            self._shifts.append(size - splice.end)
            at = splice.end
        self.text = b"".join([*parts, text[at:]])

    def _move(self, text: bytes, prefix: str, ranges: list[tuple[int, int]]) -> None:
        """The client's own text that stands in a splice gets the edits that it would have had in its place."""
        left = [s for s in self._splices if not any(_is_within(s, each) for each in ranges)]
        for number, splice in enumerate(left):
            if splice.moved is not None:
                start, end, own = splice.moved
                behind = own + end - start
                inner = [s for s in self._splices if _is_within(s, (own, behind))]
                self._moved[number] = moved = Edited(text[:behind], inner, prefix)
                new = moved.text[own:]
                whole = splice.text[:start] + new + splice.text[end:]
                left[number] = replace(splice, text=whole, moved=(start, start + len(new), own))
        self._splices = left

    def _before(self, offset: int) -> int:
        return bisect_right(self._starts, offset) - 1

    def splice(self, offset: int) -> Splice | None:
        """The splice that an offset of the edited text lies in."""
        index = self._before(offset)
        if index < 0 or offset >= self._ends[index]:
            return None
        splice = self._splices[index]
        if splice.moved is None:
            return splice
        own = self._own(index, splice.moved, offset)
        return splice if own is None else self._moved[index].splice(own)

    def _own(self, index: int, moved: tuple[int, int, int], offset: int) -> int | None:
        """For an offset in a splice that in `_moved`, where the client's own text stands."""
        start, end, own = moved
        within = offset - self._starts[index]
        return own + within - start if start <= within < end else None

    def origin(self, offset: int) -> int:
        """The client's offset for one of the edited text; inside a splice its origin. Negative offsets stay."""
        index = self._before(offset)
        if index < 0:
            return offset
        if offset >= self._ends[index]:
            return offset - self._shifts[index]
        splice = self._splices[index]
        if splice.moved is None:
            return splice.origin
        own = self._own(index, splice.moved, offset)
        return splice.origin if own is None else self._moved[index].origin(own)

    @property
    def edits(self) -> tuple[tuple[int, int, bytes], ...]:
        """(start, end, replacement) in order."""
        return tuple((s.start, s.end, s.text) for s in self._splices)

    @property
    def rules(self) -> tuple[str, ...]:
        """The rule of each edit."""
        return tuple(s.rule for s in self._splices)
