"""What an INSERT and an UPDATE that park have in common: whose rows they write, the marker, and where their text goes.

One that is a WITH query itself becomes several, as only the statement as a whole may have WITH queries that write:

    WITH i (a) AS (INSERT ..) SELECT ..
    WITH marker, what parks, i (a) AS MATERIALIZED (..) SELECT ..
"""

from lintel.analysis.resolution import Node, Source
from lintel.shield.case import Case
from lintel.shield.discard import Dropping
from lintel.shield.side_table import SideTable
from lintel.sql.quoting import quote_ident, quote_qualified


class ParkedWrites(Dropping):
    """The work on one statement, whose node is `body` and whose target is `target`."""

    def __init__(self, case: Case, body: Node, target: Source, query: Node | None = None) -> None:
        super().__init__(case)
        self.body, self.target = body, target
        self.query = query  # the WITH query that it is
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

    # Where its text goes

    @property
    def _start(self) -> int:
        """Where it begins, with all that moves."""
        return self._verb if self.query is None else int(self.query["location"])

    @property
    def _end(self) -> int:
        """Where it ends."""
        spans = self.case.spans
        if self.query is not None:
            return spans.inside(spans.opening(self._verb))
        start, end = spans.whole()
        return spans.inside(start) if "CopyStmt" in self.case.statement else end

    @property
    def _lead(self) -> str:
        """What stands before the first of our WITH queries."""
        return "" if self.query is not None else ", " if "withClause" in self.body else "WITH "

    @property
    def _main(self) -> str:
        """What stands between the last of our WITH queries and what it becomes itself."""
        if self.query is None:
            return " "
        columns = [quote_ident(name["String"]["sval"]) for name in self.query.get("aliascolnames", ())]
        listed = f" ({', '.join(columns)})" if columns else ""
        # As one that writes is: what it is made of is not read again where the statement reads a row again.
        return f", {quote_ident(self.query['ctename'])}{listed} AS MATERIALIZED ("

    @property
    def _verb(self) -> int:
        return self.case.spans.verb(self.body["relation"]["location"])

    @property
    def _marker(self) -> str:
        queries = (side.in_force(self.case.alias("m")) for side in self.sides)
        return f"{self.case.alias('m')} AS ({' UNION ALL '.join(f'{query} WHERE false' for query in queries)})"
