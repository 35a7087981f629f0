"""The catalog of a database as Lintel reads it, for whoever tests or measures with a snapshot of one."""

import asyncio

from lintel import catalog
from lintel.schema import Schema


async def snapshot(dsn: str) -> Schema:
    """Read over a connection of its own."""
    connection = await catalog.connect(catalog.resolve(dsn))
    try:
        return await catalog.read(connection)
    finally:
        await connection.close()


def taken(dsn: str) -> Schema:
    """The same, for who is in no event loop."""
    return asyncio.run(snapshot(dsn))
