"""One decision for texts of a shape whose edits take literals out and may say them again, as a tripwire does.

Such edits are not carried as they are: what is said again has to be the other text's. So a text of that shape is
decided each of whose literals is a number that occurs nowhere else, and where one of these stands in an edit, there
goes the literal of whichever text comes. That its edited text has the very shape of the one that was proved is asked
each time.
"""

import re
from dataclasses import dataclass, replace
from typing import NamedTuple

from lintel.policy.composed import Decided
from lintel.policy.edits import Edit, edited
from lintel.policy.shapes import cuts
from lintel.sql.shape import Shape, carried, shape_of
from lintel.wire.decision import Decision

_FIRST = range(731, 999)  # what the numbers may begin with
_DIGITS = 6  # of the number of a literal, behind that
_ROWS = b"(VALUES ("  # what begins a list of values that are there for their types alone (shield.tripwire)
_ROW = b"), ("


@dataclass(frozen=True, slots=True)
class Telling:
    """A text whose literals tell themselves: `literals` are all its holes, of which comments are no literals."""

    text: bytes
    shape: Shape
    literals: tuple[bytes, ...]
    number: re.Pattern[bytes]


class _Said(NamedTuple):
    """A literal in an edit, by its number, and what stands before it."""

    before: bytes
    number: int
    listed: bool  # it is another row of a list, which need not have it twice


class _Pieces(NamedTuple):
    """What an edit is made of."""

    said: list[_Said]
    behind: bytes

    def filled(self, text: bytes, shape: Shape, *, once: bool) -> bytes:
        """With the literals of a text; `once`: what is listed is so once."""
        made: list[bytes] = []
        listed: set[bytes] = set()
        for before, number, is_row in self.said:
            start, end = shape.holes[number]
            literal = text[start:end]
            if not is_row:
                listed = set()
            if not (once and literal in listed):
                made += (before, literal)
            listed.add(literal)
        return b"".join([*made, self.behind])


@dataclass(frozen=True, slots=True)
class Repeating:
    """What texts of one shape have in common: the decision on the one that tells its literals."""

    decision: Decision  # without its text
    shape: Shape
    repeated: dict[int, _Pieces]  # by the number of an edit that says literals again
    key: bytes  # of the shape of what it sends

    def for_text(self, text: bytes, shape: Shape) -> Decision | None:
        """The decision for one of them; None where it has to be decided by itself."""
        edits = list(carried(self.decision.edits, self.shape, shape))
        if shape_of(edited(text, self._filled(edits, text, shape, once=False))).key != self.key:
            return None
        all_of_it = self._filled(edits, text, shape, once=True)
        return self.decision.likewise(edited(text, all_of_it), all_of_it)

    def _filled(self, edits: list[Edit], text: bytes, shape: Shape, *, once: bool) -> tuple[Edit, ...]:
        for number, pieces in self.repeated.items():
            start, end, _ = edits[number]
            edits[number] = (start, end, pieces.filled(text, shape, once=once))
        return tuple(edits)


def repeats(decided: Decided) -> bool:
    """Whether only edits that touch literals keep texts of a shape from sharing a decision."""
    decision = decided.decision
    return decision.text is not None and not (decided.exact or decision.effects or decision.refusals)


def telling(text: bytes, shape: Shape, decision: Decision) -> Telling | None:
    """A text of this shape, and with these comments; `decision` is on another one of its shape."""
    others = [shape.key, *(new for _, _, new in decision.edits)]
    first = next((n for n in _FIRST if not any(_number(n).search(other) for other in others)), None)
    own = shape_of(shape.key)
    if first is None or len(own.holes) >= 10**_DIGITS or len(own.holes) != len(shape.holes):
        return None
    pieces, literals, at = [], [], 0
    for number, (start, end) in enumerate(own.holes):
        said = _said(own.key[start:end], b"%d%0*d" % (first, _DIGITS, number))
        literals.append(text[slice(*shape.holes[number])] if said is None else said)
        pieces += [shape.key[at:start], literals[-1]]
        at = end
    made = b"".join([*pieces, shape.key[at:]])
    told = shape_of(made)
    return Telling(made, told, tuple(literals), _number(first)) if told.key == shape.key else None


def _number(first: int) -> re.Pattern[bytes]:
    return re.compile(rb"%d([0-9]{%d})" % (first, _DIGITS))


def _said(placeholder: bytes, number: bytes) -> bytes | None:
    """The literal that stands for one; None: it is a comment."""
    if placeholder[-1:] == b"'":
        return placeholder[:-1] + number + b"'"
    if placeholder[:1] != b"1":
        return None
    return number + placeholder[1:]


def repeating(told: Telling, decided: Decided, statement_of: Decided) -> Repeating | None:
    """What texts of the shape share, by the decision on one that tells its literals; None where they do not."""
    decision = decided.decision
    if decision.text is None or not repeats(decided) or _cuts_one(decision, told.shape):
        return None
    repeated: dict[int, _Pieces] = {}
    for number, (_, _, new) in enumerate(decision.edits):
        pieces = _pieces(new, told)
        if pieces is None:
            return None
        if pieces.said:
            repeated[number] = pieces
    key = shape_of(decision.text).key
    kept = replace(decision, text=b"", statement=statement_of.decision.statement)
    return Repeating(kept, told.shape, repeated, key)


def _pieces(new: bytes, told: Telling) -> _Pieces | None:
    """What an edit is made of; None where a literal does not stand in it as it stood in the text."""
    said: list[_Said] = []
    row: bytes | None
    at, row = 0, None
    for hit in told.number.finditer(new):
        number = int(hit[1])
        literal = told.literals[number] if number < len(told.literals) else b""
        start = hit.start() - literal.find(hit[0])
        if hit[0] not in literal or start < at or not new.startswith(literal, start):
            return None
        before, at = new[at:start], start + len(literal)
        _, begins, rest = before.rpartition(_ROWS)
        closing, ends, like = before.partition(_ROW)
        listed = (
            bool(ends) and like == row and new.startswith(closing, at)
        )  # the first row is like it, in a list of ours
        row = rest if begins else row if listed else None
        said.append(_Said(before, number, listed))
    return _Pieces(said, new[at:])


def _cuts_one(decision: Decision, shape: Shape) -> bool:
    """Whether an edit begins or ends within a literal or a comment."""
    ends = {offset for start, end, _ in decision.edits for offset in (start, end)}
    return cuts(((offset, offset) for offset in ends), shape)
