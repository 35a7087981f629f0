"""One decision for all texts of a shape: the edits of the first, carried to where the literals of another put them."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from lintel.policy.composed import Decided
from lintel.policy.edits import edited
from lintel.sql.literals import Span
from lintel.sql.shape import Shape, carried
from lintel.wire.decision import Decision


@dataclass(frozen=True, slots=True)
class Prototype:
    """What texts of one shape have in common: the decision of the first that came."""

    decision: Decision
    shape: Shape

    def for_text(self, text: bytes, shape: Shape) -> Decision:
        """The decision for one of them."""
        model = self.decision
        if model.text is None:
            return model
        edits = carried(model.edits, self.shape, shape)
        return model.likewise(edited(text, edits), edits)


def prototype(shape: Shape, decided: Decided) -> Prototype | None:
    """The prototype of a text's shape; None where its literals matter, or an edit touches one or a comment."""
    decision = decided.decision
    if decided.exact or decision.effects or decision.refusals:
        return None
    if cuts(((start, end) for start, end, _ in decision.edits), shape):
        return None
    return Prototype(decision, shape)


def cuts(ranges: Iterable[Span], shape: Shape) -> bool:
    """Whether one of the ranges has to do with a literal or a comment; the borders of one do not."""
    starts, ends = [start for start, _ in shape.holes], [end for _, end in shape.holes]
    behind = ((bisect_right(ends, start), end) for start, end in ranges)
    return any(hole < len(starts) and starts[hole] < end for hole, end in behind)
