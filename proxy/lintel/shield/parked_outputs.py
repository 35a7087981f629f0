"""RETURNING of an INSERT that parks: the client's outputs, gathered from the row inserted and from what was parked.

Of a WITH query they are a SELECT over both: what the statement reads of it then means what the client's own means.
"""

from lintel.analysis.meanings import Col, Meaning
from lintel.analysis.scope import Item
from lintel.plan import parking
from lintel.shield.absent import stand_in
from lintel.shield.case import Unserved
from lintel.shield.parked_writes import ParkedWrites
from lintel.shield.side_table import SideTable
from lintel.shield.splices import HELPER, Splice
from lintel.sql.quoting import quote_ident


class ParkedOutputs(ParkedWrites):
    """What an INSERT returns."""

    @property
    def _inserted(self) -> str:
        """The WITH query that inserts, and the prefix of its columns."""
        return self.case.alias("r")

    def _parking(self, number: int) -> str:
        return self.case.alias(f"p{number}")

    def outputs(self) -> list[tuple[str, object]]:
        """The client's output columns."""
        if "returningClause" not in self.body:
            return []
        outputs = self.case.answer.returned.get(self.target.at)
        if outputs is None:
            raise Unserved("what RETURNING gives is not known")
        return list(outputs)

    def output(self, number: int, output: tuple[str, object]) -> str:
        """One of them, in the RETURNING of what parks."""
        name, meaning = output
        r, first = self._inserted, self._parking(0)
        key = meaning.key if isinstance(meaning, Col) and meaning.item == self.target.at else None
        at = next((n for n, side in enumerate(self.sides) if key == side.plan.id), -1)
        if at == 0:
            text = f"{first}.{parking.VALUE}"
        elif key in self.target.table.relation.primary_key:
            text = f"{first}.{parking.key_column(self.target.table.relation.primary_key.index(key) + 1)}"
        else:
            other, column = (self._parking(at), parking.VALUE) if at > 0 else (r, f"{r}{number}")
            text = f"(SELECT {other}.{column} FROM {other} WHERE {self.sides[0].same(other, first)})"
        return f"{text} AS {quote_ident(name)}"

    def selected(self, outputs: list[tuple[str, object]]) -> str:
        """All of them, of a WITH query."""
        listed = ", ".join(self._selected(*output) for output in enumerate(outputs))
        return f"SELECT {listed} FROM {self._inserted}"

    def _selected(self, number: int, output: tuple[str, object]) -> str:
        name, meaning = output
        r, d = self._inserted, self.case.alias(HELPER)
        key = meaning.key if isinstance(meaning, Col) and meaning.item == self.target.at else None
        at = next((n for n, side in enumerate(self.sides) if key == side.plan.id), -1)
        if at < 0:
            return f"{r}.{r}{number} AS {quote_ident(name)}"
        side, other = self.sides[at], self._parking(at)
        column = quote_ident(side.plan.change.column)
        same = self.sides[0].same(other, r)
        parked = f"SELECT {other}.{parking.VALUE} AS {column} FROM {other} WHERE {same}"
        return f"(SELECT {d}.{column} FROM ({parked}) {d}) AS {quote_ident(name)}"

    def returned(self) -> list[Splice]:
        """The parked columns in RETURNING replaced, in the query that inserts: their values come later."""
        found = []
        sides = {side.plan.id: side for side in self.sides}
        for entry in self.body.get("returningClause", {}).get("exprs", []):
            reference = entry["ResTarget"]["val"].get("ColumnRef")
            if reference is None:
                continue
            at = reference["location"]
            star = next((use for use in self.case.answer.stars if use.at == at), None)
            start, end = self.case.spans.reference(at)
            if star is not None and self._covers(star.items, sides):
                columns = dict(star.items[0].columns)
                listed = self._listed(star.items, sides)
                found.append(Splice(start, end, listed.encode(), at, "parked", columns))
            meaning = self._referred(reference)
            if isinstance(meaning, Col) and meaning.key in sides and meaning.item == self.target.at:
                self._assert_new(at)
                found.append(Splice(start, end, b"NULL", at, "words"))
        return found + self._calculated({splice.start for splice in found})

    def known(self, plan_id: str) -> str | None:
        """What every row gets in a parked column, where that can be said before it is written."""
        raise NotImplementedError

    def _calculated(self, replaced: set[int]) -> list[Splice]:
        """Parked columns with which RETURNING calculates."""
        clause = self.body.get("returningClause")
        found = []
        for reference in self.case.answer.references:
            meaning, at = reference.meaning, reference.at
            if clause is None or at in replaced or not isinstance(meaning, Col) or not self._gone(meaning):
                continue
            if not _within(clause, at):
                continue
            self._assert_new(at)
            value = self.known(str(meaning.key)) if meaning.item == self.target.at else None
            if value is None:
                raise Unserved("RETURNING calculates with a value that it parks and that is no constant")
            found.append(Splice(*self.case.spans.reference(at), value.encode("utf-8", "surrogateescape"), at, "words"))
        return found

    def _covers(self, items: tuple[Item, ...], sides: dict[str, SideTable]) -> bool:
        return any(isinstance(m, Col) and m.key in sides for item in items for _, m in item.columns)

    def _listed(self, items: tuple[Item, ...], sides: dict[str, SideTable]) -> str:
        if [item.name for item in items] != [self.target.item.name]:
            raise Unserved("RETURNING a star over more than the row that is written")
        texts = []
        for name, meaning in items[0].columns:
            side = sides.get(str(meaning.key)) if isinstance(meaning, Col) else None
            texts.append(self._other(name, meaning) if side is None else f"NULL AS {quote_ident(name)}")
        return ", ".join(texts)

    def _other(self, name: str, meaning: Meaning) -> str:
        """A column that this statement does not park."""
        row = self.target.item.name or ""
        plan = self.case.plan(meaning.key) if isinstance(meaning, Col) else None
        if plan is None:
            return f"{quote_ident(row)}.{quote_ident(name)}"
        shown = self.case.shown_name(plan.id)
        if shown is not None:
            return f"{quote_ident(row)}.{quote_ident(shown)} AS {quote_ident(name)}"
        if not self.case.imaginable(plan.id):
            raise Unserved("the plan has absent reads refused")
        return stand_in(self.case, self.target, self.target.item, plan)

    def _assert_new(self, at: int) -> None:
        reference = next(r for r in self.case.answer.references if r.at == at)
        if reference.item is not None and reference.item.name != self.target.item.name:
            raise Unserved("what RETURNING calls old or new of a column that it parks")


def _within(node: object, at: int) -> bool:
    if isinstance(node, list):
        return any(_within(part, at) for part in node)
    return isinstance(node, dict) and (node.get("location") == at or any(_within(part, at) for part in node.values()))
