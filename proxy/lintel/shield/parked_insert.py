"""INSERT of a column that is not there yet: a WITH query inserts the rows, and the main statement parks their values.

    INSERT INTO o (n, c) VALUES (1, 2) RETURNING id, c
    WITH r (r0, r1, k) AS (INSERT INTO o (n) VALUES (1) RETURNING id, NULL, id)
    INSERT INTO park SELECT k, 2 FROM r RETURNING (SELECT r0 FROM r WHERE ..) AS id, value AS c

So keys may be generated, and the command tag counts the same rows. Several rows with values of their own are paired by
position: an INSERT returns its rows in the order of its source, each or an error, where nothing can leave one out. What
a trigger leaves out all the same lets the last key be NULL, which fails. With ON CONFLICT DO UPDATE a row that was
there is told by its xmax, which the lock has left in it. `parked_pairs` says which row a value is for, `parked_given`
what it is.
"""

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import InsertUse, Node, Source
from lintel.plan import parking
from lintel.shield import parked_value
from lintel.shield.case import Case, Unserved
from lintel.shield.parked_handed import handed, handing, is_handed
from lintel.shield.parked_pairs import ParkedPairs
from lintel.shield.parked_skipping import counted, paired, told_by
from lintel.shield.parked_targets import sets_key
from lintel.shield.side_table import SideTable
from lintel.shield.splices import Splice
from lintel.shield.values import updates
from lintel.sql.quoting import quote_ident


