"""What writes that are taken out of a text have in common: what is kept of a value, and what the text means then."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import BindingKey, Node, Resolution, Source
from lintel.plan.types import TypeName
from lintel.shield.case import Case, Unserved
from lintel.shield.casts import is_alike
from lintel.shield.casts import written as cast_written
from lintel.shield.evaluated import around
from lintel.shield.retype import listing
from lintel.shield.splices import Splice
from lintel.shield.values import is_plain, is_untyped
from lintel.sql.quoting import quote_ident


@dataclass(slots=True)
class Discards:
    """The splices that drop the writes, and what the text means without them."""

    splices: list[Splice] = field(default_factory=list)
    without: dict[BindingKey, object] = field(default_factory=dict)  # the bindings that are left
    moved: list[tuple[int, int]] = field(default_factory=list)  # where values stood that stand elsewhere now
    around: set[int] = field(default_factory=set)  # where queries stand that another one is put around

    def beside(self, others: list[Splice]) -> list[Splice]:
        """Those of the other splices that are not within what is dropped."""
        if not self.splices:
            return others
        ranges = [(splice.start, splice.end) for splice in self.splices]
        return [s for s in others if _within(s.start, self.moved) or not _within(s.start, ranges)]


class Dropped:
    """What was taken out of one statement so far."""

    evaluates = True  # what it drops, unless that is a constant

    def __init__(self, case: Case) -> None:
        self.case = case
        self.found = Discards()
        self.values: dict[tuple[int, str], list[str]] = {}  # (oid, plan id) -> texts of the dropped values
        self.instead: dict[object, Col] = {}  # a dropped column of an INSERT's list -> which one stands there now

    def _gone(self, meaning: object) -> bool:
        return isinstance(meaning, Col) and meaning.key in self.case.discarded

    def _drop(self, ranges: list[tuple[int, int]]) -> None:
        self.found.splices += [Splice(start, end, b"", start, "words") for start, end in ranges]

    def _keep(self, meaning: Col, node: Node, start: int, end: int) -> None:
        """The dropped value goes into the tripwire."""
        stands = is_plain(node) and "SetToDefault" not in node
        text = self.case.text[start:end].decode("utf-8", "surrogateescape") if stands else "NULL"
        type_ = self._type_of(meaning)
        if stands and not is_untyped(node) and is_alike(type_):
            text = cast_written(text, type_)
        self.values.setdefault((meaning.oid, str(meaning.key)), []).append(text)

    def _referred(self, reference: Node) -> object:
        at = reference.get("location")
        return next((r.meaning for r in self.case.answer.references if r.at == at), None)

    def _stays(self, node: Node, meaning: object) -> bool:
        """Whether a value has to be evaluated although it is dropped: not the column itself that is not there."""
        own = "ColumnRef" in node and self._gone(self._referred(node["ColumnRef"]))
        return self.evaluates and self._gone(meaning) and not is_plain(node) and not own

    def _evaluate(self, meaning: Col, node: Node, place: tuple[int, int], outcome: str) -> Splice:
        """The value stays where it is, in a condition that always holds; the splice behind it says the outcome."""
        self.values.setdefault((meaning.oid, str(meaning.key)), []).append("NULL")
        before, behind = self._evaluated(meaning, node, outcome)
        found = [Splice(at, at, t.encode(), at, "words") for at, t in zip(place, (before, behind), strict=True)]
        self.found.splices += found
        return found[-1]

    def _evaluated(self, meaning: Col, node: Node, outcome: str) -> tuple[str, str]:
        """What to write before and behind a value, so that it is evaluated and the outcome is what comes of it."""
        return around(node, self._type_of(meaning), outcome)

    def _call(self, at: int, name: str) -> None:
        """Another column's name where a dropped one's stands."""
        self.found.splices.append(Splice(at, self.case.spans.name_end(at), quote_ident(name).encode(), at, "words"))

    def _listing(self, bound: Sequence[object], values: Sequence[str]) -> list[str]:
        """What is left of the values of a query; those that are dropped are evaluated within the first of them.

        They are held to the client's types, as `retype` does it where nothing is dropped.
        """
        held = listing(self.case, bound, values)
        kept = [value for meaning, value in zip(bound, held, strict=True) if not self._gone(meaning)]
        if not kept:
            raise Unserved("nothing but the column that is not there is written")
        for meaning, value in zip(bound, values, strict=True):
            if isinstance(meaning, Col) and self._gone(meaning):
                self.values.setdefault((meaning.oid, str(meaning.key)), []).append("NULL")
                kept[0] = value.join(around({}, self._type_of(meaning), kept[0]))
        return kept

    def _type_of(self, meaning: Col) -> TypeName:
        return self.case.covered.plans[str(meaning.key)].type

    def _source(self, meaning: object) -> Source:
        assert isinstance(meaning, Col)
        return self.case.sources[meaning.item]

    def _without(self, answer: Resolution) -> dict[BindingKey, object]:
        """The bindings that are left when the dropped parts are taken away."""
        ranges = [(splice.start, splice.end) for splice in self.found.splices]
        elsewhere = {*self.instead.values()}
        left: dict[BindingKey, object] = {}
        for (at, tag), value in answer.bindings.items():
            if tag == "target" and isinstance(value, tuple):
                stand = (self.instead.get(meaning, meaning) for meaning in value if meaning not in elsewhere)
                left[at, tag] = tuple(meaning for meaning in stand if not self._gone(meaning))
            elif _within(at, self.found.moved) or not _within(at, ranges):
                left[at, tag] = value
        return left


def _within(at: int, ranges: list[tuple[int, int]]) -> bool:
    return any(start <= at < end for start, end in ranges)


def assert_once(meanings: Sequence[object]) -> None:
    """Unserved for a column that is written twice: an error of the client's own, which would go with the writes."""
    if len(set(meanings)) < len(meanings):
        raise Unserved("a column is written twice")
