"""The three services of the shop. They know SQL and a driver, and cannot tell whether Lintel is in between.

Each looks at what it gets as its programmer would have wished it did: an answer that is no error may still be wrong.
"""

import itertools
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from lintel.demo.drivers import Asyncpg, Driver, Psycopg
from lintel.demo.shop import CUSTOMERS, FIRST_NEW_ORDER
from lintel.demo.tally import Tally


class Service(Protocol):
    """A service under traffic."""

    name: str
    about: str
    tally: Tally

    @property
    def driver(self) -> Driver:
        """Its connection."""
        ...

    async def turn(self) -> None:
        """A few statements, as one request to the service would cause them."""
        ...


@dataclass(frozen=True)
class Order:
    """One row of orders, as wide as the table was when billing-v1 was written."""

    number: int
    customer: int
    total: Decimal
    placed: date


class BillingV1:
    """Billing as it runs today; leans on the table's exact width."""

    name = "billing-v1"
    about = "old code: prepared SELECT *, INSERT without a column list"

    PLACE = "INSERT INTO orders VALUES ($1, $2, $3, $4)"
    READ = "SELECT * FROM orders WHERE order_id = $1"
    INVOICE = "SELECT o.*, c.name FROM orders AS o JOIN customers AS c USING (customer_id) WHERE o.order_id = $1"
    ARCHIVE = "INSERT INTO orders_archive SELECT * FROM orders WHERE order_id = $1"

    def __init__(self, dsn: str, first_order: int = FIRST_NEW_ORDER) -> None:
        self.tally = Tally(self.name)
        self.driver = Asyncpg(dsn, self.tally)
        self._numbers = itertools.count(first_order)

    async def turn(self) -> None:
        """Place an order, read it back, write its invoice, archive it."""
        number = next(self._numbers)
        order = Order(number, 1 + number % CUSTOMERS, Decimal(number % 90 + 10), date(2024, 6, 1))
        await self.driver.run(self.PLACE, order.number, order.customer, order.total, order.placed)
        await self._read(order)
        await self._invoice(order)
        await self.driver.run(self.ARCHIVE, number)

    async def _read(self, order: Order) -> None:
        for row in await self.driver.run(self.READ, order.number):
            right = len(row) == 4 and Order(*row) == order
            self.tally.expect(right, "row does not fit struct Order", f"{len(row)} values for 4 fields")

    async def _invoice(self, order: Order) -> None:
        for row in await self.driver.run(self.INVOICE, order.number):
            self.tally.expect(isinstance(row[4], str), "invoice without a name", f'addressed to "{row[4]}"')


class BillingV2:
    """Billing as it is being deployed: reads the new column from the first moment, writes it once it is there.

    Whether it is there it asks the catalog, as it would look at a feature flag.
    """

    name = "billing-v2"
    about = "new code: reads priority always, writes it once it is there"

    URGENT = "SELECT order_id, total, priority FROM orders WHERE priority = 0 ORDER BY total DESC, order_id LIMIT 5"
    MARK = "UPDATE orders SET priority = %s WHERE order_id = %s RETURNING priority"
    LANDED = """SELECT count(*) FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name = 'orders' AND column_name = 'priority'"""

    def __init__(self, dsn: str) -> None:
        self.tally = Tally(self.name)
        self.driver = Psycopg(dsn, self.tally)
        self._writes = False

    async def turn(self) -> None:
        """Look for orders that nobody has ranked yet; with the flag up, rank the dearest."""
        unranked = await self.driver.run(self.URGENT)
        for _, _, priority in unranked:
            self.tally.expect(priority == 0, "priority is not the default", repr(priority))
        if self._writes and unranked:
            self._writes = await self._mark(unranked[0][0], rank=1 + unranked[0][0] % 3)
        elif not self._writes:
            self._writes = await self.driver.run(self.LANDED) == [(1,)]

    async def _mark(self, number: int, rank: int) -> bool:
        marked = await self.driver.run(self.MARK, rank, number)
        self.tally.expect(marked in ([(rank,)], []), "priority was not kept", repr(marked))
        return bool(marked)


class Reporting:
    """A job that nobody has looked at for years. It joins by whatever column names the two tables share."""

    name = "reporting"
    about = "old code: orders NATURAL JOIN customers"

    TOTALS = "SELECT (SELECT count(*) FROM orders), count(*), sum(total) FROM orders NATURAL JOIN customers"
    DEAREST = """SELECT name, priority, total FROM orders JOIN customers USING (customer_id)
        ORDER BY total DESC, order_id LIMIT 5"""

    def __init__(self, dsn: str) -> None:
        self.tally = Tally(self.name)
        self.driver = Psycopg(dsn, self.tally)

    async def turn(self) -> None:
        """Add up all orders; list the dearest with the rank of their customers."""
        for placed, covered, _ in await self.driver.run(self.TOTALS):
            self.tally.expect(placed == covered, "totals leave orders out", f"{covered} of {placed} covered")
        for _, rank, _ in await self.driver.run(self.DEAREST):
            self.tally.expect(rank in (1, 2, 3), "rank is not the customer's", repr(rank))
