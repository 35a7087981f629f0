"""Which row a parked value is for, where an INSERT has several rows with values of their own.

By position where every row is written, else by what is in them (shield.parked_skipping has the text).
"""

from lintel.analysis.meanings import Col
from lintel.analysis.resolution import Node, Source
from lintel.schema.snapshot import Column
from lintel.shield.case import Case, Unserved
from lintel.shield.evaluated import is_harmless
from lintel.shield.parked_given import GivenColumn
from lintel.shield.parked_outputs import ParkedOutputs
from lintel.shield.parked_skipping import Given, column_type, looked_up, told_by
from lintel.shield.side_table import SideTable
from lintel.shield.values import arbiters, is_as_proposed, is_plain, rows, updates, written
from lintel.sql.quoting import quote_ident

_NOT_TOLD = "which of its rows were left out could not be told by what is in them: insert one row at a time"


class ParkedPairs(ParkedOutputs):
    """What an INSERT gives the parked columns, and how its rows are told."""

    def __init__(self, case: Case, body: Node, target: Source, query: Node | None = None) -> None:
        super().__init__(case, body, target, query)
        self.given = {side.plan.id: GivenColumn(case, side.plan, updates(body)) for side in self.sides}
        self._told: list[Given] = []  # the columns by which rows are paired; none: by position
        self._untold = False  # whether rows that are told to be equal may have other values beside

    @property
    def _rows(self) -> int | None:
        """How many rows there are; None: a query's."""
        select = self.body.get("selectStmt", {}).get("SelectStmt", {})
        return len(select["valuesLists"]) if "valuesLists" in select else None if select else 1

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
        told = self._rows is not None and is_harmless(values, self.case.covered.schema, defaults=True)
        if not told or any(kind.endswith("[]") for kind in self._key_types()):
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
            if arbiters is not None and column.name not in arbiters:
                continue
            if self._is_told(number):
                found.append(Given(number, quote_ident(column.name), column_type(column)))
            else:
                self._untold = True
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
        return not updates(self.body) and keys <= told and not called and not self._untold

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
        names = arbiters(clause, self.target.table.relation)
        changed = {
            entry["ResTarget"]["name"] for entry in clause["targetList"] if not is_as_proposed(entry["ResTarget"])
        }
        if not names or names & changed:
            raise Unserved(_NOT_TOLD)
        return names

    def _is_default(self, number: int) -> bool:
        """Whether every row gets its default there."""
        return all("SetToDefault" in row["List"]["items"][number] for row in self._lists_of_values)

    def _is_told(self, number: int) -> bool:
        """Whether a value can be compared with what was written; of a query every column is there for that."""
        if self._rows is None:
            return True
        nodes = [row["List"]["items"][number] for row in self._lists_of_values]
        return all(is_plain(node) and "SetToDefault" not in node for node in nodes)

    @property
    def _lists_of_values(self) -> list[Node]:
        found: list[Node] = self.body["selectStmt"]["SelectStmt"]["valuesLists"]
        return found

    def _excluded(self, side: SideTable, number: int) -> str:
        """What excluded has in a parked column, where DO UPDATE reads it."""
        given = self.given[side.plan.id]
        if given.is_one:
            return given.constant
        if not self._paired or not all(given.repeats(node) for node, _ in given.rows):
            raise Unserved("DO UPDATE reads what is to be inserted, and that is no constant")
        return self._looked_up(side, number)

    def _looked_up(self, side: SideTable, number: int) -> str:
        told = self._given_columns()
        excluded = told_by([f"excluded.{column.name}" for column in told])
        columns = [f"v{n}" for n in range(len(self.sides))]
        return looked_up(side, self.case.alias("g"), self._proposed(told), columns, columns[number], excluded)

    def _proposed(self, told: list[Given]) -> str:
        """What the client proposes, as a query: the number of each row, what it is told by, and what it parks."""
        use = next(use for use in self.case.answer.inserts if use.source is self.target)
        listed = []
        for number, (_, pieces) in enumerate(rows(self.case, use)):
            texts = [f"({self._text(*pieces[column.number])})::{column.type}" for column in told]
            values = (self.given[side.plan.id].assigned_value(number) for side in self.sides)
            listed.append(f"({', '.join([str(number), told_by(texts), *values])})")
        return f"VALUES {', '.join(listed)}"
