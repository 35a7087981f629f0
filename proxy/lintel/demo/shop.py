"""The shop of the demo: its tables, the column change, the plan for it, and the somebody who runs the ALTER.

Knows the database, and neither the services nor the proxy in front of it.
"""

import asyncio

import asyncpg

from lintel import catalog
from lintel.schema import Schema

# customers has a column called priority of its own. That is what makes the new one treacherous: a NATURAL JOIN
# joins on it, too, and its bare name becomes ambiguous.
TABLES = """
CREATE TABLE customers (customer_id int PRIMARY KEY, name text NOT NULL, priority smallint NOT NULL);
CREATE TABLE orders (
    order_id bigint PRIMARY KEY,
    customer_id int NOT NULL REFERENCES customers,
    total numeric(10, 2) NOT NULL,
    placed date NOT NULL
);
CREATE TABLE orders_archive (LIKE orders);
INSERT INTO customers
    SELECT n, (ARRAY['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Donald', 'Frances', 'Tony'])[n], 1 + n % 3
    FROM generate_series(1, 8) AS n;
INSERT INTO orders
    SELECT n, 1 + n % 8, 10 + n * 7 % 500, date '2024-01-01' + n FROM generate_series(1, 100) AS n;
"""
CUSTOMERS = 8
FIRST_NEW_ORDER = 101

ALTER = "ALTER TABLE orders ADD COLUMN priority smallint NOT NULL DEFAULT 0"

PLAN_FILE = "orders-priority.toml"
PLAN = """\
id = "orders-priority"
purpose = "Support wants to sort orders by urgency"
table = "public.orders"

[add]
column = "priority"
type = "smallint"
default = "0"
not_null = true
"""

WAITING = "SELECT count(*) FROM pg_catalog.pg_locks WHERE relation = 'orders'::regclass AND NOT granted"
PATIENCE_SECONDS = 2.0


async def create(control_dsn: str, name: str, dsn: str) -> None:
    """Make the shop's database and fill it."""
    control = await asyncpg.connect(control_dsn)
    try:
        await control.execute(f"CREATE DATABASE {name}")
    finally:
        await control.close()
    shop = await asyncpg.connect(dsn)
    try:
        await shop.execute(TABLES)
    finally:
        await shop.close()


async def schema(dsn: str) -> Schema:
    """The catalog as Lintel reads it."""
    connection = await catalog.connect(catalog.resolve(dsn))
    try:
        return await catalog.read(connection)
    finally:
        await connection.close()


async def migrate(dsn: str, onlookers: int) -> int:
    """The ALTER as a migration tool runs it: in a transaction, straight at the server, telling nobody.

    It commits when that many sessions wait behind its lock, so that the hard case is seen every time: a statement
    that was sent to the old table and runs on the new one. Returns how many waited.
    """
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "migration"})
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL lock_timeout = '5s'")
            await connection.execute(ALTER)
            return await _waiting(connection, onlookers)
    finally:
        await connection.close()


async def _waiting(connection: asyncpg.Connection, onlookers: int) -> int:
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        waiting: int = await connection.fetchval(WAITING)
        if waiting >= onlookers or asyncio.get_running_loop().time() > deadline:
            return waiting
        await asyncio.sleep(0.01)
