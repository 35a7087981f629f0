"""What RETURNING of an UPDATE that parks says of the tables in its FROM, which is in the query that looks rows up.

    UPDATE o SET c = s.x FROM s WHERE .. RETURNING o.id, s.y
    WITH l (k, b, o0, ..) AS (SELECT o.id, b.id, s.y, .. FROM o, .., s WHERE .. FOR NO KEY UPDATE OF o), ..
    UPDATE o SET .. FROM l WHERE .. RETURNING o.id, (SELECT l.o0 AS y)

So each value is of the row that the update was made with, as it is of the client's own statement.
"""

from dataclasses import dataclass, field

from lintel.analysis.meanings import Col, Meaning
from lintel.analysis.resolution import Node, Source, StarUse
from lintel.analysis.scope import Item
from lintel.shield.case import Case, Unserved, as_value, offsets
from lintel.shield.parked_given import queries
from lintel.shield.splices import Splice
from lintel.shield.stars import spelled
from lintel.sql.quoting import quote_ident


@dataclass(slots=True)
class Carried:
    """The columns that are carried from the one query to the other."""

    case: Case
    target: Source
    found: str  # the query that has them
    prefix: str
    values: list[str] = field(default_factory=list)  # as the query that looks rows up gives them

    @property
    def names(self) -> list[str]:
        """Of the columns."""
        return [f"{self.prefix}{number}" for number in range(len(self.values))]

    def taken(self, body: Node) -> list[Splice]:
        """What RETURNING says of other tables than the target, replaced."""
        clause = body.get("returningClause")
        if clause is None or "fromClause" not in body or queries(clause):
            return []
        within = offsets(clause)
        stars = [self._star(use) for use in self.case.answer.stars if use.at in within and self._is_of_others(use)]
        own = {use.at for use in self.case.answer.rows if use.item.at == self.target.at}  # told as they are by then
        read = [r for r in self.case.answer.references if r.at in within - own and not self._is_own(r.meaning)]
        for reference in read:
            if reference.parts > 2:
                raise Unserved("a table's schema in RETURNING, of a table in FROM")
            start, end = self.case.spans.reference(reference.at)
            text = self.case.text[start:end].decode("utf-8", "surrogateescape")
            value = as_value(self.case, reference.at, self._carry(text, reference.name))
            stars.append(Splice(start, end, value.encode("utf-8", "surrogateescape"), reference.at, "words"))
        return stars

    def _carry(self, text: str, name: str) -> str:
        """The name is that of an output column where it stands alone (T9)."""
        self.values.append(text)
        return f"(SELECT {self.found}.{self.names[-1]} AS {quote_ident(name)})"

    def _is_own(self, meaning: Meaning) -> bool:
        return isinstance(meaning, Col) and meaning.item == self.target.at

    def _is_of_others(self, use: StarUse) -> bool:
        return any(item.at != self.target.at for item in use.items)

    def _star(self, use: StarUse) -> Splice:
        start, end = self.case.spans.reference(use.at)
        splice = Splice(start, end, b"", use.at, "parked")
        for item in use.items:
            splice.constants |= dict(item.columns)
        listed = (text for item in use.items for text in self._listed(item, splice))
        splice.text = ", ".join(listed).encode("utf-8", "surrogateescape")
        return splice

    def _listed(self, item: Item, splice: Splice) -> list[str]:
        if item.at == self.target.at:
            return list(spelled(self.case, item, splice))
        if item.name is None:
            raise Unserved("a star over a join in RETURNING")
        named = (name for name, meaning in item.columns if meaning not in item.unexpanded)
        return [self._carry(f"{quote_ident(item.name)}.{quote_ident(name)}", name) for name in named]
