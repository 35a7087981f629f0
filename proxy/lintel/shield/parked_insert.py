"""INSERT of a column that is not there yet: a WITH query inserts the rows, and the main statement parks their values.

    INSERT INTO o (n, c) VALUES (1, 2) RETURNING id, c
    WITH r (r0, r1, k) AS (INSERT INTO o (n) VALUES (1) RETURNING id, NULL, id)
    INSERT INTO park SELECT k, 2 FROM r RETURNING (SELECT r0 FROM r WHERE ..) AS id, value AS c

So keys may be generated, and the command tag counts the same rows. Several rows with values of their own are paired by
position: an INSERT returns its rows in the order of its source, each or an error, where nothing can leave one out. What
a trigger leaves out all the same lets the last key be NULL, which fails. With ON CONFLICT DO UPDATE a row that was
there is told by its xmax, which the lock has left in it (`Given` says what is parked for which).
"""

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import InsertUse, Node, Source
from lintel.plan import parking
from lintel.schema.snapshot import Column
from lintel.shield import parked_value
from lintel.shield.case import Case, Unserved
from lintel.shield.parked_given import GivenColumn
from lintel.shield.parked_outputs import ParkedOutputs
from lintel.shield.parked_skipping import Given, column_type, counted, paired, told_by
from lintel.shield.side_table import SideTable
from lintel.shield.splices import Splice
from lintel.shield.values import is_plain, is_steady, rows, updates, written
from lintel.sql.quoting import quote_ident

_NOT_TOLD = "which of its rows were left out could not be told by what is in them: insert one row at a time"


