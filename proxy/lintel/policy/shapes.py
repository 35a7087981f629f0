"""One decision for all texts of a shape: the edits of the first, carried to where the literals of another put them."""

from dataclasses import dataclass

from lintel.policy.composed import Decided
from lintel.policy.edits import edited
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
        return Decision(edited(text, edits), edits, model.refusals, model.expected, model.retry, model.probes,
                        statement=model.statement)  # fmt: skip


def prototype(shape: Shape, decided: Decided) -> Prototype | None:
    """The prototype of a text's shape; None where its literals matter, or an edit touches one or a comment."""
    decision = decided.decision
    if decided.exact or decision.effects or decision.refusals:
        return None
    if any(_cuts(start, end, shape) for start, end, _ in decision.edits):
        return None
    return Prototype(decision, shape)


def _cuts(start: int, end: int, shape: Shape) -> bool:
    return any(a < end and start < b for a, b in shape.holes)
