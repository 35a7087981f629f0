"""INSERT of a column that is not there yet: a WITH query inserts the rows, and the main statement parks their values.

    INSERT INTO o (n, c) VALUES (1, 2) RETURNING id, c
    WITH r (r0, r1, k) AS (INSERT INTO o (n) VALUES (1) RETURNING id, NULL, id)
    INSERT INTO park SELECT k, 2 FROM r RETURNING (SELECT r0 FROM r WHERE ..) AS id, value AS c

So keys may be generated, and the command tag counts the same rows.
"""

from lintel.analysis.meanings import Col, Meaning
from lintel.analysis.resolution import Node, Source
from lintel.analysis.scope import Item
from lintel.plan import parking
from lintel.shield import targets
from lintel.shield.case import Case, Unserved
from lintel.shield.parked_writes import ParkedWrites
from lintel.shield.side_table import SideTable
from lintel.shield.splices import Splice
from lintel.shield.values import is_plain, updates
from lintel.sql.quoting import quote_ident


class ParkedInsert(ParkedWrites):
    """The work on one INSERT."""

    def __init__(self, case: Case, body: Node, target: Source) -> None:
        super().__init__(case, body, target)
        self.inserted: dict[str, list[tuple[Node, str]]] = {}  # by plan id: the values of each row, and their texts
        self.assigned: dict[str, list[tuple[Node, str]]] = {}
        self.assigning = False

    # What is written

    def _assignments(self, entries: list[Node]) -> None:
        self.assigning = True
        super()._assignments(entries)

    def _keep(self, meaning: Col, node: Node, start: int, end: int) -> None:
        texts = self.assigned if self.assigning else self.inserted
        text = self._text(start, end)
        if "SetToDefault" in node:
            text = self.case.covered.plans[str(meaning.key)].default_sql
        texts.setdefault(str(meaning.key), []).append((node, text))

    def _value(self, plan_id: str) -> str:
        """The one value for all rows of an INSERT, or for whichever of them it updates."""
        rows = self.inserted.get(plan_id, [])
        if not rows:
            raise Unserved("what ON CONFLICT parks would be parked for inserted rows as well")
        node, text = rows[0]
        one = self._is_one_row() and len(rows) == 1 and not _queries(node)
        if not one and not all(is_plain(other) and same == text for other, same in rows):
            raise Unserved("rows cannot be paired with the values to be parked for them: insert one row at a time")
        return text

    def _is_one_row(self) -> bool:
        return len(self.body.get("selectStmt", {}).get("SelectStmt", {}).get("valuesLists", [])) == 1

    def _check_conflict(self) -> None:
        """What DO UPDATE sets must be what was to be inserted: nobody can tell which of the two has happened."""
        if not updates(self.body):
            return
        for side in self.sides:
            (node, text), *more = self.assigned.get(side.plan.id, [({}, "")])
            plain = is_plain(node) and text in (row for _, row in self.inserted.get(side.plan.id, []))
            if more or not (plain or self._is_excluded(node, side)):
                raise Unserved("ON CONFLICT DO UPDATE can park only what was to be inserted: SET c = excluded.c")

    def _is_excluded(self, node: Node, side: SideTable) -> bool:
        fields = [part.get("String", {}).get("sval") for part in node.get("ColumnRef", {}).get("fields", [])]
        return fields == ["excluded", side.plan.change.column]

    # What becomes of the statement

    def _guards(self) -> list[Splice]:
        self._assert_key_kept()
        return self._insert_splices()

    def _parking(self, number: int) -> str:
        return self.case.alias(f"p{number}")

    def _insert_splices(self) -> list[Splice]:
        self._check_conflict()
        spans, r = self.case.spans, self.case.alias("r")
        outputs = self._outputs()
        found = self._returning()
        columns = [f"{r}{number}" for number in range(len(outputs))] + [own for _, own in self.sides[0].keys]
        start = spans.verb(self.body["relation"]["location"])
        opening = f"{self._marker}, {r} ({', '.join(columns)}) AS ("
        lead = ", " if "withClause" in self.body else "WITH "
        end = spans.whole()[1]
        keys = ", ".join(
            f"{quote_ident(self.target.item.name or '')}.{quote_ident(name)}" for name, _ in self.sides[0].keys
        )
        closing = f"{', ' if outputs else ' RETURNING '}{keys})"
        for number, side in enumerate(self.sides[1:], 1):
            returning = f"RETURNING {side.key_list}, {parking.VALUE}"
            closing += f", {self._parking(number)} AS ({self._into(side, number)} {returning})"
        closing += f" {self._into(self.sides[0], 0)}"
        closing += f" RETURNING {', '.join(self._output(*output) for output in enumerate(outputs))}" if outputs else ""
        at = self.body["relation"]["location"]
        return [
            *found,
            Splice(start, start, (lead + opening).encode(), at, "words"),
            Splice(end, end, closing.encode("utf-8", "surrogateescape"), at, "words"),
        ]

    def _into(self, side: SideTable, number: int) -> str:
        r = self.case.alias("r")
        keys = ", ".join(f"{r}.{own}" for _, own in side.keys)
        text = f"INSERT INTO {side.table} AS {self._parking(number)} ({side.key_list}, {parking.VALUE}) "
        text += f"SELECT {keys}, {self._value(side.plan.id)} FROM {r}"
        return f"{text} {side.replacing}" if updates(self.body) else text

    def _outputs(self) -> list[tuple[str, object]]:
        if "returningClause" not in self.body:
            return []
        outputs = self.case.answer.outputs
        if outputs is None:
            raise Unserved("what RETURNING gives is not known")
        return list(outputs)

    def _output(self, number: int, output: tuple[str, object]) -> str:
        """One of the client's output columns, from the row inserted or from what was parked for it."""
        name, meaning = output
        r, first = self.case.alias("r"), self._parking(0)
        at = next(
            (n for n, side in enumerate(self.sides) if isinstance(meaning, Col) and meaning.key == side.plan.id), -1
        )
        if at == 0:
            text = f"{first}.{parking.VALUE}"
        else:
            other, column = (self._parking(at), parking.VALUE) if at > 0 else (r, f"{r}{number}")
            text = f"(SELECT {other}.{column} FROM {other} WHERE {self.sides[0].same(other, first)})"
        return f"{text} AS {quote_ident(name)}"

    # RETURNING

    def _returning(self) -> list[Splice]:
        """The parked columns in RETURNING replaced, by what gives the value under the column's name."""
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
        return targets.stand_in(self.case, self.target, row, plan)

    def _assert_new(self, at: int) -> None:
        reference = next(r for r in self.case.answer.references if r.at == at)
        if reference.item is not None and reference.item.name != self.target.item.name:
            raise Unserved("what RETURNING calls old or new of a column that it parks")


def _queries(node: object) -> bool:
    if isinstance(node, list):
        return any(map(_queries, node))
    return isinstance(node, dict) and ("SubLink" in node or any(map(_queries, node.values())))