class ParkedInsert(ParkedPairs):
    """The work on one INSERT."""

    evaluates = False  # what is parked is evaluated there

    def __init__(self, case: Case, body: Node, target: Source, query: Node | None = None) -> None:
        super().__init__(case, body, target, query)
        self._assigning = False

    # What is written

    def _insert(self, use: InsertUse) -> None:
        self._assigning = False
        if use.source is self.target:
            super()._insert(use)

    def _assignments(self, entries: list[Node]) -> None:
        self._assigning = True
        if entries is self.body.get("onConflictClause", {}).get("targetList"):
            if any("indirection" in entry["ResTarget"] for entry in entries):
                raise Unserved("a part of a column is set beside what is parked")
            super()._assignments(entries)

    def _keep(self, meaning: Col, node: Node, start: int, end: int) -> None:
        given = self.given[str(meaning.key)]
        if self._assigning:
            given.assigned = (node, start, end)
        elif "SetToDefault" in node:
            given.rows.append((node, given.plan.default_sql))
        else:
            given.rows.append((node, self._text(start, end)))

    def _stays(self, node: Node, meaning: object) -> bool:
        return self._assigning and isinstance(meaning, Col) and is_handed(self.case, node, str(meaning.key))

    def _evaluated(self, meaning: Col, node: Node, outcome: str) -> tuple[str, str]:
        given = self.given[str(meaning.key)]
        given.handed = self.case.alias(f"g{[side.plan.id for side in self.sides].index(given.plan.id)}")
        before, behind = handing(given.handed, node, given.plan.type)
        return f"CASE WHEN {before}", f"{behind} THEN {outcome} END"

    def known(self, plan_id: str) -> str | None:
        """What every row gets in a parked column, where that can be said before it is written."""
        given = self.given[plan_id]
        if given.updating or not given.is_one:
            return None
        kind = given.plan.type
        return f"({given.row(0)[1]})::{kind.sql}" + (f" COLLATE {kind.collation}" if kind.collation else "")

    def _assert_key_kept(self) -> None:
        if sets_key(self.case, self.body):
            raise Unserved("ON CONFLICT DO UPDATE sets the key of a row and parks a value for it")

    # What becomes of the statement

    def _guards(self) -> list[Splice]:
        self._assert_key_kept()
        if self._paired:
            self._check_paired()
        for number, side in enumerate(self.sides):
            if self.given[side.plan.id].is_proposed_read(self.target.at):
                self.case.proposed[self.target.at, side.plan.id] = self._excluded(side, number)
        at, end = self.body["relation"]["location"], self._end
        outputs = self.outputs()
        extra = [*(f"{self._row}.{quote_ident(name)}" for name, _ in self.sides[0].keys), *self._before()]
        returned = self.returned()
        extra += self._later.columns
        closing = f"{', ' if outputs else ' RETURNING '}{', '.join(extra)}){self._lists()}"
        first = 0 if outputs and self.query is not None else 1
        for number, side in list(enumerate(self.sides))[first:]:
            returning = f"RETURNING {side.key_list}, {parking.VALUE}"
            closing += f", {self._parking(number)} AS ({self._into(side, number)} {returning})"
        closing += self._main + (self._into(self.sides[0], 0) if first else self.selected(outputs))
        listed = ", ".join(self.output(*output) for output in enumerate(outputs))
        closing += f" RETURNING {listed}" if outputs and first else ""
        stand_for = {side.plan.change.column: Col(self.target.at, side.oid, side.plan.id) for side in self.sides}
        return [
            *returned,
            *self._opening(self._columns(len(outputs))),
            Splice(end, end, closing.encode("utf-8", "surrogateescape"), at, "parked", {**stand_for}),
        ]

    def _opening(self, columns: list[str]) -> list[Splice]:
        """What stands before the client's INSERT: it becomes a query with these columns."""
        text = f"{self._lead}{self._marker}, {self._inserted} ({', '.join(columns)}) AS ("
        return [Splice(self._start, self._verb, text.encode(), self.body["relation"]["location"], "words")]

    def _columns(self, outputs: int) -> list[str]:
        """Of the query that inserts: the client's outputs, the key, whether the row was there and what it had."""
        names = [f"{self._inserted}{number}" for number in range(outputs)]
        return [*names, *(own for _, own in self.sides[0].keys), *self._extra, *self._later.names]

    @property
    def _olds(self) -> dict[str, str]:
        """Of the columns whose value before counts, by plan id: the name of that."""
        return {
            side.plan.id: self.case.alias(f"w{number}")
            for number, side in enumerate(self.sides)
            if self.given[side.plan.id].reads_old
        }

    @property
    def _extra(self) -> list[str]:
        told = ["m"] if self._told else []
        if all(given.as_proposed for given in self.given.values()):
            return told
        return [*told, self.case.alias("u"), *self._olds.values()]

    def _before(self) -> list[str]:
        told = [told_by([f"{self._row}.{column.name}" for column in self._told])] if self._told else []
        if self._extra in ([], ["m"]):
            return told
        read = [self._old(side) for side in self.sides if side.plan.id in self._olds]
        return [*told, f"{self._row}.xmax OPERATOR(pg_catalog.<>) 0", *read]

    def _old(self, side: SideTable) -> str:
        """The value of a row that was there, as RETURNING can say it: the one that it had, or what it is set to."""
        if setting := self.given[side.plan.id].handed:
            return handed(setting, side.plan.type)
        return parked_value.reference(self.case, self._row, side.plan, side)

    def _lists(self) -> str:
        """What the inserted rows returned, as lists to be counted through."""
        if not self._paired:
            return ""
        if self._told:
            return self._counted()
        r, q = self._inserted, self.case.alias("q")
        names = [*(own for _, own in self.sides[0].keys), *self._extra]
        lists = ", ".join(f"pg_catalog.array_agg({r}.{name}) AS {name}" for name in names)
        return f", {q} AS (SELECT {lists} FROM {r})"

    def _counted(self) -> str:
        """The rows that were written and those that were proposed, each counted through among its equals."""
        names = [*(own for _, own in self.sides[0].keys), *self._extra[1:]]
        r = f"SELECT pg_catalog.row_number() OVER (), {', '.join(['m', *names])} FROM {self._inserted}"
        values = [f"v{number}" for number in range(len(self.sides))]
        q, t = self.case.alias("q"), self.case.alias("t")
        return f", {counted(q, names, r)}, {counted(t, values, self._proposed(self._told))}"

    def _matched(self, side: SideTable, number: int) -> str:
        q, t, given = self.case.alias("q"), self.case.alias("t"), self.given[side.plan.id]
        old, updated = (f"{q}.{name}" for name in (self._olds.get(side.plan.id, ""), self.case.alias("u")))
        value = given.value({"A_Const": {}}, f"{t}.v{number}", old, updated)
        partial = "whereClause" in self.body["onConflictClause"].get("infer", {})
        pairs = paired(side, q, t, value, first=self._is_first, partial=partial)
        text = f"INSERT INTO {side.table} AS {self._parking(number)} {pairs}"
        return f"{text} {side.replacing}" if updates(self.body) else text

    def _into(self, side: SideTable, number: int) -> str:
        if self._told:
            return self._matched(side, number)
        text = f"INSERT INTO {side.table} AS {self._parking(number)} ({side.key_list}, {parking.VALUE}) "
        if self._paired:
            text += f"VALUES {', '.join(self._listed_row(side, row) for row in range(self._rows or 0))}"
        else:
            r = self._inserted
            values = [*(f"{r}.{own}" for _, own in side.keys), self._given(side, 0, f"{r}.{{}}")]
            text += f"SELECT {', '.join(values)} FROM {r}"
        return f"{text} {side.replacing}" if updates(self.body) else text

    def _listed_row(self, side: SideTable, row: int) -> str:
        q = self.case.alias("q")
        item = f"(SELECT {q}.{{}}[{row + 1}] FROM {q})"
        return f"({', '.join([*(item.format(own) for _, own in side.keys), self._given(side, row, item)])})"

    def _given(self, side: SideTable, row: int, item: str) -> str:
        given = self.given[side.plan.id]
        node, proposed = given.row(row)
        old = item.format(self._olds.get(side.plan.id, ""))
        return given.value(node, proposed, old, item.format(self.case.alias("u")))
