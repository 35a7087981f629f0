"""What the server gets instead of what a service says, asked of the same policy that `serve` uses."""

from lintel import plan
from lintel.demo import shop
from lintel.demo.services import BillingV1, BillingV2
from lintel.policy import ContextKey, Policy
from lintel.schema import Schema

EXAMPLES = ((BillingV1.name, BillingV1.READ), (BillingV2.name, BillingV2.URGENT))


def examples(schema: Schema) -> list[tuple[str, str, str]]:
    """(service, what it says, what the server gets) while the database is like this."""
    context = Policy(schema, (plan.parse(shop.PLAN, shop.PLAN_FILE),)).context(ContextKey())
    return [(name, said, context.decide(said.encode()).sent(said.encode()).decode()) for name, said in EXAMPLES]
