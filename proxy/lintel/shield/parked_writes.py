"""What an INSERT and an UPDATE that park have in common: whose rows they write, and the marker."""

from lintel.analysis.resolution import Node, Source
from lintel.shield.case import Case
from lintel.shield.discard import Dropping
from lintel.shield.side_table import SideTable
from lintel.sql.quoting import quote_ident, quote_qualified


class ParkedWrites(Dropping):
    """The work on one statement, whose node is `body` and whose target is `target`."""

    def __init__(self, case: Case, body: Node, target: Source) -> None:
        super().__init__(case)
        self.body, self.target = body, target
        self.sides: list[SideTable] = [case.covered.parked[plan_id] for plan_id in sorted(case.discarded)]

    @property
    def _row(self) -> str:
        """What the client calls the row that is written."""
        return quote_ident(self.target.item.name or "")

    @property
    def _table(self) -> str:
        """The target as the client names it."""
        node, relation = self.body["relation"], self.target.table.relation
        only = "" if node.get("inh") else "ONLY "
        alias = f" AS {self._row}" if "alias" in node else ""
        return f"{only}{quote_qualified(relation.schema, relation.name)}{alias}"

    def _text(self, start: int, end: int) -> str:
        return self.case.text[start:end].decode("utf-8", "surrogateescape")

    @property
    def _marker(self) -> str:
        queries = (side.in_force(self.case.alias("m")) for side in self.sides)
        return f"{self.case.alias('m')} AS ({' UNION ALL '.join(f'{query} WHERE false' for query in queries)})"