class ParkedInsert(ParkedOutputs):
    """The work on one INSERT."""

    def __init__(self, case: Case, body: Node, target: Source) -> None:
        super().__init__(case, body, target)
        self.given = {side.plan.id: GivenColumn(case, side.plan, updates(body)) for side in self.sides}
        self._assigning = False
        self._told: list[Given] = []  # the columns by which rows are paired; none: by position

    # What is written

    def _insert(self, use: InsertUse) -> None:
        self._assigning = False
        super()._insert(use)

    def _assignments(self, entries: list[Node]) -> None:
        self._assigning = True
        super()._assignments(entries)

    def _keep(self, meaning: Col, node: Node, start: int, end: int) -> None:
        given = self.given[str(meaning.key)]
        if self._assigning:
            given.assigned = (node, start, end)
            if "SetToDefault" in node:
                raise Unserved("ON CONFLICT DO UPDATE sets the column to its default")
        elif "SetToDefault" in node:
            given.rows.append((node, given.plan.default_sql))
        else:
            given.rows.append((node, self._text(start, end)))

    @property
    def _rows(self) -> int | None:
        """How many rows there are; None: a query's."""
        select = self.body.get("selectStmt", {}).get("SelectStmt", {})
        return len(select["valuesLists"]) if "valuesLists" in select else None if select else 1

    def known(self, plan_id: str) -> str | None:
        """What every row gets in a parked column, where that can be said before it is written."""
        given = self.given[plan_id]
        if given.updating or not given.is_one:
            return None
        kind = given.plan.type
        return f"({given.row(0)[1]})::{kind.sql}" + (f" COLLATE {kind.collation}" if kind.collation else "")

    @property
    def _paired(self) -> bool:
        """Whether the rows have values of their own."""
        return self._rows != 1 and not all(given.is_one for given in self.given.values())

    @property
    def _may_skip(self) -> bool:
        """Whether a row may be left out."""
        clause = self.body.get("onConflictClause", {})
        return bool(clause) and (clause["action"] != "ONCONFLICT_UPDATE" or "whereClause" in clause)

    def _check_paired(self) -> None:
        values = [node for given in self.given.values() for node, _ in given.rows]
        if self._rows is None or not is_steady(values) or any(kind.endswith("[]") for kind in self._key_types()):
            raise Unserved("rows cannot be paired with the values to be parked for them: insert one row at a time")
        if self._may_skip:
            self._told = self._given_columns()

    def _key_types(self) -> list[str]:
        keys = {name for name, _ in self.sides[0].keys}
        return [column.type for column in self.target.table.relation.columns if column.name in keys]

    def _given_columns(self) -> list[Given]:
        """The columns by which a row that was written is told from the others."""
        use = next(use for use in self.case.answer.inserts if use.source is self.target)
        arbiters = self._arbiters()
        found = []
        for number, meaning in enumerate(written(self.case, use)):
            if self._gone(meaning) or self._is_default(number):
                continue
            column = self._column(meaning)
            if arbiters is None or column.name in arbiters:
                self._assert_told(number)
                found.append(Given(number, quote_ident(column.name), column_type(column)))
        if not found or (arbiters is not None and len(found) < len(arbiters)):
            raise Unserved(_NOT_TOLD)
        return found

    @property
    def _is_first(self) -> bool:
        """Whether of rows that are told to be equal none but the first can be written: unless their defaults differ."""
        told = {column.name for column in self._told}
        others = (c for c in self.target.table.relation.columns if quote_ident(c.name) not in told)
        keys = {quote_ident(name) for name, _ in self.sides[0].keys}
        called = any(column.identity or "(" in (column.default or "") for column in others)
        return not updates(self.body) and keys <= told and not called

    def _column(self, meaning: object) -> Column:
        relation = self.target.table.relation
        column = next((c for c in relation.columns if isinstance(meaning, Col) and c.attnum == meaning.key), None)
        if column is None:
            raise Unserved(_NOT_TOLD)
        return column

    def _arbiters(self) -> set[str] | None:
        """The columns that DO UPDATE leaves as they are proposed; None: all, as nothing is updated."""
        clause = self.body["onConflictClause"]
        if clause["action"] != "ONCONFLICT_UPDATE":
            return None
        names = {element["IndexElem"].get("name") for element in clause.get("infer", {}).get("indexElems", [])}
        if not names or None in names or names & {entry["ResTarget"]["name"] for entry in clause["targetList"]}:
            raise Unserved(_NOT_TOLD)
        return names

    def _is_default(self, number: int) -> bool:
        """Whether every row gets its default there."""
        return all("SetToDefault" in row["List"]["items"][number] for row in self._lists_of_values)

    def _assert_told(self, number: int) -> None:
        nodes = [row["List"]["items"][number] for row in self._lists_of_values]
        if not all(is_plain(node) and "SetToDefault" not in node for node in nodes):
            raise Unserved(_NOT_TOLD)

    @property
    def _lists_of_values(self) -> list[Node]:
        found: list[Node] = self.body["selectStmt"]["SelectStmt"]["valuesLists"]
        return found

    def _proposed(self) -> str:
        """What the client proposes, as a query: the number of each row, what it is told by, and what it parks."""
        use = next(use for use in self.case.answer.inserts if use.source is self.target)
        listed = []
        for number, (_, pieces) in enumerate(rows(self.case, use)):
            told = [f"({self._text(*pieces[column.number])})::{column.type}" for column in self._told]
            values = (self.given[side.plan.id].assigned_value(number) for side in self.sides)
            listed.append(f"({', '.join([str(number), told_by(told), *values])})")
        return f"VALUES {', '.join(listed)}"

    def _assert_key_kept(self) -> None:
        keys = {name for name, _ in self.sides[0].keys}
        entries = self.body.get("onConflictClause", {}).get("targetList", [])
        if any(entry["ResTarget"]["name"] in keys for entry in entries):
            raise Unserved("ON CONFLICT DO UPDATE sets the key of a row and parks a value for it")

    # What becomes of the statement

    def _guards(self) -> list[Splice]:
        self._assert_key_kept()
        if self._paired:
            self._check_paired()
        at, end = self.body["relation"]["location"], self.case.spans.whole()[1]
        outputs = self.outputs()
        extra = [*(f"{self._row}.{quote_ident(name)}" for name, _ in self.sides[0].keys), *self._before()]
        closing = f"{', ' if outputs else ' RETURNING '}{', '.join(extra)}){self._lists()}"
        for number, side in enumerate(self.sides[1:], 1):
            returning = f"RETURNING {side.key_list}, {parking.VALUE}"
            closing += f", {self._parking(number)} AS ({self._into(side, number)} {returning})"
        closing += f" {self._into(self.sides[0], 0)}"
        closing += f" RETURNING {', '.join(self.output(*output) for output in enumerate(outputs))}" if outputs else ""
        stand_for = {side.plan.change.column: Col(self.target.at, side.oid, side.plan.id) for side in self.sides}
        return [
            *self.returned(),
            *self._opening(self._columns(len(outputs))),
            Splice(end, end, closing.encode("utf-8", "surrogateescape"), at, "parked", {**stand_for}),
        ]

    def _opening(self, columns: list[str]) -> list[Splice]:
        """What stands before the client's INSERT: it becomes a query with these columns."""
        at = self.body["relation"]["location"]
        start = self.case.spans.verb(at)
        lead = ", " if "withClause" in self.body else "WITH "
        text = f"{lead}{self._marker}, {self._inserted} ({', '.join(columns)}) AS ("
        return [Splice(start, start, text.encode(), at, "words")]

    def _columns(self, outputs: int) -> list[str]:
        """Of the query that inserts: the client's outputs, the key, whether the row was there and what it had."""
        names = [f"{self._inserted}{number}" for number in range(outputs)]
        return [*names, *(own for _, own in self.sides[0].keys), *self._extra]

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
        olds = [side for side in self.sides if side.plan.id in self._olds]
        read = [parked_value.reference(self.case, self._row, side.plan, side) for side in olds]
        return [*told, f"{self._row}.xmax OPERATOR(pg_catalog.<>) 0", *read]

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
        return f", {counted(q, names, r)}, {counted(t, values, self._proposed())}"

    def _matched(self, side: SideTable, number: int) -> str:
        q, t, given = self.case.alias("q"), self.case.alias("t"), self.given[side.plan.id]
        old, updated = (f"{q}.{name}" for name in (self._olds.get(side.plan.id, ""), self.case.alias("u")))
        value = given.value({"A_Const": {}}, f"{t}.v{number}", old, updated)
        text = f"INSERT INTO {side.table} AS {self._parking(number)} {paired(side, q, t, value, first=self._is_first)}"
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
