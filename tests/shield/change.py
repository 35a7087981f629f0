"""The change as somebody else makes it, directly at the server: only of the tables that a case speaks of."""

import re
from dataclasses import dataclass

from tests.shield.case import Case
from tests.shield.world import Databases, script

# The tables with plans, as a regular expression each: how a text mentions them, and change.sql the table to alter.
PLANNED = {
    "orders": r"\border(s|_)",
    "invoices": r"\binvoices\b",
    "parcels": r"\bparcels\b",
    "docs": r"\bdocs\b",
    '"Shop"."Order Items"': r"\bOrder Items\b",
    "measures": r"\bmeasures",
    "animals": r"\b(animals|dogs)\b",
}
PLANS_ON = {"invoices": 2, "parcels": 3}


def tables_of(case: Case) -> list[str]:
    """The tables with plans that a case mentions (or seems to)."""
    text = " ".join(step.sql for step in case.steps)
    text = text.replace(r'U&"\006frders"', "orders")
    return [table for table, pattern in PLANNED.items() if re.search(pattern, text, re.IGNORECASE)]


def plans_met(case: Case) -> int:
    """How many plans those tables have."""
    return sum(PLANS_ON.get(table, 1) for table in tables_of(case))


@dataclass
class Change:
    """ALTER TABLE of some tables of the database `moving`, back and forth."""

    databases: Databases
    tables: list[str]
    landed: bool = False

    def land(self) -> None:
        """ADD COLUMN and other values than the defaults, in one transaction."""
        self.databases.run("moving", f"BEGIN; {self.adding} COMMIT")
        self.landed = True

    def undo(self) -> None:
        """DROP COLUMN."""
        self.databases.run("moving", f"BEGIN; {self.dropping} COMMIT")
        self.landed = False

    @property
    def adding(self) -> str:
        """The statements of change.sql and filling.sql for these tables."""
        return self._of("change") + self._of("filling")

    @property
    def dropping(self) -> str:
        """The statements of undo.sql for these tables."""
        return self._of("undo")

    def restore(self) -> None:
        """The rows of the beginning, after a case that wrote."""
        self.databases.restore("moving")
        self.databases.rewind("moving")
        if self.landed:
            self.databases.run("moving", self._of("filling"))

    def _of(self, name: str) -> str:
        lines = [line for line in script(name).splitlines() if line.split() and line.split()[0] in ("ALTER", "UPDATE")]
        return "\n".join(line for line in lines if any(f" {table} " in line for table in self.tables))


def preparable(case: Case) -> bool:
    """Whether it is one statement that can be planned: what has rows to return or to write."""
    first = re.sub(r"/\*.*?\*/", "", case.steps[0].sql).split(None, 1)[0].strip("(").upper()
    planned = first.startswith(("SELECT", "TABLE", "WITH", "VALUES", "INSERT", "UPDATE", "DELETE", "MERGE"))
    return planned and len(case.steps) == 1 and "simple" not in case.flags and bool(tables_of(case))
