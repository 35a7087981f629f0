"""What the server gets instead of what a service says, asked of the same policy that `serve` uses."""

import asyncpg

from lintel import catalog, plan
from lintel.demo import shop
from lintel.demo.services import BillingV1, BillingV2
from lintel.policy import ContextKey, Policy

EXAMPLES = ((BillingV1.name, BillingV1.READ), (BillingV2.name, BillingV2.URGENT))


async def examples(dsn: str) -> list[tuple[str, str, str]]:
    """(service, what it says, what the server gets) with the database as it is now."""
    connection = await asyncpg.connect(dsn)
    try:
        schema = await catalog.read(connection)
    finally:
        await connection.close()
    context = Policy(schema, (plan.parse(shop.PLAN, shop.PLAN_FILE),)).context(ContextKey())
    return [(name, said, context.decide(said.encode()).sent(said.encode()).decode()) for name, said in EXAMPLES]
