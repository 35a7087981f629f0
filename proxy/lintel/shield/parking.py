"""Writes to a column that is not there yet, kept in its side table by the same statement (absent_writes = "park").

What the statement would write is taken out of its text as a discarded write is, and written beside it:

- INSERT becomes a WITH query that returns the rows' keys, and what parks the values of those keys becomes the main
  statement, so that the command tag counts the same rows.
- UPDATE stays the main statement. A WITH query before it locks the rows that it is about to change and parks their
  values; the UPDATE asks how many those were, because a WITH query that nobody reads would run after it (T14).
"""

from collections.abc import Callable, Iterator

from lintel.analysis.meanings import Col, Meaning
from lintel.analysis.resolution import Node, Reference, TargetName
from lintel.analysis.scope import Item
from lintel.plan import parking
from lintel.shield import targets
from lintel.shield.case import Case, Unserved
from lintel.shield.discard import Discards, Dropping
from lintel.shield.side_table import SideTable
from lintel.shield.splices import Splice
from lintel.shield.values import is_plain, updates
from lintel.sql.quoting import quote_ident, quote_qualified

_ENTERED = {"ExplainStmt": "query", "PrepareStmt": "query"}
# What means the same wherever in the statement it stands, and has no side effect.
_REPEATABLE = frozenset(
    {
        "A_Const", "ParamRef", "TypeCast", "A_ArrayExpr", "ColumnRef", "A_Expr", "BoolExpr", "NullTest", "BooleanTest",
        "CoalesceExpr", "SQLValueFunction", "List", "MinMaxExpr", "RowExpr", "CaseExpr", "CaseWhen",
    }
)  # fmt: skip
_NAMED = frozenset({"fields", "name", "typeName", "ival", "fval", "boolval", "sval", "bsval"})  # no expression inside
_NAMES = frozenset({"String", "Integer"})

_StandIn = Callable[[SideTable, str], str]  # by the name that the column goes by there


def parked(case: Case) -> frozenset[str]:
    """Ids of the plans whose column this statement writes, and whose values are in a side table."""
    return frozenset(str(key) for _, key in case.answer.writes if case.parked(key) is not None)


def parks(case: Case) -> Discards:
    """How to write to the side tables of case.discarded what the statement writes to those columns.

    Raises Unserved where that cannot be done without a doubt which row a value is for.
    """
    return _Parking(case).done()


