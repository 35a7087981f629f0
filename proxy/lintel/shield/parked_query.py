"""INSERT .. SELECT of a column that is not there yet: the query's rows are numbered, and so are those inserted.

    INSERT INTO o (n, c) SELECT x, y FROM t RETURNING id
    WITH s (s0, s1) AS (SELECT x, y FROM t), n (n, s0, s1) AS (SELECT row_number() OVER (), s0, s1 FROM s),
         r (r0, k) AS (INSERT INTO o (n) SELECT s0 FROM n ORDER BY n RETURNING id, id), q AS (numbered likewise)
    INSERT INTO park SELECT q.k, n.s1 FROM n LEFT JOIN q USING (n) RETURNING ..

The client's query stays where it stands; what was before it goes behind it.
"""

from lintel.analysis.resolution import InsertUse, Node
from lintel.plan import parking
from lintel.shield.case import Unserved
from lintel.shield.dropped import Discards
from lintel.shield.parked_insert import ParkedInsert
from lintel.shield.parked_skipping import Given, told_by
from lintel.shield.side_table import SideTable
from lintel.shield.splices import Splice
from lintel.shield.values import is_plain, is_untyped, rows, unnamed, updates, written
from lintel.sql.quoting import quote_ident


class ParkedQuery(ParkedInsert):
    """The work on one INSERT whose source is a query."""

    def done(self) -> Discards:
        """The splices, and the bindings that are left."""
        found = super().done()
        found.without.pop((self.body["relation"]["location"], "target"), None)
        return found

    def _insert(self, use: InsertUse) -> None:
        if use.source is not self.target:
            return
        if not use.width:
            raise Unserved("how many columns its query has is not known")
        self._behind = self._before_query(use)
        self.constants = self._constants(use)
        self.columns: list[tuple[str, str]] = []  # of the table itself, and what they are given
        for number, meaning in enumerate(written(self.case, use)):
            node, text = self._value_of(number)
            key = getattr(meaning, "key", None)
            if self._gone(meaning):
                given = self.given[str(key)]
                given.rows.append((node, given.plan.default_sql if "SetToDefault" in node else text))
            elif "SetToDefault" not in node:
                self.columns.append((self._name(use, number, key), text))
        if not self.columns:
            raise Unserved("nothing but the column that is not there is inserted")

    def _value_of(self, number: int) -> tuple[Node, str]:
        own = f"{self._numbered}.{self.case.alias('s')}{number}"
        return self.constants.get(number, ({"A_Const": {}}, own))

    def _name(self, use: InsertUse, number: int, key: object) -> str:
        named = use.node["cols"][number]["ResTarget"] if use.listed else {}
        if "indirection" in named:
            raise Unserved("a part of a column is inserted beside what is parked")
        own = self.case.tables[use.source.table.relation.oid].columns[number].name
        return quote_ident(self.case.shown_name(key) or named.get("name", own))

    def _before_query(self, use: InsertUse) -> int:
        spans = self.case.spans
        behind = spans.after_target(use.source.node, alias=True)
        behind = spans.closing(behind) if use.listed else behind
        return spans.word(b"value", behind) if self._overriding else behind

    @property
    def _overriding(self) -> str:
        kind = self.body.get("override", "OVERRIDING_NOT_SET")
        return "" if kind == "OVERRIDING_NOT_SET" else f"{kind.replace('_', ' ')} "

    def _constants(self, use: InsertUse) -> dict[int, tuple[Node, str]]:
        """Constants take their type from where they are written to, so they go there; NULL is left in the query."""
        select: Node = self.body["selectStmt"]["SelectStmt"]
        if "valuesLists" in select:  # of one row
            values, pieces = rows(self.case, use)[0]
            return self._moved(values, pieces, [n for n, node in enumerate(values) if is_plain(node)])
        if select.get("op") != "SETOP_NONE" or "targetList" not in select:
            return {}
        values = [target["ResTarget"]["val"] for target in select["targetList"]]
        untyped = [number for number, node in enumerate(values) if is_untyped(node)]
        if not untyped:
            return {}
        if "distinctClause" in select or "withClause" in select or len(values) != use.width:
            raise Unserved("a constant cannot be told from the others in this INSERT's query")
        pieces = unnamed(self.case, use, self.case.spans.outputs(self.case.spans.word(b"select", self._behind)))
        return self._moved(values, pieces, untyped)

    def _moved(
        self, values: list[Node], pieces: list[tuple[int, int]], which: list[int]
    ) -> dict[int, tuple[Node, str]]:
        self.found.splices += [Splice(*pieces[n], b"NULL", pieces[n][0], "words") for n in which]
        return {number: (values[number], self._text(*pieces[number])) for number in which}

    # What becomes of the statement

    @property
    def _numbered(self) -> str:
        return self.case.alias("n")

    @property
    def _paired(self) -> bool:
        return True

    def _check_paired(self) -> None:
        if self._may_skip and not self._is_one_row:
            self._told = self._given_columns()

    @property
    def _is_one_row(self) -> bool:
        return "valuesLists" in self.body["selectStmt"]["SelectStmt"]

    def _is_default(self, number: int) -> bool:
        return "SetToDefault" in self._value_of(number)[0]

    def _excluded(self, side: SideTable, number: int) -> str:
        given, n = self.given[side.plan.id], self._numbered
        if not self._is_of_query(side.plan.id):
            return given.constant
        return f"(SELECT {given.constant} FROM {n})" if self._is_one_row else self._looked_up(side, number)

    def known(self, plan_id: str) -> str | None:
        """What every row gets in a parked column, where that is a constant beside the query."""
        return None if self._is_of_query(plan_id) else super().known(plan_id)

    def _is_of_query(self, plan_id: str) -> bool:
        """Whether the column gets a value of the query, no constant."""
        return self.given[plan_id].row(0)[1].startswith(f"{self._numbered}.")

    def _proposed(self, told: list[Given]) -> str:
        n = self._numbered
        texts = [f"({self._value_of(column.number)[1]})::{column.type}" for column in told]
        values = [self.given[side.plan.id].assigned_value(0) for side in self.sides]
        return f"SELECT {', '.join([f'{n}.{n}', told_by(texts), *values])} FROM {n}"

    def _opening(self, columns: list[str]) -> list[Splice]:
        spans, at = self.case.spans, self.body["relation"]["location"]
        s, n = self.case.alias("s"), self._numbered
        query, typed = [f"{s}{number}" for number in range(self._width)], self._typed()
        values_of = (typed.get(name, name) for name in query)
        head = f"{self._lead}{self._marker}, {s} ({', '.join(query)}) AS MATERIALIZED ("
        names, values = zip(*self.columns, strict=True)
        listed = f"{n} ({n}, {', '.join(query)}) AS MATERIALIZED (SELECT pg_catalog.row_number() OVER (), "
        tail = (
            f"), {listed}{', '.join(values_of)} FROM {s}), {self._inserted} ({', '.join(columns)}) AS (INSERT INTO "
            f"{self._table} ({', '.join(names)}) {self._overriding}SELECT {', '.join(values)} FROM {n} ORDER BY {n}.{n}"
        )
        end = spans.query_end(self._behind, conflict="onConflictClause" in self.body)
        return [
            Splice(self._start, spans.next(self._behind), head.encode(), at, "words"),
            Splice(end, end, tail.encode("utf-8", "surrogateescape"), at, "words"),
        ]

    def _typed(self) -> dict[str, str]:
        """By name: what is parked for some of the rows only, and has to fit for the others too."""
        of = {node: g for g in self.given.values() if self._may_skip or not g.as_proposed for _, node in g.rows}
        s = self.case.alias("s")
        names = {f"{self._numbered}.{s}{number}": f"{s}{number}" for number in range(self._width)}
        return {names[text]: g.assigned_to({"A_Const": {}}, names[text]) for text, g in of.items() if text in names}

    @property
    def _width(self) -> int:
        use = next(use for use in self.case.answer.inserts if use.source is self.target)
        return use.width or 0

    def _lists(self) -> str:
        if self._told:
            return self._counted()
        r, q = self._inserted, self.case.alias("q")
        names = ", ".join([*(own for _, own in self.sides[0].keys), *self._extra])
        return f", {q} ({self._numbered}, {names}) AS (SELECT pg_catalog.row_number() OVER (), {names} FROM {r})"

    def _into(self, side: SideTable, number: int) -> str:
        if self._told:
            return self._matched(side, number)
        n, q = self._numbered, self.case.alias("q")
        values = [*(f"{q}.{own}" for _, own in side.keys), self._given(side, 0, f"{q}.{{}}")]
        join = "JOIN" if self._may_skip else "LEFT JOIN"  # of one row there is no doubt whose value it is
        text = (
            f"INSERT INTO {side.table} AS {self._parking(number)} ({side.key_list}, {parking.VALUE}) "
            f"SELECT {', '.join(values)} FROM {n} {join} {q} ON {q}.{n} OPERATOR(pg_catalog.=) {n}.{n} "
            f"ORDER BY {n}.{n}"
        )
        return f"{text} {side.replacing}" if updates(self.body) else text
