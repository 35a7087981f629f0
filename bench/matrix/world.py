"""The tables of the matrix, the two changes of them, and what the players tell each other of how far those are.

`orders.shadow` was there all along, and new code always gives it what it gives `priority`: so a parked value that was
lost, or came too late, shows in the table itself. `customers.priority` is for unqualified names to fall upon.
"""

from dataclasses import dataclass, field

SEEDS = 20  # orders that neither code writes
FIRST_ROW = 1_000_000  # of a service; the next has the next million
NO_FAX = "none"

TABLES = f"""
CREATE TABLE customers (customer int PRIMARY KEY, priority int);
INSERT INTO customers VALUES (1, 51), (2, 52), (3, 53);
CREATE TABLE orders (id int PRIMARY KEY, customer int, fax text DEFAULT '{NO_FAX}', total int, shadow smallint);
INSERT INTO orders SELECT n, 1 + n % 3, 'seed', n FROM generate_series(1, {SEEDS}) AS n;
"""
ADD = "ALTER TABLE orders ADD COLUMN priority smallint NOT NULL DEFAULT 0"
DROP = "ALTER TABLE orders DROP COLUMN fax"
# Only what new code has not written; in batches, as one does it.
BACKFILL = [
    f"UPDATE orders SET priority = 1 WHERE shadow IS NULL AND id > {first} AND id <= {first + SEEDS // 2}"
    for first in (0, SEEDS // 2)
]

_RULES = """
[[shield.clients]]
match = { application_name = "*-old" }
sees = "old"
[[shield.clients]]
match = { application_name = "*-new" }
sees = "new"
"""
ADDING = "orders-priority"
PLANS = {
    ADDING: f"""
id = "{ADDING}"
purpose = "Support wants to sort by urgency"
table = "public.orders"
[add]
column = "priority"
type = "smallint"
default = "0"
not_null = true
[shield]
absent_writes = "park"
{_RULES}""",
    "orders-fax": f"""
id = "orders-fax"
purpose = "Nobody sends faxes any longer"
table = "public.orders"
[drop]
column = "fax"
type = "text"
default = "'{NO_FAX}'"
[shield]
absent_writes = "discard"
{_RULES}""",
}


@dataclass(slots=True)
class Progress:
    """How far the two changes are: "no", "going" from before the DDL is sent, "done" once it has been answered."""

    added: str = "no"
    filled: str = "no"
    dropped: str = "no"


@dataclass(slots=True)
class Seen:
    """What the services have met."""

    statements: int = 0
    errors: dict[str, int] = field(default_factory=dict)  # by step, driver, SQLSTATE and message
    wrong: list[str] = field(default_factory=list)

    def failed(self, what: str) -> None:
        """An error has reached a service."""
        self.errors[what] = self.errors.get(what, 0) + 1