class _Parking(Dropping):
    """The work on one statement."""

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.sides: list[SideTable] = [case.covered.parked[plan_id] for plan_id in sorted(case.discarded)]
        self.inserted: dict[str, list[tuple[Node, str]]] = {}  # by plan id: the values of each row, and their texts
        self.assigned: dict[str, list[tuple[Node, str]]] = {}
        self.assigning = False

    def done(self) -> Discards:
        """As for discarded ones, where the statement is one that can park."""
        self.kind, self.body = self._top()
        writers = [s for s in self.case.answer.sources if s.role in ("insert", "update", "delete", "merge")]
        if len([s for s in writers if s.table.relation.oid in {side.oid for side in self.sides}]) != 1:
            raise Unserved("it writes the table in a WITH query too: at its end that would undo what it parks")
        self.target = next(s for s in self.case.sources.values() if s.node is self.body["relation"])
        if {side.oid for side in self.sides} != {self.target.table.relation.oid}:
            raise Unserved("only the statement itself can park its writes, not a WITH query of it")
        return super().done()

    def _top(self) -> tuple[str, Node]:
        node = self.case.statement
        ((kind, body),) = node.items()
        while kind in _ENTERED:
            ((kind, body),) = body[_ENTERED[kind]].items()
        if kind not in ("InsertStmt", "UpdateStmt"):
            raise Unserved("only INSERT and UPDATE can park their writes")
        return kind, body

    # What is written

    def _assignments(self, entries: list[Node]) -> None:
        self.assigning = True
        super()._assignments(entries)

    def _keep(self, meaning: Col, node: Node, start: int, end: int) -> None:
        texts = self.assigned if self.assigning else self.inserted
        text = self.case.text[start:end].decode("utf-8", "surrogateescape")
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
        self._check_named()
        return self._insert_splices() if self.kind == "InsertStmt" else self._update_splices()

    def _check_named(self) -> None:
        keys = {name for side in self.sides for name, _ in side.keys}
        if self.assigning and any(name.name in keys and not name.arbiter for name in self._set_names()):
            raise Unserved("it sets the key of a row and parks a value for it")

    def _set_names(self) -> list[TargetName]:
        entries = self.body.get("targetList", self.body.get("onConflictClause", {}).get("targetList", []))
        at = {entry["ResTarget"]["location"] for entry in entries}
        return [name for name in self.case.answer.named if name.at in at]

    @property
    def _marker(self) -> str:
        queries = (side.in_force(self.case.alias("m")) for side in self.sides)
        return f"{self.case.alias('m')} AS ({' UNION ALL '.join(f'{query} WHERE false' for query in queries)})"

    def _parking(self, number: int) -> str:
        return self.case.alias(f"p{number}")

    def _insert_splices(self) -> list[Splice]:
        self._check_conflict()
        spans, r = self.case.spans, self.case.alias("r")
        outputs = self._outputs()
        found = self._returning(lambda _, name: f"NULL AS {quote_ident(name)}")
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

    def _update_splices(self) -> list[Splice]:
        if "fromClause" in self.body:
            raise Unserved("UPDATE .. FROM may find several values for a row: it cannot park them")
        condition = self._condition()
        start, first = self._with()
        queries = ", ".join([self._marker, *(self._locking(side, n, condition) for n, side in enumerate(self.sides))])
        text = f" {queries}," if first else f"WITH {queries} "
        counted = " AND ".join(
            f"(SELECT pg_catalog.count(*) FROM {self._parking(n)}) OPERATOR(pg_catalog.>=) 0"
            for n in range(len(self.sides))
        )
        at = self.body["relation"]["location"]
        found = [Splice(start, start, text.encode("utf-8", "surrogateescape"), at, "words")]
        if condition is None:
            end = self._end()
            found.append(Splice(end, end, f" WHERE {counted}".encode(), at, "words"))
        else:
            found.append(Splice(condition[0], condition[0], b"(", at, "words"))
            found.append(Splice(condition[1], condition[1], f") AND {counted}".encode(), at, "words"))
        name = quote_ident(self.target.item.name or "")
        returned = self._returning(
            lambda side, called: (
                f"(SELECT {p}.{parking.VALUE} AS {quote_ident(called)} FROM {p} WHERE {side.matches(p, name)})"
                if (p := self._parking(self.sides.index(side)))
                else ""
            )
        )
        return [*found, *returned]

    def _end(self) -> int:
        if "returningClause" not in self.body:
            return self.case.spans.whole()[1]
        return self.case.spans.before(b"returning", self._set_at())

    def _set_at(self) -> int:
        location: int = self.body["targetList"][0]["ResTarget"]["location"]
        return location

    def _condition(self) -> tuple[int, int] | None:
        """Where the condition stands, which is evaluated twice."""
        node = self.body.get("whereClause")
        if node is None:
            return None
        self._assert_repeatable(node)
        return self.case.spans.after(b"where", self._set_at()), self._end()

    def _assert_repeatable(self, node: object) -> None:
        """Only what gives the same in both places, over columns that are in the table itself."""
        own = {r.at for r in self.case.answer.references if _is_own(r, self.target.at, self.case)}
        for kind, body in _nodes(node):
            if kind not in _REPEATABLE or (kind == "ColumnRef" and body["location"] not in own):
                raise Unserved(
                    "its condition or the value that it parks is more than can be evaluated in another place"
                )

    def _locking(self, side: SideTable, number: int, condition: tuple[int, int] | None) -> str:
        (node, value), *more = self.assigned.get(side.plan.id, [])
        if more:
            raise Unserved("it sets the column more than once")
        if "SetToDefault" not in node:
            self._assert_repeatable(node)
        relation = self.target.table.relation
        name = quote_ident(self.target.item.name or "")
        keys = ", ".join(f"{name}.{quote_ident(key)}" for key, _ in side.keys)
        found = self.case.text[slice(*condition)].decode("utf-8", "surrogateescape") if condition else "true"
        return (
            f"{self._parking(number)} AS (INSERT INTO {side.table} ({side.key_list}, {parking.VALUE}) "
            f"SELECT {keys}, {value} FROM {quote_qualified(relation.schema, relation.name)} AS {name} "
            f"WHERE {found}\n FOR NO KEY UPDATE OF {name} {side.replacing} RETURNING {side.key_list}, {parking.VALUE})"
        )

    # RETURNING

    def _returning(self, stand_in: _StandIn) -> list[Splice]:
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
                listed = self._listed(star.items, sides, stand_in)
                found.append(Splice(start, end, listed.encode(), at, "parked", columns))
            meaning = self._referred(reference)
            if isinstance(meaning, Col) and meaning.key in sides and meaning.item == self.target.at:
                self._assert_new(at)
                name = entry["ResTarget"].get("name")
                text = (
                    "NULL" if self.kind == "InsertStmt" else stand_in(sides[str(meaning.key)], name or _last(reference))
                )
                found.append(Splice(start, end, text.encode(), at, "words"))
        return found

    def _covers(self, items: tuple[Item, ...], sides: dict[str, SideTable]) -> bool:
        return any(isinstance(m, Col) and m.key in sides for item in items for _, m in item.columns)

    def _listed(self, items: tuple[Item, ...], sides: dict[str, SideTable], stand_in: _StandIn) -> str:
        if [item.name for item in items] != [self.target.item.name]:
            raise Unserved("RETURNING a star over more than the row that is written")
        texts = []
        for name, meaning in items[0].columns:
            side = sides.get(str(meaning.key)) if isinstance(meaning, Col) else None
            texts.append(self._other(name, meaning) if side is None else stand_in(side, name))
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


def _last(reference: Node) -> str:
    name: str = reference["fields"][-1]["String"]["sval"]
    return name


def _queries(node: object) -> bool:
    return any(kind == "SubLink" for kind, _ in _nodes(node))


def _nodes(node: object) -> Iterator[tuple[str, Node]]:
    """Every node of an expression, by its type."""
    if isinstance(node, list):
        for part in node:
            yield from _nodes(part)
    elif isinstance(node, dict):
        for tag, body in node.items():
            if tag[:1].isupper() and isinstance(body, dict) and tag not in _NAMES:
                yield tag, body
            if tag not in _NAMED:
                yield from _nodes(body)


def _is_own(reference: Reference, target: int, case: Case) -> bool:
    """A column of the target, which is in the table whatever happens."""
    meaning = reference.meaning
    own = isinstance(meaning, Col) and meaning.item == target and case.plan(meaning.key) is None
    return own and reference.parts < 3
