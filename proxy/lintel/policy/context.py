"""A context: all that a session's verdicts depend on besides the text, and the decisions made under it."""

from collections.abc import Mapping
from dataclasses import dataclass

from lintel.policy.deciding import Decided, decide
from lintel.policy.judged import Name
from lintel.policy.key import ContextKey
from lintel.policy.moment import Moment
from lintel.policy.recent import Recent
from lintel.policy.shapes import Prototype, prototype
from lintel.schema import Schema
from lintel.sql.shape import shape_of
from lintel.wire.decision import Decision


@dataclass(frozen=True, slots=True)
class Inherited:
    """The decisions of the same context a schema ago, and what is needed to know whether they still hold."""

    decided: Mapping[bytes, Decided]
    schema: Schema | None


class Context:
    """Decides texts; satisfies wire.decision.Context. Everything in it is bounded."""

    __slots__ = ("_decided", "_decisions", "_inherited", "_shapes", "decisions", "key", "moment")

    def __init__(self, moment: Moment, key: ContextKey, inherited: Inherited | None) -> None:
        self.moment = moment
        self.key = key
        self._decisions: Recent[Decision] = Recent()
        self.decisions = self._decisions.young  # what the hot path looks at
        self._decided: Recent[Decided] = Recent()
        self._shapes: Recent[Prototype | None] = Recent()  # None: texts of this shape are told apart exactly
        self._inherited = inherited

    def decide(self, text: bytes) -> Decision:
        """The decision for a text that is not in `decisions`."""
        decision = self._decisions.recall(text)
        if decision is None:
            decision = self._made(text)
            self._decisions.remember(text, decision)
        self.decisions = self._decisions.young
        return decision

    def _made(self, text: bytes) -> Decision:
        shape = shape_of(text)
        known = self._shapes.recall(shape.key)
        if known is not None:
            return known.for_text(text, shape)
        decided = self._carried(text) or decide(self.moment, self.key, text)
        self._decided.remember(text, decided)
        if shape.spans and shape.key not in self._shapes.young:
            self._shapes.remember(shape.key, prototype(shape, decided))
        return decided.decision

    def snapshot(self) -> Inherited:
        """What a successor may take over."""
        return Inherited(self._decided.all(), self.moment.schema)

    def _carried(self, text: bytes) -> Decided | None:
        if self._inherited is None:
            return None
        decided = self._inherited.decided.get(text)
        if decided is not None and self._still_means(decided.names, self._inherited.schema):
            return decided
        return None

    def _still_means(self, names: frozenset[Name], before: Schema | None) -> bool:
        now = self.moment.schema
        if now is None or before is None or self.key.search_path is None:
            return False
        path = self.key.search_path
        return all(now.find(schema, name, path) == before.find(schema, name, path) for schema, name in names)
