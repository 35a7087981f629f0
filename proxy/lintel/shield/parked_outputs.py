"""RETURNING of an INSERT that parks: the client's outputs, gathered from the row inserted and from what was parked.

Of a WITH query they are a SELECT over both: what the statement reads of it then means what the client's own means.
"""

from collections.abc import Iterator

from lintel.analysis.meanings import Col, Meaning
from lintel.analysis.resolution import Node, Source
from lintel.analysis.scope import Item
from lintel.plan import parking
from lintel.shield.absent import stand_in
from lintel.shield.case import Case, Unserved, offsets
from lintel.shield.parked_calculated import Calculated
from lintel.shield.parked_writes import ParkedWrites
from lintel.shield.side_table import SideTable
from lintel.shield.splices import HELPER, Splice
from lintel.sql.quoting import quote_ident


class ParkedOutputs(ParkedWrites):
    """What an INSERT returns."""

    def __init__(self, case: Case, body: Node, target: Source, query: Node | None = None) -> None:
        super().__init__(case, body, target, query)
        self._later = Calculated(case, target)

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
        if number in self._later.outputs:
            text = self._later.text(number, self._parked_by, self._inserted_by)
        elif at == 0:
            text = f"{first}.{parking.VALUE}"
        elif key in self.target.table.relation.primary_key:
            text = f"{first}.{parking.key_column(self.target.table.relation.primary_key.index(key) + 1)}"
        else:
            other, column = (self._parking(at), parking.VALUE) if at > 0 else (r, f"{r}{number}")
            text = f"(SELECT {other}.{column} FROM {other} WHERE {self.sides[0].same(other, first)})"
        return f"{text} AS {quote_ident(name)}"

    def _parked_by(self, plan_id: str) -> str:
        """A value in the RETURNING of what parks."""
        at = next(n for n, side in enumerate(self.sides) if side.plan.id == plan_id)
        other, first = self._parking(at), self._parking(0)
        value = f"{other}.{parking.VALUE}"
        return f"(SELECT {value} FROM {other} WHERE {self.sides[0].same(other, first)})" if at else value

    def _inserted_by(self, column: str) -> str:
        r = self._inserted
        return f"(SELECT {r}.{column} FROM {r} WHERE {self.sides[0].same(r, self._parking(0))})"

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
        """Parked columns with which RETURNING calculates: the value where it is known, else the output comes later."""
        clause = self.body.get("returningClause")
        found, number = [], 0
        for entry, place in self._returning(clause) if clause is not None else ():
            node, within = entry["val"], offsets(entry["val"])
            read = [r for r in self.case.answer.references if r.at in within - replaced]
            gone = [(r, r.meaning) for r in read if isinstance(r.meaning, Col) and self._gone(r.meaning)]
            values = [self.known(str(m.key)) if m.item == self.target.at else None for _, m in gone]
            for reference, _ in gone:
                self._assert_new(reference.at)
            if None in values and self.query is not None:  # there it is not told from what it was
                raise Unserved(
                    "RETURNING of a WITH query calculates with a value that it parks and that is no constant"
                )
            if None in values:
                found.append(self._later.add(number, node, place))
            else:
                for (reference, _), value in zip(gone, values, strict=True):
                    text = str(value).encode("utf-8", "surrogateescape")
                    found.append(Splice(*self.case.spans.reference(reference.at), text, reference.at, "words"))
            star = next((use for use in self.case.answer.stars if "ColumnRef" in node and use.at in within), None)
            number += 1 if star is None else sum(1 for _ in _shown(star.items))
        return found

    def _returning(self, clause: Node) -> Iterator[tuple[Node, tuple[int, int]]]:
        """The entries of RETURNING, and where they stand without their names."""
        entries = [entry["ResTarget"] for entry in clause["exprs"]]
        start = self.case.spans.word(b"returning", self.body["relation"]["location"])
        places = self.case.spans.outputs(start)
        if len(places) != len(entries) or "options" in clause:
            raise Unserved("what RETURNING gives could not be told apart")
        for entry, place in zip(entries, places, strict=True):
            yield entry, self.case.spans.before_name(*place) if "name" in entry else place

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
        if shown is not None and not self.case.unfilled(plan.id):
            return f"{quote_ident(row)}.{quote_ident(shown)} AS {quote_ident(name)}"
        return stand_in(self.case, self.target, self.target.item, plan)

    def _assert_new(self, at: int) -> None:
        reference = next(r for r in self.case.answer.references if r.at == at)
        if reference.item is not None and reference.item.name != self.target.item.name:
            raise Unserved("what RETURNING calls old or new of a column that it parks")


def _shown(items: tuple[Item, ...]) -> Iterator[str]:
    """The columns that a star shows."""
    for item in items:
        yield from (name for name, meaning in item.columns if meaning not in item.unexpanded)
