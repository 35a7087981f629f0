"""What RETURNING of an INSERT calculates with values that it parks: it is evaluated when they have been.

INSERT INTO o (n, c) VALUES (1, 2), (3, 4) RETURNING id, f(n, c) AS x
WITH r (r0, r1, k, o0) AS (INSERT INTO o (n) .. RETURNING id, NULL, id, o.n), ..
INSERT INTO park .. RETURNING (SELECT r0 FROM r WHERE ..) AS id, f((SELECT o0 FROM r WHERE ..), value) AS x
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import Node, Reference, Source
from lintel.shield.case import Case, Unserved, as_value, offsets
from lintel.shield.evaluated import is_harmless
from lintel.shield.parked_given import queries
from lintel.shield.splices import Splice
from lintel.sql.quoting import quote_ident

_LATER = "RETURNING calculates with a value that it parks and with what is not known any more when it has been"

Part = tuple[str, Reference | None]  # text of the client's, and the reference that follows it


@dataclass(slots=True)
class Calculated:
    """The outputs that come later, by their number, and the columns of the row that they need."""

    case: Case
    target: Source
    outputs: dict[int, list[Part]] = field(default_factory=dict)
    columns: list[str] = field(default_factory=list)

    def add(self, number: int, node: Node, place: tuple[int, int]) -> Splice:
        """An output is to come later: what stands in its place in the query that inserts."""
        within = offsets(node)
        uses = [*(use.at for use in self.case.answer.rows), *(use.at for use in self.case.answer.stars)]
        if queries(node) or not within.isdisjoint(uses) or not is_harmless(node, self.case.covered.schema):
            raise Unserved(_LATER)
        start, end = place
        parts: list[Part] = []
        for reference in sorted((r for r in self.case.answer.references if r.at in within), key=lambda r: r.at):
            first, last = self.case.spans.reference(reference.at)
            parts.append((self._text(start, first), self._checked(reference)))
            start = last
        self.outputs[number] = [*parts, (self._text(start, end), None)]
        return Splice(*place, b"NULL", place[0], "words")

    def text(self, number: int, value: Callable[[str], str], column: Callable[[str], str]) -> str:
        """The output, of what is parked for a plan and of columns of the query that inserts."""
        found = ""
        for text, reference in self.outputs[number]:
            found += text
            if reference is not None:
                parked = self._is_parked(reference)
                key = str(getattr(reference.meaning, "key", ""))
                query = value(key) if parked else column(self.name(self._own(reference)))
                found += as_value(self.case, reference.at, query)
        return found

    def name(self, column: str) -> str:
        """What the query that inserts calls a column of the row that is needed later."""
        return self.case.alias(f"o{self.columns.index(column)}")

    @property
    def names(self) -> list[str]:
        """Of all of them."""
        return [self.name(column) for column in self.columns]

    def _checked(self, reference: Reference) -> Reference:
        meaning, row = reference.meaning, self.target.item.name
        own = isinstance(meaning, Col) and meaning.item == self.target.at
        if not own or (reference.item is not None and reference.item.name != row):
            raise Unserved(_LATER)
        if not self._is_parked(reference):
            if self.case.plan(getattr(meaning, "key", None)) is not None:
                raise Unserved(_LATER)
            if (column := self._own(reference)) not in self.columns:
                self.columns.append(column)
        return reference

    def _own(self, reference: Reference) -> str:
        return f"{quote_ident(self.target.item.name or '')}.{quote_ident(reference.name)}"

    def _is_parked(self, reference: Reference) -> bool:
        return isinstance(reference.meaning, Col) and reference.meaning.key in self.case.discarded

    def _text(self, start: int, end: int) -> str:
        return self.case.text[start:end].decode("utf-8", "surrogateescape")
